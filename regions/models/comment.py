"""Comments under a contribution, one level of replies."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone, TooLate
from regions.models.contribution import Contribution, State, events_visible_to
from regions.models.entry import Entry
from regions.models.event import Audience, Event, Verb
from regions.models.standing import Reader
from regions.text import rendered

EDIT_WINDOW = timedelta(minutes=30)


class CommentQuerySet(models.QuerySet["Comment"]):
    def for_list(self) -> Self:
        """Oldest first; replies stand behind their parent in the template."""
        return self.select_related("author").order_by("at", "pk")

    def threads(self) -> Self:
        """Keep those that answer no other comment."""
        return self.for_list().filter(parent=None)

    def shown(self) -> Self:
        return self.filter(state=Comment.State.SHOWN)

    def hidden(self) -> Self:
        return self.filter(state=Comment.State.HIDDEN)

    def for_desk(self) -> Self:
        """The latest first, with what they are under."""
        return self.select_related("author", "contribution").order_by("-at", "-pk")


class Comment(models.Model):
    """Read through its contribution's `visible_to`; a deleted one stays as an empty place so that replies hold."""

    class State(models.TextChoices):
        SHOWN = "shown", _("shown")
        HIDDEN = "hidden", _("hidden")
        DELETED = "deleted", _("deleted")

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(_("your comment"), max_length=5000)
    html = models.TextField(editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SHOWN)
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    is_asked = models.BooleanField(default=False, editable=False)
    """A moderator asked to change it, so it may be changed once more, however old it is."""

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("contribution", "at"), name="comments_of_a_contribution"),
            models.Index(fields=("-at", "-id"), condition=Q(state="hidden"), name="hidden_comments"),
            models.Index(fields=("contribution",), condition=Q(state="hidden"), name="hidden_of_a_contribution"),
            models.Index(fields=("author",), condition=Q(is_asked=True), name="asked_comments"),
        )

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"

    def get_absolute_url(self) -> str:
        """Return the address that leads to this place, on whichever page of the comments it stands."""
        return reverse("regions:comment_place", args=[self.pk])

    @property
    def can_still_change(self) -> bool:
        in_time = timezone.now() - self.at < EDIT_WINDOW
        return self.state == self.State.SHOWN and (in_time or self.is_asked)

    def threads_before(self) -> int:
        """Return how many threads stand above the one that this belongs to."""
        first = self.parent or self
        earlier = Q(at__lt=first.at) | Q(at=first.at, pk__lt=first.pk)
        return Comment.objects.filter(earlier, contribution=self.contribution_id, parent=None).count()

    @classmethod
    @transaction.atomic
    def write(
        cls,
        contribution: Contribution,
        text: str,
        *,
        by: Person,
        parent: "Comment | None" = None,
        at: datetime | None = None,
    ) -> "Comment":
        """Write a comment, or a reply to one (a reply to a reply joins the same thread).

        Raises AlreadyDone when the comments were closed, or the contribution hidden, in the meantime.
        """
        locked = Contribution.objects.lock(contribution.pk)
        if locked.is_closed_for_comments or locked.state != State.PUBLISHED:
            raise AlreadyDone("closed")
        comment = cls.objects.create(
            contribution=locked,
            author=by,
            parent=parent.parent or parent if parent else None,
            text=text,
            html=rendered(text),
            at=at or timezone.now(),
        )
        locked.comment_count += 1
        locked.last_activity_at = max(locked.last_activity_at, comment.at)
        locked.save(update_fields=["comment_count", "last_activity_at"])
        Entry.put(comment, locked, title="", text=text)
        Event.write(Verb.COMMENTED, by=by, contribution=locked, about=comment, at=at)
        return comment

    @transaction.atomic
    def change(self, text: str) -> None:
        """Replace the text within half an hour, or once when a moderator asked for it. Raises TooLate."""
        self._lock()
        self.text, self.html, self.edited_at = text, rendered(text), timezone.now()
        self.is_asked = False
        self.save(update_fields=["text", "html", "edited_at", "is_asked"])
        Entry.put(self, self.contribution, title="", text=text)
        self._log(Verb.COMMENT_EDITED)
        self.rulings.settle(by=self.author)

    @transaction.atomic
    def delete_text(self) -> None:
        """Take the words away for good; the place stays. Raises AlreadyDone when it was not shown."""
        self._take()
        if self.state != self.State.SHOWN:
            raise AlreadyDone(self.state)
        self.state, self.text, self.html, self.is_asked = self.State.DELETED, "", "", False
        self.save(update_fields=["state", "text", "html", "is_asked"])
        self.rulings.drop_asks()
        self._leave_count(-1)
        self._log(Verb.COMMENT_DELETED)

    @transaction.atomic
    def set_hidden(self, hidden: bool) -> None:
        """Hide or show again, for `Ruling.on_comment`. Raises AlreadyDone when it is so already."""
        self._take()
        wanted = self.State.HIDDEN if hidden else self.State.SHOWN
        if self.state in (wanted, self.State.DELETED):
            raise AlreadyDone(self.state)
        self.state, self.is_asked = wanted, False
        self.save(update_fields=["state", "is_asked"])
        self._leave_count(-1 if hidden else 1)

    def set_asked(self, asked: bool) -> None:
        """Let the writer change it once more, or not, for `Ruling`. Raises AlreadyDone when it is not shown."""
        self._take()
        if self.state != self.State.SHOWN:
            raise AlreadyDone(self.state)
        self.is_asked = asked
        self.save(update_fields=["is_asked"])

    def _log(self, verb: str) -> None:
        """Leave a line in the log of which nobody is told."""
        Event.write(
            verb, by=self.author, contribution=self.contribution, about=self, audience=Audience.DESK, spread=False
        )

    def _take(self) -> None:
        """Lock the row and read what may have changed.

        Not its key: who locks a contribution and then writes a reply or a report refers to a comment, while who hides
        a comment locks it before its contribution.
        """
        Comment.objects.select_for_update(no_key=True).get(pk=self.pk)
        self.refresh_from_db(fields=["state", "at", "is_asked"])

    def _lock(self) -> None:
        self._take()
        if not self.can_still_change:
            raise TooLate

    def _leave_count(self, step: int) -> None:
        locked = Contribution.objects.lock(self.contribution_id)
        locked.comment_count += step
        locked.save(update_fields=["comment_count"])
        if step < 0:
            Entry.drop(self)
        else:
            Entry.put(self, locked, title="", text=self.text)


def events_shown_to(person: Reader) -> models.QuerySet[Event]:
    """Return the events that this person may know of, but for the writing of comments that are hidden now.

    A hidden comment has no name on the page, so the lines about what happened give none either.
    """
    ids = Comment.objects.hidden().annotate(number=Cast("pk", models.CharField()))
    hidden = ids.filter(contribution=OuterRef("contribution"), number=OuterRef("object_id"))
    return events_visible_to(person).exclude(Exists(hidden), verb=Verb.COMMENTED)
