// The chat: ties what is written, what arrives and what is shown together.
import { call, page, say, store, token, changeToken, words } from "./api.js";
import * as live from "./live.js";
import * as outbox from "./outbox.js";
import * as view from "./view.js";
import { watch } from "./images.js";

const { at } = view;
const text = at("text"), composer = at("composer"), log = at("log");
const framed = parent !== window, touch = matchMedia("(pointer: coarse)").matches;
const READ = "sapa.read", LIMIT = text.maxLength, NEAR = 200;
let host = "", opened = !framed, started = false, troubles = 0, told = { seq: 0, read: false }, seenTimer, agent = "";
let ready = false; // what the server holds is on the screen
let newest = 0; // number of the last message from the other side

// ---- writing -------------------------------------------------------------------------------

function submit(event) {
  if (event) event.preventDefault();
  const written = text.value.trim();
  if (written) outbox.add({ text: written });
  text.value = "";
  measure();
  text.focus();
}

function measure() {
  text.style.height = "auto";
  text.style.height = text.scrollHeight + 2 + "px";
  const left = LIMIT - text.value.length;
  at("left").textContent = left > NEAR ? "" : say("left", left);
}

function choose({ title, payload }) {
  outbox.add({ text: title, payload });
  if (touch) at("scroll").focus(); // the keyboard stays away
  else text.focus();
}

// ---- what arrives ----------------------------------------------------------------------------

function receive(messages, first) {
  if (first) quietly(view.clear);
  ready = ready || first;
  let fresh = 0;
  for (const message of messages) {
    if (message.client_id) outbox.confirmed(message.client_id);
    if (!view.show(message) || message.from === "participant") continue;
    newest = Math.max(newest, message.seq);
    fresh++;
    if (message.from === "agent") agent = message.name;
  }
  view.countBelow(first ? 0 : fresh);
  refresh();
}

/** What was there before is not read out as news. */
function quietly(change) {
  log.setAttribute("aria-live", "off");
  change();
  setTimeout(() => log.setAttribute("aria-live", "polite"), 1000);
}

function showOwner(owner) {
  at("owner").textContent = owner === "agent" && agent ? `${words.agent} ${agent}` : words[owner] || words.assistant;
}

function reset(expired) {
  quietly(view.clear);
  newest = 0;
  told = { seq: 0, read: false };
  store.drop(READ);
  if (expired) at("problem").textContent = words.expired;
  showOwner("assistant");
  refresh();
}

function trouble(some) {
  troubles = some ? troubles + 1 : 0;
  const lost = troubles > 1 || !navigator.onLine ? words.lost : "";
  if (at("lost").textContent !== lost) at("lost").textContent = lost;
}

// ---- read and unread ---------------------------------------------------------------------------

const looking = () => opened && !document.hidden;

function refresh() {
  if (ready || !token()) view.showReplies(choose);
  const read = looking() && view.atEnd();
  if (read && newest > readUpTo()) store.set(READ, newest);
  clearTimeout(seenTimer);
  if (newest > told.seq || newest && read && !told.read) seenTimer = setTimeout(tellSeen, 300, read);
  const unread = view.rowsOf((message) => message.from !== "participant").filter((seq) => seq > readUpTo()).length;
  document.title = document.title.replace(/^(\(\d+\) )?/, unread ? `(${unread}) ` : "");
  tellHost({ unread });
}

const readUpTo = () => Number(store.get(READ));

function tellSeen(read) {
  const news = { seq: newest, read };
  call("/seen", news).then(() => { told = news; }, () => {}); // told again with the next message
}

// ---- the page around the frame -------------------------------------------------------------------

function tellHost(news) {
  const kept = store.kept();
  if (host) parent.postMessage({ sapa: 1, known: Boolean(token()), locale: page.locale, kept, ...news }, host);
}

function hear(event) {
  const trusted = [location.origin, ...JSON.parse(page.parentOrigins || "[]")];
  if (!framed || event.source !== parent || !trusted.some((one) => one === "*" || one === event.origin)) return;
  if (!event.data || event.data.sapa !== 1) return;
  host = event.origin;
  opened = event.data.open;
  at("close").hidden = false;
  if (event.data.draft) text.value = event.data.draft;
  if (started) live.attend(looking());
  else {
    store.restore(event.data.kept);
    start();
  }
  if (opened) { text.focus(); measure(); }
  refresh();
}

function onKey(event) {
  if (event.key === "Escape" && !at("large").open) tellHost({ close: true });
  const enter = event.key === "Enter" && event.target === text && !event.shiftKey && !event.isComposing;
  if (enter && !touch) submit(event);
}

// ---- start ---------------------------------------------------------------------------------------

/** The page's own conversation (kept by cookie for pages without script) comes first, unless it is empty. */
function adopt() {
  if (page.token && log.children.length) changeToken(page.token);
}

function listen() {
  composer.noValidate = true;
  composer.addEventListener("submit", submit);
  text.addEventListener("input", measure);
  document.addEventListener("keydown", onKey);
  at("close").addEventListener("click", () => tellHost({ close: true }));
  at("pill").addEventListener("click", () => { view.toEnd(); at("scroll").focus(); });
  at("scroll").addEventListener("scroll", () => { if (view.atEnd()) { view.countBelow(0); refresh(); } });
  document.addEventListener("visibilitychange", () => { live.attend(looking()); refresh(); });
  addEventListener("online", () => { trouble(false); live.refresh(); });
  addEventListener("offline", () => trouble(false));
  addEventListener("storage", live.checkToken);
  addEventListener("message", hear);
  if (!framed && window.visualViewport) visualViewport.addEventListener("resize", fit);
}

function fit() { // the keyboard covers part of the page on some phones: the composer stays above it
  document.body.style.setProperty("--height", visualViewport.height + "px");
  scrollTo(0, 0);
}

function start() {
  started = true;
  outbox.start({
    pending: (item) => { at("problem").textContent = ""; view.showPending(item); refresh(); },
    sent: (message) => receive([message]),
    failed: (item) => {
      view.showFailed(item, () => outbox.resend(item), () => { outbox.drop(item.client_id); refresh(); });
      refresh();
    },
    progress: view.showProgress,
    trouble,
  });
  live.start({ reset, messages: receive, states: view.showStates, typing: view.setTyping, owner: showOwner, trouble });
  live.attend(looking(), 0);
  refresh();
}

adopt();
listen();
watch({
  button: at("attach"), input: at("file"), field: text,
  send: (blob, name) => outbox.add({ blob, name }),
  refuse: () => { at("problem").textContent = words.not_image; },
});
measure();
if (!framed) start(); // a frame starts when the page around it has spoken
