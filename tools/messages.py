"""The catalogue of Dutch words: msgids are English and stand in the code, locale/nl gives the Dutch.

    python tools/messages.py extract            take up new msgids, keep what is translated, drop what is gone
    python tools/messages.py check              exit 1 where the catalogue is not complete
    python tools/messages.py compile            make the .mo file
    python tools/messages.py merge FILE.json…   fill in translations: {msgid: msgstr}

In a JSON file a plural is {msgid: {"plural": …, "0": …, "1": …}}, a context stands before the msgid, with \\u0004.
Babel reads Python, Django's own templatize reads templates: no gettext on the system.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE = Path(__file__).resolve().parent.parent
PO = BASE / "locale" / "nl" / "LC_MESSAGES" / "django.po"
ROOMS = ["accounts", "regions", "challenges", "digests", "initiate", "templates"]
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
STIFF = re.compile(
    r"\b(?:je|jij|jou|jouw|jullie|middels|teneinde|dient te|inzake|indien|reeds|tevens|conform|ten behoeve|betreffende"
    r"|alsmede|derhalve|kabinet|secretaris|deelnemers?)\b|\w'\w| {2}",
    re.IGNORECASE,
)
"""What no screen says: familiar or stiff words, words that mean something else in this field, a straight apostrophe."""
LONGEST = 26
"""So many words a sentence may have, a list of examples included."""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


# --- what the code says ---------------------------------------------------------------------------------


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((BASE / room).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def as_python(path: Path) -> bytes:
    """The source, or the calls that a template comes down to, without the indentation that means nothing there."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    return text.encode()


def extracted() -> Catalog:
    found = Catalog()
    for path in sources():
        try:
            for line, message, comments, context in extract(
                "python", BytesIO(as_python(path)), KEYWORDS, ["Translators:"]
            ):
                place = (str(path.relative_to(BASE)), line)
                found.add(message, locations=[place], auto_comments=comments, context=context)
        except (SyntaxError, ValueError) as error:
            sys.exit(f"{path}: {error}")
    return found


# --- the catalogue --------------------------------------------------------------------------------------


def catalogue() -> Catalog:
    if not PO.exists():
        return Catalog(
            "nl", header_comment="# The Dutch words.", project="Initiate", version="1", last_translator="", fuzzy=False
        )
    with PO.open("rb") as file:
        return read_po(file, locale="nl")


def save(words: Catalog) -> None:
    # The history is in git: a date in the file would only be a conflict in each merge.
    words.creation_date = words.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, words, sort_output=True, ignore_obsolete=True, include_lineno=False, width=110)


def key(message: Message) -> tuple[str | None, Any]:
    return message.context, message.id


def take_up() -> None:
    words = catalogue()
    words.update(extracted(), no_fuzzy_matching=True)
    save(words)
    print(f"{PO.relative_to(BASE)}: {len(words)} messages, {sum(not done(message) for message in words)} to translate")


def merge(files: list[str]) -> None:
    words = catalogue()
    words.update(extracted(), no_fuzzy_matching=True)
    by_id = {(m.context, m.id[0] if m.pluralizable else m.id): m for m in words if m.id}
    for name in files:
        for text, translation in json.loads(Path(name).read_text(encoding="utf-8")).items():
            context, _, msgid = text.rpartition("\x04")
            message = by_id.get((context or None, msgid))
            if message is None:
                print(f"{name}: not in the code: {text!r}")
                continue
            message.flags.discard("fuzzy")
            if isinstance(translation, dict):
                message.string = (translation["0"], translation["1"])
            else:
                message.string = translation
    save(words)


# --- what is wrong with it ------------------------------------------------------------------------------


def done(message: Message) -> bool:
    strings = message.string if message.pluralizable else (message.string,)
    return not message.id or (not message.fuzzy and len(strings) == (2 if message.pluralizable else 1) and all(strings))


def placeholders_agree(message: Message) -> bool:
    """Each form names what the msgid names; a singular may leave its number out."""
    ids = message.id if message.pluralizable else (message.id,)
    strings = message.string if message.pluralizable else (message.string,)
    asked = [set(PLACEHOLDER.findall(text)) for text in ids]
    given = [set(PLACEHOLDER.findall(text)) for text in strings]
    return given[-1] == asked[-1] and given[0] <= set.union(*asked)


def out_of_sight() -> Iterator[str]:
    """Words within an f-string, which Babel does not find before Python 3.12."""
    for path in (path for path in sources() if path.suffix == ".py"):
        strings = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr)]
        calls = [node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)]
        for call in calls:
            if isinstance(call.func, ast.Name) and (call.func.id == "_" or call.func.id in KEYWORDS):
                yield f"within an f-string: {path.relative_to(BASE)}, line {call.lineno}"


def problems() -> Iterator[str]:
    words, found = catalogue(), extracted()
    known = {key(message): message for message in words if message.id}
    asked = {key(message) for message in found if message.id}
    yield from out_of_sight()
    yield from (f"not in the catalogue: {msgid!r}" for _, msgid in asked - known.keys())
    yield from (f"no longer in the code: {msgid!r}" for _, msgid in known.keys() - asked)
    for (_, msgid), message in known.items():
        if not done(message):
            yield f"not translated: {msgid!r}"
        elif not placeholders_agree(message):
            yield f"placeholders differ: {msgid!r} and {message.string!r}"
        yield from not_plain(message)


def not_plain(message: Message) -> Iterator[str]:
    """Say where the Dutch is not what one would say to a neighbour: short, with "u", in the words of this product."""
    for text in message.string if message.pluralizable else (message.string,):
        yield from (f"not plain, {word[0]!r}: {text!r}" for word in STIFF.finditer(text))
        for sentence in re.split(r"(?<=[.?!:])\s", text):
            if len(sentence.split()) > LONGEST:
                yield f"more than {LONGEST} words: {sentence!r}"


def check() -> None:
    wrong = sorted(problems())
    print("\n".join(wrong) or "The catalogue is complete.")
    if wrong:
        sys.exit(f"{len(wrong)} problems; `make messages` takes up what is new.")


def compile_messages() -> None:
    """Make the .mo file under another name first: a running web process never reads half of one."""
    words, new = catalogue(), PO.with_suffix(".new")
    with new.open("wb") as file:
        write_mo(file, words)
    new.rename(PO.with_suffix(".mo"))


def main() -> None:
    match sys.argv[1:]:
        case ["extract"]:
            take_up()
        case ["merge", *files] if files:
            merge(files)
        case ["check"]:
            check()
        case ["compile"]:
            compile_messages()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
