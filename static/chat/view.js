// The conversation on the screen: every message once, in the order of its number; what is not
// yet confirmed comes last. Words of people are only ever set as text, never as markup.
import { page, say, words } from "./api.js";

export const at = (id) => document.getElementById(id);
const log = at("log"), scroll = at("scroll"), typing = at("typing"), large = at("large");
const rows = new Map(), waiting = new Map(); // by number · by client_id
let typingTimer, announced = 0, below = 0;

function make(name, className, text) {
  const element = document.createElement(name);
  element.className = className || "";
  if (text) element.textContent = text;
  return element;
}

function icon(className, d) {
  const draw = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const svg = draw("svg"), path = svg.appendChild(draw("path"));
  for (const [key, value] of [["class", className], ["viewBox", "0 0 17 14"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  path.setAttribute("d", d);
  return svg;
}

const TICKS = {
  pending: "M8.5 2a5 5 0 1 0 .1 0M8.5 4.5v2.7l2 1.2", stored: "M4 7.5l3 3 6-7", read: "M1 7.5l3 3 6-7M9 10.5l6-7",
};
const format = (date, shape) => new Intl.DateTimeFormat(page.locale === "en" ? "en-GB" : "id-ID", shape).format(date);
const dayOf = (date) => format(date, { year: "numeric", month: "numeric", day: "numeric" });

function dayName(date) {
  const now = new Date();
  if (dayOf(date) === dayOf(now)) return words.today;
  if (dayOf(date) === dayOf(new Date(now - 864e5))) return words.yesterday;
  return format(date, { weekday: "long", day: "numeric", month: "long" });
}

/** Text with its web addresses made into links; nothing else in it is ever obeyed. */
function linked(text) {
  const paragraph = make("p");
  text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/i).forEach((part, index) => {
    if (index % 2 === 0) return paragraph.append(part);
    const link = paragraph.appendChild(make("a", "", part));
    link.href = part;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  });
  return paragraph;
}

function picture(file) {
  if (!file.type.startsWith("image/")) {
    const link = make("a", "file", file.name);
    link.href = file.url;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  }
  const button = make("button", "file"), image = button.appendChild(make("img"));
  button.type = "button";
  button.title = words.image_open;
  image.alt = say("image", file.name);
  if (file.width) [image.width, image.height] = [file.width, file.height];
  image.src = file.url;
  button.addEventListener("click", () => {
    large.lastElementChild.src = file.url;
    large.lastElementChild.alt = image.alt;
    large.showModal();
  });
  return button;
}

function bubble(message) {
  const box = make("div", "bubble");
  (message.attachments || []).forEach((file) => box.append(picture(file)));
  if (message.text) box.append(linked(message.text));
  return box;
}

function fill(row, message) {
  const date = new Date(message.at), mine = message.from === "participant";
  row.className = "msg " + message.from;
  row.message = message;
  row.name = mine ? words.you : message.name;
  row.day = dayOf(date);
  const time = make("time", "", format(date, { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = message.at;
  time.title = format(date, { dateStyle: "full", timeStyle: "long" });
  const meta = make("p", "meta");
  meta.append(time);
  row.replaceChildren(make("p", "day", dayName(date)), make("p", "who", row.name), bubble(message), meta);
  if (mine) tick(row, message.seq ? message.state : "pending");
}

function tick(row, state) {
  const shown = state === "delivered" ? "stored" : state;
  if (row.state === shown || row.state === "read" && shown === "stored") return; // only ever forward
  row.state = shown;
  const meta = row.querySelector(".meta");
  meta.querySelectorAll(".tick, .tick + .aside").forEach((old) => old.remove());
  meta.append(icon("tick " + shown, TICKS[shown]), make("span", "aside", words[shown]));
}

/** Day and name stand only where they change. */
function tidy(row) {
  if (!row) return;
  const before = row.previousElementSibling, newDay = !before || before.day !== row.day;
  const [day, who] = row.children;
  day.hidden = !newDay;
  who.hidden = row.message.from === "system";
  who.classList.toggle("aside", row.message.from === "participant" || !newDay && before.name === row.name);
}

function place(row, order) {
  row.order = order;
  let after = null;
  for (let one = log.lastElementChild; one && (one === row || one.order > order); one = one.previousElementSibling) {
    if (one !== row) after = one;
  }
  if (!row.parentNode || row.nextElementSibling !== after) log.insertBefore(row, after);
  tidy(row);
  tidy(row.nextElementSibling);
}

export const atEnd = () => scroll.scrollTop > -40;
export const toEnd = () => { scroll.scrollTop = 0; };

/** The list grows upwards from its end: who reads further up must not lose their place. */
function steady(change) {
  const height = scroll.scrollHeight, top = scroll.scrollTop, still = !atEnd();
  change();
  if (still) scroll.scrollTop = top - (scroll.scrollHeight - height);
}

/** Show a stored message; false if it was there already. */
export function show(message) {
  const old = waiting.get(message.client_id);
  waiting.delete(message.client_id);
  if (rows.has(message.seq)) {
    if (old) old.remove();
    return false;
  }
  const row = old || make("div");
  rows.set(message.seq, row);
  steady(() => {
    fill(row, message);
    place(row, message.seq);
  });
  if (message.from !== "participant") setTyping({ on: false });
  return true;
}

export function showPending(item) {
  const row = waiting.get(item.client_id) || make("div"), file = item.blob;
  waiting.set(item.client_id, row);
  const attachments = file ? [{ url: item.url = item.url || URL.createObjectURL(file), type: file.type, name: item.name }] : [];
  row.state = "";
  fill(row, { ...item, from: "participant", attachments });
  row.classList.add("pending");
  place(row, Infinity);
  toEnd();
  return row;
}

export function showProgress(item, percent) {
  const row = waiting.get(item.client_id);
  if (!row) return;
  const bar = row.querySelector("progress") || row.querySelector(".bubble").appendChild(make("progress"));
  bar.max = 100;
  bar.value = percent;
  bar.setAttribute("aria-label", say("uploading", percent));
}

export function showFailed(item, resend, discard) {
  const row = showPending(item), meta = make("p", "meta failed");
  const button = (text, act) => {
    const one = meta.appendChild(make("button", "", text));
    one.type = "button";
    one.addEventListener("click", act);
  };
  row.classList.remove("pending");
  meta.append(make("span", "", words.failed + " " + item.error));
  button(words.resend, resend);
  button(words.discard, () => { waiting.delete(item.client_id); row.remove(); discard(); });
  row.lastElementChild.replaceWith(meta);
}

export function showStates(states) {
  for (const seq in states) if (rows.has(+seq)) tick(rows.get(+seq), states[seq]);
}

export function setTyping({ on, name }) {
  clearTimeout(typingTimer);
  typing.hidden = !on;
  if (!on) at("announce").textContent = "";
  if (!on) return;
  typingTimer = setTimeout(() => setTyping({ on: false }), 30000);
  if (Date.now() - announced < 20000) return; // said rarely: it would drown the answer
  announced = Date.now();
  at("announce").textContent = say("typing", name || words.assistant);
}

/** The answers offered by the last message, as long as it is the last. */
export function showReplies(send) {
  const box = at("replies"), row = log.lastElementChild;
  if (box.row === row) return;
  box.row = row;
  const offers = !row ? ["suggestion_1", "suggestion_2", "suggestion_3"].map((key) => ({ title: words[key] }))
    : row.message.from === "participant" ? [] : row.message.buttons || [];
  box.replaceChildren(...offers.map((offer) => {
    const button = make("button", "reply", offer.title);
    button.type = "button";
    button.addEventListener("click", () => {
      for (const one of box.children) one.disabled = true;
      send(offer);
    });
    return button;
  }));
}

export function countBelow(more) {
  below = atEnd() ? 0 : below + more;
  at("pill").hidden = !below;
  at("pill").textContent = say("new_messages", below) + " ↓";
}

export function clear() {
  rows.clear();
  log.replaceChildren(...waiting.values());
  [...log.children].forEach(tidy);
}

export const rowsOf = (test) => [...rows].filter(([, row]) => test(row.message)).map(([seq]) => seq);
