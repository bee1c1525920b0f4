"""The forms in which documents are added, described, renewed and listed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regions.forms import AttachmentForm, LongText, PageQuery, TextForm
from regions.models import Document, Visibility
from regions.post_forms import CLOSED_TOO, READERS

NEWEST, TITLE = "nieuw", "titel"


class DocumentForm(TextForm):
    """What a document is called and who reads it."""

    title = forms.CharField(label=_("Title"), max_length=140, help_text=_("What others would look for."))
    description = LongText(
        label=_("What is it?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences: for whom it is, and how you use it. The search finds these words."),
    )
    visibility = forms.ChoiceField(
        label=_("Who can read this?"),
        choices=READERS,
        initial=Visibility.REGION,
        widget=forms.RadioSelect,
        help_text=CLOSED_TOO,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def current(document: Document) -> dict[str, Any]:
        return {**document.text, "visibility": document.visibility, "version": document.version}

    @property
    def text(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Document.TEXT_FIELDS}


class NewDocumentForm(AttachmentForm, DocumentForm):
    """A document with its first file."""

    field_order = ("file", "title", "description", "visibility")


class EditionForm(AttachmentForm, TextForm):
    """A newer file; `seen` is the number that was the newest on the screen."""

    news = forms.CharField(
        label=_("What is new?"),
        max_length=300,
        help_text=_("One sentence. Everyone who follows the document reads it."),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SeenForm(forms.Form):
    """The number of the edition that was the newest on the screen."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class DocumentsQuery(PageQuery):
    """In which order the documents stand."""

    volgorde = forms.ChoiceField(
        label=_("Order"), choices=[(NEWEST, _("Newest version")), (TITLE, _("Title"))], required=False
    )

    @property
    def order(self) -> str:
        return self.cleaned_data["volgorde"] or NEWEST

    @property
    def query(self) -> str:
        """The query string without the page."""
        return f"volgorde={self.order}"
