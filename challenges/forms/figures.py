"""What the figures of the InnovatieKabinet are asked of: a region and a period."""

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.figures import QUARTERS
from challenges.forms.listing import region_choices, regions
from regions.filters import FilterQuery
from regions.models import Region


class FiguresQuery(FilterQuery):
    PERIODS = (("4", _("the last year")), ("", _("the last 2 years")), ("12", _("the last 3 years")))
    """The last quarters, this one included; nothing chosen is QUARTERS."""

    regio = forms.ChoiceField(label=_("Region"), choices=region_choices, required=False)
    periode = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)

    @property
    def region(self) -> Region | None:
        return next((region for region in regions() if region.slug == self.cleaned_data["regio"]), None)

    @property
    def quarters(self) -> int:
        return int(self.cleaned_data["periode"] or QUARTERS)

    @property
    def region_words(self) -> str:
        return self._words("regio", self.cleaned_data["regio"] or "")

    @property
    def period_words(self) -> str:
        return self._words("periode", self.cleaned_data["periode"] or "")
