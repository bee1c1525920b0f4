"""Files with a contribution: checked by extension, size and first bytes; served only through `visible_to`."""

import uuid
from typing import Self

from django.core.files import File
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.contribution import Contribution, State
from regions.models.event import Audience, Event, Verb


def stored_name(attachment: "Attachment", filename: str) -> str:
    """Return a path that tells nothing: the name that the person gave is kept in `name`."""
    return f"{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def shown(self) -> Self:
        return self.filter(removed_at__isnull=True).order_by("name", "pk")


class Attachment(models.Model):
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("file name"), max_length=150)
    file = models.FileField(upload_to=stored_name)
    size = models.PositiveIntegerField()
    mime = models.CharField(max_length=100)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """What a reader calls this kind of file: PDF, ODT…"""
        return self.name.rpartition(".")[2].upper()

    def get_absolute_url(self) -> str:
        return reverse("regions:attachment", args=[self.pk])

    @classmethod
    def keep(cls, contribution: Contribution, upload: "File[bytes]", mime: str, *, by: Person) -> "Attachment":
        """Keep a file that `regions.files.check` accepted, without a word about it."""
        return cls.objects.create(
            contribution_id=contribution.pk,
            name=upload.name or "",
            file=upload,
            size=upload.size or 0,
            mime=mime,
            by=by,
        )

    @classmethod
    @transaction.atomic
    def add(cls, contribution: Contribution, upload: "File[bytes]", mime: str, *, by: Person) -> "Attachment":
        """Keep a file, and tell that it is there."""
        attachment = cls.keep(contribution, upload, mime, by=by)
        is_known = contribution.state != State.DRAFT
        Event.write(Verb.ATTACHED, by=by, contribution=contribution, about=attachment, spread=is_known)
        return attachment

    @transaction.atomic
    def remove(self, by: Person) -> None:
        """Take the file out of sight; the row stays for the log. Raises AlreadyDone when it was gone."""
        locked = Attachment.objects.select_for_update().get(pk=self.pk)
        if locked.removed_at:
            raise AlreadyDone("removed")
        self.removed_at = timezone.now()
        self.save(update_fields=["removed_at"])
        Event.write(Verb.DETACHED, by=by, contribution=self.contribution, about=self, audience=Audience.TEAM)
        self.contribution.rulings.on_itself().settle(by)
