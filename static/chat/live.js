// Replies as they come: a stream of server-sent events read by fetch (the token stays out of the
// address), polling where streams do not get through, and slow polling while nobody looks.
import { call, check, headers, page, sleep, token, wake } from "./api.js";

const SILENCE = 40000; // the server speaks every 15 s, if only a comment
const FIRST = 20000; // a proxy that holds streams back is found out sooner
const SHORT = 10000; // a stream that ends sooner has failed
const AGAIN = 60000; // polling goes on this long before a stream is tried again
let cursor = -1, failures = 0, misses = 0, streamAgain = 0, heard = 0, resting = false, restTimer, open, known, hooks;

/** hooks: reset(expired), messages(list, first), states(map), typing(news), owner(name), trouble(bool) */
export async function start(given) {
  hooks = given;
  known = token();
  for (;;) {
    if (token() !== known) begin();
    if (!known) await sleep(1e9);
    else if (resting) await poll(30000);
    else if (failures < 2 || Date.now() > streamAgain) await follow();
    else await poll(3000);
  }
}

/** Another token is another conversation, with numbers of its own. */
function begin() {
  const expired = Boolean(known);
  known = token();
  cursor = -1;
  failures = 0;
  hooks.reset(expired);
}

/** Is somebody looking? If not, the stream is given back after a while. */
export function attend(looking, after = 60000) {
  clearTimeout(restTimer);
  if (!looking) restTimer = setTimeout(() => { resting = true; if (open) open.abort(); }, after);
  else if (resting || Date.now() - heard > FIRST) refresh(); // it may have died while the phone slept
}

/** Try everything again now: the network is back, or the phone has woken. */
export function refresh() {
  resting = false;
  failures = 0;
  if (open) open.abort();
  wake();
}

export const checkToken = () => { if (token() !== known) refresh(); };

async function poll(gap) {
  try {
    const news = await call("/messages?after=" + Math.max(0, cursor));
    take(news.messages);
    hooks.states(news.states || {});
    hooks.typing({ on: news.typing });
    hooks.owner(news.owner);
    hooks.trouble(false);
    misses = 0;
  } catch (error) {
    gap = Math.max(gap, 1000 * (error.wait || Math.min(30, 2 ** misses++)));
    if (error.status === 401) return;
    hooks.trouble(error.status !== 429);
  }
  if (gap) await sleep(gap);
}

function take(messages) {
  const first = cursor < 0;
  cursor = Math.max(0, cursor, ...messages.map((message) => message.seq));
  hooks.messages(messages, first);
}

async function follow() {
  await poll(0); // ticks, typing and owner as they stand; the stream tells only what changes
  if (token() === known && !resting) await stream();
}

async function stream() {
  const began = Date.now(), stop = (open = new AbortController());
  let timer, wait = 0, spoke = false, silent = false;
  const expect = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => { silent = true; stop.abort(); }, ms);
    heard = Date.now();
  };
  expect(FIRST);
  try {
    const reader = await connect(stop.signal);
    await read(reader, () => { spoke = true; expect(SILENCE); hooks.trouble(false); });
  } catch (error) {
    wait = error.wait * 1000 || 0;
    if (!stop.signal.aborted) hooks.trouble(!error.status || error.status > 499);
  }
  clearTimeout(timer);
  open = null;
  const ours = stop.signal.aborted && !silent;
  if (spoke && Date.now() - began > SHORT) failures = 0;
  else if (!ours && ++failures > 1) streamAgain = Date.now() + AGAIN;
  if (!ours) await sleep(Math.max(wait, 500 + 1000 * Math.random()));
}

async function connect(signal) {
  const used = token();
  const reply = await fetch(page.api + "/stream?after=" + cursor, {
    headers: { ...headers(), Accept: "text/event-stream" }, signal, cache: "no-store", credentials: "omit",
  });
  check(reply.status, used, null, reply.headers.get("Retry-After"));
  return reply.body.getReader();
}

async function read(reader, alive) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const frames = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
    rest = frames.pop();
    frames.forEach(dispatch);
  }
}

function dispatch(frame) {
  const field = (name) => frame.split(/\r?\n/).filter((line) => line.startsWith(name + ":"))
    .map((line) => line.slice(name.length + 1).trim()).join("\n");
  if (!field("data")) return;
  const news = JSON.parse(field("data")), kind = field("event");
  if (kind === "message") take([news]);
  else if (kind === "owner") hooks.owner(news.owner);
  else if (kind === "states" || kind === "typing") hooks[kind](news);
}
