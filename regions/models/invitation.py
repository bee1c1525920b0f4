"""An invitation into a region: for one address, once, for fourteen days."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Self

from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone, NotYours, TooLate
from regions.models.event import Audience, Event, Verb
from regions.models.region import Membership, Region

LASTS = timedelta(days=14)
SALT = "invitation"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Keep what was neither used nor withdrawn; it may have expired."""
        return self.filter(used_at__isnull=True, withdrawn_at__isnull=True)

    def waiting_for(self, person: Person) -> Self:
        """Keep what this person may still accept: open, within its term, for an address that they confirmed."""
        theirs = self.open().filter(email__in=person.confirmed_addresses(), expires_at__gt=timezone.now())
        return theirs.select_related("region").order_by("region__name")

    def for_list(self) -> Self:
        return self.select_related("by", "region").order_by("-at", "-pk")

    def of_token(self, token: str) -> "Invitation | None":
        """Return the invitation of a link, or None where the link is not ours."""
        try:
            pk = signing.Signer(salt=SALT).unsign_object(token)
        except signing.BadSignature:
            return None
        return self.select_related("region", "by").filter(pk=pk).first()

    @transaction.atomic
    def invite(self, region: Region, addresses: Iterable[str], *, by: Person) -> int:
        """Invite these addresses; one with an open invitation gets it anew, with a new term. Return how many."""
        wanted = sorted({address.lower() for address in addresses})
        for address in wanted:
            now = timezone.now()
            row, _made = self.update_or_create(
                region=region,
                email=address,
                used_at=None,
                withdrawn_at=None,
                defaults={"by": by, "at": now, "expires_at": now + LASTS},
            )
            Event.write(Verb.INVITED, by=by, region=region, about=row, audience=Audience.DESK)
        return len(wanted)


class Invitation(models.Model):
    """The link in the mail is signed and nowhere kept; whether it still works stands here."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "email"),
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_region_and_address",
            ),
        )
        indexes = (models.Index(fields=("region", "-at"), name="invitations_of_a_region"),)

    def __str__(self) -> str:
        return f"{self.region}: {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the link for the mail: whoever has it still needs the address that it was sent to."""
        return reverse("regions:invitation", args=[signing.Signer(salt=SALT).sign_object(self.pk)])

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def is_for(self, person: Person) -> bool:
        """Tell whether this person confirmed the address that was invited."""
        return person.has_confirmed(self.email)

    @transaction.atomic
    def accept(self, by: Person) -> Membership:
        """Become a member. Raises NotYours, TooLate after its term, AlreadyDone when it is used or the person is in."""
        self._lock()
        if self.is_expired:
            raise TooLate
        if not self.is_for(by):
            raise NotYours
        membership = self.region.admit(by)
        self.used_at, self.person = timezone.now(), by
        self.save(update_fields=["used_at", "person"])
        return membership

    @transaction.atomic
    def withdraw(self, by: Person) -> None:
        """Make the link useless. Raises AlreadyDone when it was used or withdrawn before."""
        self._lock()
        self.withdrawn_at = timezone.now()
        self.save(update_fields=["withdrawn_at"])
        Event.write(Verb.INVITATION_WITHDRAWN, by=by, region=self.region, about=self, audience=Audience.DESK)

    def _lock(self) -> None:
        Invitation.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db(fields=["expires_at", "used_at", "withdrawn_at"])
        if not self.is_open:
            raise AlreadyDone("invitation")
