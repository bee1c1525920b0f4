"""The query string of the list of challenges (wire values: design.md section 5)."""

from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from challenges.models import ChallengeQuerySet, Seeking, Stage
from initiate.kept import Kept
from regions.filters import Choices, FilterQuery
from regions.models import Region, Theme

regions = Kept(lambda: list(Region.objects.only("slug", "name")))
themes = Kept(lambda: list(Theme.objects.all()))

ACTIVE, NEW, TITLE = "actief", "nieuw", "titel"
ORDERS: dict[str, tuple[Any, ...]] = {
    ACTIVE: ("-last_activity_at", "-pk"),
    NEW: ("-published_at", "-pk"),
    TITLE: (Lower("title"), "pk"),
}
FURTHEST = 999_999


def region_choices() -> Choices:
    return [("", _("All regions")), *((region.slug, region.name) for region in regions())]


def _theme_choices() -> Choices:
    return [("", _("All themes")), *((theme.slug, str(theme)) for theme in themes())]


class ListQuery(FilterQuery):
    """Every filter of the list; what is not understood is named in `ignored` and left out."""

    unfiltered = ("pagina", "volgorde")

    q = forms.CharField(label=_("Words"), max_length=200, required=False)
    regio = forms.ChoiceField(label=_("Region"), choices=region_choices, required=False)
    thema = forms.ChoiceField(label=_("Theme"), choices=_theme_choices, required=False)
    fase = forms.ChoiceField(label=_("Stage"), choices=lambda: [("", _("All stages")), *Stage.choices], required=False)
    zoekt = forms.ChoiceField(
        label=_("Looks for"), choices=lambda: [("", _("Anything")), *Seeking.choices], required=False
    )
    volgorde = forms.ChoiceField(
        label=_("Order"),
        choices=[(ACTIVE, _("Latest activity")), (NEW, _("Newest")), (TITLE, _("Title"))],
        required=False,
    )
    tag = forms.CharField(label=_("Tag"), max_length=100, required=False, widget=forms.HiddenInput)
    pagina = forms.IntegerField(label=_("Page"), min_value=1, required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, query: QueryDict) -> "ListQuery":
        """Read a query string; a page beyond all pages is the last one, however long its number."""
        values = query.copy()
        page = values.get("pagina", "").strip()
        if page.isdecimal() and len(page) > len(str(FURTHEST)):
            values["pagina"] = str(FURTHEST)
        return cls.read(values)

    def filtered(self, challenges: ChallengeQuerySet) -> ChallengeQuerySet:
        """Keep what fits all filters, in the order that was asked."""
        asked = self.cleaned_data
        found = challenges.matching(asked["q"]) if asked["q"] else challenges
        wanted: dict[str, Any] = {
            "region__slug": asked["regio"],
            "themes": asked["thema"],
            "stage": asked["fase"],
            "seeking__contains": [asked["zoekt"]] if asked["zoekt"] else None,
            "tagged__tag__slug": asked["tag"],
        }
        found = found.filter(**{name: value for name, value in wanted.items() if value})
        return found.order_by(*ORDERS[asked["volgorde"] or ACTIVE])

    @property
    def page(self) -> int:
        return self.cleaned_data["pagina"] or 1
