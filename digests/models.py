"""The one outbox of the product, and how often each person gets an overview."""

from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.models import Comment, Contribution, Event, Notice


class Frequency(models.TextChoices):
    NEVER = "never", _("Never")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week, on Tuesday (recommended)")
    MONTHLY = "monthly", _("Every month, on the first day")


IN_WORDS = {
    Frequency.NEVER: _("never"),
    Frequency.DAILY: _("every day"),
    Frequency.WEEKLY: _("every week, on Tuesday"),
    Frequency.MONTHLY: _("every month, on the first day"),
}
"""How often, within a sentence."""


class Subscription(models.Model):
    """How often someone gets the overview mail; `next_at` is when the next one is due (None: never)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="subscription")
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices)
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(frequency="never", next_at__isnull=True)
                | (~Q(frequency="never") & Q(next_at__isnull=False)),
                name="only_who_wants_mail_has_a_next_time",
            ),
        )
        indexes = (models.Index(fields=("next_at",), condition=Q(next_at__isnull=False), name="subscriptions_due"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.frequency}"

    @property
    def in_words(self) -> str:
        return str(IN_WORDS[Frequency(self.frequency)])


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> Self:
        """Keep what has to go out now, who waits for it first."""
        return self.filter(state=Mail.State.READY, next_try_at__lte=timezone.now()).order_by(
            "priority", "next_try_at", "pk"
        )


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
        RETURNED = "returned", _("answer by mail that was not posted")

    ENDS = (State.SENT, State.EMPTY, State.CANCELLED, State.DEAD)

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
    """The last sign of life of a part (tick, worker, sender); `/healthz` reads it."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%Y-%m-%d %H:%M:%S}"

    @staticmethod
    def beat(name: str) -> None:
        row = [Pulse(name=name)]
        Pulse.objects.bulk_create(row, update_conflicts=True, unique_fields=["name"], update_fields=["at"])
