// What was copied in Word, Outlook or a page becomes the Markdown of the site: headings, bold, italic, lists, links and
// quotes. It is fetched at the first paste. Turndown writes the Markdown; what only Word does is put right before.
import Turndown from "turndown";

// What somebody wrote beside a text in Word is not of the text.
const REMARKS = ".MsoCommentReference, .MsoCommentText, .msocomtxt, .msocomoff, [href^='#_msocom'], [style*='mso-comment-reference' i], [style*='mso-element:comment' i]";
const NOTHING = "style, script, meta, link, title, head, img, picture, svg, xml, object, del, [style*='mso-hide:all']";
const BLOCKS = "p, div, ul, ol, table, blockquote, h1, h2, h3, h4, h5, h6";

const turndown = new Turndown({ headingStyle: "atx", bulletListMarker: "-", emDelimiter: "*", strongDelimiter: "**", br: "" });
turndown.escape = (words) =>
  words
    .replace(/[\\*`]/g, "\\$&")
    .replace(/(^|\s)_(?=\S)|(\S)_(?=\s|$)/g, "$1$2\\_")
    .replace(/^(\s*)([-+>]|#{1,6})(?=\s)/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])(?=\s)/, "$1\\$2");
turndown.addRule("heading", {
  filter: ["h1", "h2", "h3", "h4", "h5", "h6"],
  replacement: (words, node) => `\n\n${node.nodeName < "H3" ? "###" : "####"} ${words.trim()}\n\n`,
});
turndown.addRule("item", {
  filter: "li",
  replacement(words, node) {
    const list = node.parentNode;
    const place = [...list.children].indexOf(node);
    const sign = list.nodeName === "OL" ? `${Number(list.getAttribute("start") || 1) + place}. ` : "- ";
    const body = words.trim().replace(/\n{2,}/g, "\n").replace(/\n/g, `\n${" ".repeat(sign.length)}`);
    return `${sign}${body}${node.nextElementSibling ? "\n" : ""}`;
  },
});
turndown.addRule("link", {
  filter: (node) => node.nodeName === "A",
  replacement(words, node) {
    const address = node.getAttribute("href") ?? "";
    if (!/^(https?:|mailto:)/i.test(address) || !words.trim()) return words;
    return `[${words.trim().replace(/\s+/g, " ")}](${address.replace(/[\s()<>]/g, encodeURIComponent).replace(/\(/g, "%28").replace(/\)/g, "%29")})`;
  },
});

function rename(node, name) {
  const made = node.ownerDocument.createElement(name);
  made.append(...node.childNodes);
  node.replaceWith(made);
  return made;
}

const unwrap = (node) => node.replaceWith(...node.childNodes);

/** Comments, pictures and empty marks go; every space is one, and a soft hyphen none. */
function sweep(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const node of found) {
    if (node.nodeType === Node.COMMENT_NODE) node.remove();
    else node.data = node.data.replace(/\u00ad|\u200b|\ufeff/g, "").replace(/[\s\u00a0]+/g, " ");
  }
  body.querySelectorAll(`${NOTHING}, ${REMARKS}`).forEach((node) => node.remove());
}

/** Bold and italic that are only a style, and a <b> that is not bold (Google Docs). */
function weigh(body) {
  for (const node of [...body.querySelectorAll("b, strong")]) {
    if (/(^|[;\s])font-weight:\s*(normal|400)/i.test(node.getAttribute("style") ?? "")) unwrap(node);
  }
  for (const node of [...body.querySelectorAll("span[style]")]) {
    const style = node.getAttribute("style");
    let inner = node;
    if (/(^|[;\s])font-weight:\s*(bold|[6-9]00)/i.test(style)) inner = rename(inner, "strong");
    if (!/(^|[;\s])font-style:\s*italic/i.test(style)) continue;
    const italic = body.ownerDocument.createElement("em");
    italic.append(...inner.childNodes);
    inner.append(italic);
  }
  body.querySelectorAll(":is(h1, h2, h3, h4, h5, h6) :is(b, strong, i, em)").forEach(unwrap);
}

/** Word's own names for a title and a quote. */
function nameStyles(body) {
  for (const node of [...body.querySelectorAll("p[class^='Mso']")]) {
    const style = node.className;
    if (/^MsoTitle/.test(style)) rename(node, "h1");
    else if (/^Mso(Intense)?Quote/.test(style)) rename(node, "blockquote");
  }
}

/** Word writes the items of a list as paragraphs, with the level in a style and the sign in the text. */
function makeLists(body) {
  let lists = [];
  let before = null;
  for (const item of [...body.querySelectorAll("[style*='mso-list']")]) {
    const level = Number(/mso-list:\s*\S+\s+level(\d)/i.exec(item.getAttribute("style"))?.[1]);
    if (!level || /^H\d$/.test(item.nodeName)) continue;
    const sign = item.querySelector("[style*='mso-list:Ignore' i], [style*='mso-list: Ignore' i]");
    const kind = /^\(?[\da-z]{1,4}[.)]/i.test(sign?.textContent.trim() ?? "") ? "ol" : "ul";
    sign?.remove();
    if (!before || before !== item.previousElementSibling) lists = [];
    lists.length = Math.min(lists.length, level);
    if (lists.length === level && lists.at(-1).localName !== kind) lists.pop();
    const made = item.ownerDocument.createElement("li");
    while (lists.length < level) {
      const list = item.ownerDocument.createElement(kind);
      const parent = lists.at(-1);
      if (parent) (parent.lastElementChild ?? parent).append(list);
      else item.before(list);
      lists.push(list);
    }
    made.append(...item.childNodes);
    lists.at(-1).append(made);
    item.remove();
    before = lists[0];
  }
}

/** A table becomes a line for each row; one that only gives a page its shape (Outlook) becomes what stands in it. */
function layOutTables(body) {
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    const isShape = table.querySelector("table, ul, ol, h1, h2, h3, h4, h5, h6") || table.rows.length < 2 || table.rows[0].cells.length < 2;
    const rows = [...table.rows].map((row) => {
      const line = row.ownerDocument.createElement(isShape ? "div" : "p");
      [...row.cells].forEach((cell, number) => {
        if (isShape) return line.append(...cell.childNodes);
        cell.querySelectorAll(`:is(${BLOCKS}) + *`).forEach((block) => block.before(" "));
        cell.querySelectorAll(BLOCKS).forEach(unwrap);
        if (number) line.append(" – ");
        line.append(...cell.childNodes);
      });
      return line;
    });
    table.replaceWith(...rows);
  }
}

/** A list within a list that stands beside its item, not in it; and items that are paragraphs. */
function mendLists(body) {
  for (const list of [...body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")]) list.previousElementSibling?.append(list);
  body.querySelectorAll("li > p, li > div").forEach(unwrap);
}

export function toMarkdown(html) {
  const [copied] = html.split(/<!--\s*EndFragment\s*-->/i);
  const { body } = new DOMParser().parseFromString(copied, "text/html");
  sweep(body);
  makeLists(body);
  nameStyles(body);
  weigh(body);
  layOutTables(body);
  mendLists(body);
  return turndown.turndown(body).replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
}
