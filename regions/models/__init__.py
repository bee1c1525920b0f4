"""The room of the regions: one file per noun; what all kinds of contributions share stands here."""

from regions.models.agreement import Agreement
from regions.models.appeal import Appeal
from regions.models.attachment import Attachment
from regions.models.batch import Batch, BatchItem
from regions.models.claim import Claim
from regions.models.comment import Comment
from regions.models.contribution import Contribution, ContributionQuerySet, Kind, State, TaggedContribution, Visibility
from regions.models.document import Document, DocumentQuerySet, Edition
from regions.models.entry import Entry
from regions.models.event import Audience, Event, Notice, Unspread, Verb
from regions.models.export import Export
from regions.models.invitation import Invitation
from regions.models.involvement import Follow, Involvement, Part
from regions.models.meeting import AgendaItem, Meeting, Perspective
from regions.models.moderation import Ruling
from regions.models.municipality import Municipality, RegionWish
from regions.models.post import Post, PostQuerySet, Sort
from regions.models.quiet import Quiet
from regions.models.region import Joining, Membership, Region
from regions.models.report import Report, UnconfirmedReport
from regions.models.sanction import Sanction
from regions.models.signup import CalendarAddress, Signup
from regions.models.theme import Theme
from regions.models.version import Draft, Version
from regions.models.visit import RegionVisit
from regions.models.writing import Writing, WritingQuerySet

__all__ = [
    "AgendaItem",
    "Agreement",
    "Appeal",
    "Attachment",
    "Audience",
    "Batch",
    "BatchItem",
    "CalendarAddress",
    "Claim",
    "Comment",
    "Contribution",
    "ContributionQuerySet",
    "Document",
    "DocumentQuerySet",
    "Draft",
    "Edition",
    "Entry",
    "Event",
    "Export",
    "Follow",
    "Invitation",
    "Involvement",
    "Joining",
    "Kind",
    "Meeting",
    "Membership",
    "Municipality",
    "Notice",
    "Part",
    "Perspective",
    "Post",
    "PostQuerySet",
    "Quiet",
    "Region",
    "RegionVisit",
    "RegionWish",
    "Report",
    "Ruling",
    "Sanction",
    "Signup",
    "Sort",
    "State",
    "TaggedContribution",
    "Theme",
    "UnconfirmedReport",
    "Unspread",
    "Verb",
    "Version",
    "Visibility",
    "Writing",
    "WritingQuerySet",
]
