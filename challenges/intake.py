"""Challenges from a file as Dutch Excel writes it: read, checked line by line, then brought in all at once.

docs/import.md describes the columns. UTF-8 or Windows-1252, comma or semicolon.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from challenges.models import Challenge, Seeking
from challenges.rules import Stage
from regions.forms import TextForm
from regions.models import Membership, Municipality, Region, Theme, Visibility
from regions.models.contribution import VISIBILITY_WORDS
from regions.text import decoded, tidy

NEEDED = ("sleutel", "titel", "regio", "auteur", "samenvatting", "vraag")
OPTIONAL = (
    "gemeente", "voor_wie", "verbetering", "meedoen", "thema", "tags", "zoekt", "fase", "reden", "zichtbaarheid",
    "datum", "voorbeeld",
)  # fmt: skip
COLUMNS = (*NEEDED, *OPTIONAL)
MOST = 200
"""So many challenges a moderator brings in at a time."""
VISIBILITY = {
    "": Visibility.PUBLIC,
    "openbaar": Visibility.PUBLIC,
    "netwerk": Visibility.NETWORK,
    "regio": Visibility.REGION,
    "team": Visibility.TEAM,
}
NOON = time(12)


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong: the line in the file (heading row = 1), the column where it is one, and why."""

    line: int
    column: str
    why: str

    def __str__(self) -> str:
        where = _("line %(line)s, %(column)s") if self.column else _("line %(line)s")
        return f"{where % {'line': self.line, 'column': self.column}}: {self.why}"


@dataclass
class Intake:
    """What a file holds: lines that can be brought in, keys that are there already, and everything that is wrong."""

    lines: list["LineForm"] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @transaction.atomic
    def bring_in(
        self, shift: timedelta = timedelta(0), *, importer: Person | None = None, without_wrong: bool = False
    ) -> list[Challenge]:
        """Make all challenges, or none; `shift` moves their dates, `without_wrong` leaves out what is wrong.

        Raises ValueError while something is wrong. What somebody else brought in since this was read is left alone.
        """
        if self.wrong and not without_wrong:
            raise ValueError(self.wrong)
        regions = {line.cleaned_data["regio"].pk for line in self.lines}
        # One at a time in a region; it does not keep others from posting there.
        list(Region.objects.select_for_update(no_key=True).filter(pk__in=regions).order_by("pk"))
        known = known_keys(line.import_key for line in self.lines)
        return [line.bring_in(shift, importer) for line in self.lines if line.import_key not in known]


def known_keys(keys: Iterable[str]) -> set[str]:
    """Return which of these were brought in before."""
    found = Challenge.objects.filter(import_key__in=list(keys)).values_list("import_key", flat=True)
    return {key for key in found if key}


Cells = tuple[int, dict[str, str]]
"""A line: its number in the file, and its cells by the name of the column."""


class Around:
    """What the cells of a file can name, fetched at once: regions, places, themes, and members by their address."""

    def __init__(self, rows: list[Cells], region: Region | None) -> None:
        self.is_of_moderator = region is not None
        self.regions = [region] if region else list(Region.objects.all())
        self.themes = {theme.slug: theme for theme in Theme.objects.all()}
        places = Municipality.objects.only("code", "name")
        self.places = {name.lower(): place for place in places for name in (place.code, place.name)}
        emails = {cells["auteur"].lower() for _number, cells in rows}
        active = Membership.objects.active().filter(person__email__in=emails, region__in=self.regions)
        self.members = {(row.person.email, row.region_id): row.person for row in active.select_related("person")}

    def region_called(self, name: str) -> Region | None:
        return next((one for one in self.regions if name.lower() in (one.slug, one.name.lower())), None)

    def key_of(self, cells: Mapping[str, str]) -> str:
        """Return the key under which this line would stand; empty where its region is not known."""
        region = self.region_called(cells["regio"])
        return f"{region.pk}:{cells['sleutel']}" if region else ""


class ListField(forms.CharField):
    """Several values in one cell, separated by commas or bars."""

    def to_python(self, value: Any) -> Any:
        parts = (super().to_python(value) or "").replace("|", ",").split(",")
        return [part.strip() for part in parts if part.strip()]


class ChoiceListField(ListField):
    def __init__(self, choices: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = choices

    def validate(self, value: Any) -> None:
        super().validate(value)
        for part in value:
            if part not in self.allowed:
                allowed = ", ".join(self.allowed)
                raise forms.ValidationError(_("“%s” is not known. Use: %s.") % (part, allowed))


class OneOfField(forms.CharField):
    """One of some words; the error says which."""

    def __init__(self, allowed: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and value not in self.allowed:
            raise forms.ValidationError(_("“%s” is not known. Use: %s.") % (value, ", ".join(self.allowed)))


class LineForm(TextForm):
    """One line of the file; the names of the fields are those of the columns."""

    sleutel = forms.CharField(max_length=80)
    titel = forms.CharField(max_length=140)
    regio = forms.CharField(max_length=80)
    gemeente = forms.CharField(max_length=60, required=False)
    auteur = forms.EmailField()
    samenvatting = forms.CharField(max_length=300)
    vraag = forms.CharField(max_length=10_000)
    voor_wie = forms.CharField(max_length=5_000, required=False)
    verbetering = forms.CharField(max_length=5_000, required=False)
    meedoen = forms.CharField(max_length=5_000, required=False)
    thema = ListField(required=False)
    tags = ListField(required=False, max_length=300)
    zoekt = ChoiceListField(list(Seeking.values), required=False)
    fase = OneOfField(list(Stage.values), required=False)
    reden = forms.CharField(max_length=5_000, required=False)
    zichtbaarheid = OneOfField([name for name in VISIBILITY if name], required=False)
    datum = forms.DateField(
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
        required=False,
        error_messages={"invalid": gettext_lazy("This is not a date. Write 2026-11-22 or 22-11-2026.")},
    )
    voorbeeld = forms.ChoiceField(choices=[("", ""), ("ja", "ja"), ("nee", "nee")], required=False)

    def __init__(self, data: Mapping[str, str], *, number: int, around: Around) -> None:
        super().__init__(data)
        self.number = number
        self.around = around

    @property
    def import_key(self) -> str:
        """The key within its region: other regions number their challenges too."""
        return f"{self.cleaned_data['regio'].pk}:{self.cleaned_data['sleutel']}"

    @property
    def stage_label(self) -> str:
        return str(Stage(self.cleaned_data["fase"] or Stage.IDEA).label)

    @property
    def readers(self) -> str:
        """Who can read it, in two words."""
        return str(VISIBILITY_WORDS[VISIBILITY[self.cleaned_data["zichtbaarheid"]]])

    def clean_regio(self) -> Region:
        name = self.cleaned_data["regio"]
        region = self.around.region_called(name)
        if region is None:
            known = ", ".join(region.slug for region in self.around.regions)
            raise forms.ValidationError(_("“%s” is not a region for this file. Use: %s.") % (name, known))
        return region

    def clean_gemeente(self) -> Municipality | None:
        name = self.cleaned_data["gemeente"]
        found = self.around.places.get(name.lower())
        if name and found is None:
            raise forms.ValidationError(_("“%s” is not a municipality of 2026.") % name)
        return found

    def clean_fase(self) -> str:
        stage: str = self.cleaned_data["fase"]
        if stage == Stage.SCALING and self.around.is_of_moderator:
            raise forms.ValidationError(_("For this stage the national portfolio meeting decides. Choose another one."))
        return stage

    def clean_thema(self) -> list[Theme]:
        names = [name.lower() for name in self.cleaned_data["thema"]]
        themes = self.around.themes
        unknown = [name for name in names if name not in themes]
        if unknown:
            raise forms.ValidationError(_("“%s” is not known. Use: %s.") % (unknown[0], ", ".join(themes)))
        return [themes[name] for name in names]

    def clean_datum(self) -> date:
        day: date = self.cleaned_data["datum"] or timezone.localdate()
        if day > timezone.localdate():
            raise forms.ValidationError(_("This date is in the future. Fill in today or an earlier day."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("fase") in (Stage.PARKED, Stage.STOPPED) and not cleaned.get("reden"):
            self.add_error("reden", _("A challenge that is parked or stopped needs the reason or the lesson."))
        if cleaned.get("auteur") and cleaned.get("regio"):
            cleaned["auteur"] = self._author(cleaned["auteur"], cleaned["regio"])
        return cleaned

    def _author(self, email: str, region: Region) -> Person | None:
        """Return the member with this address; whether somebody else has an account with it is told nobody."""
        author = self.around.members.get((email.lower(), region.pk))
        if author is None:
            why = _("“%(email)s” is not the address of an active member of %(region)s.")
            self.add_error("auteur", why % {"email": email, "region": region})
        return author

    def bring_in(self, shift: timedelta, importer: Person | None) -> Challenge:
        line = self.cleaned_data
        return Challenge.objects.bring_in(
            by=line["auteur"],
            importer=importer,
            region=line["regio"],
            text={
                "title": line["titel"],
                "summary": line["samenvatting"],
                "question": line["vraag"],
                "for_whom": line["voor_wie"],
                "improvement": line["verbetering"],
                "participation": line["meedoen"],
            },
            themes=line["thema"],
            tags=[tag.lower() for tag in line["tags"]],
            stage=line["fase"] or Stage.IDEA,
            reason=line["reden"],
            is_example=line["voorbeeld"] == "ja",
            at=timezone.make_aware(datetime.combine(line["datum"], NOON)) + shift,
            municipality=line["gemeente"],
            seeking=line["zoekt"],
            visibility=VISIBILITY[line["zichtbaarheid"]],
            import_key=self.import_key,
        )


def words(raw: bytes) -> str:
    """Return the text of a file, without what no form field takes."""
    return decoded(raw).replace("\x00", "")


def read(raw: bytes, region: Region | None = None) -> Intake:
    """Read and check a whole file; nothing is written.

    With a `region` it is the file of its moderator: only lines for that region, and at most MOST of them.
    """
    intake = Intake()
    try:
        rows = _rows(words(raw))
        heading = [name.strip().lower() for name in next(rows, (1, []))[1]]
        intake.wrong += _heading_errors(heading)
        some = islice(rows, MOST + 1) if region else rows
        found = [] if intake.wrong else list(_cells(intake, heading, some))
    except csv.Error:
        why = _("This is not a CSV file that can be read: a quotation mark is open, or stands in the wrong place.")
        intake.wrong.append(Wrong(1, "", why))
        return intake
    if not found and not intake.wrong:
        intake.wrong.append(
            Wrong(1, "", _("There is no challenge in this file: nothing stands below the heading row."))
        )
    if region and len(found) + len(intake.wrong) > MOST:
        intake.wrong = [Wrong(1, "", _("A file holds at most %s challenges.") % MOST)]
    else:
        _read_lines(intake, found, Around(found, region))
    intake.wrong.sort(key=lambda wrong: wrong.line)
    return intake


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row with the line on which it starts; a cell may hold line breaks."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield start, row
        start = reader.line_num + 1


def _heading_errors(heading: list[str]) -> list[Wrong]:
    if len(heading) > 2 * len(COLUMNS):
        return [Wrong(1, "", _("There are %s columns; that cannot be right.") % len(heading))]
    missing = [name for name in NEEDED if name not in heading]
    unknown = [name for name in heading if name not in COLUMNS]
    twice = sorted({name for name in heading if name and heading.count(name) > 1})
    return [
        *(Wrong(1, name, _("This column is missing.")) for name in missing),
        *(Wrong(1, name, _("This column is not known.")) for name in unknown),
        *(Wrong(1, name, _("This column stands there twice.")) for name in twice),
    ]


def _cells(intake: Intake, heading: list[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Cells]:
    for number, row in rows:
        if len(row) == len(heading):
            yield number, dict(zip(heading, map(tidy, row), strict=True))
        else:
            why = _("There are %(found)s cells; the heading row has %(wanted)s.")
            intake.wrong.append(Wrong(number, "", why % {"found": len(row), "wanted": len(heading)}))


def _read_lines(intake: Intake, rows: list[Cells], around: Around) -> None:
    seen: dict[str, int] = {}
    known = known_keys(around.key_of(cells) for _number, cells in rows)
    for number, cells in rows:
        key = cells["sleutel"]
        if key in seen:
            intake.wrong.append(Wrong(number, "sleutel", _("This key stands on line %s too.") % seen[key]))
        elif around.key_of(cells) in known:
            intake.known.append(key)
        else:
            _read_line(intake, LineForm(cells, number=number, around=around))
        seen.setdefault(key, number)


def _read_line(intake: Intake, line: LineForm) -> None:
    for column, errors in line.errors.items():
        intake.wrong += [Wrong(line.number, column, str(why)) for why in errors]
    if line.is_valid():
        intake.lines.append(line)
