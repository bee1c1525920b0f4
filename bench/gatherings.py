"""The meetings of a home: what comes, what was, who was there, and what was agreed."""

import json
from collections import Counter
from datetime import datetime, timedelta

from bench.homes import MODERATORS, Home
from bench.words import as_html, flat
from regions.models import Audience, Kind, Meeting, Perspective, Signup, State, Verb

COMING, CANCELLED = 0.3, 0.04
"""Such parts of the meetings are still to come, and did not take place; of what was, the others left minutes."""
LASTS = timedelta(hours=3)
MOST = 200
"""So many people come to the largest meeting."""
PERSPECTIVES = Perspective.values
POINTS, PLACE = 5, "Buurthuis De Brink, Dorpsstraat 1"


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
        now, text = self.home.network.now, self.words.text
        at, intro = min(now, starts_at) - timedelta(days=30), self.words.paragraphs(2, 3)
        is_off = starts_at < now and not is_without_minutes and self.chance.random() < CANCELLED
        has_minutes = starts_at < now and not is_without_minutes and not is_off
        minutes = self.words.paragraphs(4, 4) if has_minutes else ""
        closed_at = starts_at + LASTS + timedelta(hours=20) if has_minutes else None
        off_at = starts_at - timedelta(days=2) if is_off else None
        points = [(self.words.line(80), text(1), text(3) if has_minutes else "") for _ in range(POINTS)]
        searched = [flat(intro), PLACE, flat(minutes), *(part for title, _, said in points for part in (title, said))]
        pk = self._shared(intro, at, closed_at or off_at or at, "\n".join(part for part in searched if part))
        capacity = self.chance.choice((None, None, 12, 30))
        going, waiting = self._signups(pk, at, capacity)
        self._agenda(pk, points, closed_at)
        html = {name: as_html(words) for name, words in (("intro", intro), ("minutes", minutes)) if words}
        when = (starts_at, starts_at + LASTS, PLACE, "https://video.example/kamer", capacity)
        who = (["gemeente", "inwoner"], json.dumps(going), sum(going.values()), waiting)
        left = (closed_at, minutes, int(has_minutes), json.dumps(going if has_minutes else {}))
        what = (pk, Meeting.Sort.REGIONAL, "", intro, json.dumps(html))
        self.tables.meeting.add(*what, *when, *who, off_at, text(2) if is_off else "", *left)
        self._afterwards(pk, closed_at, off_at)

    def _shared(self, intro: str, at: datetime, active_at: datetime, searched: str) -> int:
        """Write what all kinds share; a moderator plans it."""
        title, by, text = self.words.line(70), self.home.moderators[0], {"intro": intro}
        also = {"active_at": active_at, "searched": searched}
        return self.home.contribution(Kind.MEETING, title, by, text, state=State.PUBLISHED, at=at, **also)

    def _signups(self, meeting: int, at: datetime, capacity: int | None) -> tuple[dict[str, int], int]:
        """Return how many come from each perspective, and how many wait."""
        home, going, waiting = self.home, Counter[str](), 0
        number = min(int(self.chance.paretovariate(1.2) * 6), len(home.members) - MODERATORS, MOST)
        people = self.chance.sample(home.members[MODERATORS:], k=number)
        for place, person in enumerate([home.moderators[1], *people]):
            pk, side = self.tables.signup.next(), self.chance.choice(PERSPECTIVES)
            moment = min(at + timedelta(hours=place), home.network.now)
            waits = capacity is not None and place >= capacity
            state = Signup.State.WAITING if waits else Signup.State.GOING
            self.tables.signup.add(pk, meeting, person, "", "", side, state, moment)
            home.event(Verb.SIGNED_UP, moment, by=person, contribution=meeting, about=("signup", pk), subject=person)
            going.update([] if waits else [side])
            waiting += waits
        return dict(going), waiting

    def _agenda(self, meeting: int, points: list[tuple[str, str, str]], closed_at: datetime | None) -> None:
        """Put a challenge on every other point; what was discussed shows it on its timeline."""
        home, of, by = self.home, ("meeting", meeting), self.home.moderators[0]
        for position, (title, words, said) in enumerate(points):
            about = self.chance.choice(home.stories.rows)[0] if position % 2 else None
            self.tables.agenda.add(meeting, position, title, words, 20, about, said, as_html(said) if said else "")
            if about and closed_at:
                home.event(Verb.DISCUSSED, closed_at, by=by, contribution=about, about=of, audience=Audience.ALL)

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
        about, by = ("agreement", pk), home.moderators[0]
        home.event(Verb.AGREED, at, by=by, contribution=meeting, about=about, subject=owner, audience=Audience.ALL)
