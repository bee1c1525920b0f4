"""Seats in the InnovatieKabinet."""

from collections.abc import Mapping
from typing import Any, Self, cast

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Person, Role, RoleQuerySet
from challenges.models.challenge import Challenge
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Involvement, Theme, Verb
from regions.models.involvement import OWNERS


class SeatQuerySet(RoleQuerySet):
    def of(self, person: Person) -> "Seat | None":
        """Return the seat of someone at this moment."""
        found = self.current().filter(person=person).order_by("-starts_on", "-pk").first()
        return cast("Seat | None", found)

    def shown(self) -> Self:
        """Keep who is in it now, in the order of their names."""
        return self.current().filter(person__is_active=True).select_related("person").order_by("person__name", "pk")

    def agreed(self) -> Self:
        return self.filter(agreed_at__isnull=False)

    def independent_of(self, challenge: Challenge) -> Self:
        """Keep seats that are not author or team, nor at an organisation of theirs, and did not leave it to others."""
        owners = Involvement.objects.current().filter(contribution=challenge.pk, part__in=OWNERS)
        theirs = Affiliation.objects.current().filter(person__in=owners.values("person")).values("organisation")
        shares = Affiliation.objects.current().filter(person=OuterRef("person"), organisation__in=theirs)
        left = Person.objects.filter(assignments__asking__challenge=challenge.pk, assignments__ending="recused")
        found = self.exclude(person__in=owners.values("person")).exclude(Exists(shares))
        return found.exclude(person__in=left.values("pk"))

    def who_can_look_again(self, challenge: Challenge) -> Self:
        """Keep members who gave feedback on it before and may do so again."""
        may = self.current().agreed().independent_of(challenge)
        return may.filter(person__in=challenge.reviews.filter(meeting=None).values("by"))


class Seat(Role):
    """Membership of the InnovatieKabinet for a term."""

    open: int  # given by `with_load`, as are the other two
    late: int
    given: int

    expertise = models.CharField(_("expertise"), max_length=240, blank=True)
    themes = models.ManyToManyField(Theme, verbose_name=_("themes"), related_name="+", blank=True)
    portrait = models.ImageField(_("portrait"), upload_to="portraits/", blank=True)
    interests = models.TextField(_("what may conflict"), max_length=2_000, blank=True)

    @property
    def portrait_url(self) -> str:
        """Return where the portrait is; its name in the address lets it be kept until there is another."""
        mark = (self.portrait.name or "").rpartition("/")[2][:8]
        return f"{reverse('challenges:portrait', args=[self.pk])}?v={mark}" if mark else ""

    @transaction.atomic
    def agree(self, interests: str) -> None:
        """Agree to the rules for this term and say what may conflict; what is asked opens. Raises AlreadyDone."""
        locked = Seat.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if locked.agreed_at:
            raise AlreadyDone("agreed")
        self.agreed_at, self.interests = timezone.now(), interests
        self.save(update_fields=["agreed_at", "interests"])
        Event.write(Verb.SEAT_AGREED, by=self.person, about=self, audience=Audience.CABINET)

    @transaction.atomic
    def describe(self, said: Mapping[str, Any]) -> None:
        """Keep what the member says of themselves; a new portrait takes the place of the old one."""
        before = Seat.objects.select_for_update(of=("self",)).values_list("portrait", flat=True).get(pk=self.pk)
        self.expertise, self.interests = said["expertise"], said["interests"]
        if said.get("portrait") or said.get("no_portrait"):
            self.portrait = said.get("portrait") or ""
        self.save(update_fields=["expertise", "interests", "portrait"])
        self.themes.set(said["themes"])
        if before and before != self.portrait.name:
            storage = self.portrait.storage
            transaction.on_commit(lambda: storage.delete(before))

    objects = SeatQuerySet.as_manager()  # type: ignore[misc]  # a queryset of its own, with the words of the base

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
