import htmx from "htmx.org";

// A form is sent once. The buttons are marked, not disabled, so that the pressed one is still sent along.
const SENT = "sent";
const buttons = (form) => form.querySelectorAll("button:not([type=button]), input[type=submit]");

function mark(form, sent) {
  form.toggleAttribute(`data-${SENT}`, sent);
  for (const button of buttons(form)) {
    if (sent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "repeatable" in form.dataset) return;
  if (SENT in form.dataset) return event.preventDefault();
  setTimeout(() => { if (!event.defaultPrevented) mark(form, true); });
});

// The back button may bring the page back as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll(`form[data-${SENT}]`).forEach((form) => mark(form, false));
});

htmx.onLoad((root) => root.querySelector("[data-error-summary]")?.focus());

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-error-summary] a[href^='#']")) return;
  const field = document.querySelector(event.target.closest("a").hash);
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea"))?.focus();
});
