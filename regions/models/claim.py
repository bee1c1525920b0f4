"""What a moderator posted on behalf of someone, who gets a link to take it over as its author."""

from contextlib import suppress
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
from regions.models.contribution import Contribution, State
from regions.models.event import Audience, Event, Verb
from regions.models.region import Membership

LASTS = timedelta(days=30)
"""So long the link works."""
KEPT = timedelta(days=30)
"""So long after that the address is kept, to send the link again."""
AT_A_TIME = 200
SALT = "claim"
OPEN_STATES = (State.DRAFT, State.PENDING, State.PUBLISHED)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def waiting(self) -> Self:
        """Keep what was neither answered nor taken back; the link may have expired."""
        return self.filter(state=Claim.State.WAITING)

    def for_mail(self) -> Self:
        return self.select_related("by", "contribution__region")

    def of_token(self, token: str) -> "Claim | None":
        """Return the claim of a link, or None where the link is not ours."""
        try:
            pk = signing.Signer(salt=SALT).unsign_object(token)
        except signing.BadSignature:
            return None
        return self.for_mail().filter(pk=pk).first()

    def forget_due(self) -> int:
        """Take back what nobody answered and forget the address; return how many."""
        due = self.waiting().filter(expires_at__lte=timezone.now() - KEPT).order_by("expires_at")
        found = list(due[:AT_A_TIME])
        for claim in found:
            with suppress(AlreadyDone):  # somebody was first
                claim.withdraw(None)
        return len(found)


class Claim(models.Model):
    """The link in the mail is signed and nowhere kept; the address stands here and is emptied when it has served."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for an answer")
        CLAIMED = "claimed", _("claimed")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="claims")
    email = models.EmailField(_("e-mail address"), blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contribution",), condition=Q(state="waiting"), name="one_waiting_claim_per_contribution"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(email=""), name="only_a_waiting_claim_has_an_address"
            ),
        )
        indexes = (models.Index(fields=("expires_at",), condition=Q(state="waiting"), name="claims_that_wait"),)

    def __str__(self) -> str:
        return f"{self.contribution_id}: {self.state}"

    def get_absolute_url(self) -> str:
        """Return the link for the mail: whoever has it still needs the address that it was sent to."""
        return reverse("challenges:claim", args=[signing.Signer(salt=SALT).sign_object(self.pk)])

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def is_for(self, person: Person) -> bool:
        return bool(self.email) and person.has_confirmed(self.email)

    def stands(self) -> bool:
        """Tell whether it can be answered: it waits, and who asked is still the author and a moderator there."""
        about = self.contribution
        is_open = self.state == self.State.WAITING and not self.is_expired and about.state in OPEN_STATES
        moderators = about.region.memberships.moderators()
        return is_open and about.author_id == self.by_id and moderators.filter(person=self.by_id).exists()

    def is_barred(self, person: Person) -> bool:
        """Tell whether this person is suspended in the region."""
        return self.contribution.region.memberships.suspended().filter(person=person).exists()

    @classmethod
    @transaction.atomic
    def ask(cls, contribution: Contribution, email: str, *, by: Person) -> "Claim":
        """Ask the person with this address to become the author. Raises AlreadyDone when someone is asked already."""
        locked = Contribution.objects.lock(contribution.pk)
        if locked.author_id != by.pk or locked.claims.waiting().exists():
            raise AlreadyDone("claim")
        claim = cls(contribution=locked, email=email.lower(), by=by)
        claim._send(by)
        return claim

    @transaction.atomic
    def send_again(self, by: Person) -> None:
        """Send the mail once more, with a new term. Raises AlreadyDone when it was answered or taken back."""
        self._lock()
        self._send(by)

    def _send(self, by: Person) -> None:
        """Begin the term anew; the event makes the mail (`digests.outbox`)."""
        self.at = timezone.now()
        self.expires_at = self.at + LASTS
        self.save()
        Event.write(Verb.CLAIM_ASKED, by=by, contribution=self.contribution, about=self, audience=Audience.DESK)

    @transaction.atomic
    def accept(self, by: Person) -> None:
        """Become the author, and a member of the region; the moderator's part ends.

        Raises NotYours, TooLate after its term, AlreadyDone when it was answered or cannot be answered any more, or
        who answers is suspended in the region.
        """
        self._lock()
        if self.is_expired:
            raise TooLate
        if not self.is_for(by):
            raise NotYours
        if not self.stands() or by.pk == self.by_id:
            raise AlreadyDone("claim")
        about = self.contribution
        if not Membership.objects.active().filter(region=about.region, person=by).exists():
            about.region.admit(by)
        about.set_author(by)
        self._end(self.State.CLAIMED, by)
        # Who posted a draft cannot see it any more, and is told all the same.
        where = None if about.state == State.DRAFT else about
        Event.write(Verb.CLAIMED, by=by, contribution=where, region=about.region, about=self, subject=self.by)

    @transaction.atomic
    def refuse(self) -> None:
        """Say "not mine": the moderator stays author and hears it. Raises AlreadyDone when it was answered before.

        Nobody learns who said so: whether an address has an account is not for moderators.
        """
        self._lock()
        self._end(self.State.REFUSED)
        self._tell(Verb.CLAIM_REFUSED, None)

    @transaction.atomic
    def withdraw(self, by: Person | None) -> None:
        """Make the link useless; nobody does so when it was not answered. Raises AlreadyDone when it had ended."""
        self._lock()
        self._end(self.State.WITHDRAWN)
        self._tell(Verb.CLAIM_WITHDRAWN, by)

    def _lock(self) -> None:
        """Hold the contribution, under whose lock a claim changes, and look again. Raises AlreadyDone."""
        self.contribution = Contribution.objects.lock(self.contribution_id)
        self.refresh_from_db(fields=["state", "email", "expires_at"])
        if self.state != self.State.WAITING:
            raise AlreadyDone(self.state)

    def _end(self, state: str, person: Person | None = None) -> None:
        self.state, self.ended_at, self.email, self.person = state, timezone.now(), "", person
        self.save(update_fields=["state", "ended_at", "email", "person"])

    def _tell(self, verb: str, by: Person | None) -> None:
        Event.write(verb, by=by, contribution=self.contribution, about=self, subject=self.by, audience=Audience.DESK)
