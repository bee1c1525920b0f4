"""One challenge after the other, with all that grew around it; every counter is true."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from bench.network import MEMBER, SEAT_IDS, Network, skewed
from bench.tables import Tables
from bench.words import RARE, RARE_TIMES, Words, as_html, flat
from challenges.models import Offer, OfferKind, Point, Seeking, Stage, TestRound, Turn
from challenges.rules import MOVES, PATH, SILENCE
from regions.models import Audience, Comment, Kind, Notice, Part, State, Verb, Visibility

COMMENTS = 5
STATES = {State.PUBLISHED: 90, State.DRAFT: 4, State.PENDING: 1, State.HIDDEN: 1, State.ARCHIVED: 4}
VISIBILITIES = {Visibility.PUBLIC: 80, Visibility.NETWORK: 10, Visibility.REGION: 7, Visibility.TEAM: 3}
STAGES = dict(zip(Stage.values, (38, 20, 20, 6, 2, 5, 6, 3), strict=True))
IN_REVIEW = 0.003
"""The share of challenges that wait for the InnovatieKabinet."""
REVIEWED = 0.06
MOVE_NAMES = {(source, move.target): move.name for move in MOVES for source in move.sources}
OWN_EVERY, FOLLOWED_EVERY = 5, 20
"""So many challenges the benched member wrote and follows, whatever the size."""


class Stories:
    """Writes challenges into `tables`, from number 1 to `size`."""

    comments, in_review, states = COMMENTS, IN_REVIEW, STATES

    def __init__(self, tables: Tables, network: Network, words: Words, chance: Random, size: int) -> None:
        self.tables, self.network, self.words, self.chance, self.size = tables, network, words, chance, size
        self.theme_weights = skewed(len(network.themes), 0.6)
        self.tag_weights = skewed(300, 0.8)

    def write(self, pk: int) -> None:
        Story(self, pk).write()

    def pick(self, weights: dict[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def is_each(self, pk: int, times: int) -> bool:
        """Tell whether this is one of so many challenges, spread evenly."""
        return pk % max(1, self.size // times) == 0

    def region(self) -> int:
        return self.network.region()

    def age(self, pk: int) -> float:
        """Return where in the time of the network this one begins: 0 is the first day, 1 is now."""
        return pk / self.size

    def on_desk_since(self, pk: int) -> datetime | None:
        """Return since when it is silent enough to stand on the desk; None where it is not."""
        return None

    def end(self, story: "Story") -> None:
        """Do what comes last, before the row itself."""


class Story:
    """One challenge: who, what, when, and what came of it."""

    def __init__(self, of: Stories, pk: int) -> None:
        self.of, self.pk = of, pk
        self.tables, self.network, self.words, self.chance = of.tables, of.network, of.words, of.chance
        self.is_own = of.is_each(pk, OWN_EVERY)
        since = of.on_desk_since(pk)
        is_plain = self.is_own or of.is_each(pk, FOLLOWED_EVERY) or since is not None
        self.state = State.PUBLISHED.value if is_plain else of.pick(of.states)
        self.visibility = Visibility.PUBLIC.value if is_plain else of.pick(VISIBILITIES)
        self.stage = of.pick(STAGES) if self.is_told and since is None else Stage.IDEA.value
        self.region = 1 if self.is_own else of.region()
        self.author = MEMBER if self.is_own else self.network.author(self.region)
        self.until = since - SILENCE if since else self.network.now
        span = self.until - self.network.began - timedelta(days=2)
        self.created_at = self.network.began + span * of.age(pk)
        self.warned_at: datetime | None = None
        self.active_at = self.stage_at = self.created_at
        self.stage_before, self.outcome = "", ""
        self.comments = self.followers = self.prototypes = self.rounds = self.resident_rounds = 0
        self.reviews = self.open_points = 0
        self.versions = 1
        self.is_in_review = False
        self.comment_events: list[tuple[int, int]] = []

    @property
    def is_told(self) -> bool:
        """Whether it was ever published: then there are events, and texts to be found."""
        return self.state not in (State.DRAFT, State.PENDING)

    def write(self) -> None:
        self._texts()
        self._owners()
        if self.is_told:
            self.event(Verb.PUBLISHED, self.created_at)
            self._steps()
            self._prototypes()
            self._reviews()
            self._offers()
            self._comments()
            self._followers()
        self._versions()
        self._filing()
        self._index()
        self.of.end(self)
        self._row()

    def later(self, at: datetime, days: float) -> datetime:
        """Return a moment after `at`, before `until`, mostly within so many days; it is the latest activity so far."""
        wait = timedelta(days=self.chance.expovariate(1 / days))
        moment = at + min(wait, (self.until - at) * self.chance.random())
        self.active_at = max(self.active_at, moment)
        return moment

    def event(
        self,
        verb: str,
        at: datetime,
        *,
        by: int = 0,
        audience: str = Audience.ALL,
        about: tuple[str, int] | None = None,
        subject: int | None = None,
        **data: object,
    ) -> int:
        pk = self.tables.event.next()
        kind, thing = (about[0], str(about[1])) if about else ("", "")
        actor = by or self.author
        row = (pk, at, verb, audience, actor, subject, self.region, self.pk, kind, thing, json.dumps(data))
        self.tables.event.add(*row)
        return pk

    # --- the text -----------------------------------------------------------------------------------------

    def _texts(self) -> None:
        words = self.words
        question = words.paragraphs(self.chance.randint(2, 4), 3)
        if self.of.is_each(self.pk, RARE_TIMES):
            question += f" Dit gaat ook over het {RARE}."
        self.title = words.line(self.chance.randint(40, 90))
        self.summary = words.text(2)[:280]
        self.text = {
            "question": question,
            "for_whom": words.text(4),
            "improvement": words.text(5),
            "participation": words.text(4),
        }

    def _versions(self) -> None:
        self.versions = self.chance.choices((1, 2, 3), (60, 30, 10))[0]
        text = {"title": self.title, "summary": self.summary, **self.text}
        at = self.created_at
        for number in range(1, self.versions + 1):
            older = text | {"question": f"{self.words.text(1)} {text['question']}"}
            kept = json.dumps(text if number == self.versions else older)
            self.tables.version.add(self.pk, number, self.author, at, kept)
            at = self.later(at, 5) if number < self.versions else at
            if self.is_told and number < self.versions:
                self.event(Verb.EDITED, at, version=number + 1, fields=["question"])

    def _index(self) -> None:
        if self.is_told:
            text = "\n".join([self.summary, *map(flat, self.text.values())])
            self.tables.entry.add("challenge", self.pk, self.pk, self.title, text)

    # --- people -------------------------------------------------------------------------------------------

    def _owners(self) -> None:
        number = self.chance.choices((0, 1, 2, 3), (45, 25, 20, 10))[0]
        team = {self.network.author(self.region) for _ in range(number)} - {self.author}
        self.owners = [self.author, *sorted(team)]
        for person in self.owners:
            part = Part.AUTHOR if person == self.author else Part.TEAM
            self.tables.involvement.add(self.pk, person, part, self.created_at, None)

    def _followers(self) -> None:
        """What everyone reads is followed by all sorts of people, the rest by its own team."""
        is_open = self.visibility in (Visibility.PUBLIC, Visibility.NETWORK)
        found = {self.network.anyone() for _ in range(self.chance.randint(0, 4))} if is_open else set(self.owners)
        if self.of.is_each(self.pk, FOLLOWED_EVERY) and not self.is_own:
            found.add(MEMBER)
        for person in sorted(found):
            self.tables.follow.add(self.pk, person, self.created_at)
            if self.visibility == Visibility.PUBLIC:
                self._notices(person)
        self.followers = len(found)

    def _notices(self, person: int) -> None:
        """Tell a follower of the last comments; what is unread comes to some twenty notices for each person."""
        unread = 5 * self.network.people / self.of.size
        for event, writer in self.comment_events[-3:]:
            read_at = None if person == MEMBER or self.chance.random() < unread else self.network.now
            if person != writer:
                self.tables.notice.add(person, event, Notice.Reason.FOLLOW, read_at)

    # --- what happened ------------------------------------------------------------------------------------

    def _steps(self) -> None:
        if self.stage in PATH:
            way = [*PATH[: PATH.index(Stage(self.stage)) + 1]]
        else:
            way = [*PATH[: self.chance.randint(1, 3)], Stage(self.stage)]
        for source, target in pairwise(way):
            self.stage_at, self.stage_before = self.later(self.stage_at, 40), source.value
            note = self.words.text(3) if target in (Stage.PARKED, Stage.STOPPED) else ""
            pk = self.tables.step.next()
            name = MOVE_NAMES[source, target]
            self.tables.step.add(pk, self.pk, name, source, target, self.author, self.stage_at, note)
            self.event(Verb.MOVED, self.stage_at, about=("step", pk), source=source, target=target)
            self.outcome = note

    def _prototypes(self) -> None:
        if Stage.MAKING.value in (self.stage, self.stage_before) or self.stage in PATH[3:]:
            for number in range(1, self.chance.randint(1, 3) + 1):
                self._prototype(number)

    def _prototype(self, number: int) -> None:
        self.prototypes = number
        pk, at = self.tables.prototype.next(), self.later(self.created_at, 60)
        what, changes = self.words.text(5), self.words.text(2) if number > 1 else ""
        html = json.dumps({"what": as_html(what), "changes": as_html(changes) if changes else ""})
        self.tables.prototype.add(pk, self.pk, number, what, changes, html, self.author, at)
        title, text = f"{self.title} – Prototype {number}", f"{what}\n{changes}"
        self.tables.entry.add("prototype", pk, self.pk, title, text)
        self.event(Verb.PROTOTYPED, at, about=("prototype", pk), number=number)
        for _ in range(self.chance.randint(0, 2)):
            self._round(pk, number, at)

    def _round(self, prototype: int, number: int, after: datetime) -> None:
        pk, at, text = self.tables.round.next(), self.later(after, 20), self.words.text
        residents = self.chance.choice((0, 3, 5, 8, 12))
        verdict = self.chance.choice(TestRound.Verdict.values)
        texts = (text(1), text(2) if residents else "", text(2), text(1))
        self.tables.round.add(pk, prototype, at.date(), residents, 2, *texts, verdict, self.author, at)
        self.event(Verb.TESTED, at, about=("testround", pk), number=number)
        self.rounds += 1
        self.resident_rounds += residents > 0

    def _reviews(self) -> None:
        """Ask the InnovatieKabinet: some questions wait, others were answered and closed."""
        self.is_in_review = self.state == State.PUBLISHED and self.chance.random() < self.of.in_review
        if not (self.is_in_review or self.chance.random() < REVIEWED):
            return
        asking, at = self.tables.asking.next(), self.later(self.created_at, 60)
        ends_at = None if self.is_in_review else self.later(at, 20)
        self.tables.asking.add(asking, self.pk, self.versions, self.author, self.words.text(1), at, ends_at)
        self.event(Verb.ASKED_REVIEW, at, audience=Audience.NETWORK, about=("asking", asking))
        for person in SEAT_IDS:
            self.tables.involvement.add(self.pk, person, Part.REVIEWER, at, ends_at)
        for person in self.chance.sample(SEAT_IDS, k=self.chance.randint(0, 2) if self.is_in_review else 3):
            self._review(asking, person, at)
        if ends_at:
            self.event(Verb.CLOSED_REVIEW, ends_at, audience=Audience.NETWORK, about=("asking", asking))

    def _review(self, asking: int, person: int, after: datetime) -> None:
        pk, at, text = self.tables.review.next(), self.later(after, 10), self.words.text
        self.tables.review.add(pk, self.pk, asking, person, self.versions, text(5), text(2), at)
        self.event(Verb.REVIEWED, at, by=person, audience=Audience.NETWORK, about=("review", pk))
        self.reviews += 1
        for number in range(1, self.chance.randint(1, 3) + 1):
            state = self.chance.choice(Point.State.values)
            self.open_points += state == Point.State.OPEN
            answered = ("", None, None) if state == Point.State.OPEN else (text(1), self.author, self.later(at, 10))
            point = self.tables.point.next()
            self.tables.point.add(point, pk, number, text(2), state, *answered)
            if answered[0]:
                self.tables.turn.add(point, state, Turn.Kind.ANSWER.value, *answered)

    def _offers(self) -> None:
        for _ in range(self.chance.choices((0, 1, 2), (70, 20, 10))[0]):
            pk, at, person = self.tables.offer.next(), self.later(self.created_at, 90), self.network.anyone()
            kind = self.chance.choice([kind for kind in OfferKind.values if kind != OfferKind.TEAM])
            state = self.chance.choice(Offer.State.values)
            answered = (self.words.text(1), self.author, self.later(at, 5))
            rest = ("", None, None) if state == Offer.State.OFFERED else answered
            closed_at = self.later(at, 20) if state in (Offer.State.HAPPENED, Offer.State.LAPSED) else None
            self.tables.offer.add(pk, self.pk, person, kind, self.words.text(2), state, *rest, at, closed_at)
            self.event(Verb.OFFERED, at, by=person, audience=Audience.PARTIES, about=("offer", pk), kind=kind)

    def _comments(self) -> None:
        """Write some, partly replies; one in fifty was hidden or deleted."""
        at, first = self.created_at, 0
        for number in range(self.of.comments):
            pk, person = self.tables.comment.next(), self.network.anyone()
            at = self.later(at, 12)
            parent = first if number and self.chance.random() < 0.4 else None
            first = pk if parent is None else first
            state = self.chance.choices(Comment.State.values, (98, 1, 1))[0]
            text = "" if state == Comment.State.DELETED else self.words.text(self.chance.randint(1, 6))
            html = as_html(text) if text else ""
            self.tables.comment.add(pk, self.pk, person, parent, text, html, state, at)
            self.comment_events.append((self.event(Verb.COMMENTED, at, by=person, about=("comment", pk)), person))
            if state == Comment.State.SHOWN:
                self.comments += 1
                self.tables.entry.add("comment", pk, self.pk, "", text)

    # --- the row itself -----------------------------------------------------------------------------------

    def _filing(self) -> None:
        themes = self.chance.choices(
            self.network.themes, cum_weights=self.of.theme_weights, k=self.chance.choice((1, 2))
        )
        for theme in dict.fromkeys(themes):
            self.tables.contribution_theme.add(self.pk, theme)
        number = self.chance.randint(0, 4)
        tags = self.chance.choices(range(1, 301), cum_weights=self.of.tag_weights, k=number)
        for tag in dict.fromkeys(tags):
            self.tables.tagged.add(tag, self.pk)

    def _row(self) -> None:
        told_at = self.created_at if self.is_told else None
        counts = (self.versions, self.comments, self.followers, self.is_in_review)
        times = (self.created_at, told_at, self.active_at)
        named = (self.pk, Kind.CHALLENGE, self.title, self.region, self.author, self.state, self.visibility)
        self.tables.contribution.add(*named, *counts, *times)
        html = {name: as_html(text) for name, text in {**self.text, "outcome": self.outcome}.items() if text}
        texts = (self.summary, *self.text.values(), self.outcome, json.dumps(html))
        place = self.chance.choice(self.network.municipalities) if self.chance.random() < 0.5 else None
        seeking = self.chance.sample(Seeking.values, k=self.chance.choice((0, 0, 1, 1, 2)))
        stage = (self.stage, self.stage_at, self.stage_before)
        tests = (self.prototypes, self.rounds, self.resident_rounds, self.reviews, self.open_points)
        self.tables.challenge.add(self.pk, *texts, place, seeking, *stage, self.warned_at, *tests)
