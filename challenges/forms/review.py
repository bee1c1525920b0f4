"""Forms of the InnovatieKabinet: asking for feedback, giving it, and what the team did with it all."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.models import Challenge, OfferKind, Review
from initiate.forms import MarkdownArea
from regions.forms import LongText, MarkdownText, TextForm
from regions.models import Draft
from regions.text import refuse_contact

FIRST, POINTS = 3, 5
OFFERS = 2
OFFERED_HERE = [pair for pair in OfferKind.choices if pair[0] not in (OfferKind.TEAM, OfferKind.BACKING)]
"""What one offers with feedback: for the backing of a board its own form asks who decides."""


def area(
    label: Any, *, rows: int = 3, length: int = 3_000, required: bool = False, hint: Any = "", shown: bool = False
) -> LongText:
    """Return a field for a text; one that is `shown` to more than its parties takes no contact details."""
    widget = forms.Textarea(attrs={"rows": rows})
    checks = [refuse_contact] if shown else []
    return LongText(label=label, required=required, max_length=length, help_text=hint, widget=widget, validators=checks)


class ReviewForm(TextForm):
    """The sheet: the leading question, five prompts, points, offers, and a note for the team.

    `version` and `prototype` are the numbers of what stood beside it. Every field keeps in a draft what was typed.
    """

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    prototype = forms.IntegerField(min_value=1, max_value=32_000, required=False, widget=forms.HiddenInput)
    answer = area(
        gettext_lazy("What does this improve in the life of ordinary people?"),
        rows=6,
        length=5_000,
        required=True,
        shown=True,
    )
    blind_spot = area(gettext_lazy("What is the blind spot?"), shown=True)
    resident_in_view = area(gettext_lazy("Is the resident in view?"), shown=True)
    technological_fix = area(
        gettext_lazy("Is this more than a technological fix?"),
        hint=gettext_lazy("Does it still help when the app or the system is not there?"),
        shown=True,
    )
    social_impact = area(gettext_lazy("What is the social impact?"), shown=True)
    financial_impact = area(gettext_lazy("What is the financial impact?"), shown=True)
    note = area(
        gettext_lazy("A note that only the team reads"),
        hint=gettext_lazy("For what you would rather say between the two of you."),
    )

    def __init__(self, data: Any = None, *, challenge: Challenge, draft: Draft | None = None) -> None:
        self.draft = draft
        latest = challenge.prototype_count or None
        now = {"version": challenge.version, "prototype": latest}
        super().__init__(data, initial={**(draft.data if draft else {}), **now})
        self.challenge = challenge
        for number in range(1, POINTS + 1):
            label = _("Point %(number)s") % {"number": number}
            self.fields[f"point_{number}"] = area(label, rows=2, length=2_000, shown=True)
        kinds = [("", _("No offer")), *OFFERED_HERE]
        for number in range(1, OFFERS + 1):
            kind = forms.ChoiceField(label=_("Door %(number)s") % {"number": number}, choices=kinds, required=False)
            self.fields[f"offer_kind_{number}"] = kind
            self.fields[f"offer_words_{number}"] = area(_("What do you offer?"), rows=2, shown=True)

    def clean_version(self) -> int:
        version: int = self.cleaned_data["version"]
        if version > self.challenge.version:
            raise forms.ValidationError(_("This version does not exist. Open the page again."))
        return version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for number in range(1, OFFERS + 1):
            kind, words = cleaned.get(f"offer_kind_{number}"), cleaned.get(f"offer_words_{number}")
            if bool(kind) != bool(words) and f"offer_words_{number}" not in self.errors:
                missing = f"offer_words_{number}" if kind else f"offer_kind_{number}"
                self.add_error(missing, _("An offer needs both: what it is, and a sentence about it."))
        if not self.errors and not self.gives:
            self.add_error("point_1", _("Give the team at least one point, or make at least one offer."))
        return cleaned

    @property
    def gives(self) -> bool:
        """Tell whether there is something for the team to do."""
        return bool(self.points or self.offers)

    @property
    def seen(self) -> int:
        """The version that stood beside the sheet, as far as that can be known."""
        return self.cleaned_data.get("version") or self.challenge.version

    @property
    def typed(self) -> dict[str, str]:
        """Everything as it was typed, right or wrong, for a draft."""
        return {name: str(self.data.get(name, "")) for name in self.fields if name != "prototype"}

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

    @property
    def prompt_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in Review.PROMPTS]

    @property
    def first_points(self) -> list[forms.BoundField]:
        return [self[f"point_{number}"] for number in range(1, FIRST + 1)]

    @property
    def more_points(self) -> list[forms.BoundField]:
        return [self[f"point_{number}"] for number in range(FIRST + 1, POINTS + 1)]

    # What folds away stands open once it is used or refused.

    @property
    def has_prompts(self) -> bool:
        return any(field.value() or field.errors for field in self.prompt_fields)

    @property
    def has_more_points(self) -> bool:
        return any(field.value() or field.errors for field in self.more_points)

    @property
    def has_second_offer(self) -> bool:
        fields = (self["offer_kind_2"], self["offer_words_2"])
        return any(field.value() or field.errors for field in fields)


class ReflectionForm(TextForm):
    """What everyone may read; `seen` is the mark of the text that was on the screen."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    text = MarkdownText(
        label=gettext_lazy("What we did with the feedback"),
        max_length=10_000,
        help_text=gettext_lazy("Tell in your own words what changed and what did not. Leave out who said what."),
        widget=MarkdownArea(attrs={"rows": 8}),
        validators=[refuse_contact],
    )
