"""The overview as a whole: in which order things stand, where each line leads, and how much of a text is read."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from challenges.models import Asking, Challenge, Review
from digests.compose.overview import MOST
from digests.context import unread_count
from digests.items import Group, gather
from digests.plan import waiting_notices
from digests.spread import spread
from regions.models import (
    Audience,
    Comment,
    Event,
    Notice,
    Part,
    Region,
    Report,
    Ruling,
    Theme,
    Unspread,
    Verb,
    Visibility,
)
from regions.text import plain
from tests import make
from tests.digests.mailing import Post, due, go_round, wants

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp bij schulden")
    Unspread.objects.all().delete()
    return challenge


def groups_of(person: Person) -> list[Group]:
    spread()
    make.forget(person)
    with translation.override("en"):
        return gather(person, waiting_notices(person))


def test_roles_stand_on_top_then_what_waits_then_from_near_to_far(
    challenge: Challenge, utrecht: Region, eindhoven: Region, anna: Person, emil: Person, eva: Person, bo: Person
) -> None:
    lena = make.person("Lena", is_staff=True)
    make.member(lena, utrecht, moderator=True)
    make.secretary(lena)
    theme = Theme.objects.create(slug="wonen", name="Wonen")
    theme.followers.add(lena)
    mine = make.challenge(by=lena, region=utrecht, title="Van mijzelf")
    other = make.challenge(by=lena, region=utrecht, title="Ook van mijzelf")
    mentioned = make.challenge(by=anna, region=utrecht, title="Mijn vraag beantwoord")
    followed = make.challenge(by=anna, region=utrecht, title="Gevolgd dichtbij")
    far = make.challenge(by=emil, region=eindhoven, title="Gevolgd elders")
    question = Comment.write(mentioned, "Wie weet dit?", by=lena)
    for one in (followed, far):
        one.follow(lena)
    Unspread.objects.all().delete()
    Comment.write(far, "Hoi.", by=eva)
    make.challenge(by=emil, region=eindhoven, title="Thema", themes=[theme])
    Comment.write(followed, "Hoi.", by=eva)
    make.challenge(by=anna, region=utrecht, title="Nieuw in Utrecht")
    Comment.write(other, "Hoi.", by=eva)
    Comment.write(mentioned, "Ik.", by=eva, parent=question)
    make.offer(mine, eva)
    Asking.open_for(challenge, by=anna, words="Zien wij iets over het hoofd?")
    eindhoven.memberships.moderators().delete()
    Event.write(Verb.WITHOUT_MODERATOR, by=None, region=eindhoven, audience=Audience.DESK)
    utrecht.ask_to_join(bo, motivation="Ik woon hier.")
    groups = groups_of(lena)
    with translation.override("en"):
        found = [(str(group.section.label), group.title) for group in groups]
    assert found == [
        ("For you as moderator", "Utrecht"),
        ("For the InnovatieKabinet", "Eerder hulp bij schulden"),
        ("For the administrators", "Eindhoven"),
        ("Waits on you or is about you", "Van mijzelf"),
        ("Waits on you or is about you", "Mijn vraag beantwoord"),
        ("What you work on", "Ook van mijzelf"),
        ("Your regions", "Nieuw in Utrecht"),
        ("Your regions", "Gevolgd dichtbij"),
        ("Themes that you follow", "Thema"),
        ("What you follow elsewhere in the network", "Gevolgd elders"),
    ]


def test_each_line_leads_to_the_thing_itself(challenge: Challenge, anna: Person, kim: Person, eva: Person) -> None:
    asked = Comment.write(challenge, "Goed.", by=eva)
    offer = make.offer(challenge, eva)
    review = make.review(challenge, kim)
    challenge.involve(bram := make.person("Bram Team"), Part.TEAM, by=anna)
    make.member(bram, challenge.region)
    prototype = make.prototype(challenge, by=bram)
    test = make.round(prototype, by=bram)
    challenge.edit(by=bram, seen=1, text={**challenge.text, "summary": "Anders gezegd."})
    point = review.points.get()
    point.settle(by=bram, state="no", answer="Doen wij niet.")
    point.ask_on("Waarom niet?", by=kim)
    (group,) = groups_of(anna)
    page = challenge.get_absolute_url()
    assert {item.verb: item.path for item in group.items} == {
        "commented": f"/reacties/{asked.pk}/",
        "offered": f"{page}#aanbod-{offer.pk}",
        "reviewed": f"{page}#feedback-{review.pk}",
        "prototyped": f"{page}#prototype-{prototype.number}",
        "tested": f"{page}#testronde-{test.pk}",
        "edited": f"{page}versies/?naar=2",
        "point-answered": f"{page}#punt-{point.pk}",
        "point-asked-on": f"{page}#punt-{point.pk}",
    }
    client = Client()
    client.force_login(anna)
    html = client.get(page).content.decode()
    anchors = [item.path.partition("#")[2] for item in group.items if "#" in item.path]
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in html] == []
    assert client.get(f"{page}versies/?naar=2").status_code == 200


def test_what_waits_at_a_desk_leads_there(challenge: Challenge, mo: Person, eva: Person) -> None:
    Report.make(challenge, by=eva, reason="insult", words="Dit kwetst.")
    (group,) = groups_of(mo)
    assert (group.path, group.latest.path) == (challenge.get_absolute_url(), "/regios/utrecht/moderatie/")


def test_the_mail_links_each_line_once(challenge: Challenge, anna: Person, eva: Person, post: Post) -> None:
    wants(anna)
    comment = Comment.write(challenge, "Goed.", by=eva)
    go_round()
    url = f"http://127.0.0.1:8000/reacties/{comment.pk}/"
    assert (post.text().count(url), post.html().count(f'href="{url}"')) == (1, 1)


def test_the_bell_leads_to_the_place_and_takes_it_out_of_the_next_mail(
    challenge: Challenge, anna: Person, eva: Person, post: Post
) -> None:
    wants(anna)
    comment = Comment.write(challenge, "KANARIE", by=eva)
    spread()
    client = Client()
    client.force_login(anna)
    notice = Notice.objects.get(person=anna)
    assert f"/mijn/meldingen/{notice.pk}/" in client.get("/mijn/meldingen/").content.decode()
    assert client.get(f"/mijn/meldingen/{notice.pk}/")["Location"] == f"/reacties/{comment.pk}/"
    due(anna)
    go_round()
    assert (post.taken, "KANARIE" in client.get("/mijn/overzicht/").content.decode()) == ([], False)


def _hide(challenge: Challenge, mo: Person) -> None:
    Ruling.hide(challenge, by=mo, reason="other", words="")


def _close(challenge: Challenge, mo: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility=Visibility.TEAM)


@pytest.mark.parametrize("happens", [_hide, _close])
def test_what_can_no_longer_be_seen_is_nowhere(
    happens: Callable[[Challenge, Person], None], challenge: Challenge, eva: Person, bram: Person, mo: Person
) -> None:
    challenge.follow(eva)
    Comment.write(challenge, "KANARIE", by=bram)
    spread()
    client = Client()
    client.force_login(eva)
    paths = [reverse("digests:notices"), reverse("digests:overview")]
    before = [("KANARIE" in client.get(path).content.decode()) for path in paths], unread_count(eva)
    happens(challenge, mo)
    make.forget(eva)
    after = [("KANARIE" in client.get(path).content.decode()) for path in paths], unread_count(eva)
    assert (before, after) == (([True, True], 1), ([False, False], 0))


# --- long texts ---------------------------------------------------------------------------------------------

LINK = "\n\n[naar]: https://voorbeeld.example/"
"""Markdown that is read only by who reads to the end: it makes `[Lees mee][naar]` the word `Lees mee`."""


def test_of_half_a_megabyte_no_more_is_read_than_is_told() -> None:
    assert plain(f"[Lees mee][naar]{LINK}", 20) == "Lees mee"
    assert plain(f"[Lees mee][naar] {'x ' * 250_000}{LINK}", 20) == "[Lees mee][naar] x…"
    assert plain("Zoals de wijkteams en de buurthuizen", 20) == "Zoals de wijkteams…"
    assert plain("Zoals de wijkteams en de buurthuizen", 19) == "Zoals de wijkteams…"
    assert plain("Zoals de wijkteams en de buurthuizen", 18) == "Zoals de…"
    assert plain("x" * 100, 60) == f"{'x' * 59}…"
    assert plain(f"[Lees mee](https://voorbeeld.example/{'x' * 500_000})", 20).endswith("…")


@pytest.mark.parametrize("sign", ["[", "<", "`", "* ", "> ", "![](", "&", "_a_ "])
def test_half_a_megabyte_of_signs_is_composed(
    sign: str, challenge: Challenge, anna: Person, eva: Person, kim: Person, post: Post
) -> None:
    text = f"[Lees mee][naar]{sign * (500_000 // len(sign))}{LINK}"
    wants(anna)
    comment = Comment.write(challenge, "Kort.", by=eva)
    Comment.objects.filter(pk=comment.pk).update(text=text)
    review = make.review(challenge, kim, note="Kort.")
    Review.objects.filter(pk=review.pk).update(answer=text, note=text)
    go_round()
    assert (post.text().count("[Lees mee][naar]"), len(post.taken[0].original_content or b"") < 40_000) == (3, True)


def test_of_very_much_the_most_pressing_is_told_and_the_rest_counted(
    utrecht: Region, eindhoven: Region, anna: Person, eva: Person, post: Post
) -> None:
    for number in range(MOST + 2):
        make.challenge(by=eva, region=eindhoven, title=f"Elders {number}.").follow(anna)
    Unspread.objects.all().delete()
    for far in Challenge.objects.filter(region=eindhoven):
        Comment.write(far, "Wij ook.", by=eva)
    Comment.write(make.challenge(by=anna, region=utrecht, title="Van mijzelf"), "Goed.", by=eva)
    wants(anna)
    go_round()
    told = post.text()
    assert ("Van mijzelf" in told, told.count("(Eindhoven)"), "And 3 more on the site" in told) == (
        True,
        MOST - 1,
        True,
    )
    due(anna)
    go_round()
    assert len(post.mails) == 1, "what was counted is no news a second time"
    assert unread_count(anna) == MOST + 3, "and stands on the site"
