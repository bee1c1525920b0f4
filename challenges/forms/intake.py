"""The file with challenges of a moderator: as an upload, and again as text when it is confirmed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from challenges import intake
from regions import files
from regions.models import Region

FILE_BYTES = 1_000_000


class IntakeForm(forms.Form):
    """`cleaned_data["found"]` is what `intake.read` gives, `cleaned_data["text"]` the words that it read."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("As Excel saves it: UTF-8 or Windows, with commas or semicolons. At most 200 challenges, 1 MB."),
        error_messages={"required": _("Choose a file.")},
        widget=forms.FileInput(attrs=files.picker(FILE_BYTES, "csv", "txt")),
        max_length=1000,
    )
    text = forms.CharField(max_length=2 * FILE_BYTES, required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, region: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region
        if self.data.get("text"):
            self.fields["file"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("file")
        if upload and upload.size > FILE_BYTES:
            raise ValidationError(_("This file is too large: 1 MB at most."))
        raw = upload.read() if upload else (cleaned.get("text") or "").encode()
        return {**cleaned, "found": intake.read(raw, self.region), "text": intake.words(raw)}
