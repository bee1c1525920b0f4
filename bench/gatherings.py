"""The meetings of a home: what comes, what was, who was there, and what was agreed."""

import json
from collections import Counter
from datetime import datetime, timedelta

from bench.homes import Home
from bench.words import as_html, flat
from regions.models import Audience, Kind, Meeting, Perspective, Signup, State, Verb

COMING, CANCELLED = 0.3, 0.04
"""Such parts of the meetings are still to come, and did not take place; of what was, the others left minutes."""
LASTS = timedelta(hours=3)
PERSPECTIVES = Perspective.values


class Gatherings:
    """Writes the meetings of one region."""

    def __init__(self, home: Home) -> None:
        self.home, self.tables, self.words, self.chance = home, home.tables, home.words, home.chance

    def write(self) -> None:
        measure, now = self.home.measure, self.home.network.now
        coming = round(measure.meetings * COMING)
        for number in range(coming):
            self._meeting(now + timedelta(days=1 + number * 300 // coming))
        for number in range(measure.waits):
            self._meeting(self.home.since(number) - LASTS, is_without_minutes=True)
        for _ in range(measure.meetings - coming - measure.waits):
            self._meeting(now - timedelta(days=5 + 600 * self.chance.random()))

    def _meeting(self, starts_at: datetime, *, is_without_minutes: bool = False) -> None:
        home, text, now = self.home, self.words.text, self.home.network.now
        at, by = min(now, starts_at) - timedelta(days=30), home.moderators[0]
        is_past, intro, place = starts_at < now, self.words.paragraphs(2, 3), "Buurthuis De Brink, Dorpsstraat 1"
        is_off = is_past and not is_without_minutes and self.chance.random() < CANCELLED
        has_minutes = is_past and not is_without_minutes and not is_off
        minutes = self.words.paragraphs(4, 4) if has_minutes else ""
        points = [(self.words.line(80), text(1), text(3) if has_minutes else "") for _ in range(5)]
        said = [part for title, _words, said in points for part in (title, said) if part]
        searched = "\n".join(part for part in (flat(intro), place, flat(minutes), *said) if part)
        closed_at = starts_at + LASTS + timedelta(hours=20) if has_minutes else None
        off_at = starts_at - timedelta(days=2) if is_off else None
        last = {"active_at": closed_at or off_at or at, "searched": searched}
        pk = home.contribution(
            Kind.MEETING, self.words.line(70), by, {"intro": intro}, state=State.PUBLISHED, at=at, **last
        )
        capacity = self.chance.choice((None, None, 12, 30))
        going, waiting = self._signups(pk, at, capacity)
        self._agenda(pk, points, closed_at)
        html = {name: as_html(words) for name, words in (("intro", intro), ("minutes", minutes)) if words}
        when = (starts_at, starts_at + LASTS, place, "https://video.example/kamer", capacity)
        who = (["gemeente", "inwoner"], json.dumps(going), sum(going.values()), waiting)
        off = (off_at, text(2) if is_off else "")
        left = (closed_at, minutes, int(has_minutes), json.dumps(going if has_minutes else {}))
        self.tables.meeting.add(pk, Meeting.Sort.REGIONAL, "", intro, json.dumps(html), *when, *who, *off, *left)
        self._afterwards(pk, closed_at, off_at)

    def _signups(self, meeting: int, at: datetime, capacity: int | None) -> tuple[dict[str, int], int]:
        """Return how many come from each perspective, and how many wait."""
        number = min(len(self.home.members) - 1, int(self.chance.paretovariate(1.2) * 6), 200)
        going: Counter[str] = Counter()
        people = self.chance.sample(self.home.members[2:], k=min(number, len(self.home.members) - 2))
        for place, person in enumerate([self.home.moderators[1], *people]):
            pk, side, moment = self.tables.signup.next(), self.chance.choice(PERSPECTIVES), at + timedelta(hours=place)
            has_place = capacity is None or place < capacity
            state = Signup.State.GOING if has_place else Signup.State.WAITING
            self.tables.signup.add(pk, meeting, person, "", "", side, state, min(moment, self.home.network.now))
            self.home.event(Verb.SIGNED_UP, at, by=person, contribution=meeting, about=("signup", pk), subject=person)
            going[side] += has_place
        counts = {side: number for side, number in going.items() if number}
        return counts, len(people) + 1 - sum(counts.values())

    def _agenda(self, meeting: int, points: list[tuple[str, str, str]], closed_at: datetime | None) -> None:
        for position, (title, words, said) in enumerate(points):
            about = self.chance.choice(self.home.stories.rows)[0] if position % 2 else None
            self.tables.agenda.add(meeting, position, title, words, 20, about, said, as_html(said) if said else "")
            if about and closed_at:
                self.home.event(
                    Verb.DISCUSSED,
                    closed_at,
                    by=self.home.moderators[0],
                    contribution=about,
                    about=("meeting", meeting),
                    audience=Audience.ALL,
                )

    def _afterwards(self, meeting: int, closed_at: datetime | None, off_at: datetime | None) -> None:
        home, by = self.home, self.home.moderators[0]
        if off_at:
            home.event(Verb.MEETING_CANCELLED, off_at, by=by, contribution=meeting, audience=Audience.ALL)
        if closed_at:
            home.event(Verb.MEETING_CLOSED, closed_at, by=by, contribution=meeting, audience=Audience.ALL)
            for _ in range(self.chance.randint(0, 3)):
                self._agreement(meeting, closed_at)

    def _agreement(self, meeting: int, at: datetime) -> None:
        """Let somebody promise something; of ten one is of the moderator, and every other one is done."""
        home, pk = self.home, self.tables.agreement.next()
        owner = home.moderators[0] if self.chance.random() < 0.1 else home.author()
        done_at = at + timedelta(days=1) if self.chance.random() < 0.5 else None
        due = (at + timedelta(days=20)).date()
        self.tables.agreement.add(pk, meeting, self.words.text(1)[:300], owner, due, done_at)
        about = ("agreement", pk)
        home.event(
            Verb.AGREED, at, by=home.moderators[0], contribution=meeting, about=about, subject=owner, audience="all"
        )
