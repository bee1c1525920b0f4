"""What a person is told: notices as lines, grouped by what they are about; for the mail, the bell and the preview.

Everything is checked at the moment of reading: whether the person may know of the event, and of each text in it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import IntegerChoices, Model
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Person
from challenges.models import (
    Asking,
    Assignment,
    BoardDecision,
    Challenge,
    Offer,
    Point,
    Prototype,
    Remark,
    Review,
    Step,
    TestRound,
    Turn,
)
from challenges.models.told import is_told
from digests.asked import still_asked
from digests.inbox.address import address_for
from digests.leaving import quiet_path
from digests.place import page_of, place_of
from digests.quiet import HUSHED, quiet_among
from digests.words import Seen, label, note, text
from regions.models import (
    Agreement,
    Appeal,
    Attachment,
    Claim,
    Comment,
    Contribution,
    Document,
    Edition,
    Event,
    Export,
    Kind,
    Meeting,
    Membership,
    Notice,
    Post,
    Region,
    RegionWish,
    Report,
    Ruling,
    Sanction,
    Verb,
)
from regions.models.contribution import events_visible_to
from regions.models.event import Audience
from regions.models.standing import standing_of
from regions.sections import audience_of

KINDS: dict[str, type[Contribution]] = {
    Kind.CHALLENGE: Challenge,
    Kind.POST: Post,
    Kind.DOCUMENT: Document,
    Kind.MEETING: Meeting,
}
"""The kinds of contributions of which a line tells more than their title."""

ABOUT: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    model.__name__.lower(): (model, with_)
    for model, with_ in (
        (Affiliation, ("organisation",)),
        (Agreement, ("owner",)),
        (Appeal, ()),
        (Asking, ()),
        (Assignment, ("asking",)),
        (Attachment, ()),
        (BoardDecision, ()),
        (Claim, ()),
        (Comment, ("parent",)),
        (Meeting, ("region",)),
        (Edition, ("attachment",)),
        (Export, ()),
        (Membership, ("region",)),
        (Offer, ("person",)),
        (Point, ("review",)),
        (Prototype, ()),
        (Region, ()),
        (RegionWish, ("municipality",)),
        (Remark, ()),
        (Report, ()),
        (Review, ()),
        (Ruling, ()),
        (Sanction, ()),
        (Step, ()),
        (TestRound, ()),
        (Turn, ()),
    )
}
"""What an event can be about, by its `object_kind`, with what is fetched along."""

SHOWN = 5
"""So many lines of a group are told; the rest is counted."""

Reason = Notice.Reason


class Section(IntegerChoices):
    """The headings of an overview, in this order: what a role asks, what waits, one's own, then from near to far."""

    DESK = 1, _("For you as moderator")
    CABINET = 2, _("For the InnovatieKabinet")
    STAFF = 3, _("For the administrators")
    YOU = 4, _("Waits on you or is about you")
    YOURS = 5, _("What you work on")
    REGIONS = 6, _("Your regions")
    THEMES = 7, _("Themes that you follow")
    NETWORK = 8, _("What you follow elsewhere in the network")


@dataclass(frozen=True)
class Item:
    """One line: who did what, and the words that came with it."""

    notice: Notice
    at: datetime
    who: str
    what: str
    text: str
    note: str
    kinds: frozenset[str]
    path: str

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.path

    @property
    def verb(self) -> str:
        return self.notice.event.verb

    @property
    def is_read(self) -> bool:
        return self.notice.read_at is not None


@dataclass(frozen=True)
class Group:
    """What is new about one contribution or one region, latest first."""

    title: str
    place: str
    path: str
    reason: str
    section: Section
    items: Sequence[Item]
    reply_to: str = ""
    """The address to which an answer by mail goes, where one is taken."""
    reply_readers: str = ""
    quiet_path: str = ""
    """By which its reader makes it quiet; empty where that would change nothing."""

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.path

    @property
    def quiet_url(self) -> str:
        return settings.SITE_URL + self.quiet_path if self.quiet_path else ""

    @property
    def shown(self) -> Sequence[Item]:
        return self._lines[:SHOWN]

    @property
    def latest(self) -> Item:
        return self.items[0]

    @property
    def more(self) -> int:
        return max(len(self._lines) - SHOWN, 0)

    @cached_property
    def _lines(self) -> Sequence[Item]:
        """What is told, each thing once: two changes of a meeting say how it stands now."""
        lines: dict[tuple[str, ...], Item] = {}
        for item in self.items:
            lines.setdefault((item.who, item.what, item.text, item.note), item)
        return list(lines.values())

    @property
    def is_read(self) -> bool:
        return all(item.is_read for item in self.items)

    @property
    def why(self) -> str:
        return str(Reason(self.reason).label)


BY_VERB = {
    Verb.ASKED_TO_JOIN: Section.DESK,
    Verb.REPORTED: Section.DESK,
    Verb.SUBMITTED: Section.DESK,
    Verb.APPEALED: Section.DESK,
    Verb.CHANGE_MADE: Section.DESK,
    Verb.ASKED_REVIEW: Section.CABINET,
    Verb.ASSIGNED: Section.CABINET,
    Verb.REMINDED: Section.CABINET,
    Verb.RECUSED: Section.CABINET,
    Verb.REGION_WISHED: Section.STAFF,
    Verb.WITHOUT_MODERATOR: Section.STAFF,
}
BY_REASON = {
    Reason.WAITS: Section.YOU,
    Reason.ABOUT: Section.YOU,
    Reason.OWN: Section.YOURS,
    Reason.FOLLOW: Section.NETWORK,
    Reason.REGION: Section.REGIONS,
    Reason.THEME: Section.THEMES,
}


def gather(person: Person, notices: Iterable[Notice]) -> list[Group]:
    """Return what these notices tell this person now, in the order of Section, what waits on them before the rest.

    A notice of something that they may not know of, that is no longer there, that waits no more, or that they made
    quiet, is left out.
    """
    asked = still_asked(notices)
    seen = _see(person, [notice.event_id for notice in asked])
    hushed = {notice.event_id for notice in asked if notice.reason in HUSHED}
    quiet = quiet_among(person, {one.contribution for one in seen if one.event.pk in hushed and one.contribution})
    heard = (one for one in seen if one.event.pk not in hushed or one.event.contribution_id not in quiet)
    return _grouped(heard, asked)


def find_group(person: Person, notice: Notice) -> Group | None:
    """Return what this notice alone tells, also when it waits no more or is quiet; None where it may not be known."""
    return next(iter(_grouped(_see(person, [notice.event_id]), [notice])), None)


def _grouped(seen: Iterable[Seen], notices: Iterable[Notice]) -> list[Group]:
    by_event = {notice.event_id: notice for notice in notices}
    items: dict[tuple[str, int], list[tuple[Seen, Item]]] = defaultdict(list)
    for one in seen:
        item = _item(one, by_event[one.event.pk])
        if item is not None:
            items[_subject(one)].append((one, item))
    groups = [_group(pairs) for pairs in items.values()]
    return sorted(groups, key=lambda one: (one.section, one.reason == Reason.ABOUT))


def _see(person: Person, ids: Collection[int]) -> list[Seen]:
    """Bring each of these events that the person may know of together with its contribution and what it is about."""
    events = _known(person, _events(ids))
    abouts = _abouts(events)
    return [
        Seen(
            person=person,
            event=event,
            contribution=event.contribution,
            about=abouts.get((event.object_kind, event.object_id)),
        )
        for event in events
    ]


def _known(person: Person, events: Sequence[Event]) -> Sequence[Event]:
    """Keep what this person may know of. What is open to everyone is not asked about: that statement is long to make.

    But to a seat, what is open may tell of feedback that is hidden from that seat (`is_told`).
    """
    closed = [event for event in events if standing_of(person).is_seat or not event.is_open]
    if not closed:
        return events
    known = events_visible_to(person).filter(is_told(person), pk__in=[event.pk for event in closed])
    unknown = {event.pk for event in closed} - set(known.values_list("pk", flat=True))
    return [event for event in events if event.pk not in unknown]


def _events(ids: Collection[int]) -> list[Event]:
    """Return these events, latest first, each on a contribution of its own kind: one query for each kind."""
    found = Event.objects.filter(pk__in=ids).with_kind().select_related("actor", "subject", "region")
    events = list(found.order_by("-at", "-pk"))
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.kind and event.contribution_id:
            wanted[event.kind].add(event.contribution_id)
    rows = {
        pk: row
        for kind, keys in wanted.items()
        for pk, row in KINDS[kind]._default_manager.select_related("region").in_bulk(keys).items()
    }
    for event in events:
        event.contribution = rows[event.contribution_id] if event.contribution_id else None
    return events


def _abouts(events: Iterable[Event]) -> dict[tuple[str, str], Any]:
    """Fetch what the events are about, one query for each kind."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.object_kind in ABOUT:
            wanted[event.object_kind].add(event.object_id)
    found = {}
    for kind, ids in wanted.items():
        model, along = ABOUT[kind]
        rows = model._default_manager.select_related(*along) if along else model._default_manager.all()
        found.update({(kind, str(row.pk)): row for row in rows.filter(pk__in=ids)})
    return found


def _item(seen: Seen, notice: Notice) -> Item | None:
    """Return the line; None where what it is about was taken away."""
    is_gone = seen.event.object_kind in ABOUT and seen.about is None
    is_gone = is_gone or (isinstance(seen.about, Remark) and seen.about.deleted_at is not None)
    if is_gone or (isinstance(seen.about, Comment) and not _is_told(seen, seen.about)):
        return None
    notice.event = seen.event
    kinds = seen.contribution.kinds if seen.contribution else frozenset()
    path = place_of(seen, notice.reason)
    return Item(notice, seen.event.at, seen.who, label(seen), text(seen), note(seen), kinds, path)


def _is_told(seen: Seen, comment: Comment) -> bool:
    """Leave out what is hidden or deleted, and an answer that someone says no longer that it helped."""
    on = seen.contribution
    is_marked = isinstance(on, Post) and on.helped_id == comment.pk
    return comment.state == Comment.State.SHOWN and (is_marked or seen.event.verb != Verb.HELPED)


def _subject(seen: Seen) -> tuple[str, int]:
    """Return by what a line is grouped: its contribution, else its region, else the kind of thing."""
    event = seen.event
    if event.contribution_id:
        return "contribution", event.contribution_id
    return ("region", event.region_id) if event.region_id else (event.object_kind, 0)


def _group(pairs: Sequence[tuple[Seen, Item]]) -> Group:
    seen = pairs[0][0]
    reason = min((item.notice.reason for _seen, item in pairs), key=Reason.values.index)
    roles = [
        BY_VERB[Verb(item.verb)] for _seen, item in pairs if item.verb in BY_VERB and item.notice.reason == Reason.WAITS
    ]
    section = min(roles) if roles else _section(seen, reason)
    items = [item for _seen, item in pairs]
    more = (*_answering(seen, items), _quiet_path(seen, items))
    return Group(_title(seen), _place(seen), page_of(seen), reason, section, items, *more)


def _answering(seen: Seen, items: Sequence[Item]) -> tuple[str, str]:
    """Return where an answer by mail goes, and who will read it.

    Nowhere where something is told to some only: who reads of an offer, a report or feedback would answer that, in the
    open.
    """
    on = seen.contribution
    is_for_all = all(item.notice.event.audience == Audience.ALL for item in items)
    address = address_for(seen.person, on) if on and is_for_all else ""
    return (address, audience_of(on)) if on and address else ("", "")


def _section(seen: Seen, reason: str) -> Section:
    """Return where it stands by its reason; what someone follows in a region of theirs stands with that region."""
    is_near = seen.contribution and seen.contribution.region_id in standing_of(seen.person).member_of
    return Section.REGIONS if is_near and reason == Reason.FOLLOW else BY_REASON[Reason(reason)]


def _quiet_path(seen: Seen, items: Sequence[Item]) -> str:
    can_be_quiet = seen.contribution and any(item.notice.reason in HUSHED for item in items)
    return quiet_path(seen.person, seen.contribution) if seen.contribution and can_be_quiet else ""


def _title(seen: Seen) -> str:
    if seen.contribution:
        return seen.contribution.title
    if seen.event.region:
        return seen.event.region.name
    return str(seen.about.organisation if isinstance(seen.about, Affiliation) else _("The network"))


def _place(seen: Seen) -> str:
    return seen.contribution.region.name if seen.contribution else ""
