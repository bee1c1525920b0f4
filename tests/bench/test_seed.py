"""What `bench/` fills a database with is what the product itself would have written."""

from typing import Any

import pytest
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from bench import homes, network, words
from bench.seed import fill
from challenges.models import Challenge, Point
from challenges.models import TestRound as Round
from regions.desk import SOURCES
from regions.models import (
    Comment,
    Contribution,
    Document,
    Entry,
    Involvement,
    Meeting,
    Part,
    Post,
    Region,
    Signup,
    State,
    Verb,
    Visibility,
)
from regions.models.event import MODERATION
from regions.text import plain, rendered

SIZE = 50
HOMES = (
    homes.SMALL,
    homes.Measure("regio-groot", members=60, challenges=40, meetings=24, posts=20, documents=8, waits=6),
)


@pytest.fixture
def seeded(db: None) -> None:
    fill(SIZE, HOMES)


def counted(name: str, rows: Any, by: str = "challenge") -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(n=Count("pk")).values_list(by, "n"))


@pytest.mark.usefixtures("seeded")
def test_every_counter_is_true() -> None:
    rounds = Round.objects.all()
    real = {
        "comment_count": counted("comments", Comment.objects.shown(), "contribution"),
        "prototype_count": dict(Challenge.objects.annotate(n=Count("prototypes")).values_list("pk", "n")),
        "follower_count": dict(Contribution.objects.annotate(n=Count("follows")).values_list("pk", "n")),
        "version": dict(Contribution.objects.annotate(n=Count("versions")).values_list("pk", "n")),
        "round_count": counted("rounds", rounds, "prototype__challenge"),
        "resident_round_count": counted("rounds", rounds.filter(residents__gt=0), "prototype__challenge"),
        "review_count": dict(Challenge.objects.annotate(n=Count("reviews")).values_list("pk", "n")),
        "open_point_count": counted("points", Point.objects.filter(state="open"), "review__challenge"),
    }
    challenges = list(Challenge.objects.all())
    assert real["comment_count"] == counted_rows("comment_count")
    stored = {name: {row.pk: getattr(row, name) for row in challenges} for name in real}
    assert stored == {name: {row.pk: counts.get(row.pk, 0) for row in challenges} for name, counts in real.items()}
    assert (
        Contribution.objects.filter(is_in_review=True).count()
        == Challenge.objects.filter(askings__closed_at=None, askings__isnull=False).count()
    )
    members = Count("memberships", Q(memberships__state="active"))
    assert all(region.member_count == region.n for region in Region.objects.annotate(n=members))


def counted_rows(name: str) -> dict[int, int]:
    """Return a counter of all contributions, but where it is nought."""
    return {row.pk: getattr(row, name) for row in Contribution.objects.all() if getattr(row, name)}


@pytest.mark.usefixtures("seeded")
def test_rows_are_those_that_the_product_writes() -> None:
    assert Challenge.objects.count() == SIZE + sum(home.challenges for home in HOMES)
    for challenge in Challenge.objects.all():
        assert challenge.html == challenge.rendered_html()
        assert [part.person for part in challenge.involvements.filter(part=Part.AUTHOR)] == [challenge.author]
        assert challenge.versions.get(number=challenge.version).text == challenge.text
        last = challenge.events.exclude(verb__in=(*MODERATION, Verb.DISCUSSED)).order_by("-at").first()
        assert last is None or challenge.last_activity_at >= last.at
    for comment in Comment.objects.shown():
        assert comment.html == rendered(comment.text)
    entry = Entry.objects.filter(kind="challenge").earliest("pk")
    told = Challenge.objects.get(pk=entry.object_id)
    texts = (told.question, told.for_whom, told.improvement, told.participation)
    assert entry.text == "\n".join([told.summary, *map(plain, texts)])
    assert not Entry.objects.filter(contribution__state=State.DRAFT).exists()


@pytest.mark.usefixtures("seeded")
def test_visible_to_counts_right() -> None:
    """A member sees what is public, of the network and of their own region, and what they have a part in."""
    readable = Challenge.objects.filter(state__in=(State.PUBLISHED, State.ARCHIVED))
    public = Q(visibility=Visibility.PUBLIC)
    member = Person.objects.get(pk=network.MEMBER)
    own = Q(visibility=Visibility.REGION, region=1) | Q(visibility=Visibility.NETWORK)
    parts = Involvement.objects.current().filter(person=member).values("contribution")
    assert Challenge.objects.visible_to(None).count() == readable.filter(public).count() > 18
    assert (
        Challenge.objects.visible_to(member).count()
        == (readable.filter(public | own) | Challenge.objects.filter(pk__in=parts)).count()
    )


@pytest.mark.usefixtures("seeded")
def test_list_shows_a_full_page_and_search_finds_the_rare_word(client: Client) -> None:
    page = client.get(reverse("challenges:list"))
    assert len(page.context["page"].object_list) == 18
    assert Challenge.objects.matching(words.RARE).count() > 0


@pytest.mark.usefixtures("seeded")
def test_the_next_row_comes_after_the_seeded_ones() -> None:
    author, last = Person.objects.get(pk=network.MEMBER), Contribution.objects.latest("pk").pk
    text = {"title": "Nieuw", "summary": "Kort", "question": "Wat?"}
    made = Challenge.objects.post(by=author, region=Region.objects.get(pk=1), text=text)
    assert made.pk == last + 1


@pytest.mark.usefixtures("seeded")
def test_a_home_has_what_its_measure_says() -> None:
    staff = Person.objects.get(pk=network.STAFF)
    for measure in HOMES:
        region = Region.objects.get(slug=measure.slug)
        posts = Post.objects.filter(region=region)
        has = {
            "members": region.member_count,
            "challenges": Challenge.objects.filter(region=region).count(),
            "meetings": Meeting.objects.filter(region=region).count(),
            "posts": posts.published().count(),
            "documents": Document.objects.filter(region=region).count(),
        }
        assert has == {name: getattr(measure, name) for name in has}
        seen = Contribution.objects.filter(region=region)
        waits = {source.sort: source.rows(seen, [region.pk], staff).count() for source in SOURCES}
        assert waits == dict.fromkeys(waits, measure.waits)
        assert Meeting.objects.filter(region=region).coming().exists()
    assert Signup.objects.waiting().exists()


@pytest.mark.usefixtures("seeded")
def test_what_a_home_posts_is_what_the_product_writes() -> None:
    for kind in (Post, Document, Meeting):
        for thing in kind.objects.all():
            assert thing.html == thing.rendered_html()
            assert [part.person for part in thing.involvements.filter(part=Part.AUTHOR)] == [thing.author]
            assert thing.versions.get().text == thing.text
            written = thing.entries.values_list("title", "text").get(kind=thing.KIND)
            thing.index()
            assert written == thing.entries.values_list("title", "text").get(kind=thing.KIND)
    for post in Post.objects.exclude(helped=None):
        assert post.helped.contribution_id == post.pk
    for document in Document.objects.all():
        newest = document.editions.latest("number")
        assert (document.newest, document.edited_at) == (newest, newest.at)


@pytest.mark.usefixtures("seeded")
def test_the_places_of_a_meeting_are_counted() -> None:
    for meeting in Meeting.objects.all():
        stored = (meeting.going, meeting.going_count, meeting.waiting_count)
        meeting.fill()
        assert stored == (meeting.going, meeting.going_count, meeting.waiting_count)
        assert meeting.present == (meeting.going if meeting.closed_at else {})
