"""The home page: for a visitor what this is, for a person what waits and what is new."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person, Visit
from challenges.models import Asking
from challenges.waiting import waiting_for
from regions.models import Comment, Membership, Municipality, Region, State, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db


def test_a_visitor_sees_what_is_public_and_how_to_join(browser: Browser, anna: Person, utrecht: Region) -> None:
    make.challenge(by=anna, region=utrecht, title="Voor iedereen")
    make.challenge(by=anna, region=utrecht, title="Voor leden", visibility=Visibility.REGION)
    page = browser(None).get("/")
    assert [challenge.title for challenge in page.context["challenges"]] == ["Voor iedereen"]
    assert page.context["numbers"]["challenges"] == 1
    assert page.text.count("nl-button--primary") == 1
    assert '/account/signup/"' in page.text


def test_a_visitor_sees_where_the_network_is(browser: Browser, utrecht: Region) -> None:
    utrecht.municipalities.set(Municipality.objects.filter(name__in=["Utrecht", "Zeist"]))
    page = browser(None).get("/").text
    assert "2 van de 342 gemeenten" in page
    inside = page.partition('class="in" d="')[2].partition('"')[0]
    assert inside.count("M") == 2


def lines(person: Person) -> list[tuple[str, str, str]]:
    make.forget(person)
    return [(line.icon, line.title, line.url) for line in waiting_for(Person.objects.get(pk=person.pk))]


def test_what_waits_is_told_to_whom_it_waits_for(
    anna: Person, bram: Person, eva: Person, mo: Person, emil: Person, kim: Person, kas: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, title="Plan")
    make.challenge(by=anna, region=utrecht, title="Half", state=State.DRAFT)
    make.offer(challenge, bram)
    make.offer(challenge, eva)
    Asking.open_for(challenge, by=anna)
    make.review(challenge, kas, points=("Een.", "Twee."))
    make.member(make.person(), utrecht, state=Membership.State.PENDING)
    draft = anna.contributions.get(state=State.DRAFT)
    url = challenge.get_absolute_url()
    assert {person: lines(person) for person in (anna, bram, eva, mo, emil, kim, kas)} == {
        anna: [
            ("quote", "Plan", url + "#feedback"),
            ("heart-handshake", "Plan", url + "#aanbod"),
            ("pencil", "Half", f"/challenges/{draft.pk}-half/bewerken/"),
        ],
        bram: [],
        eva: [],
        mo: [("user-plus", "Utrecht", "/regios/utrecht/moderatie/")],
        emil: [],
        kim: [("help-circle", "Plan", url + "feedback/geven/")],
        kas: [],
    }


def test_what_waits_beyond_six_is_folded(browser: Browser, anna: Person, utrecht: Region) -> None:
    for number in range(8):
        make.challenge(by=anna, region=utrecht, title=f"Half {number}", state=State.DRAFT)
    page = browser(anna).get("/")
    shown, _more, folded = page.text.partition("Laat er nog 2 zien")
    assert (shown.count("Half "), folded.partition("</details>")[0].count("Half ")) == (6, 2)


def test_what_is_new_since_the_last_visit(browser: Browser, anna: Person, bram: Person, utrecht: Region) -> None:
    old = make.challenge(by=anna, region=utrecht, title="Oud")
    Visit.objects.create(
        person=bram, previous_at=timezone.now() - timedelta(days=9), last_at=timezone.now() - timedelta(days=1)
    )
    new = make.challenge(by=anna, region=utrecht, title="Nieuw")
    Comment.write(old, "Van mijzelf.", by=bram)
    Comment.write(new, "Van haar.", by=anna)
    page = browser(bram).get("/")
    assert [(item.contribution.pk, len(item.lines)) for item in page.context["news"]] == [(new.pk, 2), (old.pk, 1)]
    assert page.context["since"] == Visit.objects.get().previous_at


def test_news_tells_nothing_of_what_one_may_not_see(
    browser: Browser, anna: Person, eva: Person, utrecht: Region
) -> None:
    make.challenge(by=anna, region=utrecht, title="Geheim", visibility=Visibility.TEAM)
    page = browser(eva).get("/")
    assert page.context["news"] == []
    assert "Geheim" not in page.text


def test_a_visit_ends_with_an_hour_of_silence(browser: Browser, anna: Person) -> None:
    long_ago, just_now = timezone.now() - timedelta(hours=3), timezone.now() - timedelta(minutes=5)
    Visit.objects.create(person=anna, previous_at=long_ago, last_at=just_now)
    assert browser(anna).get("/").context["since"] == long_ago
    Visit.objects.update(last_at=timezone.now() - timedelta(hours=2))
    last = Visit.objects.get().last_at
    assert browser(anna).get("/").context["since"] == last
    assert browser(anna).get("/").context["since"] == last


def test_looking_without_a_visit_changes_nothing(browser: Browser, anna: Person) -> None:
    browser(anna).head("/")
    browser(anna).get("/", headers={"Sec-Purpose": "prefetch"})
    assert Visit.objects.count() == 0


def test_home_takes_as_many_queries_for_one_as_for_thirty(
    browser: Browser, count: Count, anna: Person, mo: Person, kim: Person, utrecht: Region
) -> None:
    def more(number: int) -> dict[str, int]:
        for _number in range(number):
            challenge = make.challenge(by=anna, region=utrecht)
            make.challenge(by=anna, region=utrecht, state=State.DRAFT)
            make.offer(challenge, mo)
            Asking.open_for(challenge, by=anna)
            make.member(make.person(), utrecht, state=Membership.State.PENDING)
        cast = {"visitor": None, "anna": anna, "mo": mo, "kim": kim}
        return {who: count(browser(person), "/") for who, person in cast.items()}

    expected = {"visitor": 2, "anna": 8, "mo": 8, "kim": 9}
    assert (more(1), more(29)) == (expected, expected)


@pytest.mark.parametrize("slug", ["over", "toegankelijkheid", "privacy", "cookies", "help", "veiligheid"])
def test_the_pages_about_the_site_are_there(browser: Browser, db: None, slug: str) -> None:
    assert browser(None).get(f"/pagina/{slug}/").status_code == 200


def test_another_page_is_not(browser: Browser, db: None) -> None:
    assert [browser(None).get(path).status_code for path in ("/pagina/bestaat-niet/", "/pagina/home/")] == [404, 404]
