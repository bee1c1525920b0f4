"""Posts ("berichten"): a question to colleagues, of which the asker says which answer helped; an announcement."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone, TooOften
from regions.models.comment import Comment
from regions.models.contribution import Kind, State
from regions.models.event import Audience, Event, Verb
from regions.models.region import Region
from regions.models.version import Version
from regions.models.writing import Writing, WritingQuerySet, theme_rows
from regions.text import plain


class Sort(models.TextChoices):
    """The values are those on the wire."""

    QUESTION = "vraag", _("question")
    ANNOUNCEMENT = "mededeling", _("announcement")


NOT_HELPED = Q(helped=None) | ~Q(helped__state=Comment.State.SHOWN)
"""No answer helped, or the one that did is hidden or deleted."""


class PostQuerySet(WritingQuerySet["Post"]):
    def for_list(self) -> Self:
        """What a row shows, latest activity first; the kind, which all have, leads to the index."""
        rows = self.filter(kind=Kind.POST).select_related("author", "helped")
        return rows.defer("html", "helped__text", "helped__html").order_by("-last_activity_at", "-pk")

    def for_detail(self) -> Self:
        """What its own page shows; `written_at` is when the text got the words that it has."""
        texts = Version.objects.filter(contribution=OuterRef("pk")).order_by().values("contribution")
        latest = Subquery(texts.values(at=Max("at")).values("at"))
        return self.select_related("region", "author", "helped__author").annotate(
            written_at=latest, theme_rows=theme_rows()
        )

    def unanswered(self) -> Self:
        """Keep the questions of which readers see no answer that helped."""
        return self.filter(NOT_HELPED, sort=Sort.QUESTION)


class Post(Writing):  # type: ignore[django-manager-missing]  # of tags, by taggit
    KIND: ClassVar[str] = Kind.POST
    TEXT_FIELDS = ("title", "words")
    MARKDOWN_FIELDS = ("words",)

    sort = models.CharField(max_length=10, choices=Sort.choices, editable=False)
    words = models.TextField(_("text"), max_length=10_000)
    helped = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    written_at: datetime | None  # given by `for_detail`

    objects: ClassVar[PostQuerySet] = PostQuerySet.as_manager()  # type: ignore[assignment]  # a queryset of its own

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    @property
    def lead(self) -> str:
        return plain(self.words[:1_000], 240)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({self.kind, self.sort})

    @property
    def is_question(self) -> bool:
        return self.sort == Sort.QUESTION

    @property
    def answer(self) -> Comment | None:
        """The answer that helped, while readers see it."""
        return self.helped if self.helped and self.helped.state == Comment.State.SHOWN else None

    @property
    def is_changed(self) -> bool:
        """Tell whether the text was changed after it was published."""
        return bool(self.published_at and self.written_at and self.written_at > self.published_at)

    @transaction.atomic
    def mark(self, answer: Comment | None, *, by: Person, seen: int | None, at: datetime | None = None) -> None:
        """Say which answer helped, one at a time; None takes it back. `seen` is the id of the one that was marked.

        Raises AlreadyDone when another was marked in the meantime, or the answer is shown no more.
        """
        found = self._take(answer) if answer else None
        locked = self._locked()
        is_shown = answer is None or (found is not None and found.state == Comment.State.SHOWN)
        if locked.helped_id != seen or locked.helped == found or not is_shown:
            raise AlreadyDone("marked")
        before, locked.helped = locked.helped, found
        locked.save(update_fields=["helped"])
        locked.touch(at)
        verb, subject = (Verb.HELPED, found.author) if found else (Verb.UNHELPED, None)
        Event.write(verb, by=by, contribution=locked, about=found or before, subject=subject, at=at)

    def _take(self, answer: Comment) -> Comment | None:
        """Return an answer to this as it is now, locked before the post is: hiding a comment locks in this order too.

        `no_key`, as a reply that is written at this moment holds the post and refers to the comment.
        """
        return Comment.objects.select_for_update(no_key=True).filter(pk=answer.pk, contribution=self.pk).first()

    @transaction.atomic
    def publish_to_all(self, by: Person) -> None:
        """Publish an announcement, and mail it to all members; staff may do so more than once a day in a region.

        Raises TooOften, and AlreadyDone when it was published before.
        """
        region = Region.objects.select_for_update(no_key=True).get(pk=self.region_id)
        if Post.objects.exclude(state=State.DRAFT).filter(pk=self.pk).exists():
            raise AlreadyDone
        if was_mailed_today(region) and not by.is_staff:
            raise TooOften
        if self.publish(by, to_all=True):
            Event.write(Verb.MAILED, by=by, contribution=self, audience=Audience.DESK, spread=False)


def was_mailed_today(region: Region) -> bool:
    """Tell whether an announcement went to all members of this region today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Event.objects.filter(region=region, verb=Verb.MAILED, at__gte=midnight).exists()
