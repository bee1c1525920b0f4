"""An appeal: the author of what was hidden asks, once, that another moderator looks at it."""

from typing import Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.contribution import Contribution
from regions.models.event import Audience, Event, Verb
from regions.models.moderation import Ruling


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> Self:
        return self.filter(decided_at__isnull=True)

    def for_list(self) -> Self:
        """Who waits longest first, with what it is about."""
        about = ("by", "ruling__by", "ruling__contribution__region", "ruling__comment__author")
        return self.select_related(*about).order_by("at", "pk")


class Appeal(models.Model):
    """Against one ruling there is one appeal at most; who made the ruling does not decide on it."""

    ruling = models.OneToOneField(Ruling, on_delete=models.CASCADE, related_name="appeal")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("why you do not agree"), max_length=2000)
    at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_upheld = models.BooleanField(default=False)
    answer = models.TextField(_("answer"), blank=True, max_length=2000)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")), name="nobody_decides_their_own_appeal"
            ),
        )
        indexes = (models.Index(fields=("at",), condition=Q(decided_at__isnull=True), name="open_appeals"),)

    def __str__(self) -> str:
        return f"{self.by}: {self.at:%Y-%m-%d}"

    @classmethod
    @transaction.atomic
    def make(cls, ruling: Ruling, *, by: Person, words: str) -> "Appeal":
        """Ask another moderator to look. Raises AlreadyDone when it was asked, or put back, in the meantime."""
        Contribution.objects.lock(ruling.contribution_id)
        if cls.objects.filter(ruling=ruling).exists() or not ruling.is_in_force():
            raise AlreadyDone("appeal")
        appeal = cls.objects.create(ruling=ruling, by=by, words=words)
        appeal._log(Verb.APPEALED, by)
        return appeal

    @transaction.atomic
    def decide(self, by: Person, *, uphold: bool, answer: str) -> None:
        """Put back what was hidden, or leave it so, with the reason. Raises AlreadyDone when a colleague was first."""
        Contribution.objects.lock(self.ruling.contribution_id)
        self.refresh_from_db(fields=["decided_at"])
        if self.decided_at:
            raise AlreadyDone("decided")
        self.decided_by, self.decided_at, self.is_upheld, self.answer = by, timezone.now(), uphold, answer
        self.save(update_fields=["decided_by", "decided_at", "is_upheld", "answer"])
        if uphold and self.ruling.is_in_force():
            self._put_back(by)
        # Putting back tells the author by itself, with the same words.
        self._log(Verb.APPEAL_DECIDED, by, spread=not uphold)

    def _put_back(self, by: Person) -> None:
        ruling = self.ruling
        if ruling.comment:
            Ruling.on_comment(ruling.comment, by=by, hide=False, words=self.answer)
        else:
            Ruling.restore(ruling.contribution, by=by, words=self.answer)

    def _log(self, verb: str, by: Person, *, spread: bool = True) -> None:
        """Write the event; it knows who made the ruling, since that one does not decide."""
        Event.write(
            verb,
            by=by,
            contribution=self.ruling.contribution,
            about=self,
            subject=self.by,
            audience=Audience.DESK,
            spread=spread,
            ruler=self.ruling.by_id,
            upheld=self.is_upheld,
        )
