"""A social question with an owner, a team and a stage."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Count, OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from accounts.models import Affiliation, Person
from challenges.errors import MoveRefused
from challenges.rules import CHECKS, PATH, Stage, find_move, moves_for, unmet
from regions.errors import AlreadyDone
from regions.models import (
    Audience,
    Entry,
    Event,
    Kind,
    Municipality,
    State,
    Verb,
    Writing,
    WritingQuerySet,
)
from regions.models.contribution import OWNERS
from regions.models.entry import NEWEST
from regions.models.standing import Reader
from regions.models.theme import in_language
from regions.models.writing import theme_rows


class Seeking(models.TextChoices):
    """What a team looks for; the values are those on the wire."""

    MUNICIPALITY = "gemeente", _("a partner municipality")
    TEST_SITE = "testplek", _("a place to test")
    EXPERTISE = "expertise", _("expertise")
    MONEY = "geld", _("money")
    BACKING = "steun", _("backing by a board")


class ChallengeQuerySet(WritingQuerySet["Challenge"]):
    def for_list(self) -> Self:
        """What a card shows, latest activity first."""
        return (
            self.select_related("region")
            .defer("question", "for_whom", "improvement", "participation", "reflection", "html", "outcome")
            .order_by("-last_activity_at", "-pk")
        )

    def for_detail(self) -> Self:
        """What its own page shows; themes, tags and steps come along as rows, in the same query."""
        tags = Tag.objects.filter(tagged_contributions__content_object=OuterRef("pk")).order_by("name")
        return self.select_related("region", "author", "municipality").annotate(
            theme_rows=theme_rows(),
            tag_rows=ArraySubquery(tags.values(row=JSONObject(slug="slug", name="name"))),
            step_rows=ArraySubquery(
                Step.objects.filter(challenge=OuterRef("pk")).values(
                    row=JSONObject(pk="pk", note="note", explained="explained")
                )
            ),
        )

    def with_stage_counts(self, most: int) -> Self:
        """Give each row `stage_rows`: how many challenges stand in each stage, of the `most` that were active last.

        It is counted once, in the query of the rows; and no page grows with the network.
        """
        latest = self.order_by("-last_activity_at", "-pk").values("pk")[:most]
        counts = (
            self.model._default_manager.filter(pk__in=latest).order_by().values("stage").annotate(number=Count("pk"))
        )
        return self.annotate(stage_rows=ArraySubquery(counts.values(row=JSONObject(stage="stage", number="number"))))

    def alive(self) -> Self:
        """Keep what is published and on its way: not parked, not stopped."""
        return self.published().filter(stage__in=PATH)

    def matching(self, words: str) -> Self:
        """Keep those in whose texts (their own, prototypes, comments) these words are found; looks at once.

        Few hits are read first: left to itself, the database walks all challenges by activity for a word that is rare.
        """
        found = Entry.objects.matching(words).values_list("contribution", flat=True)
        few = list(found[: NEWEST + 1])
        return self.filter(pk__in=few if len(few) <= NEWEST else found)

    @transaction.atomic
    def bring_in(
        self, *, stage: str, reason: str = "", is_example: bool = False, at: datetime, **post: Any
    ) -> "Challenge":
        """Post and publish at once in a given stage, as an import does, with one `imported` event dated `at`."""
        challenge = self.post(at=at, is_example=is_example, stage=stage, outcome=reason, **post)
        challenge.html = challenge.rendered_html()
        challenge.state, challenge.published_at = State.PUBLISHED, at
        challenge.save(update_fields=["html", "state", "published_at"])
        challenge.index()
        Event.write(Verb.IMPORTED, by=post["by"], contribution=challenge, at=at, stage=stage)
        return challenge


class Challenge(Writing):  # type: ignore[django-manager-missing]  # of tags, by taggit
    KIND: ClassVar[str] = Kind.CHALLENGE
    TEXT_FIELDS = ("title", "summary", "question", "for_whom", "improvement", "participation")
    MARKDOWN_FIELDS = (*TEXT_FIELDS[2:], "reflection", "outcome")
    PUBLISHED_AT = ("last_activity_at", "stage_at")

    summary = models.CharField(_("in short"), max_length=300)
    question = models.TextField(_("the question"), max_length=10_000)
    for_whom = models.TextField(_("for whom is it"), blank=True, max_length=5_000)
    improvement = models.TextField(_("what does it improve in their life"), blank=True, max_length=5_000)
    participation = models.TextField(_("how do residents take part"), blank=True, max_length=5_000)
    reflection = models.TextField(_("what we did with the feedback"), blank=True, max_length=10_000)
    outcome = models.TextField(_("reason or lesson"), blank=True, max_length=5_000)
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("municipality"), related_name="+"
    )
    seeking = ArrayField(
        models.CharField(max_length=10, choices=Seeking.choices),
        verbose_name=_("we look for"),
        default=list,
        blank=True,
    )
    is_example = models.BooleanField(_("example"), default=False, editable=False)
    import_key = models.CharField(max_length=80, null=True, blank=True, unique=True, editable=False)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.IDEA, editable=False)
    stage_at = models.DateTimeField(default=timezone.now, editable=False)
    stage_before = models.CharField(max_length=16, choices=Stage.choices, blank=True, editable=False)
    warned_at = models.DateTimeField(null=True, editable=False)
    prototype_count = models.PositiveIntegerField(default=0, editable=False)
    round_count = models.PositiveIntegerField(default=0, editable=False)
    resident_round_count = models.PositiveIntegerField(default=0, editable=False)
    review_count = models.PositiveIntegerField(default=0, editable=False)
    open_point_count = models.PositiveIntegerField(default=0, editable=False)

    tag_rows: list[dict[str, str]]  # given by `for_detail`
    step_rows: list[dict[str, Any]]  # idem
    stage_rows: list[dict[str, Any]]  # given by `with_stage_counts`

    objects: ClassVar[ChallengeQuerySet] = ChallengeQuerySet.as_manager()  # type: ignore[assignment]  # a queryset of its own

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        indexes = (
            models.Index(fields=("stage",), name="challenges_by_stage"),
            GinIndex(fields=("seeking",), name="challenges_by_seeking"),
        )

    @property
    def lead(self) -> str:
        return self.summary

    @property
    def seeking_labels(self) -> list[str]:
        return [str(Seeking(value).label) for value in self.seeking if value in Seeking.values]

    @property
    def reflection_mark(self) -> str:
        """What tells this reflection from another one: the hidden field of the form."""
        return sha256(self.reflection.encode()).hexdigest()[:16]

    @transaction.atomic
    def move(
        self, name: str, by: Person, note: str = "", *, seen: str = "", explained: Mapping[str, str] | None = None
    ) -> "Step":
        """Go to another stage: the only way in which `stage` changes.

        `seen` is the stage that the person had on the screen; `explained` maps keys of unmet checks to a sentence.
        Raises MoveRefused.
        """
        locked = Challenge.objects.lock(self.pk)
        move = find_move(name)
        if move is None or locked.stage not in move.sources or (seen and seen != locked.stage):
            raise MoveRefused(MoveRefused.Why.STAGE)
        if move not in moves_for(by, locked):
            raise MoveRefused(MoveRefused.Why.ROLE)
        if move.needs_board and not locked.has_board_decision():
            raise MoveRefused(MoveRefused.Why.BOARD)
        if move.note and not note.strip():
            raise MoveRefused(MoveRefused.Why.NOTE)
        sentences = {key: words.strip() for key, words in (explained or {}).items() if words.strip()}
        missing = tuple(check.key for check in unmet(locked, move) if check.key not in sentences)
        if missing:
            raise MoveRefused(MoveRefused.Why.EXPLAIN, missing)
        return locked._go(move.name, move.target or locked.stage_before or Stage.IDEA, by, note, sentences)

    def _go(self, name: str, target: str, by: Person, note: str, sentences: dict[str, str]) -> "Step":
        step = self.steps.create(
            move=name,
            source=self.stage,
            target=target,
            by=by,
            note=note,
            explained={k: sentences[k] for k in sentences},
        )
        self.stage_before, self.stage = self.stage, target
        self.stage_at = self.last_activity_at = step.at
        self.outcome = note if target in (Stage.PARKED, Stage.STOPPED) else ""
        self.html = self.rendered_html()
        self.save(update_fields=["stage", "stage_before", "stage_at", "last_activity_at", "outcome", "html"])
        if target not in PATH:
            for asking in self.askings.open():
                asking.close(by=by)
        Event.write(Verb.MOVED, by=by, contribution=self, about=step, source=step.source, target=target)
        return step

    @transaction.atomic
    def warn_silent(self, by: Person) -> None:
        """Ask the team whether this still goes on; after it a moderator may park."""
        locked = Challenge.objects.lock(self.pk)
        locked.warned_at = timezone.now()
        locked.save(update_fields=["warned_at"])
        Event.write(Verb.WARNED_SILENT, by=by, contribution=locked, audience=Audience.TEAM)

    @transaction.atomic
    def reflect(self, text: str, *, by: Person, seen: str = "", at: datetime | None = None) -> None:
        """Write for everyone what was done with the feedback.

        `seen` is the `reflection_mark` that was on the screen. Raises AlreadyDone when a colleague wrote in between.
        """
        locked = Challenge.objects.lock(self.pk)
        if seen and seen != locked.reflection_mark:
            raise AlreadyDone("written")
        locked.reflection = text
        locked.html = locked.rendered_html()
        locked.save(update_fields=["reflection", "html"])
        locked.touch(at)
        Event.write(Verb.REFLECTED, by=by, contribution=locked, at=at)

    def has_board_decision(self) -> bool:
        """Tell whether the national portfolio meeting decided that this may be scaled up."""
        return self.board_decisions.filter(is_positive=True).exists()

    def has_partner(self) -> bool:
        """Tell whether a partner municipality's offer was accepted."""
        return self.offers.filter(kind=Seeking.MUNICIPALITY, state__in=("accepted", "happened")).exists()

    def is_independent(self, person: Reader) -> bool:
        """Tell whether someone is neither author nor team, and at no organisation of theirs (asked once)."""
        if not isinstance(person, Person):
            return False
        owners = self.involvements.current().filter(part__in=OWNERS).values("person")
        theirs = Affiliation.objects.current().filter(person__in=owners).values("organisation")
        shares = Affiliation.objects.current().filter(person=person, organisation__in=theirs)
        return not self.is_owned_by(person) and not shares.exists()


def text_label(name: str) -> str:
    """Return what a text of a challenge is called on the screen."""
    return str(Challenge._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # texts are no relations


class Step(models.Model):
    """A move that was made: `explained` maps the key of an unmet check to the sentence that was given."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="steps")
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=16, choices=Stage.choices)
    target = models.CharField(max_length=16, choices=Stage.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True, max_length=5_000)
    explained = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def explanations(self) -> list[tuple[str, str]]:
        """Pairs of what was asked and what was answered."""
        return [(str(CHECKS[key].label), words) for key, words in self.explained.items() if key in CHECKS]


class BoardDecision(models.Model):
    """What the national portfolio meeting (landelijk portfolio-overleg) decided; staff records it."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="board_decisions")
    decided_on = models.DateField(_("decided on"))
    is_positive = models.BooleanField(_("may be scaled up"))
    words = models.TextField(_("what was decided"), max_length=5_000)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("decision of the portfolio meeting")
        verbose_name_plural = _("decisions of the portfolio meeting")
        ordering = ("-decided_on", "-pk")

    def __str__(self) -> str:
        return f"{self.challenge}: {self.decided_on}"


class StageText(models.Model):
    """The goal of a stage and the wording of a checklist item, as staff wants them; the moves are code."""

    key = models.CharField(_("stage or checklist item"), max_length=20, primary_key=True)
    text = models.TextField(_("text"))
    text_en = models.TextField(_("text in English"), blank=True)

    class Meta:
        verbose_name = _("stage text")
        verbose_name_plural = _("stage texts")

    def __str__(self) -> str:
        return self.key

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)
