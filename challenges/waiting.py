"""What waits on one person ("Wacht op mij"): everything for which others look at them, in one query."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from challenges.models import Asking, Challenge, Offer
from regions.models import Agreement, Comment, Contribution, Kind, Meeting, Membership, Post, Region, Ruling, State
from regions.models.standing import standing_of

MOST = 20
# The sorts, in the order in which they are told.
CHANGES, COMMENTS, POINTS, OFFERS, REVIEWS, REGIONS, SILENCES, ORPHANS, AGREEMENTS, OUTCOMES = range(1, 11)
DRAFTS, MEETING_DRAFTS, POSTS = range(11, 14)
PAGES = {
    OFFERS: ("challenges:detail", "#aanbod"),
    OUTCOMES: ("challenges:detail", "#aanbod"),
    POINTS: ("challenges:detail", "#feedback"),
    SILENCES: ("challenges:detail", "#stil"),
    REVIEWS: ("challenges:review", ""),
    AGREEMENTS: ("regions:meeting", "#afspraken"),
    DRAFTS: ("challenges:edit", ""),
    MEETING_DRAFTS: ("regions:meeting", ""),
    POSTS: ("regions:post_edit", ""),
}
ICONS = {
    CHANGES: "alert-triangle",
    COMMENTS: "alert-triangle",
    OFFERS: "heart-handshake",
    OUTCOMES: "heart-handshake",
    POINTS: "quote",
    SILENCES: "clock",
    REVIEWS: "help-circle",
    REGIONS: "user-plus",
    ORPHANS: "users",
    AGREEMENTS: "checkbox",
    DRAFTS: "pencil",
    MEETING_DRAFTS: "calendar-event",
    POSTS: "pencil",
}
Rows = QuerySet[Any, tuple[Any, ...]]


@dataclass(frozen=True)
class Waiting:
    """One line: what is asked, about what, where it leads, and the name of an icon."""

    words: str
    title: str
    url: str
    icon: str


def waiting_for(person: Person) -> list[Waiting]:
    """Return what others wait for first, own drafts last; at most MOST lines of a sort."""
    first, *others = _sources(person)
    return [_line(*row) for row in sorted(first.union(*others, all=True))]


def _sources(person: Person) -> Iterator[Rows]:
    """Yield per sort: its place in the order, id, title, slug and how many."""
    standing = standing_of(person)
    seen = Challenge.objects.visible_to(person)
    mine = seen.of(person)
    to_change = Ruling.objects.unanswered().on_itself().filter(contribution=OuterRef("pk"))
    own = Contribution.objects.visible_to(person).of(person)
    yield _rows(CHANGES, own.filter(Exists(to_change)), slug=F("kind"))
    readable = Contribution.objects.visible_to(person)
    comments = Comment.objects.filter(author=person, is_asked=True, contribution__in=readable)
    yield _rows(COMMENTS, comments, title=F("contribution__title"))
    offered = Count("offers", filter=Q(offers__state=Offer.State.OFFERED))
    yield _rows(OFFERS, mine.annotate(number=offered).filter(number__gt=0), number=F("number"))
    untold = Offer.objects.asked_of(person)
    number = Count("offers", filter=Q(offers__in=untold))
    with_untold = seen.filter(pk__in=untold.values("challenge")).annotate(number=number)
    yield _rows(OUTCOMES, with_untold, number=F("number"))
    yield _rows(POINTS, mine.filter(open_point_count__gt=0), number=F("open_point_count"))
    yield _rows(SILENCES, mine.asked())
    if standing.has_agreed:
        asked = Asking.objects.open().waiting_on(person)
        yield _rows(REVIEWS, seen.published().filter(pk__in=asked.values("challenge")))
    if standing.moderates:
        pending = Membership.objects.pending().filter(region=OuterRef("pk")).order_by().values("region")
        many = Subquery(pending.annotate(many=Count("pk")).values("many"))
        regions = Region.objects.filter(pk__in=standing.moderates).annotate(number=many).filter(number__gt=0)
        yield _rows(REGIONS, regions, title=F("name"), slug=F("slug"), number=F("number"))
    if standing.is_staff:
        moderated = Membership.objects.moderators().filter(region=OuterRef("pk"))
        yield _rows(ORPHANS, Region.objects.filter(~Exists(moderated)), title=F("name"), slug=F("slug"))
    promised = Agreement.objects.open().filter(owner=person)
    met = Meeting.objects.visible_to(person).filter(pk__in=promised.values("meeting"))
    number = Count("agreements", filter=Q(agreements__owner=person, agreements__done_at=None))
    yield _rows(AGREEMENTS, met.annotate(number=number), number=F("number"))
    yield _rows(DRAFTS, mine.filter(state=State.DRAFT))
    yield _rows(MEETING_DRAFTS, Meeting.objects.of(person).filter(state=State.DRAFT))
    yield _rows(POSTS, Post.objects.visible_to(person).of(person).filter(state=State.DRAFT))


def _rows(order: int, found: QuerySet[Any], **columns: F) -> Rows:
    """Return the first rows by id, in an order that no index has: by that of the ids the database walks all of them."""
    return found.order_by(F("pk") + 0).values_list(
        Value(order),
        F("pk"),
        columns.get("title", F("title")),
        columns.get("slug", Value("", output_field=CharField())),
        columns.get("number", Value(1, output_field=IntegerField())),
    )[:MOST]


def _line(order: int, pk: int, title: str, slug: str, number: int) -> Waiting:
    if order in (REGIONS, ORPHANS):
        path = reverse("regions:desk", args=[slug])
    elif order == CHANGES:
        path = Contribution(pk=pk, title=title, kind=slug).get_absolute_url()
    elif order == COMMENTS:
        path = reverse("regions:comment_edit", args=[pk])
    else:
        page, anchor = PAGES[order]
        kind = Kind.POST if order == POSTS else Kind.CHALLENGE
        path = reverse(page, args=[pk, Contribution(title=title, kind=kind).slug]) + anchor
    return Waiting(_words(order, number), title, path, ICONS[order])


def _words(order: int, number: int) -> str:
    words = {
        CHANGES: _("A moderator asks you to change this"),
        COMMENTS: _("A moderator asks you to change your comment"),
        OFFERS: ngettext("%d offer waits for an answer", "%d offers wait for an answer", number),
        OUTCOMES: ngettext("Tell what came of %d offer", "Tell what came of %d offers", number),
        POINTS: ngettext("%d point to answer", "%d points to answer", number),
        SILENCES: _("Does this still go on?"),
        REVIEWS: _("You are asked for feedback"),
        REGIONS: ngettext("%d person asks to join the region", "%d people ask to join the region", number),
        ORPHANS: _("This region has no moderator"),
        AGREEMENTS: ngettext("%d thing that you promised", "%d things that you promised", number),
        DRAFTS: _("Finish your draft"),
        MEETING_DRAFTS: _("Finish your meeting"),
        POSTS: _("Finish your message"),
    }[order]
    return words % number if "%d" in words else words
