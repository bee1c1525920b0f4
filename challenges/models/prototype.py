"""Prototypes and the rounds in which real people test them."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Max, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Person
from challenges.models.challenge import Challenge
from regions.errors import EditConflict
from regions.models import Attachment, Entry, Event, Verb
from regions.text import plain, rendered


def mark_of(thing: models.Model, names: tuple[str, ...]) -> str:
    """Return a short mark of these fields, by which a form knows whether they were changed in between."""
    return sha256("\0".join(str(getattr(thing, name)) for name in names).encode()).hexdigest()[:16]


class PrototypeQuerySet(models.QuerySet["Prototype"]):
    def for_strip(self) -> Self:
        """Oldest first, with their rounds, and their files as rows in the same query."""
        shown = Attachment.objects.shown().filter(prototypes=OuterRef("pk"))
        rows = ArraySubquery(shown.values(row=JSONObject(pk="pk", name="name", size="size")))
        return self.prefetch_related("rounds").annotate(file_rows=rows).order_by("number")


class Prototype(models.Model):
    """A numbered version of a solution; read through its challenge's `visible_to`."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="prototypes")
    number = models.PositiveIntegerField()
    approach = models.CharField(
        _("approach"), max_length=40, blank=True, help_text=_("A short name, if you try two solutions side by side.")
    )
    what = models.TextField(_("what is it"), max_length=10_000)
    changes = models.TextField(_("what changed since the previous one"), blank=True, max_length=5_000)
    link = models.URLField(_("link"), blank=True)
    html = models.JSONField(default=dict, editable=False)
    files = models.ManyToManyField(Attachment, blank=True, related_name="prototypes")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    file_rows: list[dict[str, Any]]  # given by `for_strip`

    objects = PrototypeQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("challenge", "number"), name="one_prototype_per_number"),)

    def __str__(self) -> str:
        return f"{self.challenge} – prototype {self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.challenge.get_absolute_url()}#prototype-{self.number}"

    @property
    def shown_files(self) -> list[dict[str, Any]]:
        return [{**row, "url": reverse("regions:attachment", args=[row["pk"]])} for row in self.file_rows]

    @property
    def label(self) -> str:
        name = f"Prototype {self.number}"
        return f"{name} ({self.approach})" if self.approach else name

    @classmethod
    @transaction.atomic
    def add(
        cls, challenge: Challenge, *, by: Person, what: str, at: datetime | None = None, **fields: Any
    ) -> "Prototype":
        """Add the next prototype; the number is taken under the challenge's lock."""
        locked = Challenge.objects.lock(challenge.pk)
        last = locked.prototypes.aggregate(last=Max("number"))["last"] or 0
        html = {"what": rendered(what), "changes": rendered(fields.get("changes", ""))}
        prototype = cls.objects.create(
            challenge=locked, number=last + 1, what=what, html=html, by=by, at=at or timezone.now(), **fields
        )
        locked.prototype_count += 1
        locked.last_activity_at = max(locked.last_activity_at, prototype.at)
        locked.save(update_fields=["prototype_count", "last_activity_at"])
        prototype.index()
        Event.write(Verb.PROTOTYPED, by=by, contribution=locked, about=prototype, at=at, number=prototype.number)
        return prototype

    @property
    def mark(self) -> str:
        """What tells this text from another one: the hidden field of the form."""
        return mark_of(self, ("what", "changes", "link", "approach"))

    @transaction.atomic
    def edit(self, *, by: Person, seen: str = "", **fields: Any) -> None:
        """Correct what was written; a new try is a new prototype. The same once more changes nothing.

        `seen` is the `mark` that was on the screen. Raises EditConflict when a colleague wrote in between.
        """
        Challenge.objects.lock(self.challenge_id)
        self.refresh_from_db()
        if all(getattr(self, name) == value for name, value in fields.items()):
            return
        if seen and seen != self.mark:
            raise EditConflict(self.number)
        for name, value in fields.items():
            setattr(self, name, value)
        self.html = {"what": rendered(self.what), "changes": rendered(self.changes)}
        self.save(update_fields=[*fields, "html"])
        self.index()
        Event.write(
            Verb.EDITED, by=by, contribution=self.challenge, about=self, number=self.number, fields=sorted(fields)
        )
        self.challenge.rulings.on_itself().settle(by)

    def index(self) -> None:
        text = f"{plain(self.what)}\n{plain(self.changes)}"
        Entry.put(self, self.challenge, title=f"{self.challenge.title} – {self.label}", text=text)


class TestRound(models.Model):
    """One test of a prototype with real people; a round without residents is visibly so."""

    class Verdict(models.TextChoices):
        GO_ON = "go-on", _("go on")
        ADJUST = "adjust", _("adjust")
        STOP = "stop", _("stop with this prototype")

    prototype = models.ForeignKey(Prototype, on_delete=models.CASCADE, related_name="rounds")
    held_on = models.DateField(_("date of the test"), default=timezone.localdate)
    residents = models.PositiveSmallIntegerField(_("residents"), default=0)
    professionals = models.PositiveSmallIntegerField(_("professionals"), default=0)
    others = models.PositiveSmallIntegerField(_("others"), default=0)
    wanted = models.TextField(_("what we wanted to know"), max_length=3_000)
    said = models.TextField(_("what residents said, without names"), blank=True, max_length=5_000)
    learned = models.TextField(_("what we learned"), max_length=5_000)
    change = models.TextField(_("what we change"), blank=True, max_length=5_000)
    verdict = models.CharField(_("how it goes on"), max_length=8, choices=Verdict.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("held_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(residents__gt=0) | Q(professionals__gt=0) | Q(others__gt=0), name="a_round_has_people"
            ),
        )

    def __str__(self) -> str:
        return f"{self.prototype.label}: {self.held_on}"

    def get_absolute_url(self) -> str:
        return f"{self.prototype.challenge.get_absolute_url()}#testronde-{self.pk}"

    @property
    def with_whom(self) -> str:
        """Say with whom was tested: "5 residents, 2 professionals"."""
        parts = (
            (self.residents, ngettext("%d resident", "%d residents", self.residents)),
            (self.professionals, ngettext("%d professional", "%d professionals", self.professionals)),
            (self.others, ngettext("%d other", "%d others", self.others)),
        )
        return ", ".join(words % count for count, words in parts if count)

    @classmethod
    @transaction.atomic
    def add(cls, prototype: Prototype, *, by: Person, at: datetime | None = None, **fields: Any) -> "TestRound":
        locked = Challenge.objects.lock(prototype.challenge_id)
        test = cls.objects.create(prototype=prototype, by=by, at=at or timezone.now(), **fields)
        locked.round_count += 1
        locked.resident_round_count += test.residents > 0
        locked.last_activity_at = max(locked.last_activity_at, test.at)
        locked.save(update_fields=["round_count", "resident_round_count", "last_activity_at"])
        Event.write(Verb.TESTED, by=by, contribution=locked, about=test, at=at, number=prototype.number)
        return test

    @property
    def mark(self) -> str:
        return mark_of(
            self, ("held_on", "residents", "professionals", "others", "wanted", "said", "learned", "change", "verdict")
        )

    @transaction.atomic
    def edit(self, *, by: Person, seen: str = "", **fields: Any) -> None:
        """Correct what was written; the same once more changes nothing.

        Raises EditConflict when a colleague wrote over the text of mark `seen`.
        """
        locked = Challenge.objects.lock(self.prototype.challenge_id)
        self.refresh_from_db()
        if all(getattr(self, name) == value for name, value in fields.items()):
            return
        if seen and seen != self.mark:
            raise EditConflict(self.pk)
        had_residents = self.residents > 0
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
        locked.resident_round_count += (self.residents > 0) - had_residents
        locked.save(update_fields=["resident_round_count"])
        Event.write(Verb.EDITED, by=by, contribution=locked, about=self, fields=sorted(fields))
        locked.rulings.on_itself().settle(by)
