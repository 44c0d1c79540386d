// Live streams for htmx's sse extension. A hidden tab gives its connection back (browsers allow
// six to a host over HTTP/1.1) and looks at once when it is shown again; polling goes on meanwhile.
"use strict";

class Source extends EventTarget {
  constructor(url) {
    super();
    this.url = url;
    this.inner = null;
    this.shut = false;
    this.watch = () => (document.hidden ? this.pause() : this.resume());
    document.addEventListener("visibilitychange", this.watch);
    if (!document.hidden) this.open();
  }

  open() {
    this.inner = new EventSource(this.url);
    this.inner.onopen = (event) => this.onopen && this.onopen(event);
    this.inner.onerror = (event) => this.onerror && this.onerror(event);
    this.inner.addEventListener("look", () => this.dispatchEvent(new Event("look")));
  }

  pause() {
    if (this.inner && !this.shut) this.inner.close();
    this.inner = null;
  }

  resume() {
    if (this.shut || this.inner) return;
    this.open();
    this.dispatchEvent(new Event("look"));
  }

  get readyState() {
    return this.inner ? this.inner.readyState : EventSource.CONNECTING;
  }

  close() {
    this.shut = true;
    document.removeEventListener("visibilitychange", this.watch);
    if (this.inner) this.inner.close();
  }
}

htmx.createEventSource = (url) => new Source(url);
