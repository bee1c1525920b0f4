"""What a person is in the network at this moment: loaded once per person object, so once per request."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Person, Role
from regions.models.region import Membership

Reader = Person | AnonymousUser | None


@dataclass(frozen=True)
class Standing:
    """Regions by id, and the network-wide roles."""

    person_id: int | None = None
    member_of: frozenset[int] = field(default_factory=frozenset)
    moderates: frozenset[int] = field(default_factory=frozenset)
    is_seat: bool = False
    is_secretary: bool = False
    is_staff: bool = False

    @property
    def in_network(self) -> bool:
        return bool(self.member_of) or self.is_seat or self.is_secretary or self.is_staff


def standing_of(person: Reader) -> Standing:
    """Return the standing of a person; None, an anonymous or a blocked person stands as a visitor.

    Kept on the person object: load the person anew (as each request does) to see a role that changed.
    """
    if not isinstance(person, Person) or not person.is_active:
        return Standing()
    kept = person.__dict__.get("_standing")
    if kept is None:
        kept = person.__dict__["_standing"] = _load(person)
    return kept


def _load(person: Person) -> Standing:
    """Read memberships and roles in one query."""
    rows = list(_memberships(person).union(_roles(person), all=True))
    regions = {(name, int(region)) for name, region in rows if region}
    moderates = frozenset(region for name, region in regions if name == Membership.Role.MODERATOR)
    roles = {name for name, region in rows if not region}
    return Standing(
        person_id=person.pk,
        member_of=frozenset(region for _name, region in regions),
        moderates=moderates,
        is_seat=Role.Name.SEAT in roles,
        is_secretary=Role.Name.SECRETARY in roles,
        is_staff=person.is_staff,
    )


def _memberships(person: Person) -> QuerySet[Any, tuple[str, str]]:
    active = Membership.objects.filter(person=person, state=Membership.State.ACTIVE)
    return active.values_list(F("role"), Cast("region_id", CharField()))


def _roles(person: Person) -> QuerySet[Any, tuple[str, str]]:
    return Role.objects.current().filter(person=person).values_list(F("name"), Value("", CharField()))
