"""What a person is in the network at this moment: loaded once per person object, so once per request."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from accounts.models import Person, Role
from regions.models.region import Membership

Reader = Person | AnonymousUser | None
AGREED = "agreed"
"""The role of a seat that agreed to the rules for its term."""


@dataclass(frozen=True)
class Standing:
    """Regions by id, and the network-wide roles."""

    person_id: int | None = None
    member_of: frozenset[int] = field(default_factory=frozenset)
    moderates: frozenset[int] = field(default_factory=frozenset)
    suspended_in: frozenset[int] = field(default_factory=frozenset)
    is_seat: bool = False
    has_agreed: bool = False
    """Whether a seat agreed to the rules for its term; until then no feedback opens."""
    is_secretary: bool = False
    is_staff: bool = False

    @property
    def in_cabinet(self) -> bool:
        return (self.is_seat and self.has_agreed) or self.is_secretary

    @property
    def in_network(self) -> bool:
        return bool(self.member_of) or self.is_seat or self.is_secretary or self.is_staff


def standing_of(person: Reader) -> Standing:
    """Return the standing of a person; None, an anonymous or a blocked person stands as a visitor.

    Kept on the person object: load the person anew (as each request does) to see a role that changed.
    """
    if not isinstance(person, Person) or not person.is_active:
        return Standing()
    if "_standing" not in person.__dict__:
        load_standings([person])
    kept: Standing = person.__dict__["_standing"]
    return kept


def load_standings(people: Collection[Person]) -> None:
    """Load the standing of these people in one query; `standing_of` finds it on each."""
    ids = [person.pk for person in people]
    rows: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, name, region in _memberships(ids).union(_roles(ids), all=True):
        rows[pk].append((name, region))
    for person in people:
        person.__dict__["_standing"] = _standing(person, rows[person.pk])


def stand_in(standing: Standing) -> Person:
    """Return a reader who is nobody and has these roles: what they see, everyone with these roles sees."""
    nobody = Person()
    nobody.__dict__["_standing"] = replace(standing, person_id=None)
    return nobody


def _standing(person: Person, rows: Collection[tuple[str, str]]) -> Standing:
    regions = {(name, int(region)) for name, region in rows if region}
    roles = {name for name, region in rows if not region}
    return Standing(
        person_id=person.pk,
        member_of=frozenset(region for name, region in regions if name != Membership.State.SUSPENDED),
        moderates=frozenset(region for name, region in regions if name == Membership.Role.MODERATOR),
        suspended_in=frozenset(region for name, region in regions if name == Membership.State.SUSPENDED),
        is_seat=bool(roles & {Role.Name.SEAT, AGREED}),
        has_agreed=AGREED in roles,
        is_secretary=Role.Name.SECRETARY in roles,
        is_staff=person.is_staff,
    )


def _memberships(ids: Collection[int]) -> QuerySet[Any, tuple[int, str, str]]:
    """Return where these people are a member, with their role, and where they are suspended."""
    states = (Membership.State.ACTIVE, Membership.State.SUSPENDED)
    found = Membership.objects.filter(person__in=ids, state__in=states)
    name = Case(When(state=Membership.State.ACTIVE, then=F("role")), default=F("state"), output_field=CharField())
    return found.values_list("person_id", name, Cast("region_id", CharField()))


def _roles(ids: Collection[int]) -> QuerySet[Any, tuple[int, str, str]]:
    has_agreed = Q(name=Role.Name.SEAT, agreed_at__isnull=False)
    name = Case(When(has_agreed, then=Value(AGREED)), default=F("name"), output_field=CharField())
    return Role.objects.current().filter(person__in=ids).values_list("person_id", name, Value("", CharField()))
