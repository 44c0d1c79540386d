// The server and the browser's memory: calls with the visitor's token, and what outlives a reload.

// Browsers refuse storage to a frame of another site: then the page around keeps our memory for us.
const memory = {};
let box = null;
try {
  localStorage.setItem("sapa.try", "1");
  box = localStorage;
} catch { /* refused */ }

export const store = {
  get: (key) => (key in memory ? memory[key] : box && box.getItem(key)),
  set(key, value) {
    try { box.setItem(key, value); } catch { memory[key] = String(value); }
  },
  drop(key) {
    delete memory[key];
    if (box) box.removeItem(key);
  },
  keys: (prefix) => Object.keys({ ...box, ...memory }).filter((key) => key.startsWith(prefix)),
  kept: () => (box ? undefined : memory),
  restore: (kept) => { if (!box) Object.assign(memory, kept); },
};

const TOKEN = "sapa.visitor";
export const page = document.body.dataset;
export const words = JSON.parse(document.getElementById("strings").textContent);
export const say = (key, value) => words[key].replace("%s", value);

/** The server's no, with its sentence for the visitor. */
export class Refused extends Error {
  constructor(status, sentence, wait) {
    super(sentence);
    this.status = status;
    this.wait = wait; // seconds after which to come back
    this.final = status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
  }
}

export const token = () => store.get(TOKEN);

/** Another token is another conversation; the other tabs hear of it by the same event. */
export function changeToken(value) {
  if (value) store.set(TOKEN, value);
  else store.drop(TOKEN);
  dispatchEvent(new Event("storage"));
}

export const headers = () => ({ Authorization: "Bearer " + token(), "Accept-Language": page.locale });

export function uuid() { // randomUUID is missing on older phones
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Raise Refused unless the answer is good; a token that no longer holds is forgotten. */
export function check(status, used, body, retryAfter) {
  if (status >= 200 && status < 300) return body;
  if (status === 401 && token() === used) changeToken(null);
  throw new Refused(status, (body && body.error) || "", Number(retryAfter) || 0);
}

export async function call(path, body) {
  const used = token();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 20000); // a dead mobile link hangs for minutes otherwise
  try {
    const reply = await fetch(page.api + path, {
      method: body ? "POST" : "GET",
      headers: { ...headers(), ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      signal: stop.signal,
      credentials: "omit",
    });
    const answer = await reply.json().catch(() => null);
    return check(reply.status, used, answer, reply.headers.get("Retry-After"));
  } finally {
    clearTimeout(timer);
  }
}

/** A visitor exists from their first message on: pages that are only looked at cost nothing. */
export async function visitor() {
  if (token()) return;
  const given = page.token || (await call("/visitors", { locale: page.locale })).token;
  page.token = "";
  changeToken(given);
}

const sleepers = new Set();
/** Wait; wake() ends every wait at once. */
export const sleep = (ms) => new Promise((done) => {
  const end = () => { clearTimeout(timer); sleepers.delete(end); done(); };
  const timer = setTimeout(end, ms);
  sleepers.add(end);
});
export const wake = () => sleepers.forEach((end) => end());
