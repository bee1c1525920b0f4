"""Whom the secretary may ask for feedback on a challenge: what they know about, how busy they are, why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from challenges.models import Asking, Assignment, Review, Seat
from challenges.models.asking import how_many
from challenges.models.seat import SeatQuerySet
from regions.models import Theme

QUARTER = timedelta(days=91)
NO_AGREEMENT = _("did not agree to the rules yet")
LEFT_IT = _("leaves this to others")
INVOLVED = _("belongs to the team or to an organisation of the team")


@dataclass(frozen=True)
class Candidate:
    """A seat (`with_load`) with what it knows of this challenge, and why it cannot be asked (empty where it can)."""

    seat: Seat
    themes: list[str]
    why_not: str | Promise


def with_load(seats: SeatQuerySet) -> SeatQuerySet:
    """Add what each has to do (`open`, of which `late`) and did: `given` in the last quarter of a year."""
    mine = Assignment.objects.open().filter(person=OuterRef("person"))
    late = mine.filter(due_on__lt=timezone.localdate())
    since = timezone.now() - QUARTER
    given = Review.objects.filter(by=OuterRef("person"), sent_at__gte=since, meeting=None)
    found: SeatQuerySet = seats.annotate(
        open=how_many(mine, "person"), late=how_many(late, "person"), given=how_many(given, "by")
    )
    return found


def candidates(asking: Asking) -> list[Candidate]:
    """Return every seat that was not asked by name yet: who can be asked first, by themes and then by load."""
    named = asking.assignments.filter(ending="").values("person")
    knows = Seat.themes.through.objects.filter(seat=OuterRef(OuterRef("pk"))).values("theme")
    themes = Theme.objects.filter(contributions=asking.challenge_id, pk__in=knows)
    seats = with_load(Seat.objects.current()).filter(person__is_active=True).exclude(person__in=named)
    rows = seats.select_related("person").annotate(shared=ArraySubquery(themes.order_by("name").values("name")))
    may = set(Seat.objects.current().agreed().independent_of(asking.challenge).values_list("pk", flat=True))
    recused = Assignment.objects.filter(asking__challenge=asking.challenge_id, ending=Assignment.Ending.RECUSED)
    left = set(recused.values_list("person", flat=True))
    found = [Candidate(row, row.shared, _why_not(row, may, left)) for row in rows]
    return sorted(
        found,
        key=lambda one: (bool(one.why_not), -len(one.themes), one.seat.open, one.seat.given, str(one.seat.person)),
    )


def _why_not(seat: Seat, may: Iterable[int], left: Iterable[int]) -> str | Promise:
    if seat.pk in may:
        return ""
    if seat.person_id in left:
        return LEFT_IT
    return INVOLVED if seat.agreed_at else NO_AGREEMENT
