"""Challenges from a file as Dutch Excel writes it: read, checked line by line, then brought in all at once.

docs/import.md describes the columns. UTF-8 or Windows-1252, comma or semicolon.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
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
from regions.text import decoded

NEEDED = ("sleutel", "titel", "regio", "auteur", "samenvatting", "vraag")
OPTIONAL = (
    "gemeente", "voor_wie", "verbetering", "meedoen", "thema", "tags", "zoekt", "fase", "reden", "zichtbaarheid",
    "datum", "voorbeeld",
)  # fmt: skip
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
    def bring_in(self, shift: timedelta = timedelta(0)) -> list[Challenge]:
        """Make all challenges, or none; `shift` moves their dates. Raises ValueError while something is wrong."""
        if self.wrong:
            raise ValueError(self.wrong)
        return [line.bring_in(shift) for line in self.lines]


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
    fase = forms.ChoiceField(choices=[("", ""), *Stage.choices], required=False)
    reden = forms.CharField(max_length=5_000, required=False)
    zichtbaarheid = forms.ChoiceField(choices=[(name, name) for name in VISIBILITY], required=False)
    datum = forms.DateField(
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
        required=False,
        error_messages={"invalid": gettext_lazy("This is not a date. Write 2026-11-22 or 22-11-2026.")},
    )
    voorbeeld = forms.ChoiceField(choices=[("", ""), ("ja", "ja"), ("nee", "nee")], required=False)

    def clean_regio(self) -> Region:
        name = self.cleaned_data["regio"]
        region = Region.objects.filter(slug=name).first() or Region.objects.filter(name__iexact=name).first()
        if region is None:
            known = ", ".join(Region.objects.values_list("slug", flat=True))
            raise forms.ValidationError(_("There is no region “%s”. Known are: %s.") % (name, known))
        return region

    def clean_gemeente(self) -> Municipality | None:
        name = self.cleaned_data["gemeente"]
        if not name:
            return None
        found = Municipality.objects.filter(code=name).first() or Municipality.objects.filter(name__iexact=name).first()
        if found is None:
            raise forms.ValidationError(_("“%s” is not a municipality of 2026.") % name)
        return found

    def clean_auteur(self) -> Person:
        person = Person.objects.filter(email__iexact=self.cleaned_data["auteur"], is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has an account with the address %s.") % self.cleaned_data["auteur"])
        return person

    def clean_thema(self) -> list[Theme]:
        names = [name.lower() for name in self.cleaned_data["thema"]]
        themes = {theme.slug: theme for theme in Theme.objects.all()}
        unknown = [name for name in names if name not in themes]
        if unknown:
            raise forms.ValidationError(_("“%s” is not known. Use: %s.") % (unknown[0], ", ".join(themes)))
        return [themes[name] for name in names]

    def clean_datum(self) -> date:
        day: date = self.cleaned_data["datum"] or timezone.localdate()
        if day > timezone.localdate():
            raise forms.ValidationError(_("This date lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("fase") in (Stage.PARKED, Stage.STOPPED) and not cleaned.get("reden"):
            self.add_error("reden", _("A challenge that is parked or stopped needs the reason or the lesson."))
        self._check_member(cleaned.get("auteur"), cleaned.get("regio"))
        return cleaned

    def _check_member(self, person: Person | None, region: Region | None) -> None:
        if not (person and region):
            return
        if not Membership.objects.active().filter(person=person, region=region).exists():
            self.add_error(
                "auteur", _("%(person)s is not a member of %(region)s.") % {"person": person, "region": region}
            )

    def bring_in(self, shift: timedelta) -> Challenge:
        line = self.cleaned_data
        return Challenge.objects.bring_in(
            by=line["auteur"],
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
            import_key=line["sleutel"],
        )


def read(raw: bytes) -> Intake:
    """Read and check a whole file; nothing is written."""
    intake = Intake()
    try:
        rows = _rows(decoded(raw))
        heading = [name.strip().lower() for name in next(rows, (1, []))[1]]
        intake.wrong += _heading_errors(heading)
        if not intake.wrong:
            _read_lines(intake, heading, rows)
    except csv.Error as error:
        intake.wrong.append(Wrong(1, "", _("This is not a CSV file that can be read (%s).") % error))
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
    missing = [name for name in NEEDED if name not in heading]
    unknown = [name for name in heading if name not in (*NEEDED, *OPTIONAL)]
    twice = sorted({name for name in heading if name and heading.count(name) > 1})
    return [
        *(Wrong(1, name, _("This column is missing.")) for name in missing),
        *(Wrong(1, name, _("This column is not known.")) for name in unknown),
        *(Wrong(1, name, _("This column stands there twice.")) for name in twice),
    ]


def _read_lines(intake: Intake, heading: list[str], rows: Iterator[tuple[int, list[str]]]) -> None:
    seen: dict[str, int] = {}
    known = set(Challenge.objects.exclude(import_key=None).values_list("import_key", flat=True))
    for number, row in rows:
        key = dict(zip(heading, row, strict=False)).get("sleutel", "").strip()
        if key in seen:
            why = _("This key stands on line %s too.") % seen[key]
            intake.wrong.append(Wrong(number, "sleutel", why))
        elif key in known:
            intake.known.append(key)
        else:
            _read_line(intake, number, heading, row)
        seen.setdefault(key, number)


def _read_line(intake: Intake, number: int, heading: list[str], row: list[str]) -> None:
    if len(row) != len(heading):
        why = _("There are %(found)s cells; the heading row has %(wanted)s.")
        intake.wrong.append(Wrong(number, "", why % {"found": len(row), "wanted": len(heading)}))
        return
    line = LineForm(dict(zip(heading, row, strict=True)))
    for column, errors in line.errors.items():
        intake.wrong += [Wrong(number, column, str(why)) for why in errors]
    intake.lines.append(line)
