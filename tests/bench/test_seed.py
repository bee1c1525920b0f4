"""What `bench/` fills a database with is what the product itself would have written."""

from typing import Any

import pytest
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from bench import network, words
from bench.seed import fill
from challenges.models import Challenge, Point
from challenges.models import TestRound as Round
from regions.models import Comment, Contribution, Entry, Involvement, Part, Region, State, Visibility
from regions.text import plain, rendered

SIZE = 50


@pytest.fixture
def seeded(db: None) -> None:
    fill(SIZE)


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
    stored = {name: {row.pk: getattr(row, name) for row in challenges} for name in real}
    assert stored == {name: {row.pk: counts.get(row.pk, 0) for row in challenges} for name, counts in real.items()}
    assert (
        Contribution.objects.filter(is_in_review=True).count()
        == Challenge.objects.filter(askings__closed_at=None, askings__isnull=False).count()
    )
    members = Count("memberships", Q(memberships__state="active"))
    assert all(region.member_count == region.n for region in Region.objects.annotate(n=members))


@pytest.mark.usefixtures("seeded")
def test_rows_are_those_that_the_product_writes() -> None:
    assert Challenge.objects.count() == SIZE
    for challenge in Challenge.objects.all():
        assert challenge.html == challenge.rendered_html()
        assert [part.person for part in challenge.involvements.filter(part=Part.AUTHOR)] == [challenge.author]
        assert challenge.versions.get(number=challenge.version).text == challenge.text
        last = challenge.events.order_by("-at").first()
        assert last is None or challenge.last_activity_at >= last.at
    for comment in Comment.objects.shown():
        assert comment.html == rendered(comment.text)
    entry = Entry.objects.filter(kind="challenge").earliest("pk")
    told = Challenge.objects.get(pk=entry.object_id)
    texts = (told.question, told.for_whom, told.improvement, told.participation)
    assert entry.text == "\n".join([told.summary, *map(plain, texts)])
    assert not Entry.objects.exclude(contribution__state__in=(State.PUBLISHED, State.ARCHIVED, State.HIDDEN)).exists()


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
    author = Person.objects.get(pk=network.MEMBER)
    text = {"title": "Nieuw", "summary": "Kort", "question": "Wat?"}
    made = Challenge.objects.post(by=author, region=Region.objects.get(pk=1), text=text)
    assert made.pk == SIZE + 1
