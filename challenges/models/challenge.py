"""A social question with an owner, a team and a stage."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Count, OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from accounts.models import Affiliation, Person
from challenges.errors import MoveRefused
from challenges.rules import CHECKS, PATH, Stage, find_move, moves_for, unmet
from regions.errors import AlreadyDone, EditConflict
from regions.models import (
    Audience,
    Contribution,
    ContributionQuerySet,
    Entry,
    Event,
    Kind,
    Municipality,
    Part,
    Region,
    State,
    Theme,
    Verb,
    Version,
)
from regions.models.contribution import OWNERS
from regions.models.entry import NEWEST
from regions.models.standing import Reader
from regions.models.theme import in_language
from regions.text import plain, rendered

TEXT_FIELDS = ("title", "summary", "question", "for_whom", "improvement", "participation")
MARKDOWN_FIELDS = ("question", "for_whom", "improvement", "participation", "reflection", "outcome")


class Seeking(models.TextChoices):
    """What a team looks for; the values are those on the wire."""

    MUNICIPALITY = "gemeente", _("a partner municipality")
    TEST_SITE = "testplek", _("a place to test")
    EXPERTISE = "expertise", _("expertise")
    MONEY = "geld", _("money")
    BACKING = "steun", _("backing by a board")


class ChallengeQuerySet(ContributionQuerySet["Challenge"]):
    def for_list(self) -> Self:
        """What a card shows, latest activity first."""
        return (
            self.select_related("region")
            .defer("question", "for_whom", "improvement", "participation", "reflection", "html", "outcome")
            .order_by("-last_activity_at", "-pk")
        )

    def for_detail(self) -> Self:
        """What its own page shows; themes, tags and steps come along as rows, in the same query."""
        themes = Theme.objects.filter(contributions=OuterRef("pk"))
        tags = Tag.objects.filter(tagged_contributions__content_object=OuterRef("pk")).order_by("name")
        return self.select_related("region", "author", "municipality").annotate(
            theme_rows=ArraySubquery(themes.values(row=JSONObject(slug="slug", name="name", name_en="name_en"))),
            tag_rows=ArraySubquery(tags.values(row=JSONObject(slug="slug", name="name"))),
            step_rows=ArraySubquery(
                Step.objects.filter(challenge=OuterRef("pk")).values(
                    row=JSONObject(pk="pk", note="note", explained="explained")
                )
            ),
        )

    def count_by_stage(self, most: int) -> dict[str, int]:
        """Count the challenges in each stage, of the `most` that were active last: no page grows with the network."""
        latest = self.order_by("-last_activity_at", "-pk").values("pk")[:most]
        rows = self.model._default_manager.filter(pk__in=latest).order_by().values_list("stage")
        return dict(rows.annotate(Count("pk")))

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
    def post(
        self,
        *,
        by: Person,
        region: Region,
        text: Mapping[str, str],
        themes: Iterable[Theme] = (),
        tags: Iterable[str] = (),
        at: datetime | None = None,
        **fields: Any,
    ) -> "Challenge":
        """Make a draft with its author and version 1; `text` holds TEXT_FIELDS."""
        moment = at or timezone.now()
        challenge = self.model(
            kind=Kind.CHALLENGE,
            author=by,
            region=region,
            created_at=moment,
            last_activity_at=moment,
            stage_at=moment,
            **{name: text.get(name, "") for name in TEXT_FIELDS},
            **fields,
        )
        challenge.html = challenge.rendered_html()
        challenge.save()
        challenge.themes.set(themes)
        challenge.tags.set(list(tags))
        challenge.involvements.create(person=by, part=Part.AUTHOR, started_at=moment)
        challenge.keep_version(by, moment)
        return challenge

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


class Challenge(Contribution):  # type: ignore[django-manager-missing]  # of tags, by taggit
    KIND: ClassVar[str] = Kind.CHALLENGE

    summary = models.CharField(_("in short"), max_length=300)
    question = models.TextField(_("the question"), max_length=10_000)
    for_whom = models.TextField(_("for whom is it"), blank=True, max_length=5_000)
    improvement = models.TextField(_("what does it improve in their life"), blank=True, max_length=5_000)
    participation = models.TextField(_("how do residents take part"), blank=True, max_length=5_000)
    reflection = models.TextField(_("what we did with the feedback"), blank=True, max_length=10_000)
    outcome = models.TextField(_("reason or lesson"), blank=True, max_length=5_000)
    html = models.JSONField(default=dict, editable=False)
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

    theme_rows: list[dict[str, str]]  # given by `for_detail`
    tag_rows: list[dict[str, str]]  # idem
    step_rows: list[dict[str, Any]]  # idem

    objects: ClassVar[ChallengeQuerySet] = ChallengeQuerySet.as_manager()  # type: ignore[assignment]  # a queryset of its own

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        indexes = (
            models.Index(fields=("stage",), name="challenges_by_stage"),
            GinIndex(fields=("seeking",), name="challenges_by_seeking"),
        )

    def get_absolute_url(self) -> str:
        return reverse("challenges:detail", args=[self.pk, self.slug])

    @property
    def text(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXT_FIELDS}

    @property
    def theme_list(self) -> list[Theme]:
        return [Theme(**row) for row in self.theme_rows]

    @property
    def seeking_labels(self) -> list[str]:
        return [str(Seeking(value).label) for value in self.seeking if value in Seeking.values]

    @property
    def reflection_mark(self) -> str:
        """What tells this reflection from another one: the hidden field of the form."""
        return sha256(self.reflection.encode()).hexdigest()[:16]

    @property
    def reading_minutes(self) -> int:
        """How long the text takes at 200 words a minute, at least one."""
        words = sum(len(getattr(self, name).split()) for name in TEXT_FIELDS)
        return max(1, round(words / 200))

    def rendered_html(self) -> dict[str, str]:
        return {name: rendered(getattr(self, name)) for name in MARKDOWN_FIELDS if getattr(self, name)}

    def keep_version(self, by: Person, at: datetime | None = None) -> None:
        Version.objects.create(
            contribution_id=self.pk, number=self.version, by=by, at=at or timezone.now(), text=self.text
        )

    def index(self) -> None:
        """Write the searchable text; drafts have none."""
        parts = [self.summary, *(plain(getattr(self, name)) for name in TEXT_FIELDS[2:])]
        Entry.put(self, self, title=self.title, text="\n".join(part for part in parts if part))

    @transaction.atomic
    def publish(self, by: Person) -> bool:
        """Make a draft readable for its audience; return False when a moderator looks first.

        Raises AlreadyDone when it was published before.
        """
        locked = Challenge.objects.lock(self.pk)
        if locked.state != State.DRAFT:
            raise AlreadyDone(locked.state)
        is_held_back = locked.is_held_back
        locked.state = State.PENDING if is_held_back else State.PUBLISHED
        locked.published_at = None if is_held_back else timezone.now()
        locked.last_activity_at = locked.stage_at = timezone.now()
        locked.save(update_fields=["state", "published_at", "last_activity_at", "stage_at"])
        locked.index()
        if is_held_back:
            Event.write(Verb.SUBMITTED, by=by, contribution=locked, audience=Audience.DESK)
        else:
            Event.write(Verb.PUBLISHED, by=by, contribution=locked)
        return not is_held_back

    @transaction.atomic
    def discard(self) -> None:
        """Throw a draft away. Raises AlreadyDone when it was published: that is never deleted."""
        locked = Challenge.objects.lock(self.pk)
        if locked.state != State.DRAFT:
            raise AlreadyDone(locked.state)
        if locked.events.exists():
            locked._empty()
        else:
            locked.delete()

    def _empty(self) -> None:
        """Take every word away and end all parts, so that nobody sees it: the log keeps pointing here."""
        for name in TEXT_FIELDS:
            setattr(self, name, "")
        self.html = {}
        self.save(update_fields=[*TEXT_FIELDS, "html"])
        self.versions.all().delete()
        self.attachments.update(removed_at=timezone.now())
        self.involvements.current().update(ended_at=timezone.now())

    @transaction.atomic
    def edit(self, *, by: Person, seen: int, text: Mapping[str, str], **fields: Any) -> bool:
        """Write new text over version `seen`. Raises EditConflict over a newer one.

        Return False when nothing differs, also from a newer version: then the same was sent twice. `fields` may hold
        visibility, municipality and seeking; a change of these alone makes no new version.
        """
        locked = Challenge.objects.lock(self.pk)
        changed = [name for name, value in {**text, **fields}.items() if getattr(locked, name) != value]
        if not changed:
            return False
        if locked.version != seen:
            raise EditConflict(locked.version)
        is_new_text = {**locked.text, **text} != locked.text
        for name in changed:
            setattr(locked, name, text[name] if name in text else fields[name])
        locked._save_edit(by, changed, is_new_text=is_new_text)
        if is_new_text:
            locked.rulings.on_itself().settle(by)
        return True

    def _save_edit(self, by: Person, changed: list[str], *, is_new_text: bool) -> None:
        self.html = self.rendered_html()
        self.version += is_new_text
        if is_new_text:
            self.keep_version(by)
        written = ["html", "version"]
        if self.state != State.DRAFT:
            self.last_activity_at = timezone.now()
            written.append("last_activity_at")
            self.index()
            Event.write(Verb.EDITED, by=by, contribution=self, version=self.version, fields=sorted(changed))
        self.save(update_fields=[*changed, *written])

    @transaction.atomic
    def file_under(
        self, *, by: Person, themes: Iterable[Theme], tags: Iterable[str], region: Region | None = None
    ) -> bool:
        """Set themes, tags and, where given, region; return False when nothing differs."""
        locked = Challenge.objects.lock(self.pk)
        before = (set(locked.themes.all()), set(locked.tags.names()), locked.region_id)
        locked.themes.set(themes)
        locked.tags.set(list(tags))
        if region:
            locked.region = region
            locked.save(update_fields=["region"])
        if before == (set(locked.themes.all()), set(locked.tags.names()), locked.region_id):
            return False
        if locked.state != State.DRAFT:
            Event.write(Verb.FILED, by=by, contribution=locked)
        return True

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
    return str(Challenge._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # TEXT_FIELDS are no relations


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
