"""Seats in the InnovatieKabinet."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Role, RoleQuerySet
from challenges.models.challenge import Challenge
from regions.models import Involvement, Theme
from regions.models.contribution import OWNERS


class SeatQuerySet(RoleQuerySet):
    def agreed(self) -> Self:
        return self.filter(agreed_at__isnull=False)

    def independent_of(self, challenge: Challenge) -> Self:
        """Keep seats that are not author or team, nor at an organisation of theirs."""
        owners = Involvement.objects.current().filter(contribution=challenge.pk, part__in=OWNERS)
        theirs = Affiliation.objects.current().filter(person__in=owners.values("person")).values("organisation")
        shares = Affiliation.objects.current().filter(person=OuterRef("person"), organisation__in=theirs)
        return self.exclude(person__in=owners.values("person")).exclude(Exists(shares))


class Seat(Role):
    """Membership of the InnovatieKabinet for a term."""

    expertise = models.CharField(_("expertise"), max_length=240, blank=True)
    themes = models.ManyToManyField(Theme, verbose_name=_("themes"), related_name="+", blank=True)
    portrait = models.ImageField(_("portrait"), upload_to="portraits/", blank=True)
    interests = models.TextField(_("what may conflict"), max_length=2_000, blank=True)

    objects = SeatQuerySet.as_manager()  # type: ignore[misc]  # a queryset of its own, with the words of the base

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
