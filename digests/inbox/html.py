"""HTML of a mail as lines of text. What mail programs mark as quoted stands behind "> ", signatures are left out.

Each sign is looked at a fixed number of times, whatever stands in it: no tree is built, and no expression runs over
more than one tag.
"""

import re
from collections import defaultdict
from html import unescape

QUOTED, DROPPED, LAST = "quoted", "dropped", "last"
"""What a part of a mail may be; LAST: from there on everything is quoted."""

MARKS = {
    "gmail_quote": QUOTED,
    "gmail_quote_container": QUOTED,
    "yahoo_quoted": QUOTED,
    "protonmail_quote": QUOTED,
    "gmail_attr": DROPPED,
    "moz-cite-prefix": DROPPED,
    "gmail_signature": DROPPED,
    "moz-signature": DROPPED,
    "protonmail_signature_block": DROPPED,
    "ms-outlook-mobile-signature": DROPPED,
    "signature": DROPPED,
    "x_signature": DROPPED,
    "divrplyfwdmsg": LAST,
    "x_divrplyfwdmsg": LAST,
    "appendonsend": LAST,
    "x_appendonsend": LAST,
}
"""Classes and ids that Gmail, Yahoo, Thunderbird, Proton and Outlook give to what is not newly written."""

SILENT = frozenset({"head", "style", "script", "title", "template", "noscript"})
NESTED = frozenset({"div", "blockquote"})
BLOCKS = NESTED | {"p", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "section"}
APART = frozenset({"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
"""Before these stands an empty line."""
FIRST = {"li": "- ", "td": " "}
"""What is put before these."""

ATTRIBUTES = 600
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_NAMES = re.compile(r"(?:class|id)\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


def text_of(html: str) -> str:
    """Return the text of a mail that has only HTML."""
    page = _Page()
    first, *pieces = html.split("<")
    page.say(first)
    for piece in pieces:
        page.take(piece)
        if page.is_over:
            break
    return page.finish()


class _Page:
    """What was read so far: finished lines, the line at work, and the marked elements that are open."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.count: dict[str, int] = defaultdict(int)
        self.until = ""
        self.is_over = False

    def take(self, piece: str) -> None:
        """Read what stands between two signs "<": a tag and the text after it, or text."""
        if self.until:
            self._skip(piece)
        elif piece.startswith("!--"):
            _comment, end, after = piece.partition("-->")
            self.until = "" if end else "-->"
            self.say(after)
        else:
            self._tag(piece)

    def _skip(self, piece: str) -> None:
        """Look for the end of a comment or of an element that is not shown."""
        end = "-->" if self.until == "-->" else ">"
        if end == "-->" or piece[: len(self.until)].lower() == self.until:
            _before, found, after = piece.partition(end)
            self.until = "" if found else self.until
            self.say(after)

    def say(self, text: str) -> None:
        if text and not (self.until or self.is_over or self.count[DROPPED]):
            self.line.append(unescape(text))

    def finish(self) -> str:
        self._end_line()
        return "\n".join(self.lines)

    def _tag(self, piece: str) -> None:
        found = _TAG.match(piece)
        attributes, end, text = piece.partition(">")
        if found is None or not end:
            self.say(text if piece[:1] in ("!", "?", "/") else f"<{piece}")
            return
        name = found[2].lower()
        if found[1]:
            self._close(name)
        else:
            self._begin(name, attributes[:ATTRIBUTES])
        self.say(text)

    def _begin(self, name: str, attributes: str) -> None:
        if name in SILENT:
            self.until = f"/{name}"
        if name in BLOCKS or name == "br":
            self._end_line(apart=name in APART, always=name == "br")
        if name in NESTED:
            self._enter(name, attributes)
        if name in FIRST:
            self.line.append(FIRST[name])

    def _enter(self, name: str, attributes: str) -> None:
        mark = _mark_of(attributes) or (QUOTED if name == "blockquote" else "")
        self.is_over = self.is_over or mark == LAST
        self.open.append((name, mark))
        self.count[name] += 1
        self.count[mark] += 1

    def _close(self, name: str) -> None:
        if name in BLOCKS:
            self._end_line(apart=name in APART)
        while name in NESTED and self.count[name]:
            closed, mark = self.open.pop()
            self.count[closed] -= 1
            self.count[mark] -= 1
            if closed == name:
                break

    def _end_line(self, *, apart: bool = False, always: bool = False) -> None:
        words = " ".join("".join(self.line).split()) if self.line else ""
        self.line.clear()
        before = "> " if self.count[QUOTED] else ""
        if words or always:
            self.lines.append(before + words)
        if apart and self.lines and self.lines[-1]:
            self.lines.append("")


def _mark_of(attributes: str) -> str:
    if "=" not in attributes:
        return ""
    names = " ".join("".join(found) for found in _NAMES.findall(attributes)).lower().split()
    return next((MARKS[name] for name in names if name in MARKS), "")
