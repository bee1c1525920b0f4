"""What is new in a region since a member's previous visit there."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from initiate.news import News
from regions.models import Comment, Membership, Region, RegionVisit, State, Visibility
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
PATH = "/regios/utrecht/"


def last_was(person: Person, region: Region, **ago: float) -> datetime:
    """Let a member have been here; return when."""
    at = timezone.now() - timedelta(**ago)
    RegionVisit.objects.update_or_create(person=person, region=region, defaults={"last_at": at, "previous_at": at})
    return at


def new(client: Client) -> list[tuple[str, int]]:
    groups: list[News] = client.get(PATH).context["new"]
    return [(group.contribution.title, group.count) for group in groups]


def test_a_member_reads_what_is_new_grouped_and_counted(
    browser: Browser, utrecht: Region, anna: Person, bram: Person
) -> None:
    old = make.challenge(by=anna, region=utrecht, title="Oude vraag")
    last_was(bram, utrecht, days=0)
    Comment.write(old, "Een", by=anna)
    Comment.write(old, "Twee", by=make.person("Cor"))
    make.challenge(by=anna, region=utrecht, title="Nieuwe vraag")
    Comment.write(old, "Van mijzelf", by=bram)
    page = browser(bram).get(PATH)
    assert [(group.contribution.title, group.count) for group in page.context["new"]] == [
        ("Nieuwe vraag", 1),
        ("Oude vraag", 2),
    ]
    assert page.context["news"] == []
    listed = page.content.decode().partition('id="nieuw"')[2].partition("</section>")[0]
    assert listed.count(">nieuw</span>") == 1
    assert "Nieuw sinds uw vorige bezoek" in page.content.decode()


def test_a_visit_lasts_until_an_hour_of_silence(browser: Browser, utrecht: Region, anna: Person, bram: Person) -> None:
    about = make.challenge(by=anna, region=utrecht, title="Vraag")
    Comment.write(about, "Een", by=anna, at=timezone.now() - timedelta(hours=2))
    hour = timedelta(hours=1)
    now = timezone.now()
    RegionVisit.objects.create(person=bram, region=utrecht, last_at=now - hour / 2, previous_at=now - 3 * hour)
    assert [new(browser(bram)), new(browser(bram))] == [[("Vraag", 2)]] * 2
    RegionVisit.objects.update(last_at=now - 1.5 * hour)
    assert new(browser(bram)) == [("Vraag", 1)]


def test_where_nothing_is_new_the_latest_stand(browser: Browser, utrecht: Region, anna: Person, bram: Person) -> None:
    make.challenge(by=anna, region=utrecht, title="Vraag")
    RegionVisit.objects.create(person=bram, region=utrecht, last_at=timezone.now(), previous_at=timezone.now())
    page = browser(bram).get(PATH)
    assert (page.context["new"], len(page.context["news"])) == ([], 1)
    assert "niets nieuws sinds uw vorige bezoek" in page.content.decode()


def test_each_region_remembers_by_itself(
    browser: Browser, utrecht: Region, eindhoven: Region, anna: Person, bram: Person
) -> None:
    make.member(bram, eindhoven)
    then = last_was(bram, utrecht, days=40)
    browser(bram).get("/")
    browser(bram).get("/regios/eindhoven/")
    assert browser(bram).get(PATH).context["since"] == then


def test_only_a_visit_of_a_member_is_noted(
    browser: Browser, utrecht: Region, bram: Person, bo: Person, eva: Person, stan: Person, mo: Person
) -> None:
    suspended = make.person("Suus")
    make.member(suspended, utrecht, state=Membership.State.SUSPENDED)
    for person in (None, bo, eva, stan, suspended):
        page = browser(person).get(PATH)
        assert (page.context["since"], page.context["new"]) == (None, [])
    browser(bram).head(PATH)
    browser(bram).get(PATH, headers={"sec-purpose": "prefetch"})
    assert list(RegionVisit.objects.all()) == []
    for person in (bram, mo, bram):
        browser(person).get(PATH)
    assert RegionVisit.objects.count() == 2


def test_who_comes_first_sees_the_last_week(browser: Browser, utrecht: Region, bram: Person) -> None:
    since = browser(bram).get(PATH).context["since"]
    assert timedelta(days=6, hours=23) < timezone.now() - since < timedelta(days=7, hours=1)


def test_what_is_new_is_what_the_member_sees(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, mo: Person
) -> None:
    last_was(bram, utrecht, days=1)
    last_was(mo, utrecht, days=1)
    for visibility in Visibility:
        make.challenge(by=anna, region=utrecht, title=f"Kanarie {visibility}", visibility=visibility)
    make.challenge(by=anna, region=utrecht, title="Kanarie draft", state=State.DRAFT)
    make.challenge(by=anna, region=utrecht, title="Kanarie hidden", state=State.HIDDEN)
    seen = {name: {title.removeprefix("Kanarie ") for title, _count in new(browser(person))} for name, person in
            {"bram": bram, "mo": mo, "anna": anna}.items()}  # fmt: skip
    members = {"public", "network", "region"}
    assert seen == {"bram": members, "mo": {*members, "team"}, "anna": set()}
