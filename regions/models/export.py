"""What a moderator takes along of a region: one file, for its owner, for seven days."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone, NotYours
from regions.models.event import Audience, Event, Verb
from regions.models.region import Region

LASTS = timedelta(days=7)
"""So long the file can be downloaded."""
TRIES = 3
"""So often it is begun anew when the one who wrote it was lost."""
SHOWN = 10
"""So many are listed for their owner."""


class ExportQuerySet(models.QuerySet["Export"]):
    def unfinished(self) -> Self:
        """Keep what is asked or being written, the oldest first; whoever writes it may be gone."""
        return self.filter(state__in=(Export.State.ASKED, Export.State.RUNNING)).order_by("asked_at", "pk")

    def ready(self) -> Self:
        """Keep what can be downloaded now."""
        return self.filter(state=Export.State.READY, expires_at__gt=timezone.now())

    def for_list(self, region: Region, by: Person) -> list["Export"]:
        """Return the last ones of this person, the newest first."""
        return list(self.filter(region=region, by=by).order_by("-asked_at", "-pk")[:SHOWN])

    def expire_due(self) -> int:
        """Throw away the files of which the time is over; return how many."""
        due = list(self.filter(state=Export.State.READY, expires_at__lte=timezone.now()))
        for export in due:
            export.expire()
        return len(due)


class Export(models.Model):
    """The row says how it stands; the file lies under a name that tells nothing, and is served by one view only.

    `step` of `steps` rows are written. `attempts` says whose writing it is: who lost it to another finishes nothing.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waits to begin")
        RUNNING = "running", _("is being made")
        READY = "ready", _("ready to download")
        FAILED = "failed", _("did not succeed")
        GONE = "gone", _("over: the file is thrown away")

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="exports")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=32, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "by"),
                condition=Q(state__in=("asked", "running")),
                name="one_running_export_per_person_and_region",
            ),
        )
        indexes = (
            models.Index(fields=("asked_at",), condition=Q(state__in=("asked", "running")), name="exports_to_write"),
            models.Index(fields=("expires_at",), condition=Q(state="ready"), name="exports_by_end"),
        )

    def __str__(self) -> str:
        return f"{self.region_id}: {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page that tells how it stands."""
        return reverse("regions:export", args=[self.region.slug])

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "exports" / f"{self.name}.zip"

    @property
    def half_path(self) -> Path:
        """Where it stands while it is written."""
        return self.path.with_suffix(".half")

    @property
    def is_unfinished(self) -> bool:
        return self.state in (self.State.ASKED, self.State.RUNNING)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing to wait for and nothing to download."""
        return self.state == self.State.GONE or (self.state == self.State.READY and not self.is_ready)

    @classmethod
    @transaction.atomic
    def ask(cls, region: Region, *, by: Person) -> "Export":
        """Ask for everything of a region. Raises AlreadyDone when this person's last one is not finished."""
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        if cls.objects.unfinished().filter(region=region, by=by).exists():
            raise AlreadyDone("running")
        export = cls.objects.create(region=region, by=by)
        Event.write(Verb.EXPORT_ASKED, by=by, region=region, about=export, audience=Audience.DESK)
        return export

    def begin(self) -> bool:
        """Begin, or begin anew where the one before was lost; return False when it was tried often enough."""
        self.drop_files()
        if self.attempts >= TRIES:
            self.fail()
            return False
        self.attempts += 1
        self.state, self.name, self.step, self.steps = self.State.RUNNING, uuid.uuid4().hex, 0, 0
        self.save(update_fields=["state", "attempts", "name", "step", "steps"])
        self.half_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return True

    def note(self, step: int, steps: int) -> None:
        """Say how far it is. Raises NotYours when somebody else began it anew."""
        if not self._own().update(step=step, steps=steps):
            raise NotYours

    @transaction.atomic
    def finish(self, *, size: int, sha256: str) -> None:
        """Let its owner have it, in place of earlier ones. Raises NotYours when somebody else began it anew."""
        if not self._own().select_for_update().exists():
            raise NotYours
        self.state, self.size, self.sha256 = self.State.READY, size, sha256
        self.ready_at = timezone.now()
        self.expires_at = self.ready_at + LASTS
        self.save(update_fields=["state", "size", "sha256", "ready_at", "expires_at"])
        earlier = Export.objects.ready().filter(region=self.region, by=self.by).exclude(pk=self.pk)
        earlier.update(expires_at=self.ready_at)
        Event.write(Verb.EXPORT_READY, by=None, region=self.region, about=self, subject=self.by, audience=Audience.DESK)

    def fail(self) -> None:
        self._end(self.State.FAILED)

    def expire(self) -> None:
        self._end(self.State.GONE)

    def _end(self, state: str) -> None:
        """Throw the file away first: a row that says it is gone has none."""
        self.drop_files()
        self.state = state
        self.save(update_fields=["state"])

    def drop_files(self) -> None:
        if self.name:
            self.path.unlink(missing_ok=True)
            self.half_path.unlink(missing_ok=True)

    def _own(self) -> ExportQuerySet:
        return Export.objects.filter(pk=self.pk, state=self.State.RUNNING, attempts=self.attempts)
