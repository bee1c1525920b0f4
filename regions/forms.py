"""What all forms share: the guard against data of people, and query strings that never break a page; and our own."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Self, cast
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from initiate.forms import MarkdownArea
from initiate.kept import Kept
from regions import files, invitees
from regions.models import Comment, Contribution, Draft, Joining, Municipality, Region
from regions.models.reason import Reason, SuspensionReason
from regions.models.version import PAGE
from regions.text import decoded, refuse_bsn, tidy, tidy_lines

FILE_BYTES = 100_000
"""So large may a file with addresses be."""


class LongText(forms.CharField):
    """Words in a text area. Lines end in one sign, as in the database: an unchanged text stays unchanged."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class MarkdownText(LongText):
    """Words that are shown by `regions.text.rendered`."""

    widget = MarkdownArea(attrs={"rows": 5})


class TextForm(forms.Form):
    """A form whose texts lose what cannot be seen, and hold no citizen service number (design.md section 7).

    Hidden fields are left alone: the mark of a version may hold nine digits in a row by chance. So may an e-mail
    address, which no page shows.
    """

    draft: Draft | None = None
    """What stood in the form when it was opened, of what this person was still writing."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and not self.fields[name].widget.is_hidden:
                cleaned[name] = tidy(value)
                self._guard(name, cleaned[name])
        return cleaned

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed so far, for a person's unsaved writing; fields with a mistake included."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }

    @cached_property
    def draft_page(self) -> str:
        """The key of the page on which this is typed; a new one for a new page."""
        return self.data.get(PAGE, "")[:40] if self.is_bound else str(uuid4())

    @property
    def draft_seen(self) -> str:
        """The mark of the draft that this page began with."""
        if self.is_bound:
            return str(self.data.get("draft_seen", ""))[:40]
        return self.draft.mark if self.draft else ""

    def _guard(self, name: str, value: str) -> None:
        field = self.fields[name]
        try:
            if field.required and not value:
                raise ValidationError(field.error_messages["required"], code="required")
            if not isinstance(field, forms.EmailField):
                refuse_bsn(value)
        except ValidationError as error:
            self.add_error(name, error)


class QueryForm(forms.Form):
    """A query string: a value that is not understood is left out and named in `ignored`; it never stops the page."""

    ignored: list[str]

    @classmethod
    def read(cls, query: QueryDict, **kwargs: Any) -> Self:
        form = cls(query, **kwargs)
        form.is_valid()
        form.ignored = [name for name in form.errors if name in form.fields]
        for name in form.fields:
            form.cleaned_data.setdefault(name, None)
        return form

    @property
    def ignored_labels(self) -> list[str]:
        return [str(self.fields[name].label) for name in self.ignored]


names = Kept(lambda: list(Municipality.objects.values_list("name", flat=True)))
"""The names of all municipalities, in the order of a Dutch list."""


class Place(forms.CharField):
    """A municipality by name or CBS code, typed; the browser suggests the 342 names (datalist `gemeenten`)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "gemeenten", "autocomplete": "off"})
        super().__init__(max_length=80, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        found = Municipality.objects.called(words) if words else None
        if words and found is None:
            message = _("There is no municipality “%(words)s” in 2026.") + self._suggestion(words)
            raise ValidationError(message, code="unknown", params={"words": words})
        return found

    def _suggestion(self, words: str) -> str:
        names = ", ".join(str(place) for place in Municipality.objects.like(words))
        return " " + _("Do you mean %(names)s?") % {"names": names} if names else ""

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Municipality) else value


class PlaceQuery(QueryForm):
    """`?gemeente=` on the list of regions."""

    gemeente = Place(label=_("Your municipality"), required=False)


class SmallForm(forms.Form):
    """Whether a change is a small one, of which followers hear nothing; it stands below the form of a text."""

    small = forms.BooleanField(
        label=_("Small change: followers get no notice"),
        help_text=_("For a typing error or a few words. Author and team do get a notice."),
        required=False,
    )

    @property
    def is_small(self) -> bool:
        return self.is_valid() and bool(self.cleaned_data["small"])


class PageQuery(QueryForm):
    pagina = forms.IntegerField(label=_("Page"), min_value=1, max_value=999_999, required=False)

    @property
    def page(self) -> int:
        return self.cleaned_data["pagina"] or 1


class PartQuery(PageQuery):
    """`?deel=` shows one part of a page alone, page by page."""

    deel = forms.ChoiceField(label=_("Part"), required=False)

    def __init__(self, *args: Any, parts: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["deel"]).choices = [(name, name) for name in parts]

    @property
    def part(self) -> str:
        return self.cleaned_data["deel"] or ""


class SearchQuery(PageQuery):
    """The words that someone looks for, and in what kind of text."""

    KINDS = (
        ("", _("Everything")),
        ("challenge", _("Challenges")),
        ("prototype", _("Prototypes")),
        ("meeting", _("Meetings")),
        ("post", _("Posts")),
        ("document", _("Documents")),
        ("comment", _("Comments")),
    )

    q = forms.CharField(label=_("What are you looking for?"), max_length=200, required=False)
    soort = forms.ChoiceField(label=_("Where"), choices=KINDS, required=False)

    @property
    def query(self) -> str:
        """The query string without the page."""
        return urlencode({name: self.cleaned_data[name] or "" for name in ("q", "soort")})


class WishForm(TextForm):
    gemeente = Place(label=_("Municipality"))
    words = LongText(label=_("What would you want to do there?"), max_length=1000, required=False)


class JoinForm(TextForm):
    """What a region asks of who wants to join: its own question, and its house rules."""

    motivation = LongText(
        label=_("Why do you want to join?"),
        help_text=_("One or two sentences help the moderators. Only they read this."),
        max_length=1000,
        required=False,
    )
    rules = forms.BooleanField(
        label=_("I keep to the house rules"),
        error_messages={"required": _("Tick this to join: everyone here keeps to the house rules.")},
    )

    def __init__(self, *args: Any, region: Region, with_question: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motivation"].label = region.question or self.fields["motivation"].label
        self.fields["motivation"].required = bool(region.question)
        if not with_question:
            del self.fields["motivation"]
        if not region.house_rules:
            del self.fields["rules"]


class JoiningForm(TextForm):
    """How people join a region; its moderators decide that."""

    joining = forms.ChoiceField(label=_("Who may join?"), choices=Joining.choices, widget=forms.RadioSelect)
    question = forms.CharField(
        label=_("Your question to who wants to join"),
        help_text=_("For example: what do you do for residents? Without a question we ask why someone wants to join."),
        max_length=240,
        required=False,
    )
    house_rules = MarkdownText(
        label=_("House rules"),
        help_text=_("Whoever joins says that they keep to these."),
        max_length=10_000,
        required=False,
    )
    contact = MarkdownText(
        label=_("How to reach us"),
        help_text=_("Whoever is signed in reads this beside your names."),
        max_length=2_000,
        required=False,
    )
    holds_back = forms.BooleanField(
        label=_("A moderator looks first at the first thing that a new member posts"), required=False
    )
    welcome_mail = LongText(
        label=_("Welcome mail"),
        help_text=_("Each new member gets this mail once. Without a text there is no mail."),
        max_length=5_000,
        required=False,
    )


class InviteForm(forms.Form):
    """Addresses to invite, pasted or as a file; `cleaned_data["found"]` is what `invitees.read` gives."""

    addresses = LongText(
        label=_("E-mail addresses"),
        help_text=_("One on each line, or with a comma between them. A name may stand before the address."),
        max_length=60_000,
        required=False,
    )
    file = forms.FileField(
        label=_("Or a CSV file"),
        help_text=_("Each line holds an address."),
        widget=forms.FileInput(attrs=files.picker(FILE_BYTES, "csv", "txt")),
        required=False,
        max_length=1000,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("file")
        if upload and upload.size > FILE_BYTES:
            raise ValidationError(_("This file is too large: 100 kB at most."))
        words = tidy_lines(decoded(upload.read())) if upload else tidy_lines(cleaned.get("addresses") or "")
        found = invitees.read(words)
        if not self.errors and not found.addresses and not found.wrong:
            raise ValidationError(_("Give at least one e-mail address."))
        if len(found.addresses) > invitees.MOST:
            raise ValidationError(_("You can invite %(most)s people at a time."), params={"most": invitees.MOST})
        return {**cleaned, "found": found}


class SuspensionForm(TextForm):
    """Why someone is suspended and until when: they read it."""

    reason = forms.ChoiceField(label=_("Reason"), choices=SuspensionReason.choices, widget=forms.RadioSelect)
    words = LongText(
        label=_("Explanation for this person"), help_text=_("They read this, and until when it lasts."), max_length=1000
    )
    ends_on = forms.DateField(
        label=_("Up to and including"),
        help_text=_("After this day they become a member again automatically. A year at most."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=366):
            raise ValidationError(_("Choose a day from today up to a year from now."))
        return day


YES, NO = "ja", "nee"


class YesNoForm(TextForm):
    """A decision (`besluit`) with words for whom it is about."""

    @property
    def is_yes(self) -> bool:
        return bool(self.cleaned_data["besluit"] == YES)


class DecisionForm(YesNoForm):
    """The answer to someone who asks to join: a no asks for a sentence."""

    besluit = forms.ChoiceField(
        label=_("Your answer"), choices=[(YES, _("Let in")), (NO, _("Do not let in"))], widget=forms.RadioSelect
    )
    answer = LongText(
        label=_("A sentence for this person"),
        help_text=_("If you do not let someone in, say why."),
        max_length=1000,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("besluit") == NO and not cleaned.get("answer"):
            self.add_error("answer", _("Say why you do not let this person in."))
        return cleaned


class CommentForm(TextForm):
    text = MarkdownText(label=_("Your comment"), max_length=5000)


class ReplyForm(CommentForm):
    """A comment, or a reply: then `parent` is one that is shown under the same contribution."""

    parent = forms.ModelChoiceField(Comment.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contribution: Contribution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = contribution.comments.shown().select_related("author", "parent")
        cast("forms.ModelChoiceField[Comment]", self.fields["parent"]).queryset = shown

    @property
    def answers(self) -> Comment | None:
        """The comment that is answered, also while the form is empty or refused."""
        field = cast("forms.ModelChoiceField[Comment]", self.fields["parent"])
        try:
            return cast("Comment | None", field.clean(self["parent"].value()))
        except ValidationError:
            return None


class PreviewForm(TextForm):
    """Words of which someone wants to see how they will look."""

    text = MarkdownText(label=_("Text"), max_length=20_000, required=False)


class AnswerQuery(QueryForm):
    """`?op=`: the comment that is answered."""

    op = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class ReportForm(TextForm):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=Reason.choices, widget=forms.RadioSelect)
    words = LongText(label=_("In your own words"), max_length=2000, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("reason") == Reason.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Say in your own words what is wrong."))
        return cleaned


class AboutQuery(QueryForm):
    """`?reactie=`: the comment that it is about."""

    reactie = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class RulingForm(TextForm):
    """Why something is hidden: the author reads it."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, widget=forms.RadioSelect)
    words = LongText(
        label=_("Explanation for the author"),
        help_text=_("The author reads this. Say what they can change."),
        max_length=2000,
    )


class AppealForm(TextForm):
    words = LongText(
        label=_("Why do you not agree?"),
        help_text=_("Another moderator than the one who hid it reads this."),
        max_length=2000,
    )


class AppealAnswerForm(YesNoForm):
    """What the other moderator decides; the author reads why."""

    besluit = forms.ChoiceField(
        label=_("Your decision"),
        choices=[(YES, _("Put it back")), (NO, _("It stays hidden"))],
        widget=forms.RadioSelect,
    )
    answer = LongText(label=_("Explanation for the author"), max_length=2000)


class ClosingForm(TextForm):
    """Why the comments are closed."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, widget=forms.RadioSelect)
    words = LongText(label=_("Why do you close the comments?"), max_length=2000)


class AttachmentForm(forms.Form):
    """One file; `cleaned_data["file"]` is the pair that `files.check` gives."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPG, TXT or CSV, 10 MB at most."),
        widget=forms.ClearableFileInput(attrs=files.picker(files.MOST_BYTES)),
        max_length=1000,
    )

    def clean_file(self) -> Any:
        return files.check(self.cleaned_data["file"])
