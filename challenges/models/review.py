"""Feedback of a member of the InnovatieKabinet on one version of a challenge."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.errors import NotIndependent
from challenges.models.asking import HOUR, PLACE, Asking
from challenges.models.challenge import Challenge
from challenges.models.offer import Offer
from challenges.models.point import Point, Turn
from challenges.models.prototype import Prototype
from challenges.rules import goes_on
from regions.errors import AlreadyDone, TooLate
from regions.models import Audience, Draft, Event, Meeting, State, Verb
from regions.models.standing import Reader, standing_of


class ReviewQuerySet(models.QuerySet["Review"]):
    def hidden_from(self, person: Reader) -> Self:
        """Keep what a member reads only after sending their own: nobody's judgement leans on that of a colleague.

        That is feedback on a version in an open question, while this member gave none on that version or a newer one;
        who left the question to others does not read it either. It is the one place that says so: `read_by`,
        `Offer.objects.on` and `is_told` all ask it.
        """
        return self.filter(_is_hidden_from(person))

    def read_by(self, person: Reader) -> Self:
        """Keep, of what is on challenges whose feedback this person may read, what is not hidden from them."""
        return self.exclude(_is_hidden_from(person))

    def by_member(self, person: Person) -> Self:
        """What this member sent on challenges that they still see, newest first, with what was answered (`points`)."""
        seen = Challenge.objects.visible_to(person)
        points = Point.objects.filter(review=OuterRef("pk")).order_by("number")
        rows = ArraySubquery(
            points.values(row=JSONObject(number="number", text="text", state="state", answer="answer"))
        )
        mine = self.filter(by=person, challenge__in=seen).select_related("challenge__region").annotate(point_rows=rows)
        return mine.order_by("-sent_at", "-pk")

    def outdated_first(self) -> Self:
        """Put in front what is the latest of a member on a challenge of which the text changed since."""
        later = Review.objects.filter(
            challenge=OuterRef("challenge"), by=OuterRef("by"), version__gt=OuterRef("version")
        )
        is_outdated = Q(challenge__version__gt=F("version"), meeting=None) & ~Q(Exists(later))
        return self.annotate(is_outdated=is_outdated).order_by("-is_outdated", "-sent_at", "-pk")

    def for_challenge(self, *challenges: Challenge) -> Self:
        """Newest first, with their points and the talk about each."""
        turns = Prefetch("turns", Turn.objects.select_related("by").order_by("pk"))
        points = Point.objects.select_related("answered_by", "raised_by").prefetch_related(turns)
        found = self.filter(challenge__in=challenges).select_related("by", "prototype", "meeting")
        return found.prefetch_related(Prefetch("points", points.order_by("number"))).order_by("-sent_at", "-pk")


def _is_hidden_from(person: Reader) -> Q:
    """Match what `hidden_from` keeps; asked of each review by itself, so that it costs the same among a million."""
    if not isinstance(person, Person) or not standing_of(person).is_seat:
        return Q(pk__in=())
    asked = Challenge.objects.alive().of_no_party(person).filter(pk=OuterRef("challenge"))
    asked = asked.filter(askings__closed_at__isnull=True, askings__version__lte=OuterRef("version"))
    own = Review.objects.filter(by=person, meeting=None, version__gte=OuterRef("version"))
    gave = own.filter(challenge=OuterRef("challenge"))
    was_there = Point.objects.filter(review=OuterRef("pk"), raised_by=person)
    return Q(Exists(asked)) & ~Q(Exists(gave)) & ~Q(Exists(was_there)) & ~Q(by=person)


class Review(models.Model):
    """A cabinet member's feedback on one version, as it was sent; until then it is a `regions.Draft`."""

    PROMPTS = ("blind_spot", "resident_in_view", "technological_fix", "social_impact", "financial_impact")
    TEXTS = ("answer", *PROMPTS, "note")

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="reviews")
    asking = models.ForeignKey(Asking, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField()
    prototype = models.ForeignKey(Prototype, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("what does this improve in the life of ordinary people?"), max_length=5_000)
    blind_spot = models.TextField(_("what is the blind spot?"), blank=True, max_length=3_000)
    resident_in_view = models.TextField(_("is the resident in view?"), blank=True, max_length=3_000)
    technological_fix = models.TextField(_("is this more than a technological fix?"), blank=True, max_length=3_000)
    social_impact = models.TextField(_("what is the social impact?"), blank=True, max_length=3_000)
    financial_impact = models.TextField(_("what is the financial impact?"), blank=True, max_length=3_000)
    note = models.TextField(_("a note that only the team reads"), blank=True, max_length=3_000)
    sent_at = models.DateTimeField(default=timezone.now)
    corrected_at = models.DateTimeField(null=True, blank=True)
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    """The session of the InnovatieKabinet from which these points come; `by` is who wrote them down."""

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("challenge", "by", "version"),
                condition=Q(meeting__isnull=True),
                name="one_feedback_per_person_and_version",
            ),
            models.UniqueConstraint(
                fields=("challenge", "meeting"),
                condition=Q(meeting__isnull=False),
                name="one_feedback_per_challenge_and_session",
            ),
        )

    point_rows: list[dict[str, Any]]  # given by `by_member`

    def __str__(self) -> str:
        return f"{self.challenge}: {self.by}"

    def get_absolute_url(self) -> str:
        return f"{self.challenge.get_absolute_url()}#feedback-{self.pk}"

    @property
    def mark(self) -> str:
        """What tells this text from a corrected one: the hidden field of the form."""
        return (self.corrected_at or self.sent_at).isoformat()

    @property
    def until(self) -> datetime:
        """Until when it can be corrected."""
        return self.sent_at + HOUR

    @property
    def is_in_time(self) -> bool:
        return timezone.now() < self.until

    @property
    def point_list(self) -> "list[Point]":
        return [Point(**row) for row in self.point_rows]

    @property
    def prompts(self) -> list[tuple[str, str]]:
        """Pairs of question and answer, of the prompts that were answered."""
        fields = [(self._meta.get_field(name), getattr(self, name)) for name in self.PROMPTS]
        return [(str(getattr(field, "verbose_name", "")), words) for field, words in fields if words]

    @staticmethod
    def place_of(challenge: Challenge) -> str:
        return f"{PLACE}{challenge.pk}"

    @classmethod
    def drafts_of(cls, person: Person) -> "models.QuerySet[Draft]":
        """Return what this member is still writing on challenges that they see, latest first."""
        seen = Challenge.objects.visible_to(person).published()
        drafts = Draft.objects.filter(person=person, place__startswith=PLACE, contribution__in=seen)
        return drafts.select_related("contribution").order_by("-saved_at", "pk")

    @classmethod
    @transaction.atomic
    def keep(
        cls, challenge: Challenge, *, by: Person, seen: int, typed: dict[str, Any], page: str = "", draft_seen: str = ""
    ) -> Draft:
        """Keep unsent words, whatever they are; `page` and `draft_seen` as in `Draft.keep`, which raises DraftConflict.

        Raises AlreadyDone when feedback on that version was sent meanwhile.
        """
        locked = Challenge.objects.lock(challenge.pk)
        if locked.reviews.filter(by=by, version=seen, meeting=None).exists():
            raise AlreadyDone("sent")
        return Draft.keep(cls.place_of(locked), typed, by=by, contribution=locked, page=page, seen=draft_seen)

    @classmethod
    @transaction.atomic
    def send(
        cls,
        challenge: Challenge,
        *,
        by: Person,
        seen: int,
        text: Mapping[str, str],
        points: Iterable[str] = (),
        offers: Iterable[tuple[str, str]] = (),
        shown: int | None = None,
        at: datetime | None = None,
        draft: tuple[str, str] | None = None,
    ) -> "Review":
        """Send feedback on version `seen`: `text` holds TEXTS, `offers` pairs of kind and words; its draft goes away.

        `shown` is the number of the prototype that was on the screen, 0 for none; None takes the latest. `draft` is
        the page and the mark of `Draft.guard`. Raises AlreadyDone when this person sent feedback on that version before
        or the challenge is no longer published, NotIndependent for a party, DraftConflict when another device keeps
        words that this one never showed.
        """
        locked = Challenge.objects.lock(challenge.pk)
        cls._check(locked, by, seen)
        kept = Draft.objects.filter(person=by, place=cls.place_of(locked)).first()
        if kept and draft:
            kept.guard(*draft)
        prototypes = locked.prototypes.order_by("-number")
        review = cls.objects.create(
            challenge=locked,
            by=by,
            version=seen,
            sent_at=at or timezone.now(),
            asking=locked.askings.open().first(),
            prototype=(prototypes if shown is None else prototypes.filter(number__lte=shown)).first(),
            **{name: text.get(name, "") for name in cls.TEXTS},
        )
        made = review._add_points(points)
        for kind, words in offers:
            Offer.make(locked, by=by, kind=kind, words=words, review=review, at=at)
        Draft.objects.filter(person=by, place=cls.place_of(locked)).delete()
        review._count(made)
        return review

    @staticmethod
    def _check(challenge: Challenge, by: Person, seen: int) -> None:
        if not challenge.is_independent(by):
            raise NotIndependent
        if challenge.state != State.PUBLISHED:
            raise AlreadyDone(challenge.state)
        if challenge.reviews.filter(by=by, version=seen, meeting=None).exists():
            raise AlreadyDone("sent")

    def _add_points(self, texts: Iterable[str]) -> int:
        rows = [Point(review=self, number=number, text=text) for number, text in enumerate(texts, 1)]
        return len(Point.objects.bulk_create(rows))

    def _count(self, points: int) -> None:
        challenge = Challenge.objects.lock(self.challenge_id)
        challenge.review_count += 1
        challenge.open_point_count += points
        challenge.save(update_fields=["review_count", "open_point_count"])
        challenge.touch(self.sent_at)
        Event.write(
            Verb.REVIEWED, by=self.by, contribution=challenge, about=self, audience=Audience.NETWORK, at=self.sent_at
        )
        if self.asking and self.asking.is_answered():
            self.asking.close(at=self.sent_at)

    @transaction.atomic
    def correct(self, *, text: Mapping[str, str], points: Mapping[int, str], seen: str) -> bool:
        """Replace the texts, and the points by number, within an HOUR; return whether anything differs.

        `seen` is the `mark` that was on the screen. An empty text takes a point away, a new number adds one. Raises
        AlreadyDone when it was corrected in between, a point that differs was answered or the challenge is no longer
        published; TooLate.
        """
        challenge = Challenge.objects.lock(self.challenge_id)
        self.refresh_from_db()
        if not self.is_in_time:
            raise TooLate
        if challenge.state != State.PUBLISHED or seen != self.mark:
            raise AlreadyDone("corrected")
        changed = [name for name in self.TEXTS if text[name] != getattr(self, name)]
        steps = self._correct_points(points)
        if not changed and not steps:
            return False
        self._put(challenge, {name: text[name] for name in changed}, sum(steps))
        return True

    def _correct_points(self, texts: Mapping[int, str]) -> list[int]:
        """Return, for each point that becomes another, by how much their number changes. Raises AlreadyDone."""
        known = {point.number: point for point in self.points.all()}
        points = [(known.get(number, Point(review=self, number=number)), text) for number, text in texts.items()]
        return [point.put(text) for point, text in points if point.text != text]

    def _put(self, challenge: Challenge, texts: Mapping[str, str], points: int) -> None:
        for name, words in texts.items():
            setattr(self, name, words)
        self.corrected_at = timezone.now()
        self.save(update_fields=[*texts, "corrected_at"])
        challenge.open_point_count += points
        challenge.save(update_fields=["open_point_count"])
        Event.write(Verb.REVIEW_CORRECTED, by=self.by, contribution=challenge, about=self, audience=Audience.NETWORK)

    # --- what a session of the InnovatieKabinet brings ------------------------------------------------------

    @classmethod
    @transaction.atomic
    def from_session(
        cls,
        meeting: Meeting,
        challenge: Challenge,
        *,
        by: Person,
        said: str,
        points: Iterable[tuple[str, Person]] = (),
        offers: Iterable[tuple[str, str, Person]] = (),
        at: datetime | None = None,
    ) -> "Review":
        """Note what came out of a pitch: points with who raised them, offers (kind, words, who); `said` at the pitch.

        A session has one review of a challenge: later points go on in its numbers, and what stands there is left out.
        It answers no open question. Raises AlreadyDone when nothing is new or the challenge does not go on,
        NotIndependent for a party, whoever noted it.
        """
        locked = Challenge.objects.lock(challenge.pk)
        review = locked.reviews.filter(meeting=meeting).first()
        new_points = [pair for pair in points if review is None or not review._has_point(*pair)]
        new_offers = [row for row in offers if review is None or not review._has_offer(*row)]
        people = {by, *(person for _text, person in new_points), *(person for *_words, person in new_offers)}
        if not goes_on(locked) or not (new_points or new_offers):
            raise AlreadyDone("noted")
        if not all(locked.is_independent(person) for person in people):
            raise NotIndependent
        review = review or cls._of_session(locked, meeting, by, at)
        review._note(said, new_points)
        for kind, words, person in new_offers:
            recorder = None if person == by else by
            Offer.make(locked, by=person, kind=kind, words=words, review=review, at=at, recorded_by=recorder)
        review._tell_of_session(by, len(new_points), at)
        return review

    @classmethod
    def _of_session(cls, challenge: Challenge, meeting: Meeting, by: Person, at: datetime | None) -> "Review":
        challenge.review_count += 1
        challenge.save(update_fields=["review_count"])
        latest = challenge.prototypes.order_by("-number").first()
        return cls.objects.create(
            challenge=challenge,
            meeting=meeting,
            by=by,
            version=challenge.version,
            prototype=latest,
            sent_at=at or timezone.now(),
        )

    def _has_point(self, text: str, person: Person) -> bool:
        return self.points.filter(text=text, raised_by=person).exists()

    def _has_offer(self, kind: str, words: str, person: Person) -> bool:
        return self.offers.filter(kind=kind, words=words, person=person).exists()

    def _note(self, said: str, points: Iterable[tuple[str, Person]]) -> None:
        self.answer = said
        self.save(update_fields=["answer"])
        last = self.points.aggregate(last=Max("number"))["last"] or 0
        Point.objects.bulk_create(
            Point(review=self, number=number, text=text, raised_by=person)
            for number, (text, person) in enumerate(points, last + 1)
        )

    def _tell_of_session(self, by: Person, points: int, at: datetime | None) -> None:
        challenge = Challenge.objects.lock(self.challenge_id)
        challenge.open_point_count += points
        challenge.save(update_fields=["open_point_count"])
        challenge.touch(at)
        Event.write(
            Verb.REVIEWED,
            by=by,
            contribution=challenge,
            about=self,
            audience=Audience.NETWORK,
            at=at,
            session=self.meeting_id,
        )
