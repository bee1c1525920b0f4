"""A social question with an owner, a team and a stage."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from accounts.models import Affiliation, Person
from challenges.errors import MoveRefused
from challenges.models.step import Step
from challenges.rules import (
    PATH,
    PATIENCE,
    QUIET,
    SILENCE,
    Stage,
    find_move,
    goes_on,
    is_asked,
    is_quiet,
    moves_for,
    unmet,
)
from regions.errors import AlreadyDone
from regions.models import (
    Audience,
    Claim,
    Entry,
    Event,
    Involvement,
    Kind,
    Municipality,
    State,
    Verb,
    Writing,
    WritingQuerySet,
)
from regions.models.entry import NEWEST
from regions.models.involvement import OWNERS
from regions.models.standing import Reader
from regions.models.writing import theme_rows

GOES_ON = "loopt-nog"
"""The name of the step that leads nowhere: the team says that it still goes on."""
LOOKS = 200
"""So many challenges a tick looks at, to see whether they are silent."""


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
            waits_for_claim=Exists(Claim.objects.waiting().filter(contribution=OuterRef("pk"))),
            theme_rows=theme_rows(),
            tag_rows=ArraySubquery(tags.values(row=JSONObject(slug="slug", name="name"))),
            step_rows=ArraySubquery(
                Step.objects.filter(challenge=OuterRef("pk")).values(
                    row=JSONObject(pk="pk", note="note", explained="explained")
                )
            ),
            asking_rows=ArraySubquery(
                self.model.objects.filter(pk=OuterRef("pk"), askings__isnull=False).values(
                    row=JSONObject(pk="askings__pk", explained="askings__explained")
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

    def independent_of(self, person: Person) -> Self:
        """Keep those that this person may judge, as `is_independent` says it of one."""
        left = {"askings__assignments__person": person, "askings__assignments__ending": "recused"}
        return self.of_no_party(person).exclude(Exists(self.model.objects.filter(pk=OuterRef("pk"), **left)))

    def of_no_party(self, person: Person) -> Self:
        """Keep those that this person is not author or team of, nor works at an organisation of theirs."""
        mine = Affiliation.objects.current().filter(person=person).values("organisation")
        colleagues = Affiliation.objects.current().filter(organisation__in=mine).values("person")
        owners = Involvement.objects.current().filter(contribution=OuterRef("pk"), part__in=OWNERS)
        return self.exclude(Exists(owners.filter(Q(person=person) | Q(person__in=colleagues))))

    def asked(self) -> Self:
        """Keep what was asked whether it still goes on, and where nothing happened since: the same as `is_asked`."""
        return self.alive().filter(warned_at__gt=F("last_activity_at"))

    def on_desk(self) -> Self:
        """Keep what is silent for the desk of the moderators, with `desk_at`, since when it is.

        That is after SILENCE, when the question stood for PATIENCE; what a moderator left comes back after SILENCE.
        """
        now = timezone.now()
        since = Greatest(F("last_activity_at") + SILENCE, F("warned_at") + PATIENCE, F("left_at") + SILENCE)
        silent = self.asked().filter(last_activity_at__lte=now - SILENCE, warned_at__lte=now - PATIENCE)
        return silent.annotate(desk_at=since).filter(desk_at__lte=now)

    def ask_the_silent(self, most: int = LOOKS) -> int:
        """Ask author and team of what is silent whether it still goes on; return how many were asked.

        Each challenge says when it is to be looked at: once in QUIET, so a tick finds few among a million.
        """
        due = self.filter(look_at__lte=timezone.now()).order_by("look_at").values_list("pk", flat=True)
        asked = 0
        for pk in list(due[:most]):
            with suppress(self.model.DoesNotExist):  # a draft that was thrown away
                asked += self.model(pk=pk).ask_when_silent()
        return asked

    def matching(self, words: str) -> Self:
        """Keep those in whose texts (their own, prototypes, comments) these words are found; looks at once.

        Few hits are read first: left to itself, the database walks all challenges by activity for a word that is rare.
        """
        found = Entry.objects.matching(words).values_list("contribution", flat=True)
        few = list(found[: NEWEST + 1])
        return self.filter(pk__in=few if len(few) <= NEWEST else found)

    @transaction.atomic
    def bring_in(
        self,
        *,
        stage: str,
        reason: str = "",
        is_example: bool = False,
        at: datetime,
        importer: Person | None = None,
        **post: Any,
    ) -> "Challenge":
        """Post and publish at once in a given stage, as an import does, with one `imported` event dated `at`.

        `importer` is who did it, where that is not the author: then the author hears it.
        """
        challenge = self.post(at=at, is_example=is_example, stage=stage, outcome=reason, **post)
        challenge.html = challenge.rendered_html()
        challenge.state, challenge.published_at = State.PUBLISHED, at
        challenge.save(update_fields=["html", "state", "published_at"])
        challenge.index()
        Event.write(Verb.IMPORTED, by=importer or post["by"], contribution=challenge, at=at, stage=stage)
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
    import_key = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.IDEA, editable=False)
    stage_at = models.DateTimeField(default=timezone.now, editable=False)
    stage_before = models.CharField(max_length=16, choices=Stage.choices, blank=True, editable=False)
    warned_at = models.DateTimeField(null=True, editable=False)
    left_at = models.DateTimeField(null=True, editable=False)
    look_at = models.DateTimeField(default=timezone.now, editable=False)
    prototype_count = models.PositiveIntegerField(default=0, editable=False)
    round_count = models.PositiveIntegerField(default=0, editable=False)
    resident_round_count = models.PositiveIntegerField(default=0, editable=False)
    review_count = models.PositiveIntegerField(default=0, editable=False)
    open_point_count = models.PositiveIntegerField(default=0, editable=False)

    tag_rows: list[dict[str, str]]  # given by `for_detail`
    step_rows: list[dict[str, Any]]  # idem
    asking_rows: list[dict[str, Any]]  # idem
    waits_for_claim: bool  # idem
    stage_rows: list[dict[str, Any]]  # given by `with_stage_counts`

    objects: ClassVar[ChallengeQuerySet] = ChallengeQuerySet.as_manager()  # type: ignore[assignment]  # a queryset of its own

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        indexes = (
            models.Index(fields=("stage",), name="challenges_by_stage"),
            models.Index(fields=("look_at",), name="challenges_to_look_at"),
            models.Index(
                fields=("warned_at",),
                condition=Q(warned_at__isnull=False, stage__in=PATH),
                name="challenges_that_are_asked",
            ),
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
    ) -> Step:
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

    def _go(self, name: str, target: str, by: Person, note: str, sentences: dict[str, str]) -> Step:
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
    def ask_when_silent(self, at: datetime | None = None) -> bool:
        """Ask author and team, one time in each silence, and say when to look again; return whether they were asked.

        Whatever happens after this look is not silent for QUIET before the next one, so none is late.
        """
        locked = Challenge.objects.lock(self.pk)
        now = at or timezone.now()
        is_lively = goes_on(locked) and not is_quiet(locked, now)
        asks = goes_on(locked) and not is_lively and not is_asked(locked)
        locked.look_at = (locked.last_activity_at if is_lively else now) + QUIET
        if asks or is_lively:
            locked.warned_at = now if asks else None
        locked.save(update_fields=["look_at", "warned_at"])
        if asks:
            Event.write(Verb.WARNED_SILENT, by=None, contribution=locked, audience=Audience.TEAM, at=now)
        return asks

    @transaction.atomic
    def go_on(self, by: Person, note: str = "") -> Step:
        """Answer that it still goes on, with a sentence or none. Raises AlreadyDone when it is not asked any more."""
        locked = Challenge.objects.lock(self.pk)
        if not is_asked(locked):
            raise AlreadyDone(locked.stage)
        step = locked.steps.create(move=GOES_ON, source=locked.stage, target=locked.stage, by=by, note=note)
        locked.touch(step.at)
        Event.write(Verb.GOES_ON, by=by, contribution=locked, about=step)
        return step

    @transaction.atomic
    def let_be(self, by: Person) -> None:
        """Take a silent challenge off the desk for SILENCE. Raises AlreadyDone when it stands there no more."""
        locked = Challenge.objects.lock(self.pk)
        if not Challenge.objects.on_desk().filter(pk=self.pk).exists():
            raise AlreadyDone("silence")
        locked.left_at = timezone.now()
        locked.save(update_fields=["left_at"])
        Event.write(Verb.LET_BE, by=by, contribution=locked, audience=Audience.DESK)

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
        """Tell whether someone may judge: not author, team or at their organisation, and did not leave it to others."""
        if not isinstance(person, Person):
            return False
        owners = self.involvements.current().filter(part__in=OWNERS).values("person")
        theirs = Affiliation.objects.current().filter(person__in=owners).values("organisation")
        shares = Affiliation.objects.current().filter(person=person, organisation__in=theirs)
        left = self.askings.filter(assignments__person=person, assignments__ending="recused")
        return not self.is_owned_by(person) and not shares.union(left).exists()


def text_label(name: str) -> str:
    """Return what a text of a challenge is called on the screen."""
    return str(Challenge._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # texts are no relations
