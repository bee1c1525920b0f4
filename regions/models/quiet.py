"""What someone wants to hear nothing of: one contribution, or all of a region."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person

if TYPE_CHECKING:
    from regions.models.contribution import Contribution


class QuietQuerySet(models.QuerySet["Quiet"]):
    def over(self, contribution: "Contribution") -> Self:
        """Keep what makes this contribution quiet: itself, or its region."""
        return self.filter(Q(contribution=contribution.pk) | Q(region=contribution.region_id))

    def of_these(self, person: Person, contributions: Collection["Contribution"]) -> set[int]:
        """Return which of these contributions, by id, someone made quiet, by itself or with its region."""
        regions = {one.region_id for one in contributions}
        made = self.filter(Q(contribution__in=[one.pk for one in contributions]) | Q(region__in=regions), person=person)
        rows = set(made.values_list("contribution", "region"))
        return {one.pk for one in contributions if {(one.pk, None), (None, one.region_id)} & rows}

    def switch(self, person: Person, *, on: bool, contribution: int | None = None, region: int | None = None) -> None:
        """Make a contribution or a region, by its id, quiet for someone, or no longer; once more changes nothing."""
        row = Quiet(person=person, contribution_id=contribution, region_id=region)
        if on:
            self.bulk_create([row], ignore_conflicts=True)
        else:
            self.filter(person=person, contribution=contribution, region=region).delete()


class Quiet(models.Model):
    """A person hears nothing of this by following it, by its region or by its themes.

    What waits on them, is about them or is their own still comes.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    contribution = models.ForeignKey("Contribution", null=True, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey("Region", null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = QuietQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(contribution__isnull=False, region__isnull=True)
                | Q(contribution__isnull=True, region__isnull=False),
                name="quiet_is_a_contribution_or_a_region",
            ),
            models.UniqueConstraint(fields=("person", "contribution"), name="one_quiet_per_person_and_contribution"),
            models.UniqueConstraint(fields=("person", "region"), name="one_quiet_per_person_and_region"),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.contribution_id or self.region_id}"
