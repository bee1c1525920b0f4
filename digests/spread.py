"""From what happened to whom it concerns: `Unspread` rows become `Notice` rows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Exists, Q, QuerySet

from accounts.models import Person, Role
from digests.at_once import enclose_at_once
from digests.outbox import queue_mail_of
from regions.mentions import mentioned
from regions.models import (
    Audience,
    Comment,
    Contribution,
    Event,
    Follow,
    Involvement,
    Meeting,
    Membership,
    Notice,
    Part,
    Quiet,
    Report,
    Signup,
    Theme,
    Unspread,
    Verb,
)
from regions.models.contribution import events_visible_to
from regions.models.involvement import OWNERS
from regions.models.standing import Standing, load_standings, stand_in, standing_of

BATCH = 20
ROWS = 2_000
Reason = Notice.Reason
Why = dict[int, str]
"""Why each person, by id, is told of an event."""

UNTOLD = frozenset(
    {
        Verb.JOINED,
        Verb.LEFT,
        Verb.INVITED,
        Verb.INVITATION_WITHDRAWN,
        Verb.CLAIM_ASKED,
        Verb.BACKING_ASKED,
        Verb.LET_BE,
        Verb.REGION_ARRANGED,
        Verb.EXPORT_ASKED,
        Verb.REGION_EXPORTED,
        Verb.SIGNUP_ASKED,
        Verb.SIGNED_UP,
        Verb.SIGNED_OFF,
        Verb.MEETING_REMINDED,
        Verb.AGREEMENT_DROPPED,
        Verb.MAILED,
        Verb.UNHELPED,
        Verb.REPORT_CLOSED,
        Verb.SEAT_AGREED,
        Verb.REMARK_DELETED,
        Verb.STAFF_ADDED,
        Verb.STAFF_CHANGED,
        Verb.STAFF_REMOVED,
    }
)
"""What stands in the log only."""

HOUSEKEEPING = frozenset(
    {
        Verb.IMPORTED,
        Verb.FILED,
        Verb.DETACHED,
        Verb.JOINED_TEAM,
        Verb.LEFT_TEAM,
        Verb.CLOSED_REVIEW,
        Verb.ASSIGNED,
        Verb.UNASSIGNED,
        Verb.REMINDED,
        Verb.RECUSED,
        Verb.REVIEW_CORRECTED,
        Verb.REMARKED,
        Verb.POINT_CLOSED,
        Verb.POINT_ASKED_ON,
        Verb.OFFER_WITHDRAWN,
        Verb.OFFER_REMINDED,
        Verb.COMMENTS_CLOSED,
        Verb.COMMENTS_OPENED,
    }
)
"""What the team hears and followers are spared."""

TEAM_WAITS = frozenset(
    {
        Verb.OFFERED,
        Verb.OFFER_REMINDED,
        Verb.REVIEWED,
        Verb.POINT_ASKED_ON,
        Verb.WARNED_SILENT,
        Verb.CHANGE_ASKED,
    }
)
"""What asks something of author and team."""

SUBJECT_WAITS = frozenset({Verb.AGREED, Verb.COMMENT_ASKED, Verb.ASSIGNED, Verb.REMINDED, Verb.OFFER_REMINDED})
"""What asks something of the person whom it is about."""

COMERS_ABOUT = frozenset({Verb.MEETING_MOVED, Verb.MEETING_CANCELLED, Verb.MEETING_CLOSED})
"""What who signed up for a meeting hears."""

SESSION_ABOUT = frozenset({Verb.PUBLISHED, Verb.MEETING_MOVED, Verb.MEETING_CANCELLED, Verb.MEETING_CLOSED})
"""What members of the InnovatieKabinet hear of their sessions."""

TEAM_ABOUT = frozenset({Verb.BOARD_DECIDED, Verb.HIDDEN, Verb.RESTORED, Verb.CHANGE_ACCEPTED, Verb.CHANGE_WITHDRAWN})
"""What others decided about the challenge of author and team."""

DESK_WAITS = frozenset({Verb.ASKED_TO_JOIN, Verb.REPORTED, Verb.SUBMITTED, Verb.CHANGE_MADE})
"""What waits on the moderators of the region."""


STAFF_WAITS = frozenset({Verb.REGION_WISHED, Verb.WITHOUT_MODERATOR})
"""What waits on staff."""


def spread() -> int:
    """Tell of everything that nobody was told of yet; return the number of events."""
    done = 0
    while count := spread_batch():
        done += count
    return done


@transaction.atomic
def spread_batch() -> int:
    """Turn some `Unspread` rows into notices, all or none of it; rows that a colleague holds are left to them."""
    rows = Unspread.objects.select_for_update(skip_locked=True, of=("self",)).order_by("event")[:BATCH]
    ids = list(rows.values_list("event", flat=True))
    events = Event.objects.filter(pk__in=ids).select_related("contribution", "region").order_by("pk")
    whys = {event: concerned(event) for event in events if event.verb not in UNTOLD}
    _keep_allowed(whys)
    notices = [
        Notice(person_id=person, event=event, reason=reason)
        for event, why in whys.items()
        for person, reason in why.items()
    ]
    Notice.objects.bulk_create(notices, batch_size=ROWS, ignore_conflicts=True)
    for event in events:
        queue_mail_of(event)
    enclose_at_once(ids)
    Unspread.objects.filter(pk__in=ids).delete()
    return len(ids)


def concerned(event: Event) -> Why:
    """Return whom this event concerns and why, the strongest reason of each; whether they may know comes after."""
    why: Why = {}
    for reason, people in _candidates(event):
        for person in people:
            why.setdefault(person, reason)
    why.pop(event.actor_id or 0, None)
    return why


def _candidates(event: Event) -> Iterator[tuple[str, QuerySet[Person, int]]]:
    """Yield reasons in the order of `Notice.Reason`, the strongest first, each with people by id."""
    for people in _awaited(event):
        yield Reason.WAITS, _ids(people)
    for people in _meant(event):
        yield Reason.ABOUT, _ids(people)
    if event.contribution is None or event.audience == Audience.DESK:
        return
    yield Reason.OWN, _ids(_part_holders(event, *OWNERS))
    quiet = Quiet.objects.over(event.contribution).values("person")
    for reason, people in _near(event, event.contribution):
        yield reason, _ids(people).exclude(pk__in=quiet)


def _near(event: Event, on: Contribution) -> Iterator[tuple[str, QuerySet[Any, Any]]]:
    """Yield who hears it because they chose to be near; who made it quiet is among them."""
    if event.verb not in HOUSEKEEPING and not event.data.get("small"):
        yield Reason.FOLLOW, Follow.objects.filter(contribution=on).values("person")
    if event.verb == Verb.PUBLISHED:
        yield Reason.REGION, Membership.objects.active().filter(region=on.region_id).values("person")
        themes = Theme.objects.filter(contributions=on)
        yield Reason.THEME, Theme.followers.through.objects.filter(theme__in=themes).values("person")


def _awaited(event: Event) -> Iterator[QuerySet]:  # type: ignore[type-arg]
    """Yield on whom it waits: who promised it, the team, the InnovatieKabinet, the desk or staff."""
    if event.verb in TEAM_WAITS:
        yield _part_holders(event, *OWNERS)
    if event.verb in SUBJECT_WAITS:
        yield Person.objects.filter(pk=event.subject_id or 0).values("pk")
    if event.verb == Verb.ASKED_REVIEW:
        yield _part_holders(event, Part.REVIEWER)
    if event.verb in (Verb.ASKED_REVIEW, Verb.RECUSED):
        yield Role.objects.current().filter(name=Role.Name.SECRETARY).values("person")
    yield from _awaited_at_desk(event)


def _awaited_at_desk(event: Event) -> Iterator[QuerySet]:  # type: ignore[type-arg]
    if event.verb in DESK_WAITS:
        yield Membership.objects.moderators().filter(region=event.region_id).exclude(_reported(event)).values("person")
    if event.verb == Verb.APPEALED:
        yield _others_at_desk(event)
    if event.verb in STAFF_WAITS:
        yield Person.objects.filter(is_staff=True).values("pk")


def _reported(event: Event) -> Q:
    """Match the memberships of whom a report is about: they do not hear who reported them."""
    report = (
        Report.objects.filter(pk=int(event.object_id or 0)) if event.verb == Verb.REPORTED else Report.objects.none()
    )
    about = report.filter(comment=None).values("contribution")
    owners = Involvement.objects.current().filter(contribution__in=about, part__in=OWNERS).values("person")
    writers = report.exclude(comment=None).values("comment__author")  # a NULL among them would match nobody at all
    return Q(person__in=writers) | Q(person__in=owners)


def _others_at_desk(event: Event) -> QuerySet[Any, Any]:
    """Return the moderators but for who made the ruling; staff, where there is no other."""
    ruler = event.data.get("ruler", 0)
    moderators = Membership.objects.moderators().filter(region=event.region_id).exclude(person=ruler)
    if moderators.exists():
        return moderators.values("person")
    return Person.objects.filter(is_staff=True).exclude(pk=ruler).values("pk")


def _meant(event: Event) -> Iterator[QuerySet]:  # type: ignore[type-arg]
    """Yield whom it is about: its subject, who is answered, or the team that something was decided about."""
    yield Person.objects.filter(pk=event.subject_id or 0).values("pk")
    if event.verb == Verb.COMMENTED:
        yield Comment.objects.filter(replies=int(event.object_id)).values("author")
        yield mentioned(Comment.objects.select_related("contribution").get(pk=event.object_id)).values("pk")
    if event.verb in SESSION_ABOUT:
        session = Meeting.objects.sessions().filter(pk=event.contribution_id or 0)
        yield Role.objects.current().filter(Exists(session), name=Role.Name.SEAT).values("person")
    if event.verb in TEAM_ABOUT:
        yield _part_holders(event, *OWNERS)
    if event.verb in COMERS_ABOUT:
        yield Signup.objects.lasting().filter(meeting=event.contribution_id, person__isnull=False).values("person")


def _part_holders(event: Event, *parts: str) -> QuerySet:  # type: ignore[type-arg]
    holders = Involvement.objects.current().filter(contribution=event.contribution_id, part__in=parts)
    return holders.values("person")


def _ids(people: QuerySet) -> QuerySet[Person, int]:  # type: ignore[type-arg]
    return Person.objects.filter(is_active=True, pk__in=people).values_list("pk", flat=True)


def _keep_allowed(whys: dict[Event, Why]) -> None:
    """Drop who may not know of an event at this moment; what everyone may read asks nothing of anyone.

    People of the same roles are asked about together, and only who does not know it by role is asked alone.
    """
    closed = {event: why for event, why in whys.items() if not event.is_open}
    people = list(Person.objects.filter(pk__in={person for why in closed.values() for person in why}))
    load_standings(people)
    events = {event.pk: why for event, why in closed.items()}
    by_role: dict[Standing, set[int]] = {}
    for person in people:
        roles = replace(standing_of(person), person_id=None)
        if roles not in by_role:
            by_role[roles] = _known(stand_in(roles), set(events))
        asked = {pk for pk, why in events.items() if person.pk in why} - by_role[roles]
        for pk in asked - _known(person, asked):
            events[pk].pop(person.pk)


def _known(person: Person, events: set[int]) -> set[int]:
    """Return which of these events this person may know of."""
    return set(events_visible_to(person).filter(pk__in=events).values_list("pk", flat=True)) if events else set()
