"""People, the organisations they work for, and the terms they serve."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import AlreadyDecided, AlreadyThere


class Language(models.TextChoices):
    NL = "nl", "Nederlands"
    EN = "en", "English"


class Knowledge(models.TextChoices):
    """What kind of knowledge someone brings (seed 004: personal, professional and scientific, valued alike)."""

    LIVED = "lived", _("Lived experience")
    PROFESSIONAL = "professional", _("Professional knowledge")
    SCIENTIFIC = "scientific", _("Scientific knowledge")


class Step(models.TextChoices):
    """A step of the first visit, by its name in the address; in the order in which they come."""

    REGION = "regio", _("your region")
    THEMES = "themas", _("your themes")
    MAIL = "mail", _("your mail")


MOST_WORDS, WORD_LENGTH = 8, 40
"""How many words someone gives about what they know, and how long each may be."""


class People(BaseUserManager["Person"]):
    """Makes and finds people; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Make a member of staff: what Django calls a superuser; the site knows no bypass of its rights."""
        return self.create_user(email, password, is_staff=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Someone with an account."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    function = models.CharField(_("function"), max_length=160, blank=True)
    knowledge = ArrayField(
        models.CharField(max_length=12, choices=Knowledge.choices),
        verbose_name=_("what kind of knowledge you bring"),
        default=list,
        blank=True,
    )
    expertise = ArrayField(models.CharField(max_length=WORD_LENGTH), default=list, blank=True, editable=False)
    expertise_keys = ArrayField(models.CharField(max_length=WORD_LENGTH), default=list, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.NL)
    steps_left = ArrayField(models.CharField(max_length=6), default=list, blank=True, editable=False)
    """What of the first visit is neither finished nor skipped; empty for who is past it."""
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (models.UniqueConstraint(Lower("email"), name="one_person_per_address"),)
        indexes = (
            GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("function"), name="gin_trgm_ops"),
                name="people_by_name_and_function",
            ),
            GinIndex(fields=("expertise_keys",), name="people_by_expertise"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer for the admin only: staff may do there what the admin offers."""
        return self.is_active and self.is_staff

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff

    def set_expertise(self, words: list[str]) -> None:
        """Set what someone knows much about, as they write it, and how it is looked up; the caller saves both."""
        self.expertise = words
        self.expertise_keys = [word.lower() for word in words]

    def finish_step(self, step: str) -> None:
        """Take a step of the first visit off what is left, done and skipped alike; one statement, for two windows."""
        left = Func(F("steps_left"), Value(step), function="array_remove")
        Person.objects.filter(pk=self.pk).update(steps_left=left)
        self.refresh_from_db(fields=["steps_left"])

    @property
    def knowledge_labels(self) -> list[str]:
        return [str(Knowledge(value).label) for value in self.knowledge if value in Knowledge.values]

    def has_confirmed(self, email: str) -> bool:
        """Tell whether this address is theirs, and confirmed."""
        return email.lower() in self.confirmed_addresses()

    def confirmed_addresses(self) -> list[str]:
        """Return the addresses that are theirs and confirmed, in lower case."""
        addresses = self.emailaddress_set  # type: ignore[attr-defined]  # the rows of allauth
        return [email.lower() for email in addresses.filter(verified=True).values_list("email", flat=True)]


class Visit(models.Model):
    """When someone was here, so that the home page can show what is new since."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    last_at = models.DateTimeField(default=timezone.now)
    previous_at = models.DateTimeField(default=timezone.now)

    @classmethod
    def arrive(cls, person: Person) -> datetime:
        """Note that someone is here; return when their previous visit ended (a visit ends with an hour's silence).

        One statement, so that two pages at once count as one visit. Who comes first sees the last week.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO accounts_visit AS visit (person_id, last_at, previous_at)
                VALUES (%s, now(), now() - interval '7 days')
                ON CONFLICT (person_id) DO UPDATE SET
                    previous_at = CASE WHEN visit.last_at < now() - interval '1 hour'
                                       THEN visit.last_at ELSE visit.previous_at END,
                    last_at = now()
                RETURNING previous_at
                """,
                [person.pk],
            )
            previous_at: datetime = cursor.fetchone()[0]
        return previous_at


class OrganisationKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    JOINT = "joint", _("Joint arrangement of municipalities")
    WELFARE = "welfare", _("Welfare organisation")
    SOCIAL_ENTERPRISE = "social_enterprise", _("Social enterprise")
    STARTUP = "startup", _("Start-up")
    CARE_PROVIDER = "care_provider", _("Care provider")
    INSURER = "insurer", _("Insurer")
    ADVISORY_COUNCIL = "advisory_council", _("Advisory council")
    KNOWLEDGE = "knowledge", _("Knowledge institute")
    RESIDENTS = "residents", _("Residents' group")
    NATIONAL = "national", _("National body")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def for_address(self, email: str) -> "Organisation | None":
        """Return the organisation whose domain is that of `email` or a parent of it; the longest domain wins.

        Whole labels are compared: `wijk.utrecht.nl` is under `utrecht.nl`, `evilutrecht.nl` is not.
        """
        labels = email.rpartition("@")[2].strip().lower().split(".")
        parents = [".".join(labels[i:]) for i in range(len(labels) - 1)]
        owned = Domain.objects.filter(name__in=parents).select_related("organisation")
        longest = max(owned, key=lambda domain: len(domain.name), default=None)
        return longest.organisation if longest else None

    def without(self, person: Person) -> Self:
        """Keep those at which this person neither works now nor waits for a colleague."""
        there = Affiliation.objects.filter(person=person)
        return self.exclude(pk__in=(there.current() | there.waiting()).values("organisation"))


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    website = models.URLField(_("website"), blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = (Lower("name"),)

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """An e-mail domain that an organisation owns; a confirmed address under it gives the affiliation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(_("domain"), max_length=190, unique=True, help_text=_("For example utrecht.nl, without @"))

    class Meta:
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")
        constraints = (
            models.CheckConstraint(
                condition=Q(name=Lower("name")) & Q(name__contains=".") & ~Q(name__contains="@"),
                name="a_domain_is_lower_case_and_has_a_dot",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.name = self.name.strip().lower().removeprefix("@")


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def current(self) -> Self:
        """Keep those that are confirmed and have not ended."""
        return self.filter(confirmed_at__isnull=False).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate())
        )

    def waiting(self) -> Self:
        return self.filter(confirmed_at__isnull=True)

    def waiting_on(self, person: Person) -> Self:
        """Keep the questions that this person may answer: asked at an organisation whose address they have."""
        mine = Affiliation.objects.current().filter(person=person, basis=Affiliation.Basis.DOMAIN)
        asked = self.waiting().filter(organisation__in=mine.values("organisation"), person__is_active=True)
        return asked.exclude(person=person).select_related("person", "organisation").order_by("asked_at", "pk")

    def for_list(self) -> Self:
        return self.select_related("organisation").order_by(Lower("organisation__name"))

    @transaction.atomic
    def follow_addresses(self, person: Person, addresses: Iterable[str]) -> None:
        """Make the affiliations by domain of a person those of these confirmed addresses; the others end."""
        Person.objects.select_for_update().get(pk=person.pk)
        found = [Organisation.objects.for_address(address) for address in addresses]
        organisations = {organisation.pk: organisation for organisation in found if organisation}
        gone = self.filter(person=person, basis=Affiliation.Basis.DOMAIN).exclude(organisation__in=organisations)
        gone.current().update(ends_on=timezone.localdate() - timedelta(days=1))
        kept = {"basis": Affiliation.Basis.DOMAIN, "confirmed_by": None, "ends_on": None}
        for organisation in organisations.values():
            self.update_or_create(
                person=person, organisation=organisation, defaults=kept | {"confirmed_at": timezone.now()}
            )


class Affiliation(models.Model):
    """A person at an organisation: by the domain of a confirmed address, or confirmed by a colleague until a date."""

    class Basis(models.TextChoices):
        DOMAIN = "domain", _("by e-mail address")
        COLLEAGUE = "colleague", _("confirmed by a colleague")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="affiliations")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "organisation"), name="one_affiliation_per_person_and_organisation"
            ),
            models.CheckConstraint(
                condition=Q(basis="domain") | Q(confirmed_at__isnull=True) | Q(ends_on__isnull=False),
                name="a_colleague_confirms_until_a_date",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("person")),
                name="nobody_confirms_their_own_affiliation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} – {self.organisation}"

    @property
    def is_current(self) -> bool:
        return self.confirmed_at is not None and (self.ends_on is None or self.ends_on >= timezone.localdate())

    @classmethod
    @transaction.atomic
    def ask(cls, organisation: Organisation, *, by: Person) -> "Affiliation":
        """Ask colleagues to confirm that one works there. Raises AlreadyThere for who works there or waits."""
        row, made = cls.objects.select_for_update().get_or_create(
            person=by, organisation=organisation, defaults={"basis": cls.Basis.COLLEAGUE}
        )
        if not made:
            if row.is_current or row.confirmed_at is None:
                raise AlreadyThere
            row.basis, row.asked_at, row.ends_on = cls.Basis.COLLEAGUE, timezone.now(), None
            row.confirmed_at = row.confirmed_by = None
            row.save(update_fields=["basis", "asked_at", "confirmed_at", "confirmed_by", "ends_on"])
        return row

    @transaction.atomic
    def confirm(self, *, by: Person, until: date) -> None:
        """Say as a colleague that someone works here until a date. Raises AlreadyDecided."""
        self._lock_waiting()
        self.confirmed_at, self.confirmed_by, self.ends_on = timezone.now(), by, until
        self.save(update_fields=["confirmed_at", "confirmed_by", "ends_on"])

    @transaction.atomic
    def decline(self) -> None:
        """Take the question away, so that it may be asked again. Raises AlreadyDecided."""
        self._lock_waiting()
        Affiliation.objects.filter(pk=self.pk).delete()

    @transaction.atomic
    def end(self) -> None:
        """Stop: today is the day after the last; a question that still waited goes away. Raises AlreadyDecided."""
        row = Affiliation.objects.select_for_update().filter(pk=self.pk, basis=self.Basis.COLLEAGUE).first()
        if row is None:
            raise AlreadyDecided
        if row.confirmed_at is None:
            row.delete()
        elif row.is_current:
            row.ends_on = timezone.localdate() - timedelta(days=1)
            row.save(update_fields=["ends_on"])

    def _lock_waiting(self) -> None:
        if not Affiliation.objects.select_for_update().waiting().filter(pk=self.pk).exists():
            raise AlreadyDecided


class RoleQuerySet(models.QuerySet["Role"]):
    def current(self) -> Self:
        today = timezone.localdate()
        return self.filter(starts_on__lte=today).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))


class Role(models.Model):
    """A part in the whole network that someone has for a term; a seat has more to tell (`challenges.Seat`)."""

    class Name(models.TextChoices):
        SEAT = "seat", _("seat in the InnovatieKabinet")
        SECRETARY = "secretary", _("secretary of the InnovatieKabinet")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="terms")
    name = models.CharField(_("role"), max_length=10, choices=Name.choices)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    """When this person agreed to keep what they read to themselves and to say what may conflict; for each term anew."""

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_term_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.get_name_display()}"


class Submission(models.Model):
    """A form that was sent: its key makes a double click, a retry and the back button leave one row.

    `digest` is what was in it, `location` where the first sending went; the second is sent there too (`initiate.once`).
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    location = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = (models.Index(fields=("person", "digest"), name="submissions_of_a_person"),)
