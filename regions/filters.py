"""A query string with filters: which are on, and the same without one of them."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Model
from django.utils.functional import Promise

from regions.forms import QueryForm

Choices = list[tuple[str, str | Promise]]


class FilterQuery(QueryForm):
    """Filters by name; `unfiltered` names the fields that keep nothing out."""

    unfiltered: tuple[str, ...] = ("pagina",)

    @property
    def asked(self) -> dict[str, str]:
        """What is asked, without the page: name to value."""
        names = [name for name in self.fields if name != "pagina" and self.cleaned_data[name]]
        return {name: str(self.fields[name].prepare_value(self.cleaned_data[name])) for name in names}

    @property
    def query(self) -> str:
        return urlencode(self.asked)

    @property
    def chips(self) -> list[dict[str, str]]:
        """Each filter that is on, with the query string in which it is off."""
        return [
            {
                "name": name,
                "label": str(self.fields[name].label),
                "value": self._words(name, value),
                "query": urlencode({key: kept for key, kept in self.asked.items() if key != name}),
            }
            for name, value in self.asked.items()
            if name not in self.unfiltered
        ]

    def _words(self, name: str, value: str) -> str:
        field: Any = self.fields[name]
        if isinstance(self.cleaned_data[name], Model):
            return str(self.cleaned_data[name])
        choices = cast("Choices", field.choices) if isinstance(field, forms.ChoiceField) else []
        return next((str(label) for key, label in choices if key == value), value)
