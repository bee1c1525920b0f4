"""The design language with its states (`/ontwerp/`): what is built into the style sheet, and values for each part.

The parts themselves are the templates that every page includes; here are only examples of what they take. What a
person would write stands here in Dutch, as in the demo; nothing is read from the database.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.figures import Table
from challenges.rules import PATH, Stage
from initiate.forms import MarkdownArea
from regions import files
from regions.filters import FilterQuery
from regions.models import Visibility
from regions.models.contribution import VISIBILITY_WORDS
from regions.paging import Piece
from regions.tiles import Tile, by_province, outlines

GROUPS = (
    ("kleuren", gettext_lazy("Colours"), "design/_colours.html"),
    ("tekst", gettext_lazy("Text and space"), "design/_text.html"),
    ("pictogrammen", gettext_lazy("Icons"), "design/_icons.html"),
    ("knoppen", gettext_lazy("Buttons and links"), "design/_buttons.html"),
    ("meldingen", gettext_lazy("What the site tells"), "design/_messages.html"),
    ("labels", gettext_lazy("Labels and people"), "design/_labels.html"),
    ("challenge", gettext_lazy("What a challenge is made of"), "design/_challenge.html"),
    ("lijsten", gettext_lazy("Lists"), "design/_lists.html"),
    ("wegwijzers", gettext_lazy("Finding the way"), "design/_ways.html"),
    ("formulieren", gettext_lazy("Forms"), "design/_forms.html"),
    ("kaart", gettext_lazy("Map and figures"), "design/_figures.html"),
)
"""Anchor, title and template of each group, in the order of the page."""

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HERE = "#inhoud"


# --- what the style sheet holds -------------------------------------------------------------------------


@dataclass(frozen=True)
class Colour:
    name: str
    value: str

    @property
    def contrast(self) -> float:
        """The contrast to white, from 1 to 21, as WCAG 2.2 counts it."""
        red, green, blue = (_linear(int(self.value[place : place + 2], 16) / 255) for place in (1, 3, 5))
        return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)

    @property
    def use(self) -> str:
        """What it may be on white: 4.5 is asked of text, 3 of lines, icons and large text."""
        if self.contrast >= 4.5:
            return _("text on white")
        return _("lines and large text on white") if self.contrast >= 3 else _("a background")


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


@cache
def _built(name: str) -> str:
    path = finders.find(f"vendor/{name}")
    return Path(path).read_text(encoding="utf-8") if path else ""


def palette() -> dict[str, list[Colour]]:
    """Return the colours that the style sheet uses, by family, from light to dark."""
    found = re.findall(r"--voorbeeld-kleuren-(([a-z]+)-(\d+)):(#[0-9a-f]{6})\b", _built("initiate.css"))
    families: dict[str, list[Colour]] = {}
    for name, family, _step, value in sorted(found, key=lambda row: (row[1], int(row[2]))):
        families.setdefault(family, []).append(Colour(name, value))
    return families


def sizes() -> list[tuple[str, int]]:
    """Return the steps of the spacing scale in pixels, the smallest first."""
    found = re.findall(r"--basis-space-block-(\w+):(\d+)px", _built("initiate.css"))
    return sorted(((name, int(size)) for name, size in found), key=lambda step: step[1])


def icons() -> list[str]:
    return re.findall(r'<symbol id="([\w-]+)"', _built("icons.svg"))


# --- forms, filters and figures -------------------------------------------------------------------------


class SampleForm(forms.Form):
    """A field of each kind."""

    title = forms.CharField(label=gettext_lazy("Title"), help_text=gettext_lazy("Short and concrete."))
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=[("", "–"), *Stage.choices])
    text = forms.CharField(
        label=gettext_lazy("The question"),
        widget=MarkdownArea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("Do not give details by which a resident can be recognised."),
    )
    on = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=forms.FileInput(attrs=files.picker(files.MOST_BYTES))
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who can read this"), choices=Visibility.choices, widget=forms.RadioSelect
    )
    stages = forms.MultipleChoiceField(
        label=gettext_lazy("Stages"), choices=Stage.choices[:3], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label=gettext_lazy("I read this"))
    region = forms.CharField(label=gettext_lazy("Region"), initial="Utrecht", disabled=True)


class LineForm(forms.Form):
    """One of a row of small forms."""

    line = forms.CharField(label=gettext_lazy("Title"))


class SampleQuery(FilterQuery):
    """A query string with two filters."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False)
    fase = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, required=False)


def tiles() -> list[Tile]:
    """Return a small country: no region, one region and two in one province, in two rows of four."""
    region = [{"pk": pk, "name": name, "slug": name.lower()} for pk, name in enumerate(("Utrecht", "Achterhoek"))]
    names = ("Aalten", "Baarn", "Doetinchem", "Houten", "Utrecht", "Winterswijk", "Woerden", "Zeist")
    return [
        Tile(name, _("Example"), 40_000, (number % 4, number // 4), tuple(region[: number % 3]))
        for number, name in enumerate(names)
    ]


def figures() -> Table:
    rows: list[tuple[str, list[int | None]]] = [("2026-1", [4, 2]), ("2026-2", [7, 3]), ("2026-3", [5, None])]
    return Table("voorbeeld", _("Challenges by quarter"), _("Quarter"), [_("Challenges"), "Prototypes"], rows)


# --- what each part takes -------------------------------------------------------------------------------


def examples() -> dict[str, Any]:
    """Return the context of the page."""
    country = tiles()
    return {
        "groups": GROUPS,
        "here": HERE,
        "palette": palette(),
        "sizes": sizes(),
        "icons": icons(),
        "stages": [(stage.value, stage.label) for stage in Stage],
        "bar": [(stage.value, stage.label, state) for stage, state in zip(PATH, BAR, strict=True)],
        "private": list(VISIBILITY_WORDS.items()),
        "fields": SampleForm(prefix="leeg"),
        "wrong": SampleForm({"fout-title": "Schuld"}, prefix="fout"),
        "lines": forms.formset_factory(LineForm, extra=2)(prefix="punten"),
        "draft": {"draft_page": "", "draft_seen": ""},
        "query": SampleQuery.read(QueryDict("q=schulden&fase=pilot")),
        "page": Paginator(range(95), 10).get_page(4),
        "piece": Piece("leden", [], 2, has_next=True, is_alone=True),
        "provinces": by_province(country),
        "borders": "".join(outlines(country)),
        "table": figures(),
        **SAMPLES,
    }


BAR = ("done", "done", "current", "todo", "todo", "todo")

CARD: Mapping[str, Any] = {
    "title": "Eerder zien dat een gezin geldzorgen heeft",
    "summary": "Hoe ziet een wijkteam beginnende schulden, zonder dat inwoners zich bekeken voelen?",
    "stage": Stage.MAKING,
    "get_stage_display": Stage.MAKING.label,
    "get_absolute_url": HERE,
    "region": {"name": "Utrecht"},
    "prototype_count": 2,
    "comment_count": 4,
    "follower_count": 12,
    "published_at": AT,
    "last_activity_at": AT,
}

SAMPLES: Mapping[str, Any] = {
    "card": CARD,
    "closed_card": {
        **CARD,
        "title": "Wachttijden in de jeugd-GGZ",
        "stage": Stage.STOPPED,
        "get_stage_display": Stage.STOPPED.label,
        "is_example": True,
        "visibility": Visibility.TEAM,
        "visibility_words": VISIBILITY_WORDS[Visibility.TEAM],
    },
    "person": {"name": "Fatima de Vries", "function": "beleidsadviseur"},
    "cycles": [
        {"label": "Prototype 1", "text": "Een brief in gewone taal", "at": AT, "url": HERE, "kind": "prototype"},
        {"label": "Testronde", "text": "Vijf collega’s", "at": AT, "kind": "round", "no_resident": True},
        {"label": "Prototype 2", "text": "Een gesprek aan de balie", "at": AT, "kind": "prototype"},
        {"label": "Testronde", "text": "Zes inwoners", "kind": "round", "verdict": "Verder", "current": True},
    ],
    "lines_of_time": [
        {"icon": "flask", "text": "voegde een prototype toe", "at": AT, "url": HERE, "by": "Fatima de Vries"},
        {"icon": "message-circle", "text": "Er is een reactie", "at": AT, "notes": ["Wij doen mee in Zeist."]},
    ],
    "tasks": [
        {"label": "De vraag", "url": HERE, "done": True},
        {"label": "Voor wie is het?", "url": HERE, "hint": "Een of twee zinnen"},
        {"label": "Bestanden"},
    ],
    "news": {
        "contribution": CARD,
        "at": AT,
        "lines": ["Fatima de Vries plaatste een prototype.", "Er zijn 2 reacties."],
        "more": 3,
    },
    "facts": [("Regio", "Utrecht"), ("Gemeente", "Zeist"), ("Zoekt", "een testplek")],
    "files": [
        {"name": "verslag-testronde.pdf", "url": HERE, "size": 182_000, "kind": "PDF"},
        {"name": "een-heel-lange-naam-van-een-bestand-dat-niemand-korter-maakte.docx", "url": HERE, "size": 2_400_000},
    ],
    "tabs": [
        {"label": "Leden", "url": HERE, "current": True, "count": 12},
        {"label": "Organisaties", "url": HERE, "count": 3},
        {"label": "Cijfers", "url": HERE},
    ],
    "theirs": [("Titel", "Eerder zien dat een gezin geldzorgen heeft"), ("De vraag", "Wat zei de school?")],
    "typed": ["Een lange reactie die niemand twee keer wil typen."],
    "refused": {"is_refused": True, "email": "fatima@gemeente.example"},
}
