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
    """How far back the timeline goes: in steps of 30 lines."""

    tijdlijn = forms.IntegerField(min_value=1, max_value=20, required=False)
