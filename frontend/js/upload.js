// A file is dropped or chosen, refused here when it is too large or of another kind, and sent with progress
// ([data-upload], `_file_upload.html`). It is the same POST as without a script; only a redirect is told in a header
// (`initiate.middleware.told_redirect`), so that the next page opens with its messages.
import htmx from "htmx.org";
import { announce } from "./htmx.js";

const KILO = 1000;
const size = (bytes) => {
  const [share, unit] = bytes < KILO * KILO ? [bytes / KILO, "kB"] : [bytes / KILO / KILO, "MB"];
  return `${share.toLocaleString(document.documentElement.lang, { maximumFractionDigits: share < 10 ? 1 : 0 })} ${unit}`;
};

class Upload {
  constructor(place) {
    this.place = place;
    this.input = place.querySelector("input[type=file]");
    this.form = this.input.form;
    this.words = place.dataset;
    for (const name of ["drop", "chosen", "refused", "sending"]) this[name] = place.querySelector(`[data-${name}]`);
    this.drop.hidden = false;
    this.input.addEventListener("change", () => this.look());
    this.chosen.addEventListener("click", (event) => event.target.closest("button") && this.remove());
    this.sending.querySelector("button").addEventListener("click", () => this.request?.abort());
    this.listenForFiles();
    this.form?.addEventListener("submit", (event) => this.submit(event));
  }

  listenForFiles() {
    const over = (event, on) => {
      if (on && !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.place.toggleAttribute("data-over", on);
    };
    this.place.addEventListener("dragover", (event) => over(event, true));
    this.place.addEventListener("dragleave", (event) => over(event, false));
    this.place.addEventListener("drop", (event) => {
      over(event, false);
      if (event.dataTransfer.files.length) this.take(event.dataTransfer.files);
    });
  }

  /** Put a file in the real field, as if it was chosen there; one, as the field takes no more. */
  take(files) {
    const taken = new DataTransfer();
    taken.items.add(files[0]);
    this.input.files = taken.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  why(file) {
    const kinds = this.input.accept.split(",").filter(Boolean);
    const name = file.name.toLowerCase();
    if (kinds.length && !kinds.some((kind) => name.endsWith(kind))) return this.words.wrong.replace("{kinds}", kinds.join(", "));
    const most = Number(this.input.dataset.most);
    return most && file.size > most ? this.words.large.replace("{most}", size(most)) : "";
  }

  look() {
    const file = this.input.files[0];
    const why = file ? this.why(file) : "";
    this.refused.hidden = !why;
    this.refused.querySelector("span").textContent = why ? `${file.name}: ${why}` : "";
    if (why) this.input.value = "";
    const isTaken = file && !why;
    this.chosen.hidden = !isTaken;
    this.drop.hidden = !!isTaken;
    if (!isTaken) return;
    this.chosen.querySelector("[data-name]").textContent = file.name;
    this.chosen.querySelector("[data-size]").textContent = size(file.size);
    announce(`${this.words.taken} ${file.name}, ${size(file.size)}`);
  }

  remove() {
    this.input.value = "";
    this.look();
    announce(this.words.removed);
    this.input.focus();
  }

  submit(event) {
    if (event.defaultPrevented || this.request) return event.preventDefault();
    if (!this.input.files.length) return;
    event.preventDefault();
    const data = new FormData(this.form);
    if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
    this.send(data);
  }

  send(data) {
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", this.form.action);
    request.setRequestHeader("X-Upload", "progress");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) this.tell(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.stop(this.words.failed));
    request.addEventListener("abort", () => this.stop(this.words.stopped));
    this.tell(0);
    this.sending.hidden = false;
    announce(this.words.begun);
    request.send(data);
  }

  tell(percent) {
    this.sending.querySelector("progress").value = percent;
    this.sending.querySelector("output").textContent = `${percent}%`;
  }

  answered(request) {
    const next = request.getResponseHeader("X-Location");
    this.tell(100);
    if (next) {
      announce(this.words.done);
      return location.assign(next);
    }
    if (![200, 409, 422].includes(request.status)) return this.stop(this.words.failed);
    const [file] = this.input.files;
    const name = this.input.name;
    htmx.swap("#inhoud", request.responseText, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 }, { select: "#inhoud" });
    keepFile(name, file);
    if (!document.querySelector("#inhoud [data-error-summary]")) document.getElementById("inhoud").focus();
  }

  stop(said) {
    this.request = null;
    this.sending.hidden = true;
    this.refused.hidden = false;
    this.refused.querySelector("span").textContent = said;
    announce(said);
    this.input.focus();
  }
}

/** A form that came back for another reason keeps the file too. */
function keepFile(name, file) {
  const place = document.querySelector("#inhoud [data-upload]");
  const input = place?.querySelector("input[type=file]");
  if (input?.name !== name || input.getAttribute("aria-invalid") === "true") return;
  uploads.get(place)?.take([file]);
  document.querySelectorAll("[data-choose-again]").forEach((line) => { line.hidden = true; });
}

const uploads = new WeakMap();

htmx.onLoad((root) => {
  for (const place of root.querySelectorAll("[data-upload]")) if (!uploads.has(place)) uploads.set(place, new Upload(place));
});
