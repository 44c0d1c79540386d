// What was written and is not yet confirmed by the server. Texts outlive a reload; the same
// client_id goes with every try, so that nothing is ever stored twice.
import { call, check, headers, page, sleep, store, token, uuid, visitor, wake } from "./api.js";

const PREFIX = "sapa.out.";
const pictures = new Map(); // client_id -> item with its blob: too large for storage
let last = 0, busy = false, sending, hooks;

/** hooks: pending(item), sent(message), failed(item), progress(item, percent), trouble(bool) */
export function start(given) {
  hooks = given;
  for (const item of items()) (item.error === undefined ? hooks.pending : hooks.failed)(item);
  flush();
  addEventListener("beforeunload", (event) => { if (pictures.size) event.preventDefault(); });
}

function items() {
  const texts = store.keys(PREFIX).map((key) => JSON.parse(store.get(key))).filter(Boolean);
  return [...texts, ...pictures.values()].sort((a, b) => a.order - b.order);
}

function save(item) {
  if (item.blob) pictures.set(item.client_id, item);
  else store.set(PREFIX + item.client_id, JSON.stringify(item));
}

export function drop(id) {
  pictures.delete(id);
  store.drop(PREFIX + id);
}

/** The live replies showed it, so it is stored, whatever became of our request. */
export function confirmed(id) {
  drop(id);
  if (id === sending) wake();
}

export function add(words) {
  last = Math.max(Date.now(), last + 1);
  const item = { client_id: uuid(), order: last, at: new Date().toISOString(), ...words };
  save(item);
  hooks.pending(item);
  flush();
}

export function resend(item) {
  delete item.error;
  save(item);
  hooks.pending(item);
  flush();
}

/** Send what waits, one after the other, so that the order of writing is the order of arriving. */
export async function flush() {
  if (busy) return;
  busy = true;
  let item;
  while ((item = items().find((one) => one.error === undefined))) {
    sending = item.client_id;
    await deliver(item);
  }
  busy = false;
}

async function deliver(item) {
  // Another tab may have sent it, or the live replies may have shown it, while we waited.
  const waits = () => items().some((one) => one.client_id === item.client_id);
  for (let tries = 0; waits(); tries++) {
    try {
      await visitor();
      const message = await (item.blob ? upload(item) : post(item));
      drop(item.client_id);
      hooks.trouble(false);
      return hooks.sent(message);
    } catch (error) {
      if (error.final) return fail(item, error);
      hooks.trouble(error.status !== 401 && error.status !== 429);
      await sleep(pause(error, tries));
    }
  }
}

function pause(error, tries) {
  if (error.wait) return error.wait * 1000;
  if (error.status === 401 && !tries) return 0;
  return Math.min(30000, 1000 * 2 ** tries) * (0.75 + Math.random() / 2); // not everyone at once
}

function fail(item, error) {
  item.error = error.message;
  save(item);
  hooks.failed(item);
}

const post = ({ client_id, text, payload }) => call("/messages", { client_id, text, payload, locale: page.locale });

function upload(item) { // fetch cannot tell how far an upload is
  return new Promise((done, refuse) => {
    const request = new XMLHttpRequest(), form = new FormData(), used = token();
    form.append("client_id", item.client_id);
    form.append("file", item.blob, item.name);
    request.open("POST", page.api + "/attachments");
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.timeout = 180000;
    request.upload.onprogress = (event) => hooks.progress(item, Math.round((100 * event.loaded) / event.total));
    request.onerror = request.ontimeout = () => refuse(new TypeError("no connection"));
    request.onload = () => {
      try {
        done(check(request.status, used, request.response, request.getResponseHeader("Retry-After")));
      } catch (error) { refuse(error); }
    };
    request.send(form);
  });
}
