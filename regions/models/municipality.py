"""The municipalities, and the wish for a community where there is none."""

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from regions.models.event import Audience, Event, Verb

COMMON_NAMES = {"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"}


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def called(self, words: str) -> "Municipality | None":
        """Return the one with this CBS code or this name, whatever its capitals and accents."""
        name = COMMON_NAMES.get(words.lower(), words)
        return self.filter(Q(code__iexact=words) | Q(name__unaccent__iexact=name)).first()

    def like(self, words: str) -> Self:
        """Return up to five whose name begins with or looks like these words."""
        return self.filter(Q(name__unaccent__istartswith=words) | Q(name__trigram_similar=words))[:5]

    def with_regions(self) -> Self:
        """Bring along the regions that cover each as `region_rows`, by name, in the same query."""
        covering = Municipality.regions.through.objects.filter(municipality=OuterRef("pk")).order_by("region__name")
        rows = covering.values(row=JSONObject(pk="region", name="region__name", slug="region__slug"))
        return self.annotate(region_rows=ArraySubquery(rows))


class Municipality(models.Model):
    """One of the 342 municipalities of 2026, by the code of Statistics Netherlands (CBS)."""

    code = models.CharField(_("CBS code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    sort_name = models.CharField(max_length=60, editable=False, db_index=True)
    province = models.CharField(_("province"), max_length=30)
    youth_region = models.CharField(_("youth-care region"), max_length=60)
    labour_region = models.CharField(_("labour-market region"), max_length=60)
    inhabitants = models.PositiveIntegerField(_("inhabitants"))
    people = models.ManyToManyField(Person, related_name="municipalities", blank=True, editable=False)
    organisations = models.ManyToManyField(Organisation, related_name="municipalities", blank=True)

    region_rows: list[dict[str, Any]]
    """What `with_regions` brought along."""

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ("sort_name",)

    def __str__(self) -> str:
        return self.name


class RegionWish(models.Model):
    """Somebody asks for a community where there is none; staff follows it up."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="wishes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="region_wishes")
    words = models.TextField(_("what you would want to do there"), blank=True, max_length=1000)
    at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("wish for a region")
        verbose_name_plural = _("wishes for a region")
        constraints = (
            models.UniqueConstraint(
                fields=("municipality", "person"), condition=Q(handled_at__isnull=True), name="one_open_wish_per_place"
            ),
        )

    def __str__(self) -> str:
        return f"{self.municipality}: {self.person}"

    @classmethod
    @transaction.atomic
    def make(cls, municipality: Municipality, *, by: Person, words: str = "") -> "RegionWish":
        """Ask for a region; a second wish for the same place, while the first is open, replaces its words."""
        wish, made = cls.objects.update_or_create(
            municipality=municipality, person=by, handled_at=None, defaults={"words": words}
        )
        if made:
            Event.write(Verb.REGION_WISHED, by=by, about=wish, subject=by, audience=Audience.DESK)
        return wish
