"""Two regions of their own, one with ten of everything and one that is large: what a home costs when it grows."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bench.network import REGIONS, SEATS, Network
from bench.stories import STATES, Stories, Story
from bench.tables import Tables
from bench.words import Words, as_html, flat
from challenges.models.challenge import GOES_ON
from challenges.rules import PATH, QUIET
from regions.models import Audience, Comment, Kind, Membership, Notice, Part, Sanction, Sort, State, Verb, Visibility
from regions.models.reason import SuspensionReason

MODERATORS = 2
WARNED = 0.01
"""Such a part of the members was warned once."""
VISIBILITIES = (Visibility.PUBLIC, Visibility.NETWORK, Visibility.REGION)
WAITING = timedelta(days=90)
"""What waits longest on a desk waits so long; of each sort the rows are spread evenly over this time."""


@dataclass(frozen=True)
class Measure:
    """How much a region has of each sort, and how much of each sort waits on its desk."""

    slug: str
    members: int
    challenges: int
    meetings: int
    posts: int
    documents: int
    waits: int


SMALL = Measure("regio-klein", 10, 10, 10, 10, 10, 2)
LARGE = Measure("regio-groot", 10_000, 5_000, 500, 1_000, 300, 200)
HOMES = (SMALL, LARGE)


class HomeStories(Stories):
    """The challenges of one region; so many are silent as wait on its desk, the others go on.

    None waits to be published: posts do.
    """

    comments, in_review, states = 1, 0, {state: weight for state, weight in STATES.items() if state != State.PENDING}

    def __init__(self, home: "Home", first: int) -> None:
        super().__init__(home.tables, home.network, home.words, home.chance, home.measure.challenges)
        self.home, self.first = home, first
        self.rows: list[tuple[int, int]] = []
        """Id and author of each that is published."""

    def is_each(self, pk: int, times: int) -> bool:
        return False

    def region(self) -> int:
        return self.home.region

    def age(self, pk: int) -> float:
        return (pk - self.first) / self.size

    def on_desk_since(self, pk: int) -> datetime | None:
        number, rest = divmod(pk - self.first, max(1, self.size // self.home.measure.waits))
        return self.home.since(number) if rest == 0 and number < self.home.measure.waits else None

    def end(self, story: Story) -> None:
        """Let it be silent since its last moment, or let the team say not long ago that it goes on."""
        if story.until < self.home.network.now:
            story.active_at = story.until
            story.warned_at = story.until + QUIET
        elif story.is_told and story.stage in PATH:
            at = self.home.network.now - QUIET * self.chance.random()
            if at > story.active_at:
                story.active_at = at
                step = self.tables.step.next()
                self.tables.step.add(step, story.pk, GOES_ON, story.stage, story.stage, story.author, at, "")
                story.event(Verb.GOES_ON, at, about=("step", step))
        if story.state == State.PUBLISHED:
            self.rows.append((story.pk, story.author))


class Home:
    """Writes one region: who belongs there, and what they posted."""

    def __init__(self, tables: Tables, network: Network, words: Words, chance: Random, measure: Measure) -> None:
        self.tables, self.network, self.words, self.chance, self.measure = tables, network, words, chance, measure
        self.region = tables.region.last = max(tables.region.last, REGIONS) + 1
        self.comments: list[tuple[int, int, int]] = []
        """Contribution, id and writer of the comments that are shown."""
        self._people()
        self.stories = HomeStories(self, tables.contribution.last + 1)

    def write(self) -> None:
        for _ in range(self.measure.challenges):
            self.stories.write(self.tables.contribution.next())
        for _ in range(self.measure.posts):
            self.post(State.PUBLISHED, self.moment())
        for _ in range(self.measure.documents):
            self._document()

    # --- people -------------------------------------------------------------------------------------------

    def _people(self) -> None:
        first = self.tables.person.last = max(self.tables.person.last, self.network.people)
        measure, offices = self.measure, self._offices()
        for _ in range(measure.members + measure.waits):
            self.network.person(self.tables.person.next(), self.chance.choice(offices))
        self.members = list(range(first + 1, first + 1 + measure.members))
        self.moderators = self.members[:MODERATORS]
        self.network.members[self.region] = self.members[MODERATORS:]
        self.network.region_row(self.region, measure.slug, measure.slug.replace("-", " ").title(), measure.members)
        for person in self.members:
            self._member(person)
        for number in range(measure.waits):
            self._asks(first + 1 + measure.members + number, self.since(number))
        for person in self.moderators:
            self.tables.calendar_address.add(person, 1, True)

    def _offices(self) -> list[int]:
        """Make an organisation for every twenty members, beside those that there are."""
        tables = self.tables
        tables.organisation.last = max(tables.organisation.last, self.network.organisations)
        made = [tables.organisation.next() for _ in range(self.measure.members // 20)]
        for number in made:
            self.network.organisation(number)
        return made or list(range(SEATS + 1, self.network.organisations + 1))

    def _member(self, person: int) -> None:
        roles, since = Membership.Role, self.moment()
        role = roles.MODERATOR if person in self.moderators else roles.MEMBER
        pk = self.tables.membership.next()
        self.tables.membership.add(pk, self.region, person, role, Membership.State.ACTIVE, since, "")
        if role == roles.MEMBER:
            self.event(Verb.LET_IN, since, by=self.moderators[0], about=("membership", pk), subject=person)
            if self.chance.random() < WARNED:
                self._warned(pk, person)

    def _warned(self, membership: int, person: int) -> None:
        pk, at, by = self.tables.sanction.next(), self.moment(), self.moderators[0]
        why = (self.chance.choice(SuspensionReason.values), self.words.text(2))
        self.tables.sanction.add(pk, membership, Sanction.Kind.WARNING, *why, by, at, None)
        self.event(Verb.WARNED, at, by=by, about=("sanction", pk), subject=person)

    def _asks(self, person: int, since: datetime) -> None:
        pk, states = self.tables.membership.next(), Membership.State
        role, words = Membership.Role.MEMBER, self.words.text(2)
        self.tables.membership.add(pk, self.region, person, role, states.PENDING, since, words)
        self.tell(self.event(Verb.ASKED_TO_JOIN, since, by=person, about=("membership", pk), subject=person))

    # --- when, and what happened --------------------------------------------------------------------------

    def moment(self) -> datetime:
        """Return a moment of the last two years, but the last days."""
        return self.network.now - timedelta(days=1 + 700 * self.chance.random())

    def since(self, number: int) -> datetime:
        """Return since when row `number` of one sort of what waits does so."""
        return self.network.now - WAITING * (number + 1) / (self.measure.waits + 1)

    def event(
        self,
        verb: str,
        at: datetime,
        *,
        by: int | None,
        contribution: int | None = None,
        about: tuple[str, int] = ("", 0),
        subject: int | None = None,
        audience: str = Audience.DESK,
        **data: object,
    ) -> int:
        pk, (kind, thing) = self.tables.event.next(), about
        named = (pk, at, verb, audience, by, subject, self.region, contribution)
        self.tables.event.add(*named, kind, str(thing) if thing else "", json.dumps(data))
        return pk

    def tell(self, event: int) -> None:
        """Give the moderators a notice of what waits on them; they have not read it."""
        for person in self.moderators:
            self.tables.notice.add(person, event, Notice.Reason.WAITS, None)

    # --- what is posted -----------------------------------------------------------------------------------

    def contribution(
        self, kind: str, title: str, author: int, text: dict[str, str], *, state: str, at: datetime, **also: object
    ) -> int:
        """Write the row that all kinds share, with its author, version, searchable text and first event."""
        pk, tables = self.tables.contribution.next(), self.tables
        told_at = at if state != State.PENDING else None
        visibility = self.chance.choices(VISIBILITIES, (80, 10, 10))[0]
        named = (pk, kind, title, self.region, author, state, visibility)
        counts = (1, also.get("comments", 0), 0, False)
        tables.contribution.add(*named, *counts, at, told_at, also.get("active_at", at))
        tables.involvement.add(pk, author, Part.AUTHOR, at, None)
        tables.version.add(pk, 1, author, at, json.dumps({"title": title, **text}))
        tables.entry.add(kind, pk, pk, title, also.get("searched", "\n".join(map(flat, text.values()))))
        verb, audience = (Verb.PUBLISHED, Audience.ALL) if told_at else (Verb.SUBMITTED, Audience.DESK)
        event = self.event(verb, at, by=author, contribution=pk, audience=audience)
        if not told_at:
            self.tell(event)
        return pk

    def author(self) -> int:
        return self.network.author(self.region)

    def post(self, state: str, at: datetime) -> tuple[int, int]:
        """Write a question or an announcement, and up to three answers to what is published; return id and author."""
        is_question = state == State.PENDING or self.chance.random() < 0.8
        sort, author = (Sort.QUESTION, self.author()) if is_question else (Sort.ANNOUNCEMENT, self.moderators[0])
        words, number = self.words.paragraphs(2, 3), self.chance.randint(0, 3) if state == State.PUBLISHED else 0
        moments = sorted(at + (self.network.now - at) * self.chance.random() for _ in range(number))
        last = {"comments": number, "active_at": max([at, *moments])}
        title = self.words.line(70)
        pk = self.contribution(Kind.POST, title, author, {"words": words}, state=state, at=at, **last)
        found = [self._comment(pk, moment) for moment in moments]
        helped = found[0] if found and is_question and self.chance.random() < 0.5 else None
        self.tables.post.add(pk, sort, words, json.dumps({"words": as_html(words)}), helped)
        return pk, author

    def _comment(self, about: int, at: datetime) -> int:
        pk, person, text = self.tables.comment.next(), self.author(), self.words.text(self.chance.randint(1, 4))
        self.tables.comment.add(pk, about, person, None, text, as_html(text), Comment.State.SHOWN, at)
        self.tables.entry.add("comment", pk, about, "", text)
        self.event(Verb.COMMENTED, at, by=person, contribution=about, about=("comment", pk), audience=Audience.ALL)
        self.comments.append((about, pk, person))
        return pk

    def _document(self) -> None:
        at, number, author = self.moment(), self.chance.choices((1, 2, 3, 4), (60, 25, 10, 5))[0], self.author()
        moments = [at, *sorted(at + (self.network.now - at) * self.chance.random() for _ in range(number - 1))]
        words, state, newest = self.words.text(2), State.PUBLISHED, 0
        title, last = self.words.line(60), {"active_at": moments[-1]}
        pk = self.contribution(Kind.DOCUMENT, title, author, {"description": words}, state=state, at=at, **last)
        for place, moment in enumerate(moments, 1):
            newest = self._edition(pk, place, author, moment)
        self.tables.document.add(pk, words, newest, moments[-1])

    def _edition(self, document: int, number: int, by: int, at: datetime) -> int:
        file, pk = self.tables.attachment.next(), self.tables.edition.next()
        size = self.chance.randint(20_000, 4_000_000)
        named = (f"Stuk {number}.pdf", f"2026/01/{file:032x}", size, "application/pdf")
        self.tables.attachment.add(file, document, *named, by, at)
        self.tables.edition.add(pk, document, number, file, self.words.text(1)[:300] if number > 1 else "", by, at)
        if number > 1:
            about = ("edition", pk)
            self.event(
                Verb.NEW_EDITION, at, by=by, contribution=document, about=about, audience=Audience.ALL, number=number
            )
        return pk
