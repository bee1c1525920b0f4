"""Forms of the InnovatieKabinet: asking for feedback, giving it, answering it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.models import OfferKind, Point, Review
from regions.forms import TextForm

POINTS = 5
OFFERS = 2


def area(label: Any, *, rows: int = 3, length: int = 3_000, required: bool = False, hint: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=length, help_text=hint, widget=widget)


class AskForm(TextForm):
    words = area(
        gettext_lazy("What do you want to know from them?"),
        length=2_000,
        hint=gettext_lazy("For example: where you hesitate, or a door that stays closed."),
    )


class ReviewForm(TextForm):
    """The sheet: the leading question, five prompts, points, offers, and a note for the team."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    answer = area(
        gettext_lazy("What does this improve in the life of ordinary people?"), rows=6, length=5_000, required=True
    )
    blind_spot = area(gettext_lazy("What is the blind spot?"))
    resident_in_view = area(gettext_lazy("Is the resident in view?"))
    technological_fix = area(
        gettext_lazy("Is this more than a technological fix?"),
        hint=gettext_lazy("Does it still help when the app or the system is not there?"),
    )
    social_impact = area(gettext_lazy("What is the social impact?"))
    financial_impact = area(gettext_lazy("What is the financial impact?"))
    note = area(
        gettext_lazy("A note that only the team reads"),
        hint=gettext_lazy("Nobody else sees this: no other member of the InnovatieKabinet, no moderator."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, POINTS + 1):
            label = _("Point %(number)s for the team") % {"number": number}
            self.fields[f"point_{number}"] = area(label, rows=2, length=2_000)
        kinds = [("", _("No offer")), *[pair for pair in OfferKind.choices if pair[0] != OfferKind.TEAM]]
        for number in range(1, OFFERS + 1):
            self.fields[f"offer_kind_{number}"] = forms.ChoiceField(
                label=_("A door that you can open (%(number)s)") % {"number": number}, choices=kinds, required=False
            )
            self.fields[f"offer_words_{number}"] = area(
                _("What do you offer? (%(number)s)") % {"number": number}, rows=2
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for number in range(1, OFFERS + 1):
            kind, words = cleaned.get(f"offer_kind_{number}"), cleaned.get(f"offer_words_{number}")
            if bool(kind) != bool(words):
                missing = f"offer_words_{number}" if kind else f"offer_kind_{number}"
                self.add_error(missing, _("An offer needs both: what it is, and a sentence about it."))
        if not self.errors and not self.points and not self.offers:
            self.add_error("point_1", _("Give the team at least one point, or make at least one offer."))
        return cleaned

    @property
    def text(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in Review.TEXTS}

    @property
    def points(self) -> list[str]:
        found = [self.cleaned_data.get(f"point_{number}", "") for number in range(1, POINTS + 1)]
        return [text for text in found if text]

    @property
    def offers(self) -> list[tuple[str, str]]:
        numbers = range(1, OFFERS + 1)
        found = [
            (self.cleaned_data.get(f"offer_kind_{number}", ""), self.cleaned_data.get(f"offer_words_{number}", ""))
            for number in numbers
        ]
        return [(kind, words) for kind, words in found if kind]

    def fields_named(self, start: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(start)]

    @property
    def prompt_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in Review.PROMPTS]

    @property
    def point_fields(self) -> list[forms.BoundField]:
        return self.fields_named("point_")

    @property
    def offer_fields(self) -> list[forms.BoundField]:
        return self.fields_named("offer_")


class PointForm(TextForm):
    seen = forms.ChoiceField(choices=Point.State.choices, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[choice for choice in Point.State.choices if choice[0] != Point.State.OPEN],
        widget=forms.RadioSelect,
    )
    answer = area(
        gettext_lazy("Explanation"),
        hint=gettext_lazy("What you did, will do, or why not."),
        length=2_000,
        required=True,
    )


class ReflectionForm(TextForm):
    text = area(
        gettext_lazy("What we did with the feedback"),
        rows=8,
        length=10_000,
        required=True,
        hint=gettext_lazy("For everyone, also visitors. Tell in your own words what changed and what did not."),
    )
