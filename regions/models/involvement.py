"""A person's part in a contribution, and who follows one."""

from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Person


class Part(models.TextChoices):
    AUTHOR = "author", _("author")
    TEAM = "team", _("team")
    REVIEWER = "reviewer", _("gives feedback")


OWNERS = (Part.AUTHOR, Part.TEAM)


class InvolvementQuerySet(models.QuerySet["Involvement"]):
    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def for_list(self) -> Self:
        """With the person and the names of their organisations; the author stands first."""
        current = Affiliation.objects.current().filter(person=OuterRef("person")).order_by("organisation__name")
        names = ArraySubquery(current.values("organisation__name"))
        return self.select_related("person").annotate(organisation_names=names).order_by("part", "started_at", "pk")


class Involvement(models.Model):
    """A person's part in a contribution, with an end."""

    organisation_names: list[str]  # given by `for_list`

    contribution = models.ForeignKey("Contribution", on_delete=models.CASCADE, related_name="involvements")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="involvements")
    part = models.CharField(max_length=10, choices=Part.choices)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contribution", "person", "part"), name="one_part_once_per_person"),
            models.UniqueConstraint(
                fields=("contribution",),
                condition=Q(part="author", ended_at__isnull=True),
                name="one_author_per_contribution",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="a_part_ends_after_it_starts",
            ),
        )
        indexes = (
            models.Index(
                fields=("person", "contribution"), condition=Q(ended_at__isnull=True), name="current_parts_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.part}"


class Follow(models.Model):
    contribution = models.ForeignKey("Contribution", on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("contribution", "person"), name="one_follow_per_person"),)
