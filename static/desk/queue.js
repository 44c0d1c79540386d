// Keys of the queue: j and k move, Enter opens, / searches. The chosen row outlives a refresh.
"use strict";

let chosen = null;

const rows = () => [...document.querySelectorAll("table.queue tbody tr")];
const typing = (element) => element.matches("input, select, textarea");

function show() {
  for (const row of rows()) row.classList.toggle("chosen", row.id === chosen);
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.id === chosen);
  const to = Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by));
  chosen = all[to].id;
  show();
  all[to].querySelector("a").focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.getElementById("q");
  if (typing(event.target)) {
    if (event.key === "Escape") search.blur();
    return;
  }
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/") search.focus();
  else if (event.key === "Enter" && chosen && event.target === document.body) {
    document.getElementById(chosen)?.querySelector("a").click();
  } else return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("table.queue tbody tr");
  if (!row) return;
  chosen = row.id;
  show();
});

// on a phone the tabs are wider than the page: they stay where they were pushed
const tabs = () => document.querySelector(".tabs");
let pushed = 0;
document.addEventListener("htmx:beforeSwap", () => {
  pushed = tabs().scrollLeft;
});
document.addEventListener("htmx:afterSwap", () => {
  tabs().scrollLeft = pushed;
  show();
});
tabs().querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
