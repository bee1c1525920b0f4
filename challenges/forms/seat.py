"""Forms of who has a seat in the InnovatieKabinet: agreeing to the rules, and what others read about them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.forms.review import area
from regions import files
from regions.forms import TextForm
from regions.models import Theme

INTERESTS = area(
    _("Which interests may conflict?"),
    hint=_(
        "Organisations for which you work or sit on a board, and interests you have. "
        "The secretary and the administrators read this. Nothing? Then leave it empty."
    ),
    length=2_000,
)


class AgreeForm(TextForm):
    interests = INTERESTS
    agreed = forms.BooleanField(
        label=_("I agree to these rules for my whole term"),
        error_messages={"required": _("Feedback opens once you agree.")},
    )


class SeatForm(TextForm):
    """What the public page says of a member, and what the secretary goes by."""

    expertise = forms.CharField(
        label=_("What you know much about"),
        max_length=240,
        required=False,
        help_text=_("In one sentence. Everyone reads it on the page of the InnovatieKabinet."),
    )
    themes = forms.ModelMultipleChoiceField(
        label=_("Themes about which you may be asked"),
        queryset=Theme.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    portrait = forms.FileField(
        label=_("Portrait"),
        help_text=_("PNG or JPG. We cut a square from the middle. Everyone sees it."),
        widget=forms.FileInput(attrs=files.picker(files.MOST_BYTES, "png", "jpg", "jpeg")),
        max_length=1000,
        required=False,
    )
    no_portrait = forms.BooleanField(label=_("Take my portrait away"), required=False)
    interests = INTERESTS

    def __init__(self, *args: Any, has_portrait: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_portrait:
            del self.fields["no_portrait"]

    def clean_portrait(self) -> Any:
        upload = self.cleaned_data["portrait"]
        return files.portrait(upload) if upload else None
