// htmx, and what it leaves to us: keep the focus and tell a screen reader what changed.
import htmx from "htmx.org";

window.htmx = htmx;

const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.append(live);

export function announce(text) {
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 50);
}

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const said = part.closest("[data-announce]") ?? part.querySelector("[data-announce]");
  if (said) announce(said.dataset.announce);
  const stop = part.matches("[data-focus]") ? part : part.querySelector("[data-focus]");
  (stop?.querySelector("textarea, select, input:not([type=hidden])") ?? stop)?.focus();
});

// A refused form (422) and a conflict (409) are pages to show, not failures.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (![409, 422].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// What could not be fetched is asked for as a page: that says what is wrong and what to do.
document.addEventListener("htmx:responseError", followed);
document.addEventListener("htmx:sendError", followed);

function followed(event) {
  const link = event.detail.elt.closest("a[href]");
  if (link) location.assign(link.href);
}
