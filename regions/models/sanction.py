"""What a moderator told or did to a member: warnings and suspensions, each with a reason and words, kept as history."""

from collections.abc import Collection
from datetime import timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.comment import Comment
from regions.models.contribution import Contribution
from regions.models.event import Verb
from regions.models.reason import SuspensionReason
from regions.models.region import Membership

SHOWN = timedelta(days=365)
"""So long a person reads a warning among their own things."""


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def for_list(self) -> Self:
        """The latest first, with who and about what."""
        about = ("membership__person", "by", "ended_by", "contribution", "comment__contribution")
        return self.select_related(*about).order_by("-at", "-pk")

    def suspensions(self) -> Self:
        return self.filter(kind=Sanction.Kind.SUSPENSION)

    def in_force(self, memberships: Collection[Membership]) -> dict[int, "Sanction"]:
        """Return why each of these is suspended now, by the id of the membership."""
        rows = self.suspensions().filter(membership__in=memberships, ended_at__isnull=True)
        return {row.membership_id: row for row in rows.order_by("at", "pk")}

    def read_by(self, person: Person) -> Self:
        """Keep the warnings of the last year of this person."""
        own = self.filter(membership__person=person, kind=Sanction.Kind.WARNING, at__gt=timezone.now() - SHOWN)
        return own.select_related("membership__region").order_by("-at", "-pk")

    def end_suspension(self, by: Person | None) -> None:
        """Note when a suspension was over; by nobody where its last day passed. Call with the membership locked."""
        self.suspensions().filter(ended_at__isnull=True).update(ended_at=timezone.now(), ended_by=by)


class Sanction(models.Model):
    """A warning, about something or in general, or a suspension up to and including a day; the person reads it."""

    class Kind(models.TextChoices):
        WARNING = "warning", _("warning")
        SUSPENSION = "suspension", _("suspension")

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="sanctions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=12, choices=SuspensionReason.choices)
    words = models.TextField(_("explanation for this person"), max_length=1000)
    contribution = models.ForeignKey(Contribution, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ends_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="suspension", ends_on__isnull=False)
                | Q(kind="warning", ends_on__isnull=True, ended_at__isnull=True),
                name="only_a_suspension_ends",
            ),
        )
        indexes = (models.Index(fields=("membership", "-at"), name="sanctions_of_a_member"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.at:%Y-%m-%d}"

    @classmethod
    @transaction.atomic
    def warn(
        cls,
        membership: Membership,
        *,
        by: Person,
        reason: str,
        words: str,
        contribution: Contribution | None = None,
        comment: Comment | None = None,
    ) -> "Sanction":
        """Warn a member, who reads it. Raises AlreadyDone for who is no member any more."""
        locked = Membership.objects.select_for_update().get(pk=membership.pk)
        if locked.state != Membership.State.ACTIVE:
            raise AlreadyDone(locked.state)
        warning = cls.objects.create(
            membership=locked,
            kind=cls.Kind.WARNING,
            reason=reason,
            words=words,
            contribution_id=contribution.pk if contribution else None,
            comment=comment,
            by=by,
        )
        locked.log(Verb.WARNED, by, warning)
        return warning
