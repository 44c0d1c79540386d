// The loader for any web page: a launcher button, and the chat in a frame, both in a shadow root.
//   <script src="https://…/chat/widget.js" data-locale="id" defer></script>
// Any element with data-sapa-open opens the chat; the attribute's value becomes the draft.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.sapaChat) return;
  const base = new URL(".", script.src);
  const phone = matchMedia("(max-width: 480px), (max-height: 480px)");
  const WORDS = {
    id: ["Tanya Sapa", "Tutup chat", "Chat dengan Sapa", "pesan belum dibaca"],
    en: ["Ask Sapa", "Close chat", "Chat with Sapa", "unread messages"],
  };
  const CSS = `
    button { position: fixed; right: 16px; bottom: 16px; z-index: 2147483001; display: flex; align-items: center;
      gap: 8px; height: 56px; padding: 0 20px 0 16px; border: 0; border-radius: 28px; cursor: pointer;
      font: 600 16px system-ui, Roboto, sans-serif; color: #fff; background: #0e5a4c; box-shadow: 0 4px 16px #0005; }
    button:hover { background: #0a463b; }
    button:focus-visible { outline: 3px solid #0e5a4c; outline-offset: 3px; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    b { position: absolute; top: -6px; right: -4px; min-width: 24px; padding: 0 6px; border: 2px solid #fff;
      border-radius: 14px; font-size: 13px; line-height: 20px; text-align: center; background: #9c2a18; }
    iframe { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; width: 380px; height: 600px;
      max-height: calc(100vh - 32px); border: 0; border-radius: 20px; background: #f3f7f5; box-shadow: 0 8px 40px #0004; }
    iframe.phone { top: 0; left: 0; width: 100%; height: 100vh; height: 100dvh; max-height: none; border-radius: 0; }
    [hidden] { display: none !important; }
    @media print { button, iframe { display: none; } }`;
  const CHAT = "M12 3c-5 0-9 3.5-9 8 0 2.4 1.1 4.5 2.8 6L5 21l4-1.8c1 .2 2 .3 3 .3 5 0 9-3.5 9-8s-4-8.5-9-8.5zM8 12c1.8 3 6.2 3 8 0";
  const CROSS = "M6 6l12 12M18 6L6 18";
  let frame, unread = 0, open = false, alive = false, draft = "", locked = false, overflow = "", locale = recall("locale") || script.dataset.locale ||
    (document.documentElement.lang.slice(0, 2) === "en" ? "en" : "id");

  const host = document.createElement("sapa-chat");
  host.style.setProperty("all", "initial", "important"); // the host page's rules end here
  const root = host.attachShadow({ mode: "open" });
  dress();
  const button = root.appendChild(document.createElement("button"));
  const path = drawing(button);
  const label = button.appendChild(document.createElement("span"));
  const badge = button.appendChild(document.createElement("b"));
  button.type = "button";
  button.addEventListener("click", () => show(!open));

  // A constructed sheet is no inline style, so a strict host policy lets it pass.
  function dress() {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.appendChild(document.createElement("style")).textContent = CSS;
    }
  }

  function drawing(parent) {
    const part = (name, inside) => inside.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
    const svg = part("svg", parent);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    return part("path", svg);
  }

  function recall(key, value) {
    try {
      if (value !== undefined) localStorage.setItem("sapa." + key, value);
      return localStorage.getItem("sapa." + key);
    } catch { return null; }
  }

  function draw() {
    const words = WORDS[locale] || WORDS.id;
    path.setAttribute("d", open ? CROSS : CHAT);
    label.textContent = words[open ? 1 : 0];
    badge.textContent = unread > 99 ? "99+" : unread;
    badge.hidden = open || !unread;
    badge.setAttribute("aria-hidden", "true");
    button.hidden = open && alive; // a frame that never loads must still be closable
    button.setAttribute("aria-expanded", open);
    button.setAttribute("aria-label", label.textContent + (badge.hidden ? "" : `, ${words[3]}: ${unread}`));
  }

  function load() {
    frame = document.createElement("iframe");
    frame.title = (WORDS[locale] || WORDS.id)[2];
    frame.hidden = !open;
    frame.src = new URL("embed?locale=" + encodeURIComponent(locale), base);
    frame.addEventListener("load", tell);
    root.appendChild(frame);
  }

  function tell() {
    const kept = JSON.parse(recall("kept") || "{}");
    frame.contentWindow.postMessage({ sapa: 1, open, draft, kept }, base.origin);
    draft = "";
  }

  function show(now) {
    open = now;
    const fresh = open && !frame;
    if (fresh) load();
    frame.hidden = !open;
    fit();
    draw();
    if (!fresh) tell();
    if (open) frame.focus();
    else button.focus();
  }

  // Full screen on a phone: the page behind stands still, and the frame ends where the keyboard begins.
  function fit() {
    if (!frame) return;
    const full = open && phone.matches, page = document.documentElement.style, view = window.visualViewport;
    if (full !== locked) [page.overflow, overflow] = [full ? "hidden" : overflow, page.overflow];
    locked = full;
    frame.className = phone.matches ? "phone" : "";
    frame.style.height = full && view ? view.height + "px" : "";
    frame.style.top = full && view ? view.offsetTop + "px" : "";
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
    const news = event.data;
    if (!news || news.sapa !== 1) return;
    if (news.locale in WORDS && news.locale !== locale) recall("locale", locale = news.locale);
    alive = true;
    if (Number.isInteger(news.unread)) unread = news.unread;
    if (news.kept) recall("kept", JSON.stringify(news.kept)); // the browser refuses storage to the frame
    if (news.known) recall("known", "1"); // they have a conversation: watch for answers on every page
    if (news.close) show(false);
    else draw();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest && event.target.closest("[data-sapa-open]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    draft = opener.dataset.sapaOpen;
    show(true);
  });
  phone.addEventListener("change", () => { fit(); draw(); });
  if (window.visualViewport) for (const kind of ["resize", "scroll"]) visualViewport.addEventListener(kind, fit);

  draw();
  document.body.appendChild(host);
  if (recall("known")) load();
  window.sapaChat = { open: () => show(true), close: () => show(false) };
})();
