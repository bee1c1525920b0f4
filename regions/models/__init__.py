"""The room of the regions: one file per noun; what all kinds of contributions share stands here."""

from regions.models.appeal import Appeal
from regions.models.attachment import Attachment
from regions.models.batch import Batch, BatchItem
from regions.models.comment import Comment
from regions.models.contribution import (
    Contribution,
    ContributionQuerySet,
    Follow,
    Involvement,
    Kind,
    Part,
    State,
    TaggedContribution,
    Visibility,
)
from regions.models.entry import Entry
from regions.models.event import Audience, Event, Notice, Unspread, Verb
from regions.models.invitation import Invitation
from regions.models.moderation import Ruling
from regions.models.municipality import Municipality, RegionWish
from regions.models.region import Joining, Membership, Region
from regions.models.report import Report, UnconfirmedReport
from regions.models.sanction import Sanction
from regions.models.theme import Theme
from regions.models.version import Draft, Version

__all__ = [
    "Appeal",
    "Attachment",
    "Audience",
    "Batch",
    "BatchItem",
    "Comment",
    "Contribution",
    "ContributionQuerySet",
    "Draft",
    "Entry",
    "Event",
    "Follow",
    "Invitation",
    "Involvement",
    "Joining",
    "Kind",
    "Membership",
    "Municipality",
    "Notice",
    "Part",
    "Region",
    "RegionWish",
    "Report",
    "Ruling",
    "Sanction",
    "State",
    "TaggedContribution",
    "Theme",
    "UnconfirmedReport",
    "Unspread",
    "Verb",
    "Version",
    "Visibility",
]
