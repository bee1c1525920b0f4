"""The forms of a prototype and of a test round."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge, Prototype, TestRound
from regions import files
from regions.forms import LongText, MarkdownText, TextForm
from regions.models import Attachment

MOST_PEOPLE = 10_000
EARLIEST_YEAR = 2000


class PrototypeForm(TextForm):
    TEXTS = ("what", "changes", "link", "approach")

    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    what = MarkdownText(
        label=_("What is it?"),
        max_length=10_000,
        help_text=_("A sketch, a conversation, a form, an app: tell it so that someone else can picture it."),
    )
    changes = MarkdownText(label=_("What changed since the previous one?"), max_length=5_000, required=False)
    link = forms.URLField(
        label=_("Link"),
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text=_("Where it can be seen or tried, for example https://…"),
    )
    approach = forms.CharField(
        label=_("Name of the approach"),
        max_length=40,
        required=False,
        help_text=_("Only if you try two solutions side by side: a short name for this one."),
    )
    attachments = forms.ModelMultipleChoiceField(
        label=_("Files that belong to it"),
        queryset=Attachment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    upload = forms.FileField(
        label=_("Add a file"),
        required=False,
        help_text=_("PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPG, TXT or CSV, 10 MB at most."),
        widget=forms.ClearableFileInput(attrs=files.picker(files.MOST_BYTES)),
        max_length=1000,
    )

    def __init__(
        self, data: Any = None, uploads: Any = None, *, challenge: Challenge, prototype: Prototype | None = None
    ) -> None:
        super().__init__(data, uploads, initial=self.current(prototype) if prototype else None)
        shown = challenge.attachments.shown()
        field = self.fields["attachments"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = shown
        if not shown:
            del self.fields["attachments"]
        if len(shown) >= files.MOST_FILES:
            del self.fields["upload"]

    def clean_upload(self) -> Any:
        """Return the pair that `regions.files.check` gives, or None."""
        upload = self.cleaned_data["upload"]
        return files.check(upload) if upload else None

    @staticmethod
    def current(prototype: Prototype) -> dict[str, Any]:
        attachments = list(prototype.files.values_list("pk", flat=True))
        return {
            **{name: getattr(prototype, name) for name in PrototypeForm.TEXTS},
            "attachments": attachments,
            "seen": prototype.mark,
        }

    @property
    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.TEXTS}

    def texts(self, prototype: Prototype) -> list[tuple[str, str]]:
        """Pairs of label and words, as they stand now, to lay beside one's own."""
        return [(str(self.fields[name].label), getattr(prototype, name)) for name in self.TEXTS]


class RoundForm(TextForm):
    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    held_on = forms.DateField(
        label=_("Date of the test"), initial=timezone.localdate, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    residents = forms.IntegerField(label=_("Residents"), min_value=0, max_value=MOST_PEOPLE, required=False)
    professionals = forms.IntegerField(label=_("Professionals"), min_value=0, max_value=MOST_PEOPLE, required=False)
    others = forms.IntegerField(label=_("Others"), min_value=0, max_value=MOST_PEOPLE, required=False)
    wanted = LongText(label=_("What did you want to know?"), max_length=3_000)
    said = LongText(
        label=_("What did residents say?"),
        max_length=5_000,
        required=False,
        help_text=_("Without names, and without anything by which someone can be recognised."),
    )
    learned = LongText(label=_("What did you learn?"), max_length=5_000)
    change = LongText(label=_("What will you change?"), max_length=5_000, required=False)
    verdict = forms.ChoiceField(
        label=_("How does it go on?"), choices=TestRound.Verdict.choices, widget=forms.RadioSelect
    )

    COUNTS = ("residents", "professionals", "others")
    REST = ("wanted", "said", "learned", "change", "verdict")
    NAMES = ("held_on", *COUNTS, *REST)

    def __init__(self, data: Any = None, *, test: TestRound | None = None) -> None:
        current = {"seen": test.mark, **{name: getattr(test, name) for name in self.NAMES}} if test else None
        super().__init__(data, initial=current)

    @property
    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.NAMES}

    def texts(self, test: TestRound) -> list[tuple[str, str]]:
        """Pairs of label and words, as they stand now, to lay beside one's own."""
        return [(str(self.fields[name].label), str(getattr(test, name))) for name in self.NAMES]

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if held_on > timezone.localdate():
            raise ValidationError(_("This date is in the future. Write the round down after the test."))
        if held_on.year < EARLIEST_YEAR:
            raise ValidationError(_("Check the year of this date."))
        return held_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in self.COUNTS:
            if name not in self.errors:
                cleaned[name] = cleaned.get(name) or 0
        if not self.errors and not any(cleaned[name] for name in self.COUNTS):
            self.add_error("residents", _("Fill in with how many people you tested."))
        return cleaned
