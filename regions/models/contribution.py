"""What a community posts: the shared base of all kinds, and the one place that decides who sees what."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase, Tag

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.event import Audience, Event, EventQuerySet, Verb
from regions.models.involvement import OWNERS, Follow, Involvement, Part
from regions.models.quiet import Quiet
from regions.models.region import Region
from regions.models.standing import Reader, Standing, standing_of
from regions.models.theme import Theme


class Kind(models.TextChoices):
    CHALLENGE = "challenge", _("challenge")
    POST = "post", _("post")
    DOCUMENT = "document", _("document")
    MEETING = "meeting", _("meeting")


PAGES = {
    Kind.CHALLENGE.value: "challenges:detail",
    Kind.POST.value: "regions:post",
    Kind.DOCUMENT.value: "regions:document",
    Kind.MEETING.value: "regions:meeting",
}
"""The page of each kind, by the name of its path: it takes the id and the slug."""
FORMS = {Kind.CHALLENGE.value: "challenges:edit"}
"""The form on which the text of each kind is changed; it takes the same."""


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    PENDING = "pending", _("waits for a moderator")
    PUBLISHED = "published", _("published")
    HIDDEN = "hidden", _("hidden")
    ARCHIVED = "archived", _("archived")


class Visibility(models.TextChoices):
    """Who reads it once it is published; the label says it in words on the form."""

    PUBLIC = "public", _("Everyone, also visitors without an account")
    NETWORK = "network", _("The network: members of all regions and the InnovatieKabinet")
    REGION = "region", _("My region only: its members and moderators")
    TEAM = "team", _("The team only, and the moderators of the region")


WITHOUT_TEAM = (Visibility.PUBLIC, Visibility.NETWORK, Visibility.REGION)
"""What someone may choose for a kind that has no team."""

VISIBILITY_WORDS = {
    Visibility.PUBLIC: _("everyone"),
    Visibility.NETWORK: _("network only"),
    Visibility.REGION: _("region only"),
    Visibility.TEAM: _("team only"),
}
"""The same in two words, for a badge."""


READABLE = (State.PUBLISHED, State.ARCHIVED)
WITHHELD = (State.PENDING, State.HIDDEN)

M = TypeVar("M", bound="Contribution", covariant=True)  # noqa: PLC0105 - short in every signature


def _reach(standing: Standing) -> Q:
    """Return which visibilities reach this reader, by role alone."""
    if standing.is_staff:
        return Q()
    reach = Q(visibility=Visibility.PUBLIC)
    if standing.in_network:
        reach |= Q(visibility=Visibility.NETWORK)
    if standing.member_of:
        reach |= Q(visibility=Visibility.REGION, region__in=standing.member_of)
    if standing.moderates:
        reach |= Q(visibility=Visibility.TEAM, region__in=standing.moderates)
    if standing.is_secretary:
        reach |= Q(is_in_review=True)
    return reach


def _by_part(standing: Standing) -> Q:
    """Return what this reader sees by a part in it: author and team always, a reviewer what is published."""
    mine = Involvement.objects.current().filter(contribution=OuterRef("pk"), person=standing.person_id)
    seen = Q(Exists(mine.filter(part__in=OWNERS)))
    if standing.is_seat:
        seen |= Q(Exists(mine.filter(part=Part.REVIEWER)), state__in=READABLE)
    return seen


class ContributionQuerySet(models.QuerySet[M]):
    def visible_to(self, person: Reader) -> Self:
        """Keep what this person (None or anonymous: a visitor) may read; the only door to contributions.

        design.md section 4: state × visibility × one involvement.
        """
        standing = standing_of(person)
        seen = Q(state__in=READABLE) & _reach(standing)
        if standing.is_staff:
            seen |= Q(state__in=WITHHELD)
        elif standing.moderates:
            seen |= Q(state__in=WITHHELD, region__in=standing.moderates)
        if standing.person_id:
            seen |= _by_part(standing)
        return self.filter(seen)

    def published(self) -> Self:
        return self.filter(state=State.PUBLISHED)

    def readable(self) -> Self:
        """Keep what is published or archived: what a list shows, also to those who see more."""
        return self.filter(state__in=READABLE)

    def of(self, person: Person) -> Self:
        """Keep those of which this person is author or team."""
        mine = Involvement.objects.current().filter(contribution=OuterRef("pk"), person=person, part__in=OWNERS)
        return self.filter(Exists(mine))

    def followed_by(self, person: Person) -> Self:
        return self.filter(Exists(Follow.objects.filter(contribution=OuterRef("pk"), person=person)))

    def quiet_to(self, person: Person) -> Self:
        return self.filter(Exists(Quiet.objects.filter(contribution=OuterRef("pk"), person=person)))

    def as_heard_by(self, person: Person) -> Self:
        """Say of each whether someone follows it, made it or its region quiet, and how often they get mail.

        The last is `mails`: a frequency, or None.
        """
        quiet = Quiet.objects.filter(person=person)
        return self.annotate(
            is_followed=Exists(Follow.objects.filter(contribution=OuterRef("pk"), person=person)),
            is_quiet=Exists(quiet.filter(contribution=OuterRef("pk"))),
            is_region_quiet=Exists(quiet.filter(region=OuterRef("region"))),
            mails=Subquery(Person.objects.filter(pk=person.pk).values("subscription__frequency")),
        )

    def own_or_followed(self, person: Person) -> Self:
        """Keep those of which someone is author or team, or that they follow; `is_own` tells the two apart."""
        mine = Involvement.objects.current().filter(person=person, part__in=OWNERS)
        either = mine.values("contribution").union(Follow.objects.filter(person=person).values("contribution"))
        is_own = Exists(mine.filter(contribution=OuterRef("pk")))
        return self.filter(pk__in=either).annotate(is_own=is_own)

    def latest_of_few(self) -> Self:
        """Put a few rows among many in the order of a list, with an order that no index has.

        By the index of the activity, the database walks everything that is there to find what someone never wrote.
        """
        return self.order_by((F("last_activity_at") + timedelta()).desc(), "-pk")

    def for_desk(self) -> Self:
        """What a moderator needs to know of each, the latest first."""
        return self.select_related("author").order_by("-last_activity_at", "-pk")

    def for_export(self) -> Self:
        """In the order of their numbers, with the names of author, team, themes and tags."""
        team = Involvement.objects.current().filter(contribution=OuterRef("pk"), part=Part.TEAM)
        themes = Theme.objects.filter(contributions=OuterRef("pk"))
        tags = Tag.objects.filter(tagged_contributions__content_object=OuterRef("pk"))
        return (
            self.select_related("author")
            .annotate(
                team_names=ArraySubquery(team.order_by("started_at", "pk").values("person__name")),
                theme_names=ArraySubquery(themes.values("name")),
                tag_names=ArraySubquery(tags.order_by("name").values("name")),
            )
            .order_by("pk")
        )

    def lock(self, pk: int) -> M:
        """Return the row as it is now, locked until the end of the transaction (parent and child)."""
        return self.select_for_update().get(pk=pk)


class TaggedContribution(ItemBase):  # type: ignore[misc]  # taggit ships no types
    """taggit's through row with a real key, so that tags of all kinds stand in one table."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_contributions")
    content_object = models.ForeignKey("Contribution", on_delete=models.CASCADE, related_name="tagged")

    objects: ClassVar[models.Manager["TaggedContribution"]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("tag", "content_object"), name="one_tag_once_per_contribution"),)


class Contribution(models.Model):  # type: ignore[django-manager-missing]  # of tags, by taggit
    """A challenge, a post, a meeting, later a pilot…: everything that has a reader, comments, followers and events."""

    KIND: ClassVar[str] = ""

    kind = models.CharField(max_length=12, choices=Kind.choices, editable=False)
    title = models.CharField(_("title"), max_length=140)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="contributions", verbose_name=_("region"))
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contributions")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    visibility = models.CharField(
        _("who can read this"), max_length=8, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    themes = models.ManyToManyField(Theme, related_name="contributions", blank=True, verbose_name=_("themes"))
    tags = TaggableManager(through=TaggedContribution, blank=True, verbose_name=_("tags"))
    version = models.PositiveIntegerField(default=1, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    follower_count = models.PositiveIntegerField(default=0, editable=False)
    is_in_review = models.BooleanField(default=False, editable=False)
    is_closed_for_comments = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    last_activity_at = models.DateTimeField(default=timezone.now, editable=False)

    is_followed: bool
    is_quiet: bool
    is_region_quiet: bool
    mails: str | None
    """These four are given by `as_heard_by`."""

    objects: ClassVar[ContributionQuerySet["Contribution"]] = ContributionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = (
            models.Index(
                fields=("-last_activity_at", "-id"),
                condition=Q(state__in=READABLE, visibility=Visibility.PUBLIC),
                name="public_by_activity",
            ),
            models.Index(
                fields=("-last_activity_at", "-id"), condition=Q(state__in=READABLE), name="readable_by_activity"
            ),
            models.Index(
                fields=("region", "-last_activity_at", "-id"),
                condition=Q(state__in=READABLE),
                name="readable_of_a_region",
            ),
            models.Index(
                fields=("region", "kind", "-last_activity_at", "-id"),
                condition=Q(state__in=READABLE),
                name="readable_of_a_kind",
            ),
            models.Index(fields=("region",), condition=Q(state__in=WITHHELD), name="withheld_of_a_region"),
            models.Index(fields=("-published_at", "-id"), name="contributions_by_publication"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse(PAGES[self.kind], args=[self.pk, self.slug])

    def get_edit_url(self) -> str:
        return reverse(FORMS[self.kind], args=[self.pk, self.slug])

    @property
    def lead(self) -> str:
        """The first words, for a card or a mail; each kind says which."""
        return ""

    @property
    def kinds(self) -> frozenset[str]:
        """What it may be called: its kind, and the sort within that where a kind has sorts."""
        return frozenset({self.kind})

    @property
    def slug(self) -> str:
        return slugify(self.title)[:60].strip("-") or self.kind

    @property
    def visibility_words(self) -> str:
        return str(VISIBILITY_WORDS[Visibility(self.visibility)])

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC and self.state in READABLE

    @cached_property
    def owners(self) -> list["Involvement"]:
        """Author and team now, the author first, each with the names of their organisations."""
        return list(self.involvements.current().filter(part__in=OWNERS).for_list())

    def is_owned_by(self, person: Person) -> bool:
        """Tell whether this person is author or team now; asked once per loaded object and person."""
        if "owners" in self.__dict__:
            return any(owner.person_id == person.pk for owner in self.owners)
        kept: dict[int, bool] = self.__dict__.setdefault("_owned", {})
        if person.pk not in kept:
            mine = self.involvements.current().filter(person=person, part__in=OWNERS)
            kept[person.pk] = mine.exists()
        return kept[person.pk]

    @property
    def is_held_back(self) -> bool:
        """Tell whether a moderator looks first: at the first thing that a newcomer posts, where the region wants so."""
        if not self.region.holds_back or self.region.memberships.moderators().filter(person=self.author_id).exists():
            return False
        before = Contribution.objects.filter(region=self.region_id, author=self.author_id)
        return not before.filter(state__in=READABLE).exists()

    @transaction.atomic
    def approve(self, by: Person) -> datetime:
        """Publish what waited for a moderator, and return when; its author hears it.

        Raises AlreadyDone when a colleague was first.
        """
        locked = Contribution.objects.lock(self.pk)
        if locked.state != State.PENDING:
            raise AlreadyDone(locked.state)
        locked.state = State.PUBLISHED
        locked.published_at = locked.last_activity_at = timezone.now()
        locked.save(update_fields=["state", "published_at", "last_activity_at"])
        Event.write(Verb.APPROVED, by=by, contribution=locked, subject=locked.author, audience=Audience.DESK)
        Event.write(Verb.PUBLISHED, by=locked.author, contribution=locked)
        return locked.published_at

    @transaction.atomic
    def undo_approval(self, by: Person, *, at: str, active_at: str) -> None:
        """Take back a publication of moment `at`: it waits for a moderator again, and its author hears it.

        Raises AlreadyDone when something happened here in the meantime.
        """
        locked = Contribution.objects.lock(self.pk)
        moments = [moment.isoformat() for moment in (locked.published_at, locked.last_activity_at) if moment]
        if locked.state != State.PUBLISHED or moments != [at, at]:
            raise AlreadyDone("touched")
        locked.state, locked.published_at = State.PENDING, None
        locked.last_activity_at = datetime.fromisoformat(active_at)
        locked.save(update_fields=["state", "published_at", "last_activity_at"])
        Event.write(Verb.APPROVAL_UNDONE, by=by, contribution=locked, subject=locked.author, audience=Audience.DESK)

    def touch(self, at: datetime | None = None) -> None:
        """Note that something happened here; call with the row locked."""
        self.last_activity_at = max(self.last_activity_at, at or timezone.now())
        self.save(update_fields=["last_activity_at"])

    @transaction.atomic
    def follow(self, by: Person) -> None:
        """Start following; once is enough. Who made it quiet wants to hear it again."""
        locked = Contribution.objects.lock(self.pk)
        Quiet.objects.switch(by, on=False, contribution=locked.pk)
        _row, made = Follow.objects.get_or_create(contribution=locked, person=by)
        locked.follower_count += made
        locked.save(update_fields=["follower_count"])

    @transaction.atomic
    def unfollow(self, by: Person) -> None:
        locked = Contribution.objects.lock(self.pk)
        gone, _rows = Follow.objects.filter(contribution=locked, person=by).delete()
        locked.follower_count -= gone
        locked.save(update_fields=["follower_count"])

    @transaction.atomic
    def involve(self, person: Person, part: str, *, by: Person, at: datetime | None = None) -> "Involvement":
        """Give someone a part in this; a part that had ended starts again, one that lasts stays as it is."""
        Contribution.objects.lock(self.pk)
        rows = Involvement.objects.filter(contribution_id=self.pk, person=person, part=part)
        lasting = rows.current().first()
        if lasting:
            return lasting
        row = self._begin(person, part, at)
        if part == Part.TEAM:
            Event.write(Verb.JOINED_TEAM, by=by, contribution=self, subject=person, about=row, at=at)
        return row

    @transaction.atomic
    def release(self, person: Person, part: str, *, by: Person) -> None:
        """End someone's part. Raises AlreadyDone when there was none."""
        rows = Involvement.objects.current().filter(contribution_id=self.pk, person=person, part=part)
        row = rows.select_for_update().first()
        if row is None:
            raise AlreadyDone(part)
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        if part == Part.TEAM:
            Event.write(Verb.LEFT_TEAM, by=by, contribution=self, subject=person, about=row)

    @transaction.atomic
    def hand_over(self, to: Person, *, by: Person) -> None:
        """Make someone of the team the author; the author before stays in the team.

        Raises AlreadyDone when it was handed over in the meantime, or that person is on the team no more.
        """
        locked = Contribution.objects.lock(self.pk)
        parts = Involvement.objects.current().filter(contribution_id=self.pk)
        if locked.author_id != self.author_id or not parts.filter(person=to, part=Part.TEAM).exists():
            raise AlreadyDone("author")
        locked.withdraw_claim(by)
        before, begun = locked.author, locked.set_author(to)
        locked._begin(before, Part.TEAM)
        Event.write(Verb.HANDED_OVER, by=by, contribution=locked, subject=to, about=begun)

    def set_author(self, to: Person) -> "Involvement":
        """Make someone the author, whose part of now ends; call with the row locked."""
        parts = Involvement.objects.current().filter(contribution_id=self.pk)
        parts.filter(Q(part=Part.AUTHOR) | Q(person=to, part=Part.TEAM)).update(ended_at=timezone.now())
        self.author = to
        self.save(update_fields=["author"])
        return self._begin(to, Part.AUTHOR)

    def withdraw_claim(self, by: Person) -> None:
        """Take back the question to someone to become the author, where it waits; call with the row locked."""
        for claim in self.claims.waiting():
            claim.withdraw(by)

    def _begin(self, person: Person, part: str, at: datetime | None = None) -> "Involvement":
        begin = {"started_at": at or timezone.now(), "ended_at": None}
        row, _made = Involvement.objects.update_or_create(
            contribution_id=self.pk, person=person, part=part, defaults=begin
        )
        return row

    def has_lost_its_author(self) -> bool:
        """Tell whether the author is no member of the region any more, or has no account."""
        return not self.region.memberships.active().filter(person=self.author_id).exists()


def load_owned(contributions: Iterable[Contribution], person: Person) -> None:
    """Load in one query whether this person is author or team of these; `is_owned_by` finds it on each."""
    found = list(contributions)
    mine = Involvement.objects.current().filter(contribution__in=found, person=person, part__in=OWNERS)
    owned = set(mine.values_list("contribution", flat=True))
    for contribution in found:
        contribution.__dict__.setdefault("_owned", {})[person.pk] = contribution.pk in owned


def events_visible_to(person: Reader) -> EventQuerySet:
    """Return the events that this person may know of: they see the contribution, and the audience holds them."""
    standing = standing_of(person)
    # Each event asks for its own contribution. Beside an OR, the database would rather read all contributions first,
    # for IN and for a plain EXISTS; the second condition, which adds nothing, leaves it no way to do so.
    own = {"pk": OuterRef("contribution"), "pk__gte": OuterRef("contribution")}
    seen = Contribution.objects.visible_to(person).filter(**own)
    known = Event.objects.filter(Q(contribution__isnull=True) | Q(Exists(seen)))
    return known.filter(_audience(standing))


def _audience(standing: Standing) -> Q:
    heard = _heard_by_role(standing)
    if standing.person_id:
        owned = Involvement.objects.current().filter(
            contribution=OuterRef("contribution"), person=standing.person_id, part__in=OWNERS
        )
        heard |= Q(subject=standing.person_id)
        heard |= Q(actor=standing.person_id, audience=Audience.PARTIES)
        heard |= Q(Exists(owned), audience__in=(Audience.NETWORK, Audience.TEAM, Audience.PARTIES))
    return heard


def _heard_by_role(standing: Standing) -> Q:
    if standing.is_staff:
        heard = ~Q(audience__in=(Audience.PARTIES, Audience.CABINET))
        return heard | Q(audience=Audience.CABINET) if standing.in_cabinet else heard
    heard = Q(audience=Audience.ALL, contribution__isnull=False)
    if standing.in_network:
        heard |= Q(audience=Audience.NETWORK)
    if standing.moderates:
        heard |= Q(audience__in=(Audience.TEAM, Audience.DESK), region__in=standing.moderates)
    if standing.in_cabinet:
        heard |= Q(audience=Audience.CABINET)
    return heard
