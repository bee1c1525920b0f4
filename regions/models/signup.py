"""Signing up for a meeting, with an account or by a confirmed address; and the address of someone's own calendar."""

from datetime import timedelta
from typing import Self

from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.event import Audience, Event, Verb
from regions.models.meeting import Meeting, Perspective

SALT = "signup"
CONFIRM_WITHIN = timedelta(days=3)
AGAIN_AFTER = timedelta(minutes=10)
"""The same address gets a second mail to confirm after so long: a form is no way to fill somebody's mailbox."""
FORGET_AFTER = timedelta(days=90)
"""So long after a meeting the names and addresses of guests are kept."""
BATCH = 500


class SignupQuerySet(models.QuerySet["Signup"]):
    def going(self) -> Self:
        return self.filter(state=Signup.State.GOING)

    def waiting(self) -> Self:
        """Who waits for a place, the first one first."""
        return self.filter(state=Signup.State.WAITING).order_by("at", "pk")

    def lasting(self) -> Self:
        return self.filter(state__in=(Signup.State.GOING, Signup.State.WAITING))

    def for_list(self) -> Self:
        """Who comes first, then who waits, each in the order in which they signed up."""
        return self.select_related("person").order_by("state", "at", "pk")

    def of(self, meeting: Meeting, person: Person) -> "Signup | None":
        return self.filter(meeting=meeting, person=person).first()

    def of_token(self, token: str) -> "Signup | None":
        """Return the sign-up of a link, or None where the link is not ours."""
        try:
            pk = signing.Signer(salt=SALT).unsign_object(token)
        except signing.BadSignature:
            return None
        return self.filter(pk=pk).first()

    def forget_due(self) -> int:
        """Drop guests who never confirmed, and the names and addresses of guests of long ago; return how many."""
        guests, now = self.filter(person=None), timezone.now()
        stale = guests.filter(state=Signup.State.ASKED, at__lt=now - CONFIRM_WITHIN)
        known = guests.exclude(email="").filter(meeting__ends_at__lt=now - FORGET_AFTER)
        dropped, _rows = self.filter(pk__in=_some(stale)).delete()
        return dropped + self.filter(pk__in=_some(known)).update(email="", name="")


def _some(rows: models.QuerySet["Signup"]) -> list[int]:
    """Return the ids of a bounded number of rows."""
    return list(rows.values_list("pk", flat=True)[:BATCH])


class Signup(models.Model):
    """Somebody at a meeting: a person, or a guest by name and address; the link in a guest's mails is nowhere kept."""

    class State(models.TextChoices):
        ASKED = "asked", _("not confirmed yet")
        GOING = "going", _("comes")
        WAITING = "waiting", _("on the waiting list")
        OFF = "off", _("does not come")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="signups")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="signups")
    name = models.CharField(_("your name"), max_length=120, blank=True)
    email = models.EmailField(_("your e-mail address"), blank=True)
    perspective = models.CharField(_("you look as"), max_length=12, choices=Perspective.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    at = models.DateTimeField(default=timezone.now)

    objects = SignupQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("meeting", "person"), name="one_signup_per_person_and_meeting"),
            models.UniqueConstraint(
                fields=("meeting", "email"), condition=~Q(email=""), name="one_signup_per_address_and_meeting"
            ),
            models.CheckConstraint(condition=Q(person__isnull=True) | Q(email=""), name="a_person_signs_up_by_account"),
        )
        indexes = (
            models.Index(fields=("meeting", "state", "at"), name="signups_of_a_meeting"),
            models.Index(fields=("at",), condition=~Q(email=""), name="signups_of_guests"),
        )

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the guest's own page: whoever has the link can confirm and sign off."""
        return reverse("regions:signup_own", args=[signing.Signer(salt=SALT).sign_object(self.pk)])

    @property
    def who(self) -> str:
        return self.person.name if self.person else self.name

    @property
    def is_lasting(self) -> bool:
        return self.state in (self.State.GOING, self.State.WAITING)

    @classmethod
    @transaction.atomic
    def make(cls, meeting: Meeting, *, by: Person, perspective: str) -> "Signup":
        """Sign up with an account. Raises AlreadyDone for who is in, and when the meeting takes no one any more."""
        locked = _open(meeting)
        signup = cls.objects.of(meeting, by) or cls(meeting=meeting, person=by)
        if signup.is_lasting:
            raise AlreadyDone(signup.state)
        signup.perspective = perspective
        signup._enter(locked)
        return signup

    @classmethod
    @transaction.atomic
    def ask(cls, meeting: Meeting, *, email: str, name: str, perspective: str) -> None:
        """Ask a guest to confirm their address. Whatever is known of the address, the answer is the same.

        Raises AlreadyDone when the meeting takes no one any more.
        """
        _open(meeting)
        signup = cls.objects.filter(meeting=meeting, email=email).first()
        if signup and timezone.now() - signup.at < AGAIN_AFTER:
            return
        signup = signup or cls(meeting=meeting, email=email)
        if not signup.is_lasting:
            signup.name, signup.perspective = name, perspective
            signup.state, signup.at = cls.State.ASKED, timezone.now()
            signup.save()
        Event.write(Verb.SIGNUP_ASKED, by=None, contribution=meeting, about=signup, audience=Audience.DESK)

    @transaction.atomic
    def confirm(self) -> None:
        """Take a place, or one on the waiting list. Raises AlreadyDone when it was confirmed, or it is too late."""
        locked = _open(self.meeting)
        self._lock(self.State.ASKED, self.State.OFF)
        self._enter(locked)

    def _enter(self, meeting: Meeting) -> None:
        """Come, or wait, from now on; with the meeting locked."""
        self.state = self.State.GOING if meeting.has_room() else self.State.WAITING
        self.at = timezone.now()
        self.save()
        meeting.fill()
        Event.write(
            Verb.SIGNED_UP,
            by=self.person,
            contribution=meeting,
            about=self,
            subject=self.person,
            audience=Audience.DESK,
        )

    @transaction.atomic
    def leave(self) -> None:
        """Sign off; who waits longest has the place. Raises AlreadyDone when one did not come."""
        locked = Meeting.objects.lock(self.meeting_id)
        self._lock(self.State.GOING, self.State.WAITING, self.State.ASKED)
        self.state = self.State.OFF
        self.save(update_fields=["state"])
        Event.write(
            Verb.SIGNED_OFF,
            by=self.person,
            contribution=locked,
            about=self,
            subject=self.person,
            audience=Audience.DESK,
        )
        locked.fill()

    def move_up(self) -> None:
        """Have the place that came free; call with the meeting locked."""
        self.state = self.State.GOING
        self.save(update_fields=["state"])
        Event.write(
            Verb.MOVED_UP,
            by=None,
            contribution=self.meeting,
            about=self,
            subject=self.person,
            audience=Audience.DESK,
        )

    def _lock(self, *states: str) -> None:
        Signup.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db(fields=["state"])
        if self.state not in states:
            raise AlreadyDone(self.state)


def _open(meeting: Meeting) -> Meeting:
    """Return the meeting locked. Raises AlreadyDone when one can not sign up any more."""
    locked = Meeting.objects.lock(meeting.pk)
    if not locked.is_open:
        raise AlreadyDone("meeting")
    return locked


class CalendarAddress(models.Model):
    """The number that makes someone's calendar address; a new number makes the old address useless."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="calendar_address")
    number = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField(default=False)

    @property
    def token(self) -> str:
        return signing.Signer(salt="calendar").sign_object([self.person_id, self.number])

    @classmethod
    def person_of(cls, token: str) -> Person | None:
        """Return whose calendar it is; None for an address that was revoked or is not ours, or a blocked account."""
        try:
            pk, number = signing.Signer(salt="calendar").unsign_object(token)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        rows = cls.objects.filter(pk=pk, number=number, is_on=True, person__is_active=True)
        found = rows.select_related("person").first()
        return found.person if found else None

    @classmethod
    @transaction.atomic
    def renew(cls, person: Person, *, is_on: bool) -> "CalendarAddress":
        """Make a new address, or none; the one before does not work any more."""
        row, _made = cls.objects.select_for_update().get_or_create(person=person)
        row.number, row.is_on = row.number + 1, is_on
        row.save(update_fields=["number", "is_on"])
        return row
