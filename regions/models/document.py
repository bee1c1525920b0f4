"""Documents of a region: a title and a few words, and the file in ever newer editions; all of them stay."""

from datetime import datetime
from typing import ClassVar, Self

from django.core.files import File
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.attachment import Attachment
from regions.models.contribution import Kind
from regions.models.event import Event, Verb
from regions.models.writing import Writing, WritingQuerySet


class DocumentQuerySet(WritingQuerySet["Document"]):
    def for_list(self) -> Self:
        """What a row shows, the document with the newest edition first."""
        rows = self.filter(kind=Kind.DOCUMENT).select_related("newest__attachment", "newest__by")
        return rows.defer("html").order_by("-edited_at", "-pk")

    def by_title(self) -> Self:
        return self.order_by(Lower("title"), "pk")

    def for_detail(self) -> Self:
        return self.select_related("region", "author", "newest__attachment", "newest__by")


class Document(Writing):  # type: ignore[django-manager-missing]  # of tags, by taggit
    """What its file is at this moment is `newest`; `edited_at` is since when."""

    KIND: ClassVar[str] = Kind.DOCUMENT
    TEXT_FIELDS = ("title", "description")

    description = models.TextField(_("what is it"), max_length=500, blank=True)
    newest = models.ForeignKey("Edition", null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    edited_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]  # a queryset of its own

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    @property
    def lead(self) -> str:
        return self.description

    @property
    def number(self) -> int:
        """The number of the newest edition; 0 before the first."""
        return self.newest.number if self.newest else 0

    @transaction.atomic
    def add_edition(
        self, upload: "File[bytes]", mime: str, *, by: Person, news: str = "", at: datetime | None = None
    ) -> "Edition":
        """Make a file that `regions.files.check` accepted the newest edition. The first one is no news by itself."""
        locked = self._locked()
        return locked._go_on(Attachment.keep(locked, upload, mime, by=by), by, news, at)

    @transaction.atomic
    def put_back(self, edition: "Edition", *, by: Person, seen: int) -> "Edition":
        """Make the file of an older edition the newest again, as an edition of its own.

        `seen` is the number that was the newest on the screen. Raises AlreadyDone when it is not any more, or when the
        file is the newest already or was taken away.
        """
        # The file first, as taking it away does: who locks in the same order never waits for each other.
        file = Attachment.objects.select_for_update().get(pk=edition.attachment_id)
        locked = self._locked()
        if locked.newest is None or locked.number != seen or locked.newest.attachment == file or file.removed_at:
            raise AlreadyDone("newest")
        return locked._go_on(file, by, "", None, source=edition)

    def _go_on(
        self, file: Attachment, by: Person, news: str, at: datetime | None, source: "Edition | None" = None
    ) -> "Edition":
        """Add an edition, with the row locked; who follows hears of every one but the first."""
        moment, is_first = at or timezone.now(), self.newest is None
        self.newest = self.editions.create(
            number=self.number + 1, attachment=file, news=news, source=source, by=by, at=moment
        )
        self.edited_at = moment
        self.save(update_fields=["newest", "edited_at"])
        self.touch(moment)
        if not is_first:
            Event.write(Verb.NEW_EDITION, by=by, contribution=self, about=self.newest, at=at, number=self.newest.number)
        return self.newest


class EditionQuerySet(models.QuerySet["Edition"]):
    def for_list(self) -> Self:
        """Newest first, with the file, and the edition that it was put back from."""
        return self.select_related("attachment", "by", "source").order_by("-number")


class Edition(models.Model):
    """One file of a document; `source` is the older edition of which the file was put back."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    attachment = models.ForeignKey(Attachment, on_delete=models.RESTRICT, related_name="editions")
    news = models.CharField(_("what is new"), max_length=300, blank=True)
    source = models.ForeignKey("self", null=True, on_delete=models.RESTRICT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("document", "number"), name="one_edition_per_number"),)

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_there(self) -> bool:
        """Tell whether its file can be downloaded: it may have been taken away."""
        return self.attachment.removed_at is None
