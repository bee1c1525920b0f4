"""Years of a reader in some seconds: whatever they choose and whenever nothing works, each item comes in one mail, on
time.

Scripts of preferences, events, reading and outages are made up; the moment is given to the product, which asks the
database for it in real life.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from challenges.models import Challenge
from digests.at_once import enclose_at_once
from digests.models import Enclosure, Frequency, Mail, Subscription
from digests.plan import plan
from digests.rhythm import subscribe
from regions.models import Event, Notice, Region, Verb
from tests import make

NL = ZoneInfo("Europe/Amsterdam")
LONGEST = {"daily": timedelta(days=2, hours=1), "weekly": timedelta(days=14), "monthly": timedelta(days=62)}
"""No overview lies further away: a period, and the rest of one that had its overview."""


@dataclass(frozen=True)
class Happens:
    """Something new for the reader; `waits` says whether it waits on them."""

    waits: bool


@dataclass(frozen=True)
class Chooses:
    frequency: str
    weekday: int
    hour: int
    at_once: bool


@dataclass(frozen=True)
class Reads:
    """The reader opens the bell and reads all."""


@dataclass(frozen=True)
class Outage:
    """Nothing works from here until the next step."""


Step = Happens | Chooses | Reads | Outage
starts = st.sampled_from(
    [
        datetime(2026, 3, 27, 12, tzinfo=UTC),  # two days before the clock goes forward
        datetime(2026, 10, 23, 12, tzinfo=UTC),  # and back
        datetime(2027, 12, 30, 12, tzinfo=UTC),
        datetime(2028, 2, 27, 12, tzinfo=UTC),  # a leap year
    ]
) | st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
steps = st.one_of(
    st.builds(Happens, st.booleans()),
    st.builds(Happens, st.booleans()),
    st.builds(
        Chooses, st.sampled_from(Frequency.values), st.integers(0, 6), st.integers(0, 23) | st.just(2), st.booleans()
    ),
    st.just(Reads()),
    st.just(Outage()),
)
waits = st.timedeltas(timedelta(minutes=1), timedelta(days=2)) | st.timedeltas(timedelta(), timedelta(days=40))
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""The day before an overview of who chose every week."""
ANOTHER_DAY = [
    (Happens(waits=False), timedelta(days=1)),
    (Happens(waits=False), timedelta(hours=1)),
    (Chooses("weekly", 4, 16, at_once=False), timedelta(days=14)),
]
"""Tuesday had its overview, and then Friday is chosen."""
LATE = [
    (Happens(waits=False), timedelta()),
    (Outage(), timedelta(days=7)),
    (Happens(waits=False), timedelta(days=14)),
]
"""What was due on Tuesday comes on the Monday after."""
scripts = st.lists(st.tuples(steps, waits), min_size=5, max_size=40)


@dataclass
class Told:
    """One mail: made when, due when, and which notices it tells."""

    at: datetime
    kind: str
    due: datetime | None
    notices: set[int]


@dataclass
class Life:
    """The reader's mail, with a clock that goes by the script."""

    person: Person
    challenge: Challenge
    now: datetime
    is_down: bool = False
    read: set[int] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)

    @property
    def subscription(self) -> Subscription:
        return Subscription.objects.get(person=self.person)

    def do(self, step: Step) -> None:
        if isinstance(step, Happens):
            self._hear(Notice.Reason.WAITS if step.waits else Notice.Reason.FOLLOW)
        elif isinstance(step, Chooses):
            self._choose(step)
        elif isinstance(step, Reads):
            new = Notice.objects.unread().filter(person=self.person)
            self.read |= set(new.filter(enclosure=None).values_list("pk", flat=True))
            new.mark_read()
        else:
            self.is_down = True

    def _hear(self, reason: str) -> None:
        event = Event.objects.create(verb=Verb.COMMENTED, contribution=self.challenge, region=self.challenge.region)
        notice = Notice.objects.create(person=self.person, event=event, reason=reason)
        enclose_at_once([event.pk])
        self._send()
        is_mailed = Enclosure.objects.filter(notice=notice).exists()
        assert is_mailed == (self.subscription.at_once and reason == Notice.Reason.WAITS)

    def _choose(self, choice: Chooses) -> None:
        wanted = {"weekday": choice.weekday, "hour": choice.hour, "at_once": choice.at_once}
        before = self.subscription
        row = subscribe(self.person, choice.frequency, **wanted, at=self.now)
        if row.rhythm != before.rhythm:
            self._is_ahead(row)
        else:
            assert row.next_at == before.next_at

    def wait(self, wait: timedelta) -> None:
        """Let time pass: a tick comes when an overview is due, or when what was down works again."""
        until = self.now + wait
        if self.is_down:
            self.now, self.is_down = until, False
            self._tick()
        while (due := self.subscription.next_at) and due <= until:
            self.now = due
            self._tick()
        self.now = until

    def _tick(self) -> None:
        row, left = self.subscription, self._left()
        is_due = row.next_at is not None and row.next_at <= self.now
        made = plan(self.now)
        assert (made, plan(self.now)) == (1 if is_due and left else 0, 0)
        if made:
            self._send()
            self._is_on_time(row, self.told[-1], left)
        if is_due:
            self._is_ahead(self.subscription)

    def _left(self) -> set[int]:
        new = Notice.objects.unread().filter(person=self.person, enclosure=None)
        return set(new.values_list("pk", flat=True))

    def _send(self) -> None:
        for mail in Mail.objects.filter(state="ready"):
            due = datetime.fromisoformat(mail.key.split(":", 3)[3]) if mail.kind == "digest" else None
            notices = set(mail.enclosures.values_list("notice", flat=True))
            self.told.append(Told(self.now, mail.kind, due, notices))
            mail.turn("sent")

    def _is_on_time(self, row: Subscription, mail: Told, left: set[int]) -> None:
        """Hold the mail against what was chosen: all that is left, on the day and hour, and not in a period twice."""
        assert (mail.due, mail.notices) == (row.next_at, left)
        assert mail.due
        local = mail.due.astimezone(NL)
        skipped = local.hour == 3 and local.astimezone(UTC).hour == 1 and row.hour == 2  # the clock went from 2 to 3
        assert local.hour == row.hour or skipped
        assert local.minute == 0
        assert row.frequency != "weekly" or local.weekday() == row.weekday
        assert row.frequency != "monthly" or local.day == 1
        earlier = [one for one in self.told[:-1] if one.kind == "digest"]
        assert period(row.frequency, mail.at) not in {period(row.frequency, one.at) for one in earlier}

    def _is_ahead(self, row: Subscription) -> None:
        assert (row.next_at is None) == (row.frequency == "never")
        if row.next_at:
            assert timedelta() < row.next_at - self.now <= LONGEST[row.frequency]


def period(frequency: str, moment: datetime) -> tuple[int, ...] | date:
    """Return the local day, week or month."""
    day = moment.astimezone(NL).date()
    return {"daily": day, "weekly": day.isocalendar()[:2], "monthly": (day.year, day.month)}[frequency]


@contextmanager
def forgotten() -> Iterator[None]:
    """Take back what is written within: each script begins anew."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def followed(bram: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=bram, region=utrecht)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts, scripts)
@example(MONDAY, ANOTHER_DAY)
@example(MONDAY, LATE)
def test_each_item_comes_in_one_mail_at_the_right_hour(
    anna: Person, followed: Challenge, start: datetime, script: list[tuple[Step, timedelta]]
) -> None:
    with forgotten():
        subscribe(anna, "weekly", at=start)
        life = Life(anna, followed, start)
        for step, wait in script:
            life.do(step)
            life.wait(wait)
        life.do(Chooses("daily", 0, 7, at_once=False))
        life.wait(timedelta(days=3))
        all_told = [notice for mail in life.told for notice in mail.notices]
        everything = set(Notice.objects.filter(person=anna).values_list("pk", flat=True))
        assert (len(all_told), set(all_told)) == (len(set(all_told)), everything - life.read)
