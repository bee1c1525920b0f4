"""Regions, the municipalities that they cover, themes, and who belongs where."""

from collections.abc import Collection
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Func, OuterRef, Prefetch, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Organisation, Person
from regions.errors import AlreadyDone
from regions.models.event import Audience, Event, Verb
from regions.text import kept_html


def in_language(dutch: str, english: str) -> str:
    """Return the English text for a reader of English where there is one, else the Dutch."""
    return english if english and get_language() == "en" else dutch


COMMON_NAMES = {"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"}


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def called(self, words: str) -> "Municipality | None":
        """Return the one with this CBS code or this name, whatever its capitals and accents."""
        name = COMMON_NAMES.get(words.lower(), words)
        return self.filter(Q(code__iexact=words) | Q(name__unaccent__iexact=name)).first()

    def like(self, words: str) -> Self:
        """Return up to five whose name begins with or looks like these words."""
        return self.filter(Q(name__unaccent__istartswith=words) | Q(name__trigram_similar=words))[:5]


class Municipality(models.Model):
    """One of the 342 municipalities of 2026, by the code of Statistics Netherlands (CBS)."""

    code = models.CharField(_("CBS code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    sort_name = models.CharField(max_length=60, editable=False, db_index=True)
    province = models.CharField(_("province"), max_length=30)
    youth_region = models.CharField(_("youth-care region"), max_length=60)
    labour_region = models.CharField(_("labour-market region"), max_length=60)
    inhabitants = models.PositiveIntegerField(_("inhabitants"))
    people = models.ManyToManyField(Person, related_name="municipalities", blank=True, editable=False)
    organisations = models.ManyToManyField(Organisation, related_name="municipalities", blank=True)

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ("sort_name",)

    def __str__(self) -> str:
        return self.name


class Theme(models.Model):
    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    text = models.CharField(_("in one line"), max_length=240, blank=True)
    text_en = models.CharField(_("in one line, in English"), max_length=240, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    followers = models.ManyToManyField(Person, related_name="themes", blank=True, editable=False)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def line(self) -> str:
        return in_language(self.text, self.text_en)


COUNT_UP_TO = 1_000
"""Challenges of a region are counted up to here, so that no page grows with the network."""
COUNT_EACH_UP_TO = 100
"""The same on the list of all regions, which counts forty times."""


class RegionQuerySet(models.QuerySet["Region"]):
    def for_list(self, contributions: models.QuerySet[Any]) -> Self:
        """What a list of regions shows; `contributions` holds what the reader sees, and is what is counted."""
        places = Region.municipalities.through.objects.filter(region=OuterRef("pk")).values("municipality")
        # In this order the database walks the index of the region and stops at the limit.
        seen = contributions.filter(region=OuterRef("pk")).order_by("-last_activity_at", "-pk").values("pk")
        return self.annotate(
            municipality_count=_length(places), contribution_count=_length(seen[: COUNT_EACH_UP_TO + 1])
        ).order_by(Lower("name"))

    def covering(self, municipality: Municipality) -> Self:
        return self.filter(municipalities=municipality)


def _length(rows: models.QuerySet[Any, Any]) -> Func:
    return Func(ArraySubquery(rows), function="cardinality", output_field=models.IntegerField())


class Region(models.Model):
    """A community; it covers municipalities, which may lie in several regions or in none."""

    slug = models.SlugField(_("address"), unique=True, max_length=60)
    name = models.CharField(_("name"), max_length=80, unique=True)
    intro = models.TextField(_("introduction"), blank=True)
    intro_en = models.TextField(_("introduction in English"), blank=True)
    welcome = models.TextField(_("what this community does"), blank=True, help_text=_("Markdown"))
    welcome_en = models.TextField(_("what this community does, in English"), blank=True)
    municipalities = models.ManyToManyField(Municipality, related_name="regions", blank=True)
    member_count = models.PositiveIntegerField(default=0, editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("regions:detail", args=[self.slug])

    @property
    def lead(self) -> str:
        return in_language(self.intro, self.intro_en)

    @property
    def story(self) -> str:
        return in_language(self.welcome, self.welcome_en)

    @property
    def story_html(self) -> str:
        return kept_html(self.story)

    @transaction.atomic
    def ask_to_join(self, by: Person, motivation: str = "") -> "Membership":
        """Ask for membership; whoever left may ask again. Raises AlreadyDone for who is in, waits or is suspended."""
        membership, made = Membership.objects.select_for_update().get_or_create(
            region=self, person=by, defaults={"motivation": motivation}
        )
        if not made:
            if membership.state != Membership.State.ENDED:
                raise AlreadyDone(membership.state)
            membership.state, membership.motivation = Membership.State.PENDING, motivation
            membership.role, membership.since = Membership.Role.MEMBER, timezone.now()
            membership.save(update_fields=["state", "role", "motivation", "since"])
        Event.write(Verb.ASKED_TO_JOIN, by=by, region=self, about=membership, subject=by, audience=Audience.DESK)
        return membership

    def membership_of(self, person: Person | AnonymousUser | None) -> "Membership | None":
        return self.memberships.filter(person=person).first() if isinstance(person, Person) else None

    @transaction.atomic
    def count_members(self) -> None:
        """Store the number of active members; call in the transaction that changed one."""
        locked = Region.objects.select_for_update().get(pk=self.pk)
        locked.member_count = self.memberships.active().count()
        locked.save(update_fields=["member_count"])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(state=Membership.State.ACTIVE, person__is_active=True)

    def pending(self) -> Self:
        return self.filter(state=Membership.State.PENDING)

    def moderators(self) -> Self:
        return self.active().filter(role=Membership.Role.MODERATOR)

    def of(self, person: Person) -> Self:
        """Return where someone belongs or asked to; what has ended is left out."""
        lasting = self.filter(person=person).exclude(state=Membership.State.ENDED)
        return lasting.select_related("region").order_by("region__name")

    def waiting_on(self, regions: Collection[int]) -> Self:
        """Keep the wishes to join these regions (by id), oldest first."""
        return self.pending().filter(region__in=regions).select_related("person", "region").order_by("since", "pk")

    def for_list(self) -> Self:
        """Moderators first, with where they work now."""
        works = Affiliation.objects.current().select_related("organisation")
        return (
            self.select_related("person", "region")
            .prefetch_related(Prefetch("person__affiliations", works, to_attr="works"))
            .order_by("-role", "person__name", "pk")
        )

    def for_desk(self) -> Self:
        """Who waits longest first."""
        return self.for_list().order_by("since", "pk")


class Membership(models.Model):
    """A person in a region, as member or moderator."""

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        MODERATOR = "moderator", _("moderator")

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for an answer")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    motivation = models.TextField(_("why you want to join"), blank=True, max_length=1000)
    answer = models.TextField(_("answer"), blank=True, max_length=1000)
    since = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(fields=("region", "person"), name="one_membership_per_person_and_region"),
        )
        indexes = (
            models.Index(fields=("person", "state"), name="memberships_of_a_person"),
            models.Index(fields=("region", "state", "role"), name="members_of_a_region"),
        )

    def __str__(self) -> str:
        return f"{self.person} – {self.region}"

    @transaction.atomic
    def decide(self, by: Person, *, accept: bool, answer: str = "") -> None:
        """Let someone in or not. Raises AlreadyDone when it was decided before."""
        self._lock(Membership.State.PENDING)
        self.state = Membership.State.ACTIVE if accept else Membership.State.ENDED
        self.answer, self.since = answer, timezone.now()
        self.save(update_fields=["state", "answer", "since"])
        self.region.count_members()
        verb = Verb.LET_IN if accept else Verb.NOT_LET_IN
        Event.write(verb, by=by, region=self.region, about=self, subject=self.person, audience=Audience.DESK)

    @transaction.atomic
    def leave(self, by: Person) -> None:
        """End one's own membership, or take back the wish for it. Raises AlreadyDone when it had ended."""
        self._lock(Membership.State.ACTIVE, Membership.State.PENDING)
        self.state, self.role, self.since = Membership.State.ENDED, Membership.Role.MEMBER, timezone.now()
        self.save(update_fields=["state", "role", "since"])
        self.region.count_members()
        Event.write(Verb.LEFT, by=by, region=self.region, about=self, subject=self.person, audience=Audience.DESK)

    def _lock(self, *states: str) -> None:
        Membership.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db(fields=["state", "role"])
        if self.state not in states:
            raise AlreadyDone(self.state)


class RegionWish(models.Model):
    """Somebody asks for a community where there is none; staff follows it up."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="wishes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="region_wishes")
    words = models.TextField(_("what you would want to do there"), blank=True, max_length=1000)
    at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("wish for a region")
        verbose_name_plural = _("wishes for a region")
        constraints = (
            models.UniqueConstraint(
                fields=("municipality", "person"), condition=Q(handled_at__isnull=True), name="one_open_wish_per_place"
            ),
        )

    def __str__(self) -> str:
        return f"{self.municipality}: {self.person}"

    @classmethod
    @transaction.atomic
    def make(cls, municipality: Municipality, *, by: Person, words: str = "") -> "RegionWish":
        """Ask for a region; a second wish for the same place, while the first is open, replaces its words."""
        wish, made = cls.objects.update_or_create(
            municipality=municipality, person=by, handled_at=None, defaults={"words": words}
        )
        if made:
            Event.write(Verb.REGION_WISHED, by=by, about=wish, subject=by, audience=Audience.DESK)
        return wish
