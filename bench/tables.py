"""Rows on their way to the database by COPY, without indexes and keys while they go in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, models
from taggit.models import Tag

from accounts.models import Affiliation, Organisation, Person, Role, Visit
from challenges.models import Asking, Challenge, Offer, Point, Prototype, Review, Seat, Step, TestRound, Turn
from digests.models import Subscription
from regions.models import (
    AgendaItem,
    Agreement,
    Appeal,
    Attachment,
    CalendarAddress,
    Comment,
    Contribution,
    Document,
    Edition,
    Entry,
    Event,
    Follow,
    Involvement,
    Meeting,
    Membership,
    Notice,
    Post,
    Region,
    Report,
    Ruling,
    Sanction,
    Signup,
    TaggedContribution,
    Theme,
    Version,
)


class Table:
    """Rows of one model: `add` takes the named fields in order, all others get the model's default."""

    def __init__(self, model: type[models.Model], fields: str) -> None:
        self.model, self.name = model, model._meta.db_table
        named = fields.split()
        concrete = [field for field in model._meta.local_concrete_fields if not field.generated]
        others = [field for field in concrete if field.attname not in named and not _is_automatic(field)]
        columns = {field.attname: field.column for field in concrete}
        self.columns = [columns[name] for name in named] + [field.column for field in others]
        self.rest = tuple(field.get_db_prep_save(field.get_default(), connection) for field in others)
        self.rows: list[tuple[Any, ...]] = []
        self.last = 0

    def next(self) -> int:
        """Return the id of the row that comes next."""
        self.last += 1
        return self.last

    def add(self, *values: Any) -> None:
        self.rows.append(values)

    def flush(self) -> None:
        columns = ", ".join(f'"{column}"' for column in self.columns)
        statement = f'COPY "{self.name}" ({columns}) FROM STDIN'
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in self.rows:
                copy.write_row(row + self.rest)
        self.rows.clear()

    def set_sequence(self) -> None:
        """Let the next row of the product come after ours."""
        key = self.model._meta.pk
        if isinstance(key, models.AutoField):
            with connection.cursor() as cursor:
                sequence = f"pg_get_serial_sequence('\"{self.name}\"', '{key.column}')"
                cursor.execute(f'SELECT setval({sequence}, coalesce(max("{key.column}"), 1)) FROM "{self.name}"')


def _is_automatic(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.AutoField)


TEXTS = "summary question for_whom improvement participation outcome html"
COUNTS = "prototype_count round_count resident_round_count review_count open_point_count"


class Tables:
    """Every table that is filled, in the order in which their keys need each other."""

    def __init__(self) -> None:
        self.theme = Table(Theme, "slug name name_en position")
        self.tag = Table(Tag, "id name slug")
        self.organisation = Table(Organisation, "id name kind")
        self.person = Table(Person, "id email name password function is_staff joined_at")
        self.address = Table(EmailAddress, "user_id email verified primary")
        self.visit = Table(Visit, "person_id last_at previous_at")
        self.subscription = Table(Subscription, "person_id frequency next_at")
        self.affiliation = Table(Affiliation, "person_id organisation_id basis confirmed_at")
        self.role = Table(Role, "id person_id name starts_on agreed_at")
        self.seat = Table(Seat, "role_ptr_id expertise")
        self.theme_follower = Table(Theme.followers.through, "theme_id person_id")
        self.region = Table(Region, "id slug name intro member_count")
        self.place = Table(Region.municipalities.through, "region_id municipality_id")
        self.membership = Table(Membership, "id region_id person_id role state since motivation")
        self.contribution = Table(
            Contribution,
            "id kind title region_id author_id state visibility version comment_count follower_count is_in_review "
            "created_at published_at last_activity_at",
        )
        self.challenge = Table(
            Challenge,
            f"contribution_ptr_id {TEXTS} municipality_id seeking stage stage_at stage_before warned_at {COUNTS}",
        )
        self.contribution_theme = Table(Contribution.themes.through, "contribution_id theme_id")
        self.tagged = Table(TaggedContribution, "tag_id content_object_id")
        self.involvement = Table(Involvement, "contribution_id person_id part started_at ended_at")
        self.version = Table(Version, "contribution_id number by_id at text")
        self.step = Table(Step, "id challenge_id move source target by_id at note")
        self.comment = Table(Comment, "id contribution_id author_id parent_id text html state at")
        self.follow = Table(Follow, "contribution_id person_id at")
        self.prototype = Table(Prototype, "id challenge_id number what changes html by_id at")
        self.round = Table(
            TestRound,
            "id prototype_id held_on residents professionals wanted said learned change verdict by_id at",
        )
        self.asking = Table(Asking, "id challenge_id version by_id words at closed_at")
        self.review = Table(Review, "id challenge_id asking_id by_id version answer blind_spot sent_at")
        self.point = Table(Point, "id review_id number text state answer answered_by_id answered_at")
        self.turn = Table(Turn, "point_id state kind words by_id at")
        self.offer = Table(
            Offer, "id challenge_id person_id kind words state answer answered_by_id answered_at at closed_at"
        )
        self.post = Table(Post, "contribution_ptr_id sort words html helped_id")
        self.document = Table(Document, "contribution_ptr_id description newest_id edited_at")
        self.attachment = Table(Attachment, "id contribution_id name file size mime by_id at")
        self.edition = Table(Edition, "id document_id number attachment_id news by_id at")
        self.meeting = Table(
            Meeting,
            "contribution_ptr_id sort scale intro html starts_at ends_at place link capacity expected going "
            "going_count waiting_count cancelled_at why_cancelled closed_at minutes minutes_version present",
        )
        self.agenda = Table(AgendaItem, "meeting_id position title words length about_id minutes minutes_html")
        self.signup = Table(Signup, "id meeting_id person_id name email perspective state at")
        self.agreement = Table(Agreement, "id meeting_id words owner_id due_on done_at")
        self.report = Table(
            Report, "id contribution_id comment_id person_id email language reason words at closed_at closed_by_id"
        )
        self.ruling = Table(Ruling, "id contribution_id comment_id measure reason words was by_id at due_at changed_at")
        self.appeal = Table(Appeal, "id ruling_id by_id words at")
        self.sanction = Table(Sanction, "id membership_id kind reason words by_id at ends_on")
        self.calendar_address = Table(CalendarAddress, "person_id number is_on")
        self.entry = Table(Entry, "kind object_id contribution_id title text")
        self.event = Table(
            Event,
            "id at verb audience actor_id subject_id region_id contribution_id object_kind object_id data",
        )
        self.notice = Table(Notice, "person_id event_id reason read_at")

    def all(self) -> list[Table]:
        return list(vars(self).values())

    def flush(self) -> None:
        for table in self.all():
            table.flush()


# --- indexes and keys -----------------------------------------------------------------------------------------

INDEXES = """
SELECT format('DROP INDEX %%I', c.relname), pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname = ANY(%s) AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
KEYS = """
SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', t.relname, k.conname),
       format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', t.relname, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid WHERE t.relname = ANY(%s) AND k.contype = 'f'
"""


@contextmanager
def bare(tables: list[Table]) -> Iterator[None]:
    """Take indexes and foreign keys away for the time of loading: made at the end, they cost a fraction."""
    names = [table.name for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [names])
        pairs = cursor.fetchall()
        cursor.execute(INDEXES, [names])
        pairs += cursor.fetchall()
        for drop, _make in pairs:
            cursor.execute(drop)
        yield
        for _drop, make in reversed(pairs):
            cursor.execute(make)
