"""The list of challenges, with its filters in the URL: as a page, as a feed (Atom) and as a file (CSV)."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.forms.listing import ListQuery
from challenges.models import Challenge, ChallengeQuerySet
from challenges.paging import MOST, Pages
from challenges.sheets import CSV, csv_lines
from initiate.network import named

IN_FEED, AT_ONCE = 20, 500
"""So many challenges stand in a feed, and so many rows of a file are fetched together."""


@require_safe
def challenges(request: HttpRequest) -> HttpResponse:
    query = ListQuery.of(request.GET)
    found = query.filtered(Challenge.objects.visible_to(request.user).readable().for_list())
    page = Pages(found, is_whole=not query.chips).page_of(query.page)
    return render(request, "challenges/list.html", {"query": query, "page": page, "most": MOST})


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest of a selection as Atom (RFC 4287): what everyone may read, whoever asks."""
    query = ListQuery.of(request.GET)
    found = query.filtered(Challenge.objects.visible_to(None).readable().for_list()).order_by("-published_at", "-pk")
    words = ", ".join(chip["value"] for chip in query.chips)
    name = named(_("Challenges on Initiate"))
    atom = Atom1Feed(
        title=f"{name}: {words}" if words else name,
        link=f"{settings.SITE_URL}{reverse('challenges:list')}?{query.query}",
        description=None,
        language=get_language(),
        feed_url=settings.SITE_URL + request.get_full_path(),
    )
    for challenge in found[:IN_FEED]:
        atom.add_item(
            title=challenge.title,
            link=settings.SITE_URL + challenge.get_absolute_url(),
            description=challenge.summary,
            unique_id=f"{settings.SITE_URL}/challenges/{challenge.pk}-/",
            author_name=challenge.region.name,
            pubdate=challenge.published_at,
            updateddate=challenge.last_activity_at,
            categories=[challenge.get_stage_display()],
        )
    answer = HttpResponse(content_type=atom.content_type)
    atom.write(answer, "utf-8")
    return answer


@require_safe
def table(request: HttpRequest) -> StreamingHttpResponse:
    """Give the whole selection of this person, row by row."""
    query = ListQuery.of(request.GET)
    found = query.filtered(Challenge.objects.visible_to(request.user).readable().for_list())
    answer = StreamingHttpResponse(csv_lines(rows(found)), content_type=CSV)
    answer["Content-Disposition"] = 'attachment; filename="challenges.csv"'
    return answer


def rows(challenges: ChallengeQuerySet) -> Iterator[Sequence[str]]:
    yield (_("Title"), _("In short"), _("Region"), _("Stage"), _("Published"), _("Latest activity"), _("Link"))
    for challenge in challenges.iterator(AT_ONCE):
        days = [f"{timezone.localtime(at):%Y-%m-%d}" for at in (challenge.published_at, challenge.last_activity_at)]
        words = (challenge.title, challenge.summary, challenge.region.name, challenge.get_stage_display())
        yield (*words, *days, settings.SITE_URL + challenge.get_absolute_url())
