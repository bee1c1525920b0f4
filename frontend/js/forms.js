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

const summary = document.querySelector("[data-error-summary]");
summary?.focus();
summary?.addEventListener("click", (event) => {
  const field = document.querySelector(event.target.closest("a[href^='#']")?.hash || null);
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea"))?.focus();
});
