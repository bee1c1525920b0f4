"""The query strings of the pages around one challenge."""

from django import forms
from django.utils.translation import gettext_lazy as _

from regions.forms import QueryForm

HIGHEST = 2_147_483_647


class VersionsQuery(QueryForm):
    """Which two versions are compared."""

    van = forms.IntegerField(label=_("From version"), min_value=1, max_value=HIGHEST, required=False)
    naar = forms.IntegerField(label=_("To version"), min_value=1, max_value=HIGHEST, required=False)


class DetailQuery(QueryForm):
    """The page of comments, and how far back the timeline goes: in steps of 30 lines."""

    pagina = forms.IntegerField(label=_("Page of comments"), min_value=1, max_value=999_999, required=False)
    tijdlijn = forms.IntegerField(label=_("Timeline"), min_value=1, max_value=20, required=False)

    @property
    def comments_page(self) -> int:
        return self.cleaned_data["pagina"] or 1

    @property
    def steps(self) -> int:
        return self.cleaned_data["tijdlijn"] or 1
