"""Regions, how they take members, and who belongs where."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Count, Exists, FilteredRelation, Func, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import JSONObject, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Organisation, Person
from regions.errors import AlreadyDone, ByInvitation
from regions.models.event import Audience, Event, Verb
from regions.models.municipality import Municipality
from regions.models.quiet import Quiet
from regions.models.theme import in_language
from regions.text import kept_html

COUNT_UP_TO = 1_000
"""Challenges of a region are counted up to here, so that no page grows with the network."""
COUNT_EACH_UP_TO = 100
"""The same on the list of all regions, which counts forty times."""
MODERATORS = 20
"""So many are named on the page of a region."""
WORDS = 5
"""So many words of a name are looked for."""


class RegionQuerySet(models.QuerySet["Region"]):
    def for_list(self, contributions: models.QuerySet[Any]) -> Self:
        """What a list of regions shows; `contributions` holds what the reader sees, and is what is counted."""
        places = Region.municipalities.through.objects.filter(region=OuterRef("pk")).values("municipality")
        # In this order the database walks the index of the region and stops at the limit.
        seen = contributions.filter(region=OuterRef("pk")).order_by("-last_activity_at", "-pk").values("pk")
        return self.annotate(
            municipality_count=_length(places), contribution_count=_length(seen[: COUNT_EACH_UP_TO + 1])
        ).order_by(Lower("name"))

    def with_own(self, person: Person | AnonymousUser) -> Self:
        """Bring along the membership of this person as `own`, in the same query; None for who has none.

        `is_quiet` says whether they made the region quiet.
        """
        mine = Q(memberships__person=person.pk or 0)
        quiet = Exists(Quiet.objects.filter(person=person.pk or 0, region=OuterRef("pk")))
        found = self.annotate(own=FilteredRelation("memberships", condition=mine), is_quiet=quiet)
        return found.select_related("own")

    def quiet_to(self, person: Person) -> Self:
        """Keep what someone made quiet."""
        return self.filter(Exists(Quiet.objects.filter(region=OuterRef("pk"), person=person)))

    def with_moderators(self) -> Self:
        """Bring along who moderates as `moderator_rows`: name, function and where they work now."""
        works = Affiliation.objects.current().filter(person=OuterRef("person")).order_by("pk")
        row = JSONObject(
            name="person__name",
            function="person__function",
            organisation=Subquery(works.values("organisation__name")[:1]),
        )
        there = Membership.objects.moderators().filter(region=OuterRef("pk")).order_by("person__name", "pk")
        return self.annotate(moderator_rows=ArraySubquery(there.values(row=row)[:MODERATORS]))

    def on_desk_of(self, person: Person) -> list["Region"]:
        """Return the regions that this person moderates; for staff also those that nobody moderates."""
        moderated = Membership.objects.moderators().filter(region=OuterRef("pk"))
        wanted = Q(Exists(moderated.filter(person=person)))
        if person.is_staff and person.is_active:
            wanted |= ~Q(Exists(moderated))
        return list(self.filter(wanted).order_by(Lower("name")))

    def covering(self, municipality: Municipality) -> Self:
        return self.filter(municipalities=municipality)


def _length(rows: models.QuerySet[Any, Any]) -> Func:
    return Func(ArraySubquery(rows), function="cardinality", output_field=models.IntegerField())


class Joining(models.TextChoices):
    """How a community takes members; the label says it in words on the form."""

    OPEN = "open", _("Open: whoever wants to is a member at once")
    REQUEST = "request", _("On request: a moderator lets people in")
    DOMAIN = "domain", _("By organisation: who works for one of our municipalities is a member at once, others ask")
    INVITATION = "invitation", _("By invitation only")


class Region(models.Model):
    """A community; it covers municipalities, which may lie in several regions or in none."""

    slug = models.SlugField(_("address"), unique=True, max_length=60)
    name = models.CharField(_("name"), max_length=80, unique=True)
    intro = models.TextField(_("introduction"), blank=True)
    intro_en = models.TextField(_("introduction in English"), blank=True)
    welcome = models.TextField(_("what this community does"), blank=True, help_text=_("Markdown"))
    welcome_en = models.TextField(_("what this community does, in English"), blank=True)
    municipalities = models.ManyToManyField(Municipality, related_name="regions", blank=True)
    joining = models.CharField(_("who may join"), max_length=10, choices=Joining.choices, default=Joining.REQUEST)
    question = models.CharField(_("your question to who wants to join"), max_length=240, blank=True)
    house_rules = models.TextField(_("house rules"), max_length=10_000, blank=True, help_text=_("Markdown"))
    welcome_mail = models.TextField(_("welcome mail"), max_length=5_000, blank=True)
    contact = models.TextField(_("how to reach the moderators"), max_length=2_000, blank=True, help_text=_("Markdown"))
    holds_back = models.BooleanField(_("look first at what newcomers post"), default=False)
    member_count = models.PositiveIntegerField(default=0, editable=False)

    own: "Membership | None" = None
    """The membership of whoever reads, where `with_own` brought it along."""
    is_quiet: bool
    """Given by `with_own`."""
    moderator_rows: list[dict[str, str]]
    """What `with_moderators` brought along."""

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

    @property
    def rules_html(self) -> str:
        return kept_html(self.house_rules)

    @property
    def contact_html(self) -> str:
        return kept_html(self.contact)

    def admits(self, person: Person) -> bool:
        """Tell whether this person becomes a member at once when they ask.

        By organisation: a confirmed address gives where someone works, and the organisation works for one of the
        municipalities of this region.
        """
        if self.joining != Joining.DOMAIN:
            return self.joining == Joining.OPEN
        works = Affiliation.objects.current().filter(person=person, basis=Affiliation.Basis.DOMAIN)
        return works.filter(organisation__municipalities__regions=self).exists()

    @transaction.atomic
    def ask_to_join(self, by: Person, motivation: str = "") -> "Membership":
        """Ask for membership, and become a member at once where the region admits so; whoever left may ask again.

        Raises AlreadyDone for who is in, waits or is suspended, ByInvitation where one has to be invited.
        """
        if self.joining == Joining.INVITATION:
            raise ByInvitation
        if self.admits(by):
            return self.admit(by, motivation)
        membership = self._enter(by, Membership.State.PENDING, motivation, after=[Membership.State.ENDED])
        Event.write(Verb.ASKED_TO_JOIN, by=by, region=self, about=membership, subject=by, audience=Audience.DESK)
        return membership

    @transaction.atomic
    def admit(self, person: Person, motivation: str = "") -> "Membership":
        """Make someone a member without a decision. Raises AlreadyDone for who is a member or suspended."""
        after = [Membership.State.ENDED, Membership.State.PENDING]
        membership = self._enter(person, Membership.State.ACTIVE, motivation, after=after)
        self.count_members()
        Event.write(Verb.JOINED, by=person, region=self, about=membership, subject=person, audience=Audience.DESK)
        return membership

    def _enter(self, person: Person, state: str, motivation: str, *, after: Collection[str]) -> "Membership":
        """Begin anew in `state`, for who was never here or is in one of the states `after`."""
        begin = {
            "state": state,
            "motivation": motivation,
            "role": Membership.Role.MEMBER,
            "since": timezone.now(),
            "rules_accepted_at": timezone.now() if self.house_rules else None,
        }
        rows = Membership.objects.select_for_update()
        membership, made = rows.get_or_create(region=self, person=person, defaults=begin)
        if made:
            return membership
        if membership.state not in after:
            raise AlreadyDone(membership.state)
        for name, value in begin.items():
            setattr(membership, name, value)
        membership.save(update_fields=list(begin))
        return membership

    @transaction.atomic
    def arrange(self, by: Person, **words: str | bool) -> None:
        """Change how people join and begin: what `JoiningForm` holds."""
        locked = Region.objects.select_for_update().get(pk=self.pk)
        for name, value in words.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(words))
        Event.write(Verb.REGION_ARRANGED, by=by, region=locked, about=locked, audience=Audience.DESK)

    def note_who_is_left(self, by: Person | None) -> None:
        """Tell staff, who holds the desk from now on, when nobody moderates any more."""
        if not self.memberships.moderators().exists():
            Event.write(Verb.WITHOUT_MODERATOR, by=by, region=self, about=self, audience=Audience.DESK)

    def organisations(self) -> models.QuerySet[Organisation]:
        """Return where the members work now, by name, with `people_count`; one pass over the members."""
        works = Affiliation.objects.current().filter(person__in=self.memberships.active().values("person"))
        found = Organisation.objects.filter(affiliations__in=works)
        return found.annotate(people_count=Count("affiliations")).order_by(Lower("name"), "pk")

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

    def called(self, words: str) -> Self:
        """Keep those in whose name or function each of these words occurs."""
        found = self
        for word in words.split()[:WORDS]:
            found = found.filter(Q(person__name__icontains=word) | Q(person__function__icontains=word))
        return found

    def working_at(self, organisation: Organisation) -> Self:
        works = Affiliation.objects.current().filter(person=OuterRef("person"), organisation=organisation)
        return self.filter(Exists(works))

    def suspended(self) -> Self:
        return self.filter(state=Membership.State.SUSPENDED)

    def readmit_due(self) -> int:
        """End the suspensions of which the last day has passed; return how many."""
        due = list(self.suspended().filter(ends_on__lt=timezone.localdate()).select_related("region", "person"))
        for membership in due:
            with suppress(AlreadyDone):  # a moderator was first
                membership.readmit(None)
        return len(due)


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
    rules_accepted_at = models.DateTimeField(null=True, editable=False)
    ends_on = models.DateField(null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(fields=("region", "person"), name="one_membership_per_person_and_region"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(state="suspended"), name="only_a_suspension_has_a_last_day"
            ),
        )
        indexes = (
            models.Index(fields=("person", "state"), name="memberships_of_a_person"),
            models.Index(fields=("region", "state", "role"), name="members_of_a_region"),
            models.Index(fields=("ends_on",), condition=Q(state="suspended"), name="suspensions_by_last_day"),
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
        self.log(Verb.LET_IN if accept else Verb.NOT_LET_IN, by)

    @transaction.atomic
    def leave(self, by: Person) -> None:
        """End one's own membership, or take back the wish for it. Raises AlreadyDone when it had ended."""
        self._lock(Membership.State.ACTIVE, Membership.State.PENDING)
        self._go(Membership.State.ENDED, Verb.LEFT, by)

    @transaction.atomic
    def suspend(self, by: Person, *, reason: str, words: str, ends_on: date) -> None:
        """Put a member outside until the end of a day; they read why. Raises AlreadyDone for who is no member now.

        A moderator is one no more; staff gives the role back.
        """
        self._lock(Membership.State.ACTIVE)
        self.ends_on = ends_on
        record = self.sanctions.create(kind="suspension", reason=reason, words=words, ends_on=ends_on, by=by)
        self._go(Membership.State.SUSPENDED, Verb.SUSPENDED, by, about=record)

    @transaction.atomic
    def readmit(self, by: Person | None) -> None:
        """End a suspension before its last day (by a moderator), or after it (by nobody). Raises AlreadyDone."""
        self._lock(Membership.State.SUSPENDED)
        self.ends_on = None
        self.sanctions.end_suspension(by)
        self._go(Membership.State.ACTIVE, Verb.READMITTED, by)

    @transaction.atomic
    def undo_let_in(self, by: Person, *, at: str, since: str, answer: str) -> None:
        """Take back a let-in of moment `at`: they wait again, since they asked, with the answer they had before.

        Raises AlreadyDone when the membership changed in the meantime.
        """
        self._lock(Membership.State.ACTIVE)
        if self.since.isoformat() != at or self.role != Membership.Role.MEMBER:
            raise AlreadyDone("touched")
        self.state, self.since, self.answer = Membership.State.PENDING, datetime.fromisoformat(since), answer
        self.save(update_fields=["state", "since", "answer"])
        self.region.count_members()
        self.log(Verb.LET_IN_UNDONE, by)

    def _go(self, state: str, verb: str, by: Person | None, about: models.Model | None = None) -> None:
        """Take a state, as a member and no longer as moderator, and say so; with the row locked."""
        was_moderator = self.role == Membership.Role.MODERATOR and self.state == Membership.State.ACTIVE
        self.state, self.role, self.since = state, Membership.Role.MEMBER, timezone.now()
        self.save(update_fields=["state", "role", "since", "ends_on"])
        self.region.count_members()
        self.log(verb, by, about)
        if was_moderator:
            self.region.note_who_is_left(by)

    def log(self, verb: str, by: Person | None, about: models.Model | None = None) -> None:
        """Write the event for moderators and for the person, who may know of it."""
        Event.write(verb, by=by, region=self.region, about=about or self, subject=self.person, audience=Audience.DESK)

    def _lock(self, *states: str) -> None:
        Membership.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db(fields=["state", "role", "since"])
        if self.state not in states:
            raise AlreadyDone(self.state)
