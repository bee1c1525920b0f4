"""The text of a contribution as it was at a moment, and what someone is still writing."""

from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Person
from regions.errors import DraftConflict
from regions.models.contribution import Contribution
from regions.models.involvement import OWNERS, Involvement

PAGE = "draft_page"
"""Under this name a draft says on which page it was typed; so does the hidden field of the form."""


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

    @property
    def mark(self) -> str:
        """What tells these words from those kept at another moment: a hidden field of the form."""
        return self.saved_at.isoformat()

    @classmethod
    @transaction.atomic
    def keep(
        cls,
        place: str,
        data: dict[str, Any],
        *,
        by: Person,
        contribution: Contribution | None = None,
        page: str = "",
        seen: str = "",
    ) -> "Draft":
        """Keep what someone has typed so far; the next keeping replaces it.

        `page` is the key of the page on which it was typed, `seen` the `mark` of the draft that it began with. Raises
        DraftConflict where replacing would lose what was typed on another device.
        """
        about, words = contribution.pk if contribution else None, {**data, PAGE: page}
        first = {"contribution_id": about, "data": words, "saved_at": timezone.now()}
        draft, is_new = cls.objects.select_for_update().get_or_create(person=by, place=place, defaults=first)
        if not is_new:
            draft.guard(page, seen)
            draft.contribution_id, draft.data, draft.saved_at = about, words, timezone.now()
            draft.save(update_fields=["contribution", "data", "saved_at"])
        return draft

    def guard(self, page: str, seen: str) -> None:
        """Raise DraftConflict unless this page kept it itself or began with it.

        By its page, since a keeping that is still under way when the next one comes says nothing of its `mark` yet.
        """
        if page != self.data.get(PAGE, "") and seen != self.mark:
            raise DraftConflict
