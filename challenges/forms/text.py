"""The form in which a challenge is written, as a draft or for its readers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.forms.claim import AddressField, refuse_own
from challenges.models import Challenge, Seeking
from initiate.forms import MarkdownArea
from regions.forms import LongText, MarkdownText, TextForm
from regions.models import Draft, Municipality, Region, State, Theme, Visibility
from regions.models.standing import standing_of
from regions.text import refuse_bsn

MOST_TAGS, LONGEST_TAG = 10, 40


class TagsField(forms.CharField):
    """Words with commas between them; gives a list without doubles."""

    def to_python(self, value: Any) -> Any:
        words = " ".join((super().to_python(value) or "").split()).split(",")
        return list({word.strip().casefold(): word.strip() for word in words if word.strip()}.values())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_TAGS:
            raise ValidationError(_("Give at most %(most)d tags."), params={"most": MOST_TAGS})
        for tag in value:
            refuse_bsn(tag)
            if len(tag) > LONGEST_TAG:
                raise ValidationError(_("“%(tag)s” is too long for a tag. Choose a shorter word."), params={"tag": tag})
            if not slugify(tag, allow_unicode=True):
                raise ValidationError(
                    _("“%(tag)s” has no letter or number in it. Choose another word."), params={"tag": tag}
                )

    def run_validators(self, value: Any) -> None:
        super().run_validators(", ".join(value))


class FilingForm(TextForm):
    """Where a challenge belongs: region, themes and tags."""

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=_("Choose a region"))
    themes = forms.ModelMultipleChoiceField(
        label=_("Themes"), queryset=Theme.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = TagsField(
        label=_("Tags"),
        max_length=500,
        required=False,
        help_text=_("Words by which others find this, with commas between them."),
    )

    def __init__(self, *args: Any, person: Person, challenge: Challenge | None = None, **kwargs: Any) -> None:
        self.challenge = challenge
        kwargs["initial"] = {**(self.current(challenge) if challenge else {}), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self._offer_regions(person)

    def _offer_regions(self, person: Person) -> None:
        """Offer the regions that this person belongs to, and the one where it stands."""
        ids = set(standing_of(person).member_of)
        if self.challenge and self.challenge.state != State.DRAFT:
            ids.add(self.challenge.region_id)
        field = self.fields["region"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Region.objects.filter(pk__in=ids)
        if len(ids) == 1:
            self.initial.setdefault("region", next(iter(ids)))

    @staticmethod
    def current(challenge: Challenge) -> dict[str, Any]:
        """Return what the form says before anything is changed."""
        return {
            "region": challenge.region_id,
            "themes": list(challenge.themes.values_list("pk", flat=True)),
            "tags": ", ".join(sorted(challenge.tags.names())),
        }


class ChallengeForm(FilingForm):
    """Everything the team writes; `publishing` asks what a reader needs, a draft only a title and a region.

    Of a published challenge the region stands in a form of its own, since the author is told of it. A moderator may
    post on behalf of someone (`behalf`).
    """

    title = forms.CharField(
        label=_("Title"), max_length=140, help_text=_("Short and concrete, so that others recognise it at once.")
    )
    summary = LongText(
        label=_("In short"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At most 300 characters. This stands on the card in the list."),
    )
    question = MarkdownText(
        label=_("The question"),
        max_length=10_000,
        widget=MarkdownArea(attrs={"rows": 8}),
        help_text=_("What happens now, what goes wrong, and what do you want to find out or make?"),
    )
    visibility = forms.ChoiceField(
        label=_("Who can read this?"),
        choices=Visibility.choices,
        initial=Visibility.PUBLIC,
        widget=forms.RadioSelect,
        help_text=_("A text that is closed here can still have to be made public under the Open Government Act (Woo)."),
    )
    for_whom = MarkdownText(
        label=_("For whom is it?"),
        max_length=5_000,
        required=False,
        help_text=_("Which residents notice it, and in what moment of their life?"),
    )
    improvement = MarkdownText(
        label=_("What does it improve in their life?"),
        max_length=5_000,
        required=False,
        help_text=_("This is what the InnovatieKabinet always asks first."),
    )
    participation = MarkdownText(
        label=_("How do residents take part?"),
        max_length=5_000,
        required=False,
        help_text=_("Who thinks along, tests or decides, and how do you find them?"),
    )
    municipality = forms.ModelChoiceField(
        label=_("Municipality"),
        queryset=Municipality.objects.only("code", "name"),
        required=False,
        empty_label=_("No particular municipality"),
    )
    seeking = forms.MultipleChoiceField(
        label=_("What are you looking for?"),
        choices=Seeking.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    behalf = AddressField(required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    CORE = ("title", "summary", "question", "region", "visibility")
    MORE = ("for_whom", "improvement", "participation", "seeking", "themes", "tags", "municipality")
    ASKED_TO_PUBLISH = ("summary", "question")

    def __init__(self, *args: Any, publishing: bool = True, draft: Draft | None = None, **kwargs: Any) -> None:
        self.draft = draft
        super().__init__(*args, initial=draft.data if draft else None, **kwargs)
        for name in self.ASKED_TO_PUBLISH:
            self.fields[name].required = publishing
        if self.challenge and self.challenge.state != State.DRAFT:
            del self.fields["region"]
        self.person = kwargs["person"]
        if self.challenge or not standing_of(self.person).moderates:
            del self.fields["behalf"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("behalf") and "region" in cleaned:
            self._check_behalf(cleaned["behalf"], cleaned["region"])
        return cleaned

    def _check_behalf(self, email: str, region: Region) -> None:
        try:
            refuse_own(email, self.person)
            if region.pk not in standing_of(self.person).moderates:
                raise ValidationError(_("You can do this in a region that you moderate."))
        except ValidationError as error:
            self.add_error("behalf", error)

    @staticmethod
    def current(challenge: Challenge) -> dict[str, Any]:
        return {
            **FilingForm.current(challenge),
            **challenge.text,
            "visibility": challenge.visibility,
            "municipality": challenge.municipality_id,
            "seeking": challenge.seeking,
            "version": challenge.version,
        }

    @property
    def core(self) -> list[BoundField]:
        return [self[name] for name in self.CORE if name in self.fields]

    @property
    def more(self) -> list[BoundField]:
        """What can be written later: of a new challenge only what was begun all the same, or is wrong."""
        fields = [self[name] for name in self.MORE]
        return fields if self.challenge else [field for field in fields if field.value() or field.errors]

    @property
    def text(self) -> dict[str, str]:
        """The texts that make a version."""
        return {name: self.cleaned_data[name] for name in Challenge.TEXT_FIELDS}

    @property
    def reach(self) -> dict[str, Any]:
        """What an edit may change besides the text."""
        return {name: self.cleaned_data[name] for name in ("visibility", "municipality", "seeking")}

    @property
    def filing(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("region", "themes", "tags")}

    @property
    def missing(self) -> list[str]:
        """The labels of what is asked before publication and not there yet."""
        return [str(self[name].label) for name in self.errors if name in self.fields]
