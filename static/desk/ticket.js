// One ticket's page: nothing typed is lost, nothing shown twice, and the newest stays in sight.
"use strict";

const ticket = document.getElementById("ticket");
const scroller = document.getElementById("scroll");
const newer = document.getElementById("newer");
const areas = [...document.querySelectorAll("[data-draft]")];
const keyOf = (area) => `${ticket.dataset.drafts}:${area.dataset.draft}`;

// drafts
function keep(area) {
  if (area.value === area.defaultValue) localStorage.removeItem(keyOf(area));
  else localStorage.setItem(keyOf(area), area.value);
}

for (const area of areas) {
  const kept = localStorage.getItem(keyOf(area));
  if (kept) area.value = kept;
  area.addEventListener("input", () => keep(area));
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    area.form.requestSubmit(area.form.querySelector("[data-main]"));
  });
}

const areaOf = (form) => form.querySelector?.("[data-draft]");

document.addEventListener("htmx:beforeRequest", (event) => {
  const area = areaOf(event.detail.elt);
  if (area) area.readOnly = true; // what is on its way is not changed under it
});
document.addEventListener("htmx:afterRequest", (event) => {
  const area = areaOf(event.detail.elt);
  if (area) area.readOnly = false;
});
document.addEventListener("desk:stored", (event) => {
  if (event.detail.form === "panel") {
    for (const form of document.querySelectorAll("#forms form")) form.reset();
    return;
  }
  const area = document.querySelector(`#form-${event.detail.form} [data-draft]`);
  area.value = area.defaultValue;
  localStorage.removeItem(keyOf(area));
  if (event.detail.form === "solve") document.getElementById("mode-answer").click();
  toEnd();
});

// "is writing", as often as the participant's page needs it
let toldAt = 0;
document.querySelector("#form-answer [data-draft]").addEventListener("input", () => {
  if (Date.now() - toldAt < 3000) return;
  toldAt = Date.now();
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  fetch(ticket.dataset.typing, { method: "POST", headers }).catch(() => {});
});

// looking
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "looker") {
    event.detail.parameters.append("visible", document.hidden ? "0" : "1");
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) htmx.trigger("#looker", "look");
});

// what comes in
const nearEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  newer.hidden = true;
}

function dropKnown(fragment) {
  for (const message of fragment.querySelectorAll("article[id]")) {
    if (document.getElementById(message.id)) message.remove();
  }
  for (const day of fragment.querySelectorAll("[data-day]")) {
    if (!day.nextElementSibling?.matches("article")) day.remove();
  }
}

function carryTyped(from, to) {
  for (const field of from.querySelectorAll("input[id], select[id]")) {
    const fresh = to.querySelector(`#${field.id}`);
    const untouched = field.options
      ? [...field.options].every((option) => option.selected === option.defaultSelected || !field.value)
      : field.value === field.defaultValue;
    if (fresh && !untouched) fresh.value = field.value;
  }
}

let follow = true;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id === "forms") carryTyped(target, fragment);
  if (target.id !== "messages") return;
  dropKnown(fragment);
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "messages") return;
  document.querySelector("#messages > .empty-page")?.remove();
  if (follow) toEnd();
  else newer.hidden = false;
});
newer.addEventListener("click", toEnd);
scroller.addEventListener("scroll", () => {
  follow = nearEnd();
  if (follow) newer.hidden = true;
});
scroller.addEventListener("load", () => follow && toEnd(), true); // pictures grow the page
new ResizeObserver(() => follow && toEnd()).observe(scroller); // so do drafts, and phones' keyboards
toEnd();
