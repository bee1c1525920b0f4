"""Regions, people and the InnovatieKabinet: who there is before anybody posts."""

import tomllib
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from accounts.models import Affiliation, OrganisationKind, Role
from bench.tables import Tables
from bench.words import DEMO, Words
from digests.models import Frequency
from regions.models import Membership, Municipality

REGIONS = 40
TAGS = 300
SEATS = 16
MEMBER, SEAT, MODERATOR, STAFF, SECRETARY = 1, 2, 3, 4, 5
"""The people, by id, as whom pages are measured."""
SEAT_IDS = [SEAT, *range(6, 6 + SEATS - 1)]
FIRST_OTHER = 6 + SEATS - 1
FIRST_NAMES = ("Noor", "Sem", "Fatima", "Daan", "Marieke", "Youssef", "Annelies", "Ravi", "Jolanda", "Pieter-Jan")
LAST_NAMES = ("Bakker", "van der Linden", "Yilmaz", "de Groot", "Hoekstra", "el Amrani", "Smit", "Pinas", "ter Horst")
FUNCTIONS = (
    "Beleidsadviseur sociaal domein",
    "Wijkcoach",
    "Projectleider",
    "Consulent schulden",
    "Ervaringsdeskundige",
)


def skewed(number: int, power: float) -> list[float]:
    """Return cumulative weights: the first is the most common, the last the rarest."""
    return list(accumulate(1 / (rank**power) for rank in range(1, number + 1)))


class Network:
    """Writes its rows into `tables`; afterwards it knows who belongs where, by id."""

    def __init__(self, tables: Tables, words: Words, chance: Random, size: int, now: datetime) -> None:
        self.tables, self.words, self.chance, self.now = tables, words, chance, now
        self.people = max(200, size // 20)
        self.began = now - timedelta(days=3 * 365)
        self.region_weights = skewed(REGIONS, 0.9)
        self.members: dict[int, list[int]] = {region: [] for region in range(1, REGIONS + 1)}
        self.municipalities = list(Municipality.objects.order_by("code").values_list("code", flat=True))
        self.themes = [row["slug"] for row in self._themes()]
        self._tags()
        self._organisations()
        for person in range(1, self.people + 1):
            self.person(person, self._organisation(person))
        self._roles()
        self._regions()

    def _themes(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = tomllib.loads((DEMO / "regions.toml").read_text(encoding="utf-8"))["theme"]
        for position, row in enumerate(rows):
            self.tables.theme.add(row["slug"], row["name"], row["name_en"], position)
        return rows

    def _tags(self) -> None:
        for tag in range(1, TAGS + 1):
            name = self.words.compounds[-tag]
            self.tables.tag.add(tag, f"{name} {tag}", f"{name}-{tag}")

    def _organisations(self) -> None:
        """Each seat works alone somewhere, so that it is independent of every team."""
        self.organisations = SEATS + max(30, self.people // 10)
        for number in range(1, self.organisations + 1):
            self.organisation(number)

    def organisation(self, number: int) -> None:
        kinds = OrganisationKind.values
        self.tables.organisation.add(number, f"Organisatie {number}", kinds[number % len(kinds)])

    def _organisation(self, person: int) -> int:
        if person in SEAT_IDS:
            return SEAT_IDS.index(person) + 1
        return self.chance.randint(SEATS + 1, self.organisations)

    def person(self, person: int, organisation: int) -> None:
        tables, chance = self.tables, self.chance
        name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
        email = f"persoon{person}@bench.example"
        joined = self.began - timedelta(days=chance.randint(1, 300))
        tables.person.add(person, email, name, "!", chance.choice(FUNCTIONS), person == STAFF, joined)
        tables.address.add(person, email, True, True)
        tables.visit.add(person, self.now, self.now - timedelta(days=chance.randint(1, 30)))
        tables.subscription.add(person, Frequency.WEEKLY, self.now + timedelta(days=30))
        tables.affiliation.add(person, organisation, Affiliation.Basis.DOMAIN, joined)
        for theme in chance.sample(self.themes, k=chance.randint(0, 3)):
            tables.theme_follower.add(theme, person)

    def _roles(self) -> None:
        start = self.began.date()
        for number, person in enumerate(SEAT_IDS, 1):
            self.tables.role.add(number, person, Role.Name.SEAT, start, self.began)
            self.tables.seat.add(number, self.words.text(1)[:240])
        self.tables.role.add(SEATS + 1, SECRETARY, Role.Name.SECRETARY, start, None)
        self.tables.role.last = SEATS + 1

    def _regions(self) -> None:
        for (region, person), role in self._belonging().items():
            self._membership(region, person, role)
        self.others_of_first = [person for person in self.members[1] if person not in (MEMBER, MODERATOR)]
        for region, people in self.members.items():
            self.region_row(region, f"regio-{region}", f"Regio {region:02}", len(people))

    def region_row(self, region: int, slug: str, name: str, members: int) -> None:
        self.tables.region.add(region, slug, name, self.words.text(2), members)
        for municipality in self.municipalities[(region - 1) % REGIONS :: REGIONS]:
            self.tables.place.add(region, municipality)

    def _belonging(self) -> dict[tuple[int, int], str]:
        """Return who is what in which region; the benched member and moderator belong to the largest."""
        roles = Membership.Role
        belonging: dict[tuple[int, int], str] = {(1, MEMBER): roles.MEMBER, (1, MODERATOR): roles.MODERATOR}
        for region in self.members:
            first = FIRST_OTHER + 2 * region
            belonging |= {(region, first): roles.MODERATOR, (region, first + 1): roles.MODERATOR}
        for person in range(FIRST_OTHER, self.people + 1):
            for region in self.picked_regions():
                belonging.setdefault((region, person), roles.MEMBER)
        return belonging

    def _membership(self, region: int, person: int, role: str) -> None:
        waits = role == Membership.Role.MEMBER and person != MEMBER and self.chance.random() < 0.03
        state = Membership.State.PENDING if waits else Membership.State.ACTIVE
        since = self.began + timedelta(days=self.chance.randint(0, 600))
        self.tables.membership.add(self.tables.membership.next(), region, person, role, state, since, "")
        if not waits:
            self.members[region].append(person)

    def picked_regions(self) -> set[int]:
        return set(self.chance.choices(range(1, REGIONS + 1), cum_weights=self.region_weights, k=self._how_many()))

    def _how_many(self) -> int:
        return 2 if self.chance.random() < 0.15 else 1

    def region(self) -> int:
        return self.chance.choices(range(1, REGIONS + 1), cum_weights=self.region_weights)[0]

    def author(self, region: int) -> int:
        """Return a member of this region, other than those who are benched; some write much more than others."""
        people = self.others_of_first if region == 1 else self.members[region]
        return people[int(len(people) * self.chance.random() ** 1.5)]

    def anyone(self) -> int:
        return self.chance.randint(FIRST_OTHER, self.people)
