"""Meetings: regional meetings, transition arenas, cabinet sessions, workshops; their agenda and their minutes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone, EditConflict
from regions.models.contribution import Contribution, Kind, State
from regions.models.event import Audience, Event, Verb
from regions.models.quiet import Quiet
from regions.models.standing import standing_of
from regions.models.writing import Writing, WritingQuerySet
from regions.text import flat, plain, rendered

REMIND_BEFORE = timedelta(hours=48)
BATCH = 50
"""So many meetings are reminded of in one round."""


class Perspective(models.TextChoices):
    """From which side someone looks; a meeting without residents is visibly so."""

    MUNICIPALITY = "gemeente", _("Municipality")
    RESIDENT = "inwoner", _("Resident")
    PROFESSIONAL = "professional", _("Professional")
    ENTREPRENEUR = "ondernemer", _("Entrepreneur")
    SCIENCE = "wetenschap", _("Science")


class MeetingQuerySet(WritingQuerySet["Meeting"]):
    def for_list(self) -> Self:
        return self.select_related("region")

    def for_line(self) -> Self:
        """What a line shows: of all that a meeting holds, its title, its time and its region."""
        return self.select_related("region").only("kind", "title", "state", "visibility", "starts_at", "region__name")

    def coming(self) -> Self:
        """What is not over yet, the first one first; cancelled ones stay until then, so that nobody comes in vain."""
        return self.readable().filter(ends_at__gte=timezone.now()).order_by("starts_at", "pk")

    def past(self) -> Self:
        return self.readable().filter(ends_at__lt=timezone.now()).order_by("-starts_at", "-pk")

    def near(self, person: Person) -> Self:
        """Keep what this person signed up for, what their regions plan, and the sessions that they serve in."""
        return self.filter(self._own_of(person) | Q(region__in=standing_of(person).member_of))

    def told_to(self, person: Person) -> Self:
        """Keep of what is near someone that which they did not make quiet; what they signed up for stays."""
        is_quiet = Q(contribution=OuterRef("pk")) | Q(region=OuterRef("region"))
        quiet = Exists(Quiet.objects.filter(is_quiet, person=person))
        of_region = Q(region__in=standing_of(person).member_of)
        return self.filter(self._own_of(person) | (of_region & ~Q(quiet)))

    def _own_of(self, person: Person) -> Q:
        signed_up = Q(pk__in=person.signups.lasting().values("meeting"))
        return signed_up | Q(sort=Meeting.Sort.CABINET) if _serves(person) else signed_up

    def sessions(self) -> Self:
        return self.filter(sort=Meeting.Sort.CABINET)

    def sessions_of(self, person: Person) -> Self:
        """Keep the sessions of the InnovatieKabinet for who serves in it, and none for others."""
        return self.sessions() if _serves(person) else self.none()

    def without_minutes(self) -> Self:
        """What is over, took place, and has left nothing behind yet."""
        return self.past().published().filter(closed_at__isnull=True, cancelled_at__isnull=True)

    def remind_due(self) -> int:
        """Remind who comes to a meeting within 48 hours; return of how many meetings."""
        now = timezone.now()
        due = self.published().filter(
            cancelled_at__isnull=True, reminded_at__isnull=True, starts_at__gt=now, starts_at__lte=now + REMIND_BEFORE
        )
        return sum(meeting.remind() for meeting in due.order_by("starts_at", "pk")[:BATCH])


def _serves(person: Person) -> bool:
    """Tell whether the sessions of the InnovatieKabinet are this person's."""
    standing = standing_of(person)
    return standing.is_seat or standing.is_secretary


class Meeting(Writing):  # type: ignore[django-manager-missing]  # of tags, by taggit
    """`going` maps a perspective to how many come, `present` to how many were there; counted under the row's lock.

    `sequence` rises with each change that a calendar has to take over (RFC 5545, 3.8.7.4).
    """

    KIND: ClassVar[str] = Kind.MEETING
    TEXT_FIELDS = ("title", "intro")
    MARKDOWN_FIELDS = ("intro", "minutes")

    class Sort(models.TextChoices):
        REGIONAL = "regio", _("Regional meeting")
        ARENA = "arena", _("Transition arena")
        CABINET = "kabinet", _("Session of the InnovatieKabinet")
        WORKSHOP = "workshop", _("Workshop")

    class Scale(models.TextChoices):
        NATIONAL = "landelijk", _("national")
        REGIONAL = "regionaal", _("regional")
        LOCAL = "lokaal", _("local")
        NEIGHBOURHOOD = "buurt", _("neighbourhood")

    MOVES = frozenset({"starts_at", "ends_at", "place", "link"})
    """What who comes has to hear at once."""

    sort = models.CharField(_("kind of meeting"), max_length=10, choices=Sort.choices, default=Sort.REGIONAL)
    scale = models.CharField(_("level"), max_length=10, choices=Scale.choices, blank=True)
    intro = models.TextField(_("what it is about"), max_length=10_000, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("online link"), max_length=500, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    expected = ArrayField(
        models.CharField(max_length=12, choices=Perspective.choices),
        verbose_name=_("who should be there"),
        default=list,
        blank=True,
    )
    going = models.JSONField(default=dict, editable=False)
    going_count = models.PositiveIntegerField(default=0, editable=False)
    waiting_count = models.PositiveIntegerField(default=0, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    why_cancelled = models.TextField(_("why it does not take place"), max_length=2_000, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    minutes = models.TextField(_("minutes"), max_length=20_000, blank=True)
    minutes_version = models.PositiveIntegerField(default=0, editable=False)
    present = models.JSONField(default=dict, editable=False)

    objects: ClassVar[MeetingQuerySet] = MeetingQuerySet.as_manager()  # type: ignore[assignment]  # a queryset of its own

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_meeting_ends_after_it_begins"),
        )
        indexes = (
            models.Index(fields=("starts_at",), name="meetings_by_time"),
            models.Index(fields=("ends_at",), name="meetings_by_end"),
            models.Index(
                fields=("ends_at",),
                condition=Q(closed_at__isnull=True, cancelled_at__isnull=True),
                name="meetings_without_minutes",
            ),
            models.Index(
                fields=("starts_at",),
                condition=Q(reminded_at__isnull=True, cancelled_at__isnull=True),
                name="meetings_to_remind_of",
            ),
        )

    @property
    def lead(self) -> str:
        """The words of the introduction, out of the HTML that is kept: a calendar has hundreds of them."""
        return flat(self.html.get("intro", ""))

    @property
    def kind_words(self) -> str:
        """Return what kind of meeting it is: “Transition arena, local”."""
        words = str(self.get_sort_display())
        return f"{words}, {self.get_scale_display()}" if self.scale else words

    @property
    def is_one_day(self) -> bool:
        return timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_session(self) -> bool:
        """Tell whether the InnovatieKabinet meets: the secretary plans it, and its points are pitches."""
        return self.sort == self.Sort.CABINET

    @property
    def is_held_back(self) -> bool:
        """A session is not of the region, so its moderators do not look first."""
        return not self.is_session and super().is_held_back

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_open(self) -> bool:
        """Tell whether one can sign up for it."""
        is_on = not self.is_cancelled and self.closed_at is None and not self.is_over
        return self.state == State.PUBLISHED and is_on

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.going_count >= self.capacity

    @property
    def lacks(self) -> list[str]:
        """Return the names of perspectives that are expected and that nobody who comes, or was there, brings."""
        there = self.present if self.closed_at else self.going
        return [str(one.label) for one in Perspective if one.value in self.expected and not there.get(one.value)]

    @property
    def lacks_residents(self) -> bool:
        there = self.present if self.closed_at else self.going
        return not there.get(Perspective.RESIDENT)

    def counts_of(self, numbers: Mapping[str, int]) -> list[tuple[str, int]]:
        """Return pairs of perspective and number, those that are expected or there."""
        return [
            (str(one.label), numbers.get(one.value, 0))
            for one in Perspective
            if one.value in self.expected or numbers.get(one.value)
        ]

    def index(self) -> None:
        """Write the searchable text: what it is about, the agenda and the minutes.

        A pitch is for who sees its challenge, and who finds this meeting need not be: so no word of it.
        """
        items = self.agenda.filter(about=None) if self.is_session else self.agenda.all()
        said = [part for item in items for part in (item.title, item.minutes) if part]
        text = "\n".join(part for part in (plain(self.intro), self.place, plain(self.minutes), *said) if part)
        self.entries.update_or_create(
            kind=Kind.MEETING, object_id=self.pk, defaults={"title": self.title, "text": text}
        )

    def set_clock(self, items: Iterable["AgendaItem"]) -> None:
        """Give these points, its whole agenda in order, the time at which each begins and ends, as far as is known."""
        now: datetime | None = self.starts_at
        for item in items:
            item.starts_at = now
            now = item.ends_at = now + timedelta(minutes=item.length) if now and item.length else None

    # --- what happens to it ---------------------------------------------------------------------------------

    @transaction.atomic
    def edit(
        self,
        *,
        by: Person,
        seen: int,
        text: Mapping[str, str],
        small: bool = False,
        sequence: int | None = None,
        **fields: Any,
    ) -> bool:
        """Do as every kind does; time and place make no version, so `sequence` is what was on the screen of these.

        Another time or place is never small: everyone hears it.
        """
        locked = self._locked()
        is_new = any(getattr(locked, name) != value for name, value in fields.items())
        if sequence is not None and is_new and locked.sequence != sequence:
            raise EditConflict(locked.version)
        return super().edit(by=by, seen=seen, text=text, small=small, **fields)

    def _save_edit(self, by: Person, changed: list[str], *, is_new_text: bool, small: bool) -> None:
        super()._save_edit(by, changed, is_new_text=is_new_text, small=small)
        if self.state == State.DRAFT:
            return
        self.sequence += 1
        if "starts_at" in changed:
            self.reminded_at = None
        self.save(update_fields=["sequence", "reminded_at"])
        if self.MOVES.intersection(changed):
            Event.write(Verb.MEETING_MOVED, by=by, contribution=self)
        self.fill()

    @transaction.atomic
    def cancel(self, by: Person, words: str) -> None:
        """Say that it does not take place; who signed up hears it. Raises AlreadyDone when it is over or off."""
        locked = self._locked()
        if not locked.is_open:
            raise AlreadyDone("meeting")
        locked.cancelled_at, locked.why_cancelled = timezone.now(), words
        locked.sequence += 1
        locked.save(update_fields=["cancelled_at", "why_cancelled", "sequence"])
        locked.touch()
        Event.write(Verb.MEETING_CANCELLED, by=by, contribution=locked)

    @transaction.atomic
    def remind(self) -> bool:
        """Let the reminder go out, once; return whether this was the time."""
        locked = self._locked()
        if locked.reminded_at or not locked.is_open:
            return False
        locked.reminded_at = timezone.now()
        locked.save(update_fields=["reminded_at"])
        Event.write(Verb.MEETING_REMINDED, by=None, contribution=locked, audience=Audience.TEAM)
        return True

    @transaction.atomic
    def close(
        self,
        by: Person,
        *,
        seen: int,
        minutes: str,
        present: Mapping[str, int],
        said: Mapping[int, str],
        at: datetime | None = None,
    ) -> bool:
        """Write the minutes over version `seen`; `said` maps agenda items to theirs. Return whether they are the first:

        then the challenges that were on the agenda show it on their timeline. Raises EditConflict over newer minutes.
        """
        locked = self._locked()
        if locked.minutes_version != seen:
            raise EditConflict(locked.minutes_version)
        is_first = locked.closed_at is None
        locked.closed_at = locked.closed_at or at or timezone.now()
        locked.minutes, locked.present, locked.minutes_version = minutes, dict(present), seen + 1
        locked.html = locked.rendered_html()
        locked.save(update_fields=["closed_at", "minutes", "present", "minutes_version", "html"])
        locked._write_down(said)
        locked.index()
        locked.touch(at)
        if is_first:
            Event.write(Verb.MEETING_CLOSED, by=by, contribution=locked, at=at)
            for item in locked.agenda.exclude(about=None).select_related("about"):
                Event.write(Verb.DISCUSSED, by=by, contribution=item.about, about=locked, at=at)
        return is_first

    def _write_down(self, said: Mapping[int, str]) -> None:
        for item in self.agenda.filter(pk__in=said):
            item.minutes, item.minutes_html = said[item.pk], rendered(said[item.pk])
            item.save(update_fields=["minutes", "minutes_html"])

    def fill(self) -> None:
        """Let the first who wait have the places that are free, and count anew; call with the row locked."""
        for signup in self.signups.waiting()[: self._free()]:
            signup.move_up()
        going = self.signups.going().values_list("perspective").annotate(models.Count("pk"))
        self.going = dict(going)
        self.going_count = sum(self.going.values())
        self.waiting_count = self.signups.waiting().count()
        self.save(update_fields=["going", "going_count", "waiting_count"])

    def _free(self) -> int | None:
        """Return how many places are free; None where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.signups.going().count(), 0)

    def has_room(self) -> bool:
        """Tell whether somebody more can come; call with the row locked."""
        free = self._free()
        return free is None or free > 0

    @transaction.atomic
    def arrange(self, by: Person, items: Iterable[Mapping[str, Any]]) -> None:
        """Make the agenda these items, in this order; an item with a `pk` of this agenda keeps its minutes."""
        locked = self._locked()
        kept = {item.pk: item for item in locked.agenda.all()}
        for position, values in enumerate(items):
            item = kept.pop(values.get("pk") or 0, None) or AgendaItem(meeting=locked)
            for name in ("title", "words", "length", "about"):
                setattr(item, name, values.get(name))
            item.position = position
            item.save()
        for item in kept.values():
            item.delete()
        if locked.state != State.DRAFT:
            locked.index()
            Event.write(Verb.EDITED, by=by, contribution=locked, version=locked.version, fields=["agenda"])


class AgendaItem(models.Model):
    """One point of an agenda: what, how long (minutes), about which challenge, and what was said."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("point"), max_length=200)
    words = models.TextField(_("explanation"), max_length=2_000, blank=True)
    length = models.PositiveSmallIntegerField(_("length in minutes"), null=True, blank=True)
    about = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("challenge")
    )
    minutes = models.TextField(_("what was said"), max_length=10_000, blank=True)
    minutes_html = models.TextField(editable=False, blank=True)

    starts_at: datetime | None  # given by `Meeting.set_clock`
    ends_at: datetime | None  # idem

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        """Return its title; a pitch without one is called what its challenge is."""
        return self.title or str(self.about or "")
