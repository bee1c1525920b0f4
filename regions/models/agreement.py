"""What somebody promised in a meeting."""

from datetime import date, datetime
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.event import Event, Verb
from regions.models.meeting import Meeting


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def waiting_on(self, person: Person) -> Self:
        """Keep what this person promised, on a meeting that they see."""
        seen = Meeting.objects.visible_to(person)
        return self.open().filter(owner=person, meeting__in=seen).order_by("due_on", "pk")

    def for_list(self) -> Self:
        return self.select_related("owner").order_by("due_on", "pk")


class Agreement(models.Model):
    """What somebody promised in a meeting, and when it is due."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agreements")
    words = models.CharField(_("agreement"), max_length=300)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="agreements", verbose_name=_("who"))
    due_on = models.DateField(_("ready on"))
    done_at = models.DateTimeField(null=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("owner", "due_on"), condition=Q(done_at__isnull=True), name="open_agreements"),)

    def __str__(self) -> str:
        return self.words

    @property
    def is_late(self) -> bool:
        return self.done_at is None and self.due_on < timezone.localdate()

    @classmethod
    @transaction.atomic
    def make(
        cls, meeting: Meeting, *, by: Person, words: str, owner: Person, due_on: date, at: datetime | None = None
    ) -> "Agreement":
        """Note an agreement; it waits on its owner from then on."""
        row = cls.objects.create(meeting=meeting, words=words, owner=owner, due_on=due_on)
        Event.write(Verb.AGREED, by=by, contribution=meeting, about=row, subject=owner, at=at)
        return row

    @transaction.atomic
    def settle(self, by: Person, at: datetime | None = None) -> None:
        """Say that it is done. Raises AlreadyDone when it was."""
        self._lock()
        self.done_at = at or timezone.now()
        self.save(update_fields=["done_at"])
        Event.write(Verb.AGREEMENT_DONE, by=by, contribution=self.meeting, about=self, subject=self.owner, at=at)

    @transaction.atomic
    def drop(self, by: Person) -> None:
        """Take it away. Raises AlreadyDone when it was done."""
        self._lock()
        Event.write(Verb.AGREEMENT_DROPPED, by=by, contribution=self.meeting, subject=self.owner, spread=False)
        self.delete()

    def _lock(self) -> None:
        rows = Agreement.objects.select_for_update().filter(pk=self.pk, done_at__isnull=True)
        if not rows.exists():
            raise AlreadyDone("agreement")
