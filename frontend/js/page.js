// Dialogs, "copy link", panels that stand open on a wide screen, and menus that close by themselves.
import { announce } from "./htmx.js";

async function copy(button) {
  await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
  const done = button.parentElement.querySelector("[data-copied]");
  done.hidden = false;
  announce(done.textContent.trim());
  setTimeout(() => { done.hidden = true; }, 4000);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  if (event.target.closest("[data-print]")) print();
  for (const menu of document.querySelectorAll(".initiate-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".initiate-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A link to a group of choices leads to the first of them, as a link to a field leads into it.
const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (named && named.matches("fieldset, [role=group], div:has(> .initiate-option)")) named.querySelector("input")?.focus();

// On paper nothing is folded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("main details:not([open])")].filter((one) => !one.closest(".no-print"));
  folded.forEach((one) => { one.open = true; });
});
addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));

if (navigator.clipboard) {
  document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
}
if (matchMedia("(min-width: 48rem)").matches) {
  document.querySelectorAll("details[data-open-wide]").forEach((panel) => { panel.open = true; });
}
document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
