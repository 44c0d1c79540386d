// What every page of the desk needs: the CSRF header, words for what went wrong, a clean logout.
"use strict";

const csrf = document.querySelector("meta[name=csrf-token]").content;
const trouble = document.getElementById("trouble");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf;
});

function tell(kind) {
  trouble.querySelector("span").textContent = trouble.dataset[kind];
  trouble.hidden = false;
}

// a look that fails is not told: the next one follows by itself
const asked = (event) => event.detail.requestConfig.verb === "post";

document.addEventListener("htmx:sendError", (event) => asked(event) && tell("offline"));
document.addEventListener("htmx:timeout", (event) => asked(event) && tell("offline"));
document.addEventListener("htmx:responseError", (event) => asked(event) && tell("failed"));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap) trouble.hidden = true; // an answer we understand: all is well again
});
trouble.querySelector("[data-close]").addEventListener("click", () => {
  trouble.hidden = true;
});

for (const form of document.querySelectorAll("form[data-forget]")) {
  form.addEventListener("submit", () => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("draft:")) localStorage.removeItem(key);
    }
  });
}

document.addEventListener("click", (event) => {
  const menu = document.querySelector("details.account[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
