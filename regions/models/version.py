"""The text of a contribution as it was at a moment, and what someone is still writing."""

from typing import Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Person
from regions.models.contribution import OWNERS, Contribution, Involvement


class VersionQuerySet(models.QuerySet["Version"]):
    def for_list(self) -> Self:
        return self.select_related("by").order_by("-number")

    def published(self) -> Self:
        """Keep what was not only a draft: the version that was published and later ones."""
        known = Q(contribution__published_at__isnull=True) | Q(at__lte=F("contribution__published_at"))
        first = Version.objects.filter(known, contribution=OuterRef("contribution")).order_by("-number")
        return self.filter(number__gte=Coalesce(Subquery(first.values("number")[:1]), 1))

    def read_by(self, person: Person) -> Self:
        """Keep, of what this person sees, what they may read: what was only a draft is for the team."""
        own = Involvement.objects.current().filter(person=person, part__in=OWNERS).values("contribution")
        return self.filter(contribution__in=own) | self.published()


class Version(models.Model):
    """`text` maps the name of each text field to its words; number 1 is the text at creation."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.JSONField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("contribution", "number"), name="one_version_per_number"),)

    def __str__(self) -> str:
        return f"{self.contribution_id}/{self.number}"


class Draft(models.Model):
    """A person's unsaved writing in one form (`place`: the path of the form), kept until it is sent or thrown away."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    contribution = models.ForeignKey(Contribution, null=True, on_delete=models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=200)
    data = models.JSONField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "place"), name="one_draft_per_person_and_place"),)

    @classmethod
    def keep(cls, place: str, data: dict[str, Any], *, by: Person, contribution: Contribution | None = None) -> "Draft":
        """Keep what someone has typed so far; the next keeping replaces it."""
        about = contribution.pk if contribution else None
        draft, _made = cls.objects.update_or_create(
            person=by,
            place=place,
            defaults={"contribution_id": about, "data": data, "saved_at": timezone.now()},
        )
        return draft
