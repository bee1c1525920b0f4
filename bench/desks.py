"""What waits on the desk of a home, so much of each sort; requests to join and silent challenges are there already."""

from datetime import datetime, timedelta

from bench.homes import Home
from regions.models import Ruling, State, Verb
from regions.models.moderation import TIME_TO_CHANGE
from regions.models.reason import Reason
from regions.models.report import How

MANY_ABOUT = 0.5
"""Of the first thing that is reported there are reports by so many people, as a part of what waits."""


class Desk:
    """Writes what waits in one region, and what was reported and dealt with before."""

    def __init__(self, home: Home) -> None:
        self.home, self.tables, self.words, self.chance = home, home.tables, home.words, home.chance
        self.moderator = home.moderators[1]
        shown = [row for row in home.stories.rows if not home.stories.on_desk_since(row[0])]
        self.things = home.chance.sample(shown, k=min(len(shown), 2 * home.measure.waits))

    def write(self) -> None:
        waits = self.home.measure.waits
        for number in range(waits):
            since = self.home.since(number)
            self.home.post(State.PENDING, since)
            self._reported(number, since)
            self._appealed(since)
            self._asked(number, since)
        for about, _author in self.things[:waits]:
            self._dealt_with(about)

    def _reported(self, number: int, since: datetime) -> None:
        """Report a challenge, or each second time a comment; the first one by many people."""
        about, comment = (self.things[number % len(self.things)][0], None)
        if number % 2 and number < len(self.home.comments):
            about, comment, _writer = self.home.comments[number]
        many = 1 + int(self.home.measure.waits * MANY_ABOUT)
        people = self.chance.sample(self.home.members, k=min(many if number == 0 else 1, len(self.home.members)))
        for place, person in enumerate(people):
            at = since + (self.home.network.now - since) * place / len(people)
            pk = self._report(about, comment, person, at)
            event = self.home.event(
                Verb.REPORTED, at, by=person, contribution=about, about=("report", pk), comment=comment or 0
            )
            self.home.tell(event)

    def _report(
        self, about: int, comment: int | None, person: int, at: datetime, closed_at: datetime | None = None
    ) -> int:
        pk, by = self.tables.report.next(), self.moderator if closed_at else None
        words = (self.chance.choice(Reason.values), self.words.text(2))
        self.tables.report.add(pk, about, comment, person, "", "", *words, at, closed_at, by)
        return pk

    def _appealed(self, since: datetime) -> None:
        """Hide a post, against which its author appeals."""
        at, pk, appeal = since - timedelta(days=1), self.tables.ruling.next(), self.tables.appeal.next()
        post, author = self.home.post(State.HIDDEN, at - timedelta(days=10))
        hidden = (
            Ruling.Measure.HIDE,
            self.chance.choice(Reason.values),
            self.words.text(2),
            State.PUBLISHED,
            self.moderator,
            at,
        )
        self.tables.ruling.add(pk, post, None, *hidden, None, None)
        self.home.event(Verb.HIDDEN, at, by=self.moderator, contribution=post, about=("ruling", pk), audience="team")
        self.tables.appeal.add(appeal, pk, author, self.words.text(3), since)
        about = ("appeal", appeal)
        self.home.tell(self.home.event(Verb.APPEALED, since, by=author, contribution=post, about=about))

    def _asked(self, number: int, since: datetime) -> None:
        """Ask to change a challenge: every other one was changed, of the rest the time is over."""
        about, author = self.things[-1 - number % len(self.things)]
        pk, is_changed = self.tables.ruling.next(), number % 2 == 0
        due = since + timedelta(days=7) if is_changed else since
        at, why = due - TIME_TO_CHANGE, (self.chance.choice(Reason.values), self.words.text(2), "")
        changed_at = since if is_changed else None
        self.tables.ruling.add(pk, about, None, Ruling.Measure.ASK_CHANGE, *why, self.moderator, at, due, changed_at)
        ruling = ("ruling", pk)
        self.home.event(Verb.CHANGE_ASKED, at, by=self.moderator, contribution=about, about=ruling, audience="team")
        if is_changed:
            self.home.tell(self.home.event(Verb.CHANGE_MADE, since, by=author, contribution=about, about=ruling))

    def _dealt_with(self, about: int) -> None:
        """Report what was looked at and left as it is."""
        at, took = self.home.moment(), timedelta(hours=self.chance.randint(1, 20))
        person, closed_at = self.home.author(), at + took
        report = ("report", self._report(about, None, person, at, closed_at))
        self.home.event(Verb.REPORTED, at, by=person, contribution=about, about=report, comment=0)
        self.home.event(
            Verb.REPORT_CLOSED,
            closed_at,
            by=self.moderator,
            contribution=about,
            about=report,
            subject=person,
            how=How.NONE.value,
            seconds=int(took.total_seconds()),
        )
