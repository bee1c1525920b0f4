"""What a session brought to one challenge: points with who raised them, offers with whose they are."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.models import Person
from challenges.forms.review import FIRST, OFFERED_HERE, OFFERS, POINTS, area
from challenges.models import Challenge, Seat
from regions.forms import TextForm


class PitchForm(TextForm):
    """Points and offers of the members who are independent of this challenge; who is one of them is chosen at first."""

    def __init__(self, data: Any = None, *, challenge: Challenge, person: Person) -> None:
        super().__init__(data)
        seats = Seat.objects.current().agreed().independent_of(challenge).filter(person__is_active=True)
        rows = seats.select_related("person").order_by("person__name", "person")
        self.members = {str(seat.person_id): seat.person for seat in rows}
        self.first = str(person.pk) if str(person.pk) in self.members else ""
        for number in range(1, POINTS + 1):
            label = _("Point %(number)s") % {"number": number}
            self.fields[f"point_{number}"] = area(label, rows=2, length=2_000, shown=True)
            self.fields[f"point_by_{number}"] = self._member(_("Who raised it?"))
        kinds = [("", _("No offer")), *OFFERED_HERE]
        for number in range(1, OFFERS + 1):
            label = _("Offer %(number)s") % {"number": number}
            self.fields[f"offer_kind_{number}"] = forms.ChoiceField(label=label, choices=kinds, required=False)
            self.fields[f"offer_words_{number}"] = area(_("What was offered?"), rows=2, shown=True)
            self.fields[f"offer_by_{number}"] = self._member(_("Who offered it?"))

    def _member(self, label: str) -> forms.ChoiceField:
        choices = [("", _("Choose a member")), *((pk, person.name) for pk, person in self.members.items())]
        return forms.ChoiceField(label=label, choices=choices, required=False, initial=self.first)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for number in range(1, POINTS + 1):
            if cleaned.get(f"point_{number}") and not cleaned.get(f"point_by_{number}"):
                self._ask(f"point_by_{number}", _("Say who raised this point."))
        for number in range(1, OFFERS + 1):
            self._clean_offer(cleaned, number)
        if not self.errors and not self.points and not self.offers:
            self.add_error("point_1", _("Note at least one point or one offer."))
        return cleaned

    def _clean_offer(self, cleaned: dict[str, Any], number: int) -> None:
        kind, words = cleaned.get(f"offer_kind_{number}"), cleaned.get(f"offer_words_{number}")
        if bool(kind) != bool(words) and f"offer_words_{number}" not in self.errors:
            missing = f"offer_words_{number}" if kind else f"offer_kind_{number}"
            self._ask(missing, _("An offer needs both: what it is, and a sentence about it."))
        if (kind or words) and not cleaned.get(f"offer_by_{number}"):
            self._ask(f"offer_by_{number}", _("Say who offered this."))

    def _ask(self, name: str, words: str) -> None:
        """Ask for what is missing, where it is not wrong already."""
        if name not in self.errors:
            self.add_error(name, words)

    @property
    def points(self) -> list[tuple[str, Person]]:
        """Pairs of text and who raised it, each once."""
        numbers = range(1, POINTS + 1)
        rows = ((self.cleaned_data.get(f"point_{n}"), self.cleaned_data.get(f"point_by_{n}")) for n in numbers)
        return list(dict.fromkeys((text, self.members[who]) for text, who in rows if text and who))

    @property
    def offers(self) -> list[tuple[str, str, Person]]:
        """Triples of kind, words and who offered it, each once."""
        given = self.cleaned_data
        rows = (
            tuple(given.get(f"offer_{name}_{n}", "") for name in ("kind", "words", "by")) for n in range(1, OFFERS + 1)
        )
        return list(dict.fromkeys((kind, words, self.members[who]) for kind, words, who in rows if kind and who))

    # For the page: what stands beside each other, and what folds away until it is used or refused.

    def _pair(self, number: int) -> list[forms.BoundField]:
        return [self[f"point_{number}"], self[f"point_by_{number}"]]

    @property
    def first_points(self) -> list[list[forms.BoundField]]:
        return [self._pair(number) for number in range(1, FIRST + 1)]

    @property
    def more_points(self) -> list[list[forms.BoundField]]:
        return [self._pair(number) for number in range(FIRST + 1, POINTS + 1)]

    @property
    def has_more_points(self) -> bool:
        return any(field.errors for pair in self.more_points for field in pair) or any(
            text.value() for text, _who in self.more_points
        )

    @property
    def offer_rows(self) -> list[list[forms.BoundField]]:
        names = ("offer_kind", "offer_words", "offer_by")
        return [[self[f"{name}_{number}"] for name in names] for number in range(1, OFFERS + 1)]
