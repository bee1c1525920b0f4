"""What all forms share: the guard against data of people, and query strings that never break a page."""

from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from regions.text import refuse_bsn


class TextForm(forms.Form):
    """A form whose texts are checked for citizen service numbers (design.md section 7)."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                self._guard(name, value)
        return cleaned

    def _guard(self, name: str, value: str) -> None:
        try:
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
