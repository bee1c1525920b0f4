"""What is said about feedback, among members of the InnovatieKabinet or by all who read it."""

from typing import Self

from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.challenge import Challenge
from challenges.models.review import Review
from challenges.rules import can_read_cabinet_only
from regions.errors import AlreadyDone
from regions.models import Audience, Event, State, Verb
from regions.models.standing import Reader


class RemarkQuerySet(models.QuerySet["Remark"]):
    def read_by(self, person: Reader, challenge: Challenge) -> Self:
        """Keep what is under feedback on this challenge that this person reads, and is for them too."""
        hidden = Review.objects.hidden_from(person).filter(pk=OuterRef("review"))
        here = self.filter(~Exists(hidden), review__challenge=challenge)
        return here if can_read_cabinet_only(person, challenge) else here.filter(is_for_cabinet=False)

    def for_list(self) -> Self:
        """Oldest first."""
        return self.select_related("by").order_by("pk")

    def last_of_each(self, number: int) -> Self:
        """Keep the last so many under each piece of feedback, oldest first; `total` says how many there are."""
        total = Window(Count("pk"), partition_by="review")
        place = Window(RowNumber(), partition_by="review", order_by="-pk")
        found = self.filter(deleted_at__isnull=True).annotate(total=total, place=place)
        return found.filter(place__lte=number).for_list()


class Remark(models.Model):
    """A response to feedback: for the InnovatieKabinet only, or for everyone who reads the feedback.

    One that was deleted stays as an empty place.
    """

    total: int  # given by `last_of_each`

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="remarks")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("your response"), max_length=3_000)
    is_for_cabinet = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ("review", "pk")

    def __str__(self) -> str:
        return self.words[:60]

    @classmethod
    @transaction.atomic
    def write(cls, review: Review, words: str, *, by: Person, is_for_cabinet: bool) -> "Remark":
        """Respond to feedback. Raises AlreadyDone when the challenge is no longer published.

        What is for the InnovatieKabinet only is no activity of the challenge: others would see that something happened.
        """
        challenge = Challenge.objects.lock(review.challenge_id)
        if challenge.state != State.PUBLISHED:
            raise AlreadyDone(challenge.state)
        remark = cls.objects.create(review=review, by=by, words=words, is_for_cabinet=is_for_cabinet)
        if not is_for_cabinet:
            challenge.touch(remark.at)
        remark._log(Verb.REMARKED, by, Audience.NETWORK, subject=review.by)
        return remark

    @transaction.atomic
    def delete_words(self, *, by: Person) -> None:
        """Take the words away for good; the place stays. Raises AlreadyDone when that was done before."""
        Challenge.objects.lock(self.review.challenge_id)
        self.refresh_from_db(fields=["deleted_at"])
        if self.deleted_at:
            raise AlreadyDone("deleted")
        self.words, self.deleted_at = "", timezone.now()
        self.save(update_fields=["words", "deleted_at"])
        self._log(Verb.REMARK_DELETED, by, Audience.DESK)

    def _log(self, verb: str, by: Person, audience: str, subject: Person | None = None) -> None:
        """`audience` hears of what is open."""
        heard = Audience.CABINET if self.is_for_cabinet else audience
        Event.write(verb, by=by, contribution=self.review.challenge, about=self, subject=subject, audience=heard)
