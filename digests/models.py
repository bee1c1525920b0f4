"""The one outbox of the product, and how often each person gets an overview."""

from datetime import timedelta
from typing import Any, Self

from django.contrib.postgres.indexes import OpClass
from django.db import connection, models, transaction
from django.db.models import Exists, F, Q
from django.db.models.functions import Now, Upper
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.models import Comment, Contribution, Event, Notice


class Frequency(models.TextChoices):
    NEVER = "never", _("Never")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week (recommended)")
    MONTHLY = "monthly", _("Every month, on the first day")


IN_WORDS = {
    Frequency.NEVER: _("never"),
    Frequency.DAILY: _("every day at %(hour)s"),
    Frequency.WEEKLY: _("every week on %(day)s at %(hour)s"),
    Frequency.MONTHLY: _("every month, on the first day at %(hour)s"),
}
"""How often and when, within a sentence."""

TUESDAY, SEVEN = 1, 7
"""When the overview comes where nothing else was chosen; days count as in `date.weekday()`."""


class Subscription(models.Model):
    """What mail someone wants: the overview (how often, and when), and mail at once of what waits on them.

    `next_at` is when the next overview is due (None: never), `last_at` when the last one was made. Hours are in the
    Netherlands; `weekday` counts for a weekly overview only.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="subscription")
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=list(WEEKDAYS.items()), default=TUESDAY)
    hour = models.PositiveSmallIntegerField(_("hour"), default=SEVEN)
    at_once = models.BooleanField(_("at once"), default=False)
    next_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(frequency="never", next_at__isnull=True)
                | (~Q(frequency="never") & Q(next_at__isnull=False)),
                name="only_who_wants_mail_has_a_next_time",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6, hour__lte=23), name="overviews_have_a_day_and_an_hour"),
        )
        indexes = (models.Index(fields=("next_at",), condition=Q(next_at__isnull=False), name="subscriptions_due"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.frequency}"

    @property
    def in_words(self) -> str:
        """Return for example “every week on Friday at 16:00”."""
        return str(IN_WORDS[Frequency(self.frequency)]) % {"day": WEEKDAYS[self.weekday], "hour": in_hours(self.hour)}

    @property
    def rhythm(self) -> tuple[str, int | None, int | None]:
        """Return what decides when the overview comes: frequency, weekday and hour, None for what does not count."""
        day = self.weekday if self.frequency == Frequency.WEEKLY else None
        return self.frequency, day, None if self.frequency == Frequency.NEVER else self.hour


def in_hours(hour: int) -> str:
    """Return an hour of the day as people say it, for example “07:00”."""
    return gettext("%(hour)s:00") % {"hour": f"{hour:02}"}


class MailQuerySet(models.QuerySet["Mail"]):
    MOST_PEOPLE = 20

    def waiting(self) -> Self:
        """Keep what has to go out now, who waits for it first; in a pause only what is awaited."""
        may_go = Q(kind__in=Mail.AWAITED) | ~Exists(Pause.objects.all())
        due = self.filter(may_go, state=Mail.State.READY, next_try_at__lte=timezone.now())
        return due.order_by("priority", "next_try_at", "pk")

    def for_list(self) -> Self:
        return self.select_related("person").order_by("-pk")

    def to_addresses(self, start: str) -> Self:
        """Keep the mails to addresses that begin so, of people (the first of them by address) or kept with a mail."""
        people = Person.objects.filter(email__startswith=start.lower()).order_by("email").values_list("pk", flat=True)
        to_others = Q(address__istartswith=start) & ~Q(address="")
        return self.filter(Q(person__in=list(people[: self.MOST_PEOPLE])) | to_others)


class Mail(models.Model):
    """One outgoing mail, unique by its key: kind and ids, never a body or a secret; composed when it is sent."""

    class State(models.TextChoices):
        READY = "ready", _("ready")
        CLAIMED = "claimed", _("being sent")
        HANDING = "handing", _("being handed over")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("uncertain")
        EMPTY = "empty", _("nothing to tell")
        CANCELLED = "cancelled", _("cancelled")
        DEAD = "dead", _("refused")

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("account")
        DIGEST = "digest", _("overview")
        INVITATION = "invitation", _("invitation")
        WELCOME = "welcome", _("welcome")
        MEETING = "meeting", _("meeting")
        CLAIM = "claim", _("posted on behalf of someone")
        ANNOUNCEMENT = "announced", _("announcement")
        REPORT = "report", _("report to confirm")
        ANSWER = "answer", _("answer to a report")
        EXPORT = "export", _("a region in one file")
        ASSIGNMENT = "assigned", _("feedback asked by name")
        BACKING = "backing", _("backing by a board to confirm")
        AT_ONCE = "at_once", _("what waits on someone, at once")
        RETURNED = "returned", _("answer by mail that was not posted")

    TONES = {State.SENT: "ok", State.UNCERTAIN: "warning", State.DEAD: "error"}
    ENDS = (State.SENT, State.EMPTY, State.CANCELLED, State.DEAD)
    AWAITED = (Kind.ACCOUNT, Kind.REPORT, Kind.INVITATION, Kind.CLAIM, Kind.BACKING, Kind.EXPORT, Kind.RETURNED)
    """What someone asked for or cannot go on without; all else is news, which can wait."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="mails")
    address = models.EmailField(blank=True)
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    priority = models.PositiveSmallIntegerField(default=5)
    message_id = models.CharField(max_length=200, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    reply = models.CharField(max_length=300, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("priority", "next_try_at"), condition=Q(state="ready"), name="mail_that_waits"),
            models.Index(fields=("person", "-made_at"), name="mails_of_a_person"),
            models.Index(fields=("state", "-id"), name="mails_by_state"),
            models.Index(fields=("kind", "-id"), name="mails_by_kind"),
            models.Index(
                OpClass(Upper("address"), name="text_pattern_ops"),
                condition=~Q(address=""),
                name="mails_by_address",
            ),
            models.Index(
                fields=("state_at",),
                condition=Q(state__in=("sent", "empty", "cancelled", "dead")),
                name="mails_that_ended",
            ),
        )

    def __str__(self) -> str:
        return self.key

    def turn(self, state: str, **fields: Any) -> bool:
        """Go to another state; return False when the row is no longer in the state that this object knows."""
        rows = Mail.objects.filter(pk=self.pk, state=self.state)
        if not rows.update(state=state, state_at=Now(), **fields):
            return False
        self.state = state
        return True

    @property
    def is_held(self) -> bool:
        return self.state == self.State.UNCERTAIN

    @property
    def is_put_off(self) -> bool:
        return self.state == self.State.READY and self.next_try_at > timezone.now()

    @property
    def is_over(self) -> bool:
        return self.state in self.ENDS

    @property
    def tone(self) -> str:
        """Return the colour of the state: the name that a badge has for it."""
        return self.TONES.get(self.State(self.state), "neutral")

    @property
    def to(self) -> str:
        """Return to whom it goes; empty where the address stands with what was asked only."""
        return f"{self.person.name} <{self.person.email}>" if self.person and not self.address else self.address

    @property
    def words(self) -> str:
        """Return the words of the mail server as they are, or our own in the language of the page."""
        return gettext(self.reply) if self.reply else ""

    def send_now(self) -> bool:
        """Hand it over as soon as can be, with the Message-ID that it has."""
        return self.turn(self.State.READY, next_try_at=Now())

    def release(self) -> bool:
        """Let go of a held mail: what it told, and is new still, goes in the next overview."""
        return self.is_held and self.end(self.State.CANCELLED, "released")

    @transaction.atomic
    def end(self, state: str, reply: str = "") -> bool:
        """Finish without having told: what was enclosed is free for a next mail."""
        ended = self.turn(state, reply=reply[:300])
        if ended:
            self.enclosures.all().delete()
        return ended


class Enclosure(models.Model):
    """A notice that a mail carries; the key on the notice keeps each item in at most one mail."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, primary_key=True, related_name="enclosure")
    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="enclosures")

    def __str__(self) -> str:
        return f"{self.mail_id}: {self.notice_id}"


class Mailing(models.Model):
    """An announcement that goes to all members, until each of them has a mail; `after` is the last who got one."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="mailing")
    after = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.event_id}: {self.after}"


class Pause(models.Model):
    """While this row is there no news goes out and no overview is planned; what is awaited goes on."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="at_most_one_pause"),)

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"

    @staticmethod
    def begin() -> None:
        """Stop the news; a pause that goes on already keeps its beginning."""
        Pause.objects.bulk_create([Pause()], ignore_conflicts=True)

    @staticmethod
    def end() -> None:
        Pause.objects.all().delete()


class RefusalQuerySet(models.QuerySet["Refusal"]):
    def flagged(self) -> Self:
        """Keep the addresses that no news goes to."""
        return self.filter(count__gte=Refusal.ENOUGH)


class Refusal(models.Model):
    """How often in a row a mail server said that this address does not take our mail; a mail that it takes ends it."""

    ENOUGH = 3

    address = models.EmailField(primary_key=True)
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(db_default=Now())
    words = models.CharField(max_length=300)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("at",), name="refusals_by_time"),)

    def __str__(self) -> str:
        return f"{self.address}: {self.count}"

    @staticmethod
    @transaction.atomic
    def note(address: str, words: str) -> None:
        """Count one more."""
        _row, is_first = Refusal.objects.get_or_create(address=address, defaults={"words": words[:300]})
        if not is_first:
            Refusal.objects.filter(pk=address).update(count=F("count") + 1, at=Now(), words=words[:300])


class IncomingQuerySet(models.QuerySet["Incoming"]):
    def drop_old(self) -> int:
        """Throw away what is older than KEPT: by then its address has expired for long. Return how many."""
        return self.filter(at__lt=timezone.now() - Incoming.KEPT).delete()[0]


class Incoming(models.Model):
    """A message that came to an address of ours, once however often it is delivered; never its words.

    `key` is a digest of its Message-ID and of the address.
    """

    class Outcome(models.TextChoices):
        POSTED = "posted", _("posted")
        WITHOUT_FILES = "nofiles", _("posted, without what was attached")
        TWICE = "twice", _("the same words were posted a moment ago")
        AUTOMATIC = "automatic", _("sent by a machine")
        STRANGER = "stranger", _("from an address that is not theirs")
        EXPIRED = "expired", _("too late")
        UNSEEN = "unseen", _("not for them to see any more")
        OUTSIDE = "outside", _("suspended in the region")
        CLOSED = "closed", _("closed for comments")
        TOO_LARGE = "large", _("too large")
        UNREADABLE = "unreadable", _("no text could be read")
        EMPTY = "empty", _("no new words")
        TOO_LONG = "long", _("too many words")
        NUMBER = "number", _("a citizen service number in it")
        REFUSED = "refused", _("refused by the form")

    KEPT = timedelta(days=90)

    key = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey(Contribution, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = IncomingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.person_id}: {self.outcome}"


class Pulse(models.Model):
    """The last sign of life of a part (tick, worker, sender, sent), and how many there were; `/healthz` reads it."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%Y-%m-%d %H:%M:%S}"

    @staticmethod
    def beat(name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO digests_pulse AS pulse (name, at, count) VALUES (%s, clock_timestamp(), 1)
                ON CONFLICT (name) DO UPDATE SET at = clock_timestamp(), count = pulse.count + 1
                """,
                [name],
            )
