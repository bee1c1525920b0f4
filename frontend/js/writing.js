// A text area for Markdown gets a toolbar, a preview, and clean text from what is pasted ([data-writing]; the toolbar
// and its words stand in a <template>). Whatever is put into the text can be undone: only insertText does that.
import htmx from "htmx.org";
import { announce } from "./htmx.js";

const AROUND = { bold: "**", italic: "*" };
const BEFORE = { heading: () => "### ", dots: () => "- ", numbers: (number) => `${number}. `, quote: () => "> " };
const BEGINNING = { heading: /^#+ +/, dots: /^[-*+] +/, numbers: /^\d+[.)] +/, quote: /^> ?/ };
const KEYS = { b: "bold", i: "italic", k: "link" };
const RICH = /<(h[1-6]|b|strong|i|em|li|a|blockquote|table|p|div)[\s>]|mso-list|font-weight/i;

/** Put words in place of the selection, as if they were typed. A caret that moved makes it one step to undo. */
function insert(area, words) {
  const { selectionStart, selectionEnd } = area;
  area.focus();
  area.setSelectionRange(0, 0);
  area.setSelectionRange(selectionStart, selectionEnd);
  if (document.execCommand(words ? "insertText" : "delete", false, words)) return;
  area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function replace(area, from, to, words) {
  area.setSelectionRange(from, to);
  insert(area, words);
}

function select(area, from, length) {
  area.setSelectionRange(from, from + length);
}

/** How many of this sign stand before a place, or after it: three stars are bold and italic. */
const starsBefore = (text) => /\**$/.exec(text)[0].length;
const starsAfter = (text) => /^\**/.exec(text)[0].length;

/** Put signs around the words, or take those that stand there away. */
function surround(area, sign) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const [, before, words] = /^(\s*)([^]*?)\s*$/.exec(value.slice(start, end));
  const from = start + before.length;
  const to = from + words.length;
  const stars = Math.min(starsBefore(value.slice(0, from)), starsAfter(value.slice(to)));
  if (sign.length === 2 ? stars >= 2 : stars % 2) {
    replace(area, from - sign.length, to + sign.length, words);
    return select(area, from - sign.length, words.length);
  }
  replace(area, from, to, sign + words + sign);
  select(area, from + sign.length, words.length);
}

/** Begin each line with a sign, or take it away where all have it; another one makes place. */
function begin(area, mark) {
  const { value, selectionStart, selectionEnd } = area;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart ? 1 : 0), from));
  const to = next < 0 ? value.length : next;
  const lines = value.slice(from, to).split("\n");
  const full = lines.filter((line) => line.trim());
  const has = full.length > 0 && full.every((line) => BEGINNING[mark].test(line));
  let number = 0;
  const bare = (line) => Object.values(BEGINNING).reduce((rest, sign) => rest.replace(sign, ""), line);
  const changed = lines.map((line) => {
    if (!line.trim() && lines.length > 1) return line;
    return has ? line.replace(BEGINNING[mark], "") : BEFORE[mark](++number) + bare(line);
  });
  const words = changed.join("\n");
  replace(area, from, to, words);
  if (lines.length > 1) select(area, from, words.length);
}

/** Make a link; what has to be filled in is selected. */
function link(area) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const chosen = value.slice(start, end).trim();
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const address = isAddress ? chosen : "https://";
  insert(area, `[${isAddress ? "" : chosen}](${address})`);
  if (isAddress || !chosen) select(area, start + 1, 0);
  else select(area, start + chosen.length + 3, address.length);
}

function press(area, mark) {
  if (AROUND[mark]) surround(area, AROUND[mark]);
  else if (BEFORE[mark]) begin(area, mark);
  else link(area);
}

// --- the preview ---------------------------------------------------------------------------------------------------

async function fetchPreview(area, button) {
  const body = new FormData();
  body.set("text", area.value);
  body.set("csrfmiddlewaretoken", area.form.querySelector("[name=csrfmiddlewaretoken]").value);
  try {
    const answer = await fetch(button.dataset.preview, { method: "POST", body, redirect: "error" });
    if (answer.status >= 500) throw new Error(answer.status);
    return { html: await answer.text(), said: answer.ok ? button.dataset.ready : "" };
  } catch {
    return { html: "", said: button.dataset.failed };
  }
}

async function show(area, bar, button, panel) {
  const { html, said } = await fetchPreview(area, button);
  if (html) panel.innerHTML = html;
  else panel.textContent = said;
  turn(area, bar, button, panel, true);
  announce(said || panel.textContent.trim());
}

function turn(area, bar, button, panel, on) {
  if (on) panel.style.setProperty("min-block-size", `${area.offsetHeight}px`);
  button.setAttribute("aria-pressed", on);
  panel.hidden = !on;
  area.hidden = on;
  bar.querySelectorAll("[data-mark]").forEach((one) => { one.hidden = on; });
}

// --- the toolbar ---------------------------------------------------------------------------------------------------

/** One stop of the tab key; the arrow keys go from button to button. */
function rove(bar) {
  const buttons = () => [...bar.querySelectorAll("button:not([hidden])")];
  const stop = (button) => bar.querySelectorAll("button").forEach((one) => { one.tabIndex = one === button ? 0 : -1; });
  stop(buttons()[0]);
  bar.addEventListener("focusin", (event) => stop(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = buttons();
    const here = all.indexOf(document.activeElement);
    const to = { ArrowRight: (here + 1) % all.length, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all.at(to).focus();
  });
}

function paste(event, area, address) {
  const html = event.clipboardData.getData("text/html");
  const plain = event.clipboardData.getData("text/plain");
  if (!RICH.test(html)) return;
  event.preventDefault();
  const clean = import(address).then(({ toMarkdown }) => toMarkdown(html) || plain).catch(() => plain);
  clean.then((words) => {
    const before = area.value.slice(0, area.selectionStart);
    insert(area, words.includes("\n") && before.trim() && !before.endsWith("\n") ? `\n\n${words}` : words);
  });
}

function equip(place) {
  const area = place.querySelector("textarea");
  const tools = place.querySelector("template");
  if (!tools || place.dataset.writing) return;
  place.dataset.writing = "on";
  const part = tools.content.cloneNode(true);
  const bar = part.querySelector("[role=toolbar]");
  const panel = part.querySelector("[role=region]");
  const preview = bar.querySelector("[data-preview]");
  area.before(bar, panel);
  rove(bar);
  bar.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-mark]")?.dataset.mark;
    if (mark) return press(area, mark);
    if (!event.target.closest("[data-preview]")) return;
    if (area.hidden) {
      turn(area, bar, preview, panel, false);
      announce(preview.dataset.written);
    } else show(area, bar, preview, panel);
  });
  area.addEventListener("keydown", (event) => {
    const mark = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
    if (!mark) return;
    event.preventDefault();
    press(area, mark);
  });
  area.addEventListener("paste", (event) => paste(event, area, preview.dataset.paste));
}

htmx.onLoad((root) => root.querySelectorAll("[data-writing]").forEach(equip));
