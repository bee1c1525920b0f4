"""One's own pages, and how the network sees a person."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Affiliation, Organisation, Person
from digests.rhythm import subscribe
from regions.models import Contribution, Municipality, Region, State, Theme
from tests import make
from tests.accounts.conftest import Browser

pytestmark = pytest.mark.django_db

NOISE = re.compile(r"^(BEGIN|SAVEPOINT|RELEASE|ROLLBACK)")


def queries(client: Client, path: str) -> int:
    client.get(path)  # the session, and what a process keeps for a minute
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len([query for query in captured if not NOISE.match(query["sql"])])


# --- the start page -----------------------------------------------------------------------------------------


def test_the_start_page_shows_what_is_mine(browser: Browser, anna: Person, bram: Person, utrecht: Region) -> None:
    own = make.challenge(by=anna, region=utrecht, title="Mijn eigen vraag")
    draft = make.challenge(by=anna, region=utrecht, title="Nog een concept", state="draft")
    followed = make.challenge(by=bram, region=utrecht, title="De vraag van Bram")
    hidden = make.challenge(by=bram, region=utrecht, title="Verborgen vraag")
    for challenge in (followed, hidden):
        challenge.follow(anna)
        make.offer(challenge, anna, words="Ik denk mee.")
    Contribution.objects.filter(pk=hidden.pk).update(state=State.HIDDEN)
    page = browser(anna).get(reverse("accounts:home")).context
    assert page["challenges"] == [own]
    assert page["drafts"] == [draft]
    assert list(page["followed"]) == [followed]
    assert [offer.challenge.pk for offer in page["offers"]] == [followed.pk]
    assert [row.region for row in page["memberships"]] == [utrecht]


def test_the_start_page_shows_my_posts_and_what_i_follow(
    browser: Browser, anna: Person, bram: Person, eva: Person, utrecht: Region
) -> None:
    own = make.post(by=anna, region=utrecht, title="Wie kent een zaal?")
    draft = make.post(by=anna, region=utrecht, title="Half", state="draft")
    followed = make.document(by=bram, region=utrecht, title="Lijst", visibility="region")
    make.post(by=bram, region=utrecht)
    for person in (anna, eva):
        followed.follow(person)
    rows = [(row.pk, row.is_own) for row in browser(anna).get(reverse("accounts:home")).context["others"]]
    assert rows == [(followed.pk, False), (draft.pk, True), (own.pk, True)]
    assert list(browser(eva).get(reverse("accounts:home")).context["others"]) == []


def test_an_empty_start_page_helps(browser: Browser, bo: Person) -> None:
    body = browser(bo).get(reverse("accounts:home")).content.decode()
    assert reverse("regions:list") in body
    assert reverse("challenges:list") in body


def test_a_moderator_sees_who_waits(browser: Browser, mo: Person, bo: Person, utrecht: Region, emil: Person) -> None:
    utrecht.ask_to_join(bo)
    asked = [row.person for row in browser(mo).get(reverse("accounts:home")).context["asked"]]
    assert asked == [bo]
    assert not browser(emil).get(reverse("accounts:home")).context["asked"]


@pytest.mark.parametrize("rows", [1, 8])
def test_the_start_page_asks_as_much_at_any_size(
    browser: Browser, anna: Person, bram: Person, utrecht: Region, rows: int
) -> None:
    theme = Theme.objects.create(slug="jeugd", name="Jeugd")
    for _row in range(rows):
        make.challenge(by=anna, region=utrecht, themes=[theme])
        make.challenge(by=anna, region=utrecht, state="draft")
        challenge = make.challenge(by=bram, region=utrecht, themes=[theme])
        challenge.follow(anna)
        make.offer(challenge, anna)
        make.post(by=anna, region=utrecht)
        make.document(by=bram, region=utrecht).follow(anna)
    assert queries(browser(anna), reverse("accounts:home")) == HOME


HOME = 11


# --- profile and preferences --------------------------------------------------------------------------------


def test_a_profile_is_kept(browser: Browser, bo: Person) -> None:
    browser(bo).post(
        reverse("accounts:profile"), {"name": " Bo\r\nBcc: x ", "function": "bewoner", "knowledge": ["lived"]}
    )
    bo.refresh_from_db()
    assert (bo.name, bo.function, bo.knowledge) == ("Bo Bcc: x", "bewoner", ["lived"])


def test_what_someone_knows_is_a_list_of_words(browser: Browser, bo: Person, bram: Person) -> None:
    client = browser(bo)
    client.post(reverse("accounts:profile"), {"name": "Bo", "expertise": " GGZ,, schulden ,ggz,Oud \n papier, "})
    bo.refresh_from_db()
    assert (bo.expertise, bo.expertise_keys) == (["GGZ", "schulden", "Oud papier"], ["ggz", "schulden", "oud papier"])
    assert 'value="GGZ, schulden, Oud papier"' in client.get(reverse("accounts:profile")).content.decode()
    assert "GGZ, schulden, Oud papier" in browser(bram).get(f"/mensen/{bo.pk}/").content.decode()
    client.post(reverse("accounts:profile"), {"name": "Bo", "expertise": ""})
    bo.refresh_from_db()
    assert (bo.expertise, bo.expertise_keys) == ([], [])


@pytest.mark.parametrize("words", [", ".join("abcdefghi"), "a" * 41, "schulden, 111222333"])
def test_too_many_or_too_long_words_or_a_number_of_a_citizen_are_refused(
    browser: Browser, bo: Person, words: str
) -> None:
    refused = browser(bo).post(reverse("accounts:profile"), {"name": "Bo Anders", "expertise": words})
    bo.refresh_from_db()
    assert (refused.status_code, bo.name, bo.expertise) == (422, "Bo Bewoner", [])
    assert words in refused.content.decode()


def test_someone_of_several_municipalities_keeps_them(browser: Browser, bo: Person, place: Municipality) -> None:
    values = {"name": "Woerden", "sort_name": "woerden", "province": "Utrecht", "inhabitants": 1}
    other = Municipality.objects.get_or_create(code="GM0632", defaults=values)[0]
    bo.municipalities.set([place, other])
    browser(bo).post(reverse("accounts:profile"), {"name": "Bo", "municipality": place.pk})
    assert set(bo.municipalities.all()) == {place, other}


def test_preferences_are_kept(browser: Browser, bo: Person) -> None:
    client = browser(bo)
    sent = {"frequency": "weekly", "weekday": "4", "hour": "16", "at_once": "on", "language": "en"}
    client.post(reverse("accounts:preferences"), sent)
    bo.refresh_from_db()
    row = bo.subscription
    assert (row.frequency, row.weekday, row.hour, row.at_once, bo.language) == ("weekly", 4, 16, True, "en")
    page = client.get(reverse("accounts:preferences"))
    assert "You get the overview every week on Friday at 16:00. The next one comes on Friday" in page.text
    assert page.context["form"].initial == sent | {"weekday": 4, "hour": 16, "at_once": True}
    client.post(reverse("set_language"), {"language": "nl"})
    bo.refresh_from_db()
    assert bo.language == "nl"


@pytest.mark.parametrize("path", ["home", "profile", "preferences", "affiliations"])
def test_own_pages_ask_a_visitor_to_sign_in(browser: Browser, path: str) -> None:
    here = reverse(f"accounts:{path}")
    assert browser().get(here).url == f"{reverse('account_login')}?next={here}"


# --- how the network sees a person --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("bo", 404), (None, 404), ("bram", 200), ("eva", 200), ("kim", 200), ("sam", 200), ("stan", 200), ("anna", 200)],
)
def test_only_the_network_sees_a_person(
    browser: Browser, anna: Person, who: str | None, status: int, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who) if who else None)
    assert client.get(reverse("accounts:person", args=[anna.pk])).status_code == status


def test_a_forbidden_person_looks_absent(browser: Browser, anna: Person, bo: Person) -> None:
    client = browser(bo)
    masked = [
        re.sub(r"[A-Za-z0-9]{64}|/mensen/\d+/", "", client.get(reverse("accounts:person", args=[pk])).content.decode())
        for pk in (anna.pk, 999_999)
    ]
    assert masked[0] == masked[1]


def test_a_person_page_tells_no_address_and_no_closed_challenge(
    browser: Browser, anna: Person, eva: Person, utrecht: Region, town: Organisation
) -> None:
    Affiliation.objects.follow_addresses(anna, ["anna@voorbeeld.example"])
    shown = make.challenge(by=anna, region=utrecht)
    for visibility, state in (
        ("region", "published"),
        ("team", "published"),
        ("public", "draft"),
        ("public", "hidden"),
    ):
        make.challenge(by=anna, region=utrecht, visibility=visibility, state=state, title="geheim-kanarie")
    answer = browser(eva).get(reverse("accounts:person", args=[anna.pk]))
    body = answer.content.decode()
    assert list(answer.context["challenges"]) == [shown]
    assert town.name in body
    assert [word for word in (anna.email, "geheim-kanarie") if word in body] == []


def test_a_blocked_or_erased_person_is_not_there(browser: Browser, anna: Person, bram: Person) -> None:
    Person.objects.filter(pk=bram.pk).update(is_active=False)
    assert browser(anna).get(reverse("accounts:person", args=[bram.pk])).status_code == 404


# --- how much a page asks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "count"),
    [("profile", 8), ("preferences", 7), ("affiliations", 7)],
)
def test_each_page_asks_little(browser: Browser, anna: Person, path: str, count: int) -> None:
    subscribe(anna, "weekly")
    assert queries(browser(anna), reverse(f"accounts:{path}")) == count


@pytest.mark.parametrize("rows", [1, 8])
def test_a_person_page_asks_as_much_at_any_size(
    browser: Browser, anna: Person, bram: Person, utrecht: Region, rows: int
) -> None:
    for _row in range(rows):
        make.challenge(by=anna, region=utrecht)
    assert queries(browser(bram), reverse("accounts:person", args=[anna.pk])) == 9


# --- hostile input ------------------------------------------------------------------------------------------

HOSTILE = [
    "\0",
    "\ud800",
    "a" * 200_000,
    "-1",
    "99999999999999999999",
    "<script>",
    "'; --",
    "2026-99-99",
    "￿",
    "{{7*7}}",
]
FORMS = {
    "accounts:welcome_region": ["gemeente"],
    "accounts:welcome_themes": ["themes"],
    "accounts:welcome_mail": ["frequency", "weekday", "hour", "at_once"],
    "accounts:profile": ["name", "function", "knowledge", "expertise", "municipality", "themes"],
    "accounts:preferences": ["frequency", "weekday", "hour", "at_once", "language"],
    "accounts:affiliations": ["organisation", "form_key"],
    "account_signup": ["name", "email", "password1", "frequency", "at_once", "municipality"],
    "account_login": ["login", "password", "next"],
    "account_reset_password": ["email"],
    "set_language": ["language", "next"],
}


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", FORMS)
def test_no_form_breaks_on_hostile_input(browser: Browser, bo: Person, name: str, word: str) -> None:
    client = browser(bo if name.startswith("accounts") else None)
    body = "&".join(f"{field}={_encoded(word)}" for field in FORMS[name])
    answer = client.post(reverse(name), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {200, 302, 400, 422}
    assert client.get(f"{reverse(name)}?next={_encoded(word[:500])}").status_code < 500


def _encoded(word: str) -> str:
    return "".join(f"%{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "9" * 400])
def test_no_path_breaks_on_an_absurd_id(browser: Browser, anna: Person, pk: str) -> None:
    client = browser(anna)
    assert client.get(f"/mensen/{pk}/").status_code == 404
    assert client.post(f"/mijn/organisaties/{pk}/besluit/").status_code == 404
    assert client.post(f"/mijn/organisaties/{pk}/beeindigen/").status_code == 404
