"""Who is who in a region: its people by name, role, knowledge and organisation."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from accounts.models import Knowledge, Organisation
from regions.filters import FilterQuery
from regions.forms import PageQuery
from regions.models import Membership, Region
from regions.models.region import MembershipQuerySet

ROLES = {"moderator": Membership.Role.MODERATOR, "lid": Membership.Role.MEMBER}
KNOWLEDGE = {"ervaring": Knowledge.LIVED, "beroep": Knowledge.PROFESSIONAL, "wetenschap": Knowledge.SCIENTIFIC}
"""How role and knowledge are written in the address."""

WANTED: dict[str, Callable[[str], tuple[str, Any]]] = {
    "rol": lambda value: ("role", ROLES[value]),
    "kennis": lambda value: ("person__knowledge__contains", [KNOWLEDGE[value]]),
    "expertise": lambda value: ("person__expertise_keys__contains", [value.lower()]),
}


class MembersQuery(FilterQuery, PageQuery):
    """Every filter of the list of members; what is not understood is left out."""

    q = forms.CharField(label=_("Name or function"), max_length=80, required=False)
    rol = forms.ChoiceField(
        label=_("Role"),
        choices=lambda: [("", _("All roles")), *((name, role.label) for name, role in ROLES.items())],
        required=False,
    )
    kennis = forms.ChoiceField(
        label=_("Kind of knowledge"),
        choices=lambda: [("", _("All kinds")), *((name, kind.label) for name, kind in KNOWLEDGE.items())],
        required=False,
    )
    expertise = forms.CharField(label=_("Knows much about"), max_length=40, required=False)
    organisatie = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Works at"), required=False, widget=forms.HiddenInput
    )

    def filtered(self, members: MembershipQuerySet, *, without: str = "") -> MembershipQuerySet:
        """Keep who fits all filters, or all but one."""
        asked = {name: value for name, value in self.cleaned_data.items() if value and name != without}
        found = members.called(asked["q"]) if "q" in asked else members
        found = found.working_at(asked["organisatie"]) if "organisatie" in asked else found
        return found.filter(**dict(WANTED[name](value) for name, value in asked.items() if name in WANTED))

    def in_the_way(self, region: Region) -> list[dict[str, str]]:
        """Return the filters of which one alone, taken off, gives people; in one query."""
        chips, members = self.chips, region.memberships.active()
        found = [Exists(self.filtered(members, without=chip["name"])) for chip in chips]
        gives = Region.objects.filter(pk=region.pk).values_list(*found).get() if chips else ()
        return [chip for chip, some in zip(chips, gives, strict=True) if some]
