"""What goes along of a region: one table for each kind of thing, each with where its rows come from and its columns.

The names are those in the files, and stay: `SCHEMA` goes up where one changes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Choices, Model, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation
from challenges.export.scope import Scope
from challenges.models import Asking, Offer, OfferKind, Point, Prototype, Stage, Step, TestRound, Turn
from regions.files import clean_name
from regions.models import (
    Agreement,
    Appeal,
    Attachment,
    Comment,
    Document,
    Edition,
    Joining,
    Meeting,
    Membership,
    Post,
    Region,
    Ruling,
    Sanction,
    Sort,
    State,
    Verb,
    Visibility,
)
from regions.models.reason import Reason, SuspensionReason

SCHEMA = 1
BATCH = 500
Value = Callable[[Any], Any]
Columns = Mapping[str, str | Value]
"""Names of columns, each with the path of an attribute or what makes the value of a row."""


@dataclass(frozen=True)
class Table:
    """`prepare` gets up to BATCH rows at a time: to fetch what belongs to them, or to withhold what may not be read."""

    name: str
    what: Promise
    rows: Callable[[Scope], QuerySet[Any]]
    columns: Columns
    full_columns: Columns | None = None
    prepare: Callable[[Scope, list[Any]], None] | None = None

    def columns_for(self, scope: Scope) -> Columns:
        return {**self.columns, **(self.full_columns or {})} if scope.is_full else self.columns

    def things(self, scope: Scope) -> Iterator[Any]:
        """Give all rows in the order of their numbers, through one cursor: never more than BATCH at a time."""
        found = self.rows(scope).order_by("pk").iterator(chunk_size=BATCH)
        while some := list(islice(found, BATCH)):
            if self.prepare:
                self.prepare(scope, some)
            yield from some

    def lines(self, scope: Scope) -> Iterator[dict[str, Any]]:
        columns = self.columns_for(scope)
        for thing in self.things(scope):
            yield {name: _value(thing, of) for name, of in columns.items()}


def _value(thing: Any, of: str | Value) -> Any:
    """Return a value; None where something on the path is missing."""
    if callable(of):
        return of(thing)
    for name in of.split("."):
        thing = None if thing is None else getattr(thing, name)
    return thing


def _choice(kind: type[Choices], path: str) -> Value:
    """Return a value that is itself in JSON, and its words in CSV."""

    def choice(thing: Any) -> Any:
        value = _value(thing, path)
        return kind(value) if value in kind.values else value

    return choice


def _address(thing: Any) -> str:
    return f"{settings.SITE_URL}{thing.get_absolute_url()}"


def path_of(attachment: Attachment) -> str:
    """Return where a file stands in the zip: its number makes it the only one of this name, and in no other folder."""
    return f"bestanden/{attachment.pk}-{clean_name(attachment.name)}"


def _members(scope: Scope) -> QuerySet[Membership]:
    """Who is in, waits or is suspended, as moderators see them."""
    works = Affiliation.objects.current().filter(person=OuterRef("person")).order_by("organisation__name", "pk")
    there = Membership.objects.filter(region=scope.region, person__is_active=True)
    lasting = there.exclude(state=Membership.State.ENDED).select_related("person")
    return lasting.annotate(organisation_names=ArraySubquery(works.values("organisation__name")))


def _sanctions(scope: Scope) -> QuerySet[Sanction]:
    """Warnings and suspensions; of what they are about only the number, where it goes along too."""
    rows = Sanction.objects.filter(membership__region=scope.region).select_related("membership__person", "by")
    about = ArraySubquery(scope.seen.filter(pk=OuterRef("contribution")).values("pk"))
    return rows.annotate(about_ids=about)


def _under(model: type[Model], path: str, *along: str) -> Callable[[Scope], QuerySet[Any]]:
    """Return what stands under contributions that go along, by the path to these."""

    def rows(scope: Scope) -> QuerySet[Any]:
        found = model._default_manager.filter(**{f"{path}__in": scope.seen})
        return found.select_related(*along) if along else found

    return rows


POSTED: Columns = {
    "nummer": "pk",
    "titel": "title",
    "toestand": _choice(State, "state"),
    "wie_leest_dit": _choice(Visibility, "visibility"),
    "auteur": "author.name",
    "team": "team_names",
    "themas": "theme_names",
    "labels": "tag_names",
    "versie": "version",
    "gemaakt_op": "created_at",
    "gepubliceerd_op": "published_at",
    "laatst_actief_op": "last_activity_at",
    "aantal_volgers": "follower_count",
    "aantal_reacties": "comment_count",
    "reacties_gesloten": "is_closed_for_comments",
    "adres": _address,
}

TABLES = (
    Table(
        "regio",
        _("the region, its words and its municipalities"),
        lambda scope: Region.objects.filter(pk=scope.region.pk),
        {
            "naam": "name",
            "adres": _address,
            "inleiding": "intro",
            "inleiding_engels": "intro_en",
            "wat_wij_doen": "welcome",
            "wat_wij_doen_engels": "welcome_en",
            "wie_lid_wordt": _choice(Joining, "joining"),
            "vraag_aan_nieuwe_leden": "question",
            "huisregels": "house_rules",
            "welkomstmail": "welcome_mail",
            "contact": "contact",
            "eerst_kijken_bij_nieuwe_leden": "holds_back",
            "aantal_leden": "member_count",
            "gemeenten": lambda region: [str(one) for one in region.municipalities.order_by("name")],
        },
    ),
    Table(
        "leden",
        _("members, with where they work now"),
        _members,
        {
            "persoon": "person_id",
            "naam": "person.name",
            "functie": "person.function",
            "rol": _choice(Membership.Role, "role"),
            "toestand": _choice(Membership.State, "state"),
            "sinds": "since",
            "geschorst_tot_en_met": "ends_on",
            "organisaties": "organisation_names",
        },
        full_columns={"e-mailadres": "person.email"},
    ),
    Table(
        "challenges",
        _("challenges with their texts"),
        lambda scope: scope.challenges.for_export().select_related("municipality"),
        {
            **POSTED,
            "in_het_kort": "summary",
            "vraag": "question",
            "voor_wie": "for_whom",
            "wat_verbetert": "improvement",
            "hoe_doen_inwoners_mee": "participation",
            "wat_wij_deden_met_de_feedback": "reflection",
            "reden_of_les": "outcome",
            "gemeente": lambda one: str(one.municipality) if one.municipality else None,
            "wij_zoeken": "seeking",
            "fase": _choice(Stage, "stage"),
            "in_deze_fase_sinds": "stage_at",
            "voorbeeld": "is_example",
            "sleutel": "import_key",
        },
    ),
    Table(
        "stappen",
        _("how challenges went from stage to stage"),
        _under(Step, "challenge", "by"),
        {
            "nummer": "pk",
            "challenge": "challenge_id",
            "stap": "move",
            "van": _choice(Stage, "source"),
            "naar": _choice(Stage, "target"),
            "toelichting": "note",
            "uitleg_bij_wat_nog_niet_kon": "explained",
            "door": "by.name",
            "op": "at",
        },
    ),
    Table(
        "versies",
        _("the texts of challenges as they were"),
        lambda scope: scope.versions().select_related("by"),
        {"challenge": "contribution_id", "versie": "number", "tekst": "text", "door": "by.name", "op": "at"},
    ),
    Table(
        "prototypes",
        _("prototypes"),
        _under(Prototype, "challenge", "by"),
        {
            "nummer": "pk",
            "challenge": "challenge_id",
            "prototype": "number",
            "aanpak": "approach",
            "wat_is_het": "what",
            "wat_is_veranderd": "changes",
            "link": "link",
            "door": "by.name",
            "op": "at",
        },
    ),
    Table(
        "testrondes",
        _("test rounds"),
        _under(TestRound, "prototype__challenge", "by"),
        {
            "nummer": "pk",
            "prototype": "prototype_id",
            "datum": "held_on",
            "inwoners": "residents",
            "professionals": "professionals",
            "anderen": "others",
            "wat_wij_wilden_weten": "wanted",
            "wat_inwoners_zeiden": "said",
            "wat_wij_leerden": "learned",
            "wat_wij_veranderen": "change",
            "hoe_verder": _choice(TestRound.Verdict, "verdict"),
            "door": "by.name",
            "op": "at",
        },
    ),
    Table(
        "feedbackvragen",
        _("questions to the InnovatieKabinet"),
        _under(Asking, "challenge", "by"),
        {
            "nummer": "pk",
            "challenge": "challenge_id",
            "versie": "version",
            "vraag": "words",
            "door": "by.name",
            "op": "at",
            "gesloten_op": "closed_at",
        },
    ),
    Table(
        "feedback",
        _("feedback of the InnovatieKabinet; a note to the team only where you may read it"),
        lambda scope: scope.reviews().select_related("by"),
        {
            "nummer": "pk",
            "challenge": "challenge_id",
            "versie": "version",
            "prototype": "prototype_id",
            "vraag": "asking_id",
            "wat_verbetert_dit": "answer",
            "blinde_vlek": "blind_spot",
            "inwoner_in_beeld": "resident_in_view",
            "meer_dan_techniek": "technological_fix",
            "sociale_gevolgen": "social_impact",
            "financiele_gevolgen": "financial_impact",
            "bericht_aan_het_team": "note",
            "door": "by.name",
            "op": "sent_at",
            "verbeterd_op": "corrected_at",
        },
        prepare=Scope.withhold_notes,
    ),
    Table(
        "aandachtspunten",
        _("points in feedback, and what the team answered"),
        lambda scope: Point.objects.filter(review__in=scope.reviews()).select_related("answered_by"),
        {
            "nummer": "pk",
            "feedback": "review_id",
            "punt": "number",
            "tekst": "text",
            "toestand": _choice(Point.State, "state"),
            "antwoord": "answer",
            "door": "answered_by.name",
            "op": "answered_at",
            "te_zien_in_versie": "done_version",
            "gesloten_op": "closed_at",
        },
    ),
    Table(
        "aandachtspunten_gesprek",
        _("answers to points, and questions about these answers"),
        lambda scope: Turn.objects.filter(point__review__in=scope.reviews()).select_related("by"),
        {
            "nummer": "pk",
            "aandachtspunt": "point_id",
            "soort": _choice(Turn.Kind, "kind"),
            "toestand": _choice(Point.State, "state"),
            "tekst": "words",
            "door": "by.name",
            "op": "at",
        },
    ),
    Table(
        "feedback_reacties",
        _("responses to feedback that everyone reads who reads the feedback"),
        lambda scope: scope.remarks().select_related("by"),
        {
            "nummer": "pk",
            "feedback": "review_id",
            "reactie": "words",
            "door": "by.name",
            "op": "at",
        },
    ),
    Table(
        "aanbod",
        _("help that people offered, as far as you may read it"),
        lambda scope: scope.offers().select_related("person", "answered_by"),
        {
            "nummer": "pk",
            "challenge": "challenge_id",
            "soort": _choice(OfferKind, "kind"),
            "aanbod": "words",
            "van": "person.name",
            "op": "at",
            "toestand": _choice(Offer.State, "state"),
            "antwoord": "answer",
            "beantwoord_door": "answered_by.name",
            "beantwoord_op": "answered_at",
            "wat_kwam_ervan": "outcome",
            "afgerond_op": "closed_at",
            "bestuurder": "backer_name",
            "functie_bestuurder": "backer_function",
            "bevestigd_op": "backed_at",
        },
        prepare=Scope.withhold_answers,
    ),
    Table(
        "berichten",
        _("questions and announcements"),
        lambda scope: scope.of(Post.objects.all()).for_export(),
        {**POSTED, "soort": _choice(Sort, "sort"), "tekst": "words", "reactie_die_hielp": "helped_id"},
    ),
    Table(
        "reacties",
        _("comments; hidden ones too, and an empty place for those that were deleted"),
        _under(Comment, "contribution", "author"),
        {
            "nummer": "pk",
            "bij": "contribution_id",
            "antwoord_op": "parent_id",
            "toestand": _choice(Comment.State, "state"),
            "tekst": "text",
            "door": lambda comment: None if comment.state == Comment.State.DELETED else comment.author.name,
            "op": "at",
            "veranderd_op": "edited_at",
        },
    ),
    Table(
        "documenten",
        _("documents"),
        lambda scope: scope.of(Document.objects.all()).for_export(),
        {**POSTED, "wat_is_het": "description", "nieuwste_versie": "newest_id"},
    ),
    Table(
        "documentversies",
        _("the versions of documents; “bestand” is a number in bestanden.csv"),
        _under(Edition, "document", "by"),
        {
            "nummer": "pk",
            "document": "document_id",
            "versie": "number",
            "bestand": "attachment_id",
            "wat_is_nieuw": "news",
            "teruggezet_van": "source_id",
            "door": "by.name",
            "op": "at",
        },
    ),
    Table(
        "bijeenkomsten",
        _("meetings with their minutes; of who came only how many, by perspective"),
        lambda scope: scope.of(Meeting.objects.all()).for_export(),
        {
            **POSTED,
            "soort": _choice(Meeting.Sort, "sort"),
            "niveau": _choice(Meeting.Scale, "scale"),
            "waar_gaat_het_over": "intro",
            "begint": "starts_at",
            "eindigt": "ends_at",
            "plaats": "place",
            "link": "link",
            "plekken": "capacity",
            "verwacht": "expected",
            "aangemeld": "going",
            "op_de_wachtlijst": "waiting_count",
            "aanwezig": "present",
            "afgezegd_op": "cancelled_at",
            "waarom_afgezegd": "why_cancelled",
            "verslag": "minutes",
            "verslag_op": "closed_at",
        },
    ),
    Table(
        "agendapunten",
        _("the agendas of meetings, and what was said"),
        lambda scope: scope.agenda().annotate(
            about_ids=ArraySubquery(scope.seen.filter(pk=OuterRef("about")).values("pk"))
        ),
        {
            "nummer": "pk",
            "bijeenkomst": "meeting_id",
            "plek": "position",
            "punt": "title",
            "uitleg": "words",
            "minuten": "length",
            "gaat_over": "about_ids",
            "wat_is_gezegd": "minutes",
        },
    ),
    Table(
        "afspraken",
        _("agreements of meetings"),
        _under(Agreement, "meeting", "owner"),
        {
            "nummer": "pk",
            "bijeenkomst": "meeting_id",
            "afspraak": "words",
            "wie": "owner.name",
            "klaar_op": "due_on",
            "gedaan_op": "done_at",
        },
    ),
    Table(
        "signalen",
        _("reports that wait for a moderator"),
        lambda scope: scope.reports(),
        {
            "nummer": "pk",
            "over": "contribution_id",
            "over_reactie": "comment_id",
            "reden": _choice(Reason, "reason"),
            "toelichting": "words",
            "van": "person.name",
            "op": "at",
        },
    ),
    Table(
        "besluiten",
        _("what moderators decided about texts, and why"),
        _under(Ruling, "contribution", "by"),
        {
            "nummer": "pk",
            "over": "contribution_id",
            "over_reactie": "comment_id",
            "besluit": _choice(Ruling.Measure, "measure"),
            "reden": _choice(Reason, "reason"),
            "toelichting": "words",
            "door": "by.name",
            "op": "at",
            "voor": "due_at",
            "veranderd_op": "changed_at",
            "klaar_op": "ended_at",
        },
    ),
    Table(
        "maatregelen",
        _("warnings and suspensions"),
        _sanctions,
        {
            "nummer": "pk",
            "persoon": "membership.person_id",
            "naam": "membership.person.name",
            "maatregel": _choice(Sanction.Kind, "kind"),
            "reden": _choice(SuspensionReason, "reason"),
            "toelichting": "words",
            "over": "about_ids",
            "door": "by.name",
            "op": "at",
            "tot_en_met": "ends_on",
            "voorbij_op": "ended_at",
        },
    ),
    Table(
        "herbeoordelingen",
        _("requests to look again, and what was decided"),
        _under(Appeal, "ruling__contribution", "by", "decided_by"),
        {
            "nummer": "pk",
            "besluit": "ruling_id",
            "waarom": "words",
            "van": "by.name",
            "op": "at",
            "teruggezet": "is_upheld",
            "antwoord": "answer",
            "beslist_door": "decided_by.name",
            "beslist_op": "decided_at",
        },
    ),
    Table(
        "logboek",
        _("the log of moderation"),
        lambda scope: scope.events(),
        {
            "nummer": "pk",
            "op": "at",
            "wat": _choice(Verb, "verb"),
            "door": "actor_told",
            "wie": "subject.name",
            "stuk": "contribution_id",
            "soort": "object_kind",
            "nummer_van_soort": "object_id",
            "gegevens": "data",
        },
    ),
    Table(
        "bestanden",
        _("the files in the folder “bestanden”"),
        lambda scope: Attachment.objects.filter(contribution__in=scope.seen, removed_at=None).select_related("by"),
        {
            "nummer": "pk",
            "bij": "contribution_id",
            "naam": "name",
            "waar": path_of,
            "soort": "mime",
            "bytes": "size",
            "door": "by.name",
            "op": "at",
        },
    ),
)
FILES = TABLES[-1]
