"""The first visit: three steps after the confirmed address, each of which may be skipped, and where it leads."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.first_visit import steps_left
from accounts.models import Person, Step
from digests.rhythm import subscribe
from regions.models import Event, Invitation, Joining, Membership, Municipality, Region, Theme, Verb
from tests import make
from tests.accounts.conftest import Browser, Mailbox

pytestmark = pytest.mark.django_db

PASSWORD = "zes-lange-bomen-in-de-wei"
ANSWERS = {"name": "Noor Nieuw", "password1": PASSWORD, "frequency": "weekly"}
MAIL = {"frequency": "daily", "weekday": "4", "hour": "16", "at_once": "on"}
HOME, REGION, THEMES = "/", "/welkom/regio/", "/welkom/themas/"
MAIL_PAGE = "/welkom/mail/"
WAITS = (
    "Uw vraag ligt bij de moderatoren van regio Utrecht. Intussen kunt u challenges lezen, reageren en hulp aanbieden."
)


@pytest.fixture
def noor() -> Person:
    """Someone who has the whole first visit before her, and chose her mail at the sign-up."""
    person = make.person("Noor Nieuw", steps_left=list(Step.values))
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    subscribe(person, "weekly")
    return person


@pytest.fixture
def here(utrecht: Region, place: Municipality) -> Region:
    utrecht.municipalities.add(place)
    return utrecht


@pytest.fixture
def theme(db: None) -> Theme:
    return Theme.objects.create(slug="jeugd", name="Jeugd")


def left(person: Person) -> list[str]:
    return [str(step) for step in steps_left(Person.objects.get(pk=person.pk))]


def skip(client: Client, step: str) -> HttpResponse:
    return client.post(f"/welkom/{step}/overslaan/")


def said(client: Client, path: str = HOME) -> list[str]:
    return [str(message) for message in client.get(path).context["messages"]]


def sign_up(client: Client, email: str, then: str = "") -> HttpResponse:
    """Sign up, and confirm the address in the same browser; return the answer to that."""
    answers = ANSWERS | {"email": email} | ({"next": then} if then else {})
    assert client.post(reverse("account_signup"), answers).status_code == 302
    key = EmailConfirmationHMAC(EmailAddress.objects.get(email=email)).key
    return client.post(reverse("account_confirm_email", args=[key]))


def test_an_address_may_hold_any_number(browser: Browser) -> None:
    assert sign_up(browser(), "noor.111222333@werk.voorbeeld.example").url == "/welkom/"


# --- who gets there -----------------------------------------------------------------------------------------


def test_who_confirmed_lands_there_once(browser: Browser, mailbox: Mailbox) -> None:
    client, email = browser(), mailbox("noor")
    assert sign_up(client, email).url == "/welkom/"
    assert client.get("/welkom/").url == REGION
    assert client.get(HOME).status_code == 200
    client.post(reverse("account_logout"))
    again = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert again.url == HOME
    assert Person.objects.get().steps_left == ["regio", "themas", "mail"]


def test_who_came_for_something_goes_there(browser: Browser, mailbox: Mailbox, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht).get_absolute_url()
    client = browser()
    assert sign_up(client, mailbox("noor"), then=challenge).url == challenge
    assert client.get(challenge).status_code == 200
    assert "Nog 3 van 3 stappen" in client.get(HOME).text


def test_who_confirmed_elsewhere_lands_there_at_the_sign_in(browser: Browser, mailbox: Mailbox) -> None:
    email = mailbox("noor")
    sign_up(browser(), email)
    client = browser()
    assert client.post(reverse("account_login"), {"login": email, "password": PASSWORD}).url == HOME
    newer = mailbox("nina")
    browser().post(reverse("account_signup"), ANSWERS | {"email": newer})
    EmailAddress.objects.filter(email=newer).update(verified=True)
    assert browser().post(reverse("account_login"), {"login": newer, "password": PASSWORD}).url == "/welkom/"


def test_who_was_there_before_sees_nothing_of_it(browser: Browser, mailbox: Mailbox) -> None:
    """People of the demo, and people of before the steps, are past them."""
    bea = Person.objects.create_user(mailbox("bea"), PASSWORD, name="Bea Bestaand")
    EmailAddress.objects.create(user=bea, email=bea.email, verified=True, primary=True)
    client = browser()
    assert client.post(reverse("account_login"), {"login": bea.email, "password": PASSWORD}).url == HOME
    assert "van 3 stappen" not in client.get(HOME).text
    assert client.get("/welkom/").url == HOME


def test_a_visitor_signs_in_first(browser: Browser, here: Region) -> None:
    paths = ["/welkom/", REGION, f"{REGION}{here.slug}/", THEMES, MAIL_PAGE]
    found = [browser().get(path).url for path in paths]
    assert found == [f"/account/login/?next={path}" for path in paths]
    assert skip(browser(), "regio").url == "/account/login/?next=/welkom/regio/overslaan/"


# --- the steps ----------------------------------------------------------------------------------------------


def test_the_whole_way(browser: Browser, noor: Person, here: Region, place: Municipality, theme: Theme) -> None:
    client = browser(noor)
    assert client.post(REGION, {"gemeente": "utrecht"}).url == REGION
    assert list(noor.municipalities.all()) == [place]
    page = client.get(REGION)
    assert page.context["regions"] == [here]
    assert f'href="{REGION}{here.slug}/"' in page.text
    assert client.post(f"{REGION}{here.slug}/", {"motivation": "Ik werk hier."}).url == THEMES
    assert client.post(THEMES, {"themes": [theme.pk]}).url == MAIL_PAGE
    assert client.post(MAIL_PAGE, MAIL).url == HOME
    assert said(client) == [
        "Uw vraag ligt bij de moderatoren. U krijgt een melding als zij antwoorden.",
        WAITS,
    ]
    noor.refresh_from_db()
    membership = here.membership_of(noor)
    assert membership
    assert (membership.state, membership.motivation) == (Membership.State.PENDING, "Ik werk hier.")
    assert Event.objects.filter(verb=Verb.ASKED_TO_JOIN, subject=noor).count() == 1
    assert list(noor.themes.all()) == [theme]
    mail = noor.subscription
    assert (mail.frequency, mail.weekday, mail.hour, mail.at_once) == ("daily", 4, 16, True)
    assert left(noor) == []
    home = client.get(HOME).text
    assert "van 3 stappen" not in home
    assert "U vroeg of u mee mag doen in Utrecht." in home
    assert "U bent nog geen lid van een regio" not in home


def test_each_step_may_be_skipped(browser: Browser, noor: Person) -> None:
    client = browser(noor)
    found = [(skip(client, step).url, left(noor)) for step in Step.values]
    assert found == [(THEMES, ["themas", "mail"]), (MAIL_PAGE, ["mail"]), (HOME, [])]
    assert said(client) == [
        "Klaar. U kunt challenges lezen, reageren en hulp aanbieden. Lid worden van een regio kan altijd nog."
    ]
    noor.refresh_from_db()
    kept = (noor.subscription.frequency, noor.municipalities.count(), noor.themes.count(), noor.memberships.count())
    assert kept == ("weekly", 0, 0, 0)


def test_a_skip_is_a_post_of_a_step(browser: Browser, noor: Person) -> None:
    client = browser(noor)
    assert client.get("/welkom/regio/overslaan/").status_code == 405
    assert skip(client, "iets").status_code == 404
    assert left(noor) == Step.values


def test_each_step_says_where_it_stands_and_leads_back(browser: Browser, noor: Person) -> None:
    client = browser(noor)
    pages = {path: client.get(path) for path in (REGION, THEMES, MAIL_PAGE)}
    titles = [re.findall("<h1>(.*)</h1>", page.text) for page in pages.values()]
    assert titles == [["Stap 1 van 3: uw regio"], ["Stap 2 van 3: uw thema’s"], ["Stap 3 van 3: uw mail"]]
    back = {path: [other for other in pages if f'href="{other}"' in page.text] for path, page in pages.items()}
    assert back == {REGION: [], THEMES: [REGION], MAIL_PAGE: [THEMES]}
    assert [page.text.count("nl-button--primary") for page in pages.values()] == [1, 1, 1]


def test_what_was_skipped_can_be_done_all_the_same(browser: Browser, noor: Person, theme: Theme) -> None:
    client = browser(noor)
    skip(client, "themas")
    assert client.get("/welkom/").url == REGION
    assert client.post(THEMES, {"themes": [theme.pk]}).url == REGION
    assert list(noor.themes.all()) == [theme]


def test_what_was_done_elsewhere_is_done(browser: Browser, noor: Person, utrecht: Region, theme: Theme) -> None:
    make.member(noor, utrecht)
    noor.themes.add(theme)
    client = browser(noor)
    assert left(noor) == ["mail"]
    assert "Nog 1 van 3 stappen" in client.get(HOME).text
    assert client.get("/welkom/").url == MAIL_PAGE
    client.post(MAIL_PAGE, MAIL)
    assert said(client) == [
        "Klaar. U bent lid van een regio: u kunt een challenge plaatsen, reageren en hulp aanbieden."
    ]


def test_the_mail_step_shows_what_was_chosen(browser: Browser, noor: Person) -> None:
    page = browser(noor).get(MAIL_PAGE)
    assert "elke week op dinsdag om 07:00" in page.text
    assert page.context["form"]["frequency"].value() == "weekly"


# --- the region ---------------------------------------------------------------------------------------------


def test_who_gave_a_municipality_at_the_sign_up_sees_its_regions(
    browser: Browser, noor: Person, here: Region, eindhoven: Region, place: Municipality
) -> None:
    noor.municipalities.add(place)
    page = browser(noor).get(REGION)
    assert page.context["regions"] == [here]
    assert 'value="Utrecht"' in page.text
    assert eindhoven.get_absolute_url() not in page.text


def test_where_no_region_lies_other_ways_are_offered(browser: Browser, noor: Person, here: Region) -> None:
    client = browser(noor)
    client.post(REGION, {"gemeente": "Urk"})
    body = client.get(REGION).text
    ways = [reverse("regions:list"), f"{reverse('regions:wish')}?gemeente=Urk"]
    assert [way for way in ways if f'href="{way}"' not in body] == []
    assert body.count("nl-button--primary") == 1


@pytest.mark.parametrize(
    ("path", "answers", "typed"),
    [
        (REGION, {"gemeente": "Utregt"}, 'value="Utregt"'),
        (REGION, {"gemeente": ""}, 'name="gemeente"'),
        (f"{REGION}utrecht/", {"motivation": "Omdat ik hier werk."}, "Omdat ik hier werk."),
        (THEMES, {"themes": ["jeugd", "bestaat-niet"]}, 'value="jeugd"[^>]* checked'),
        (MAIL_PAGE, MAIL | {"hour": "25"}, 'value="daily"[^>]* checked'),
    ],
)
def test_what_is_refused_comes_back_as_typed(
    browser: Browser, noor: Person, here: Region, theme: Theme, path: str, answers: dict[str, str], typed: str
) -> None:
    Region.objects.update(house_rules="Wees vriendelijk.")
    client = browser(noor)
    answer = client.post(path, answers)
    assert answer.status_code == 422
    assert re.search(typed, " ".join(answer.text.split()))
    assert "data-error-summary" in answer.text
    assert left(noor) == Step.values


def test_an_open_region_takes_one_at_once(browser: Browser, noor: Person, here: Region) -> None:
    Region.objects.update(joining=Joining.OPEN)
    client = browser(noor)
    assert client.post(f"{REGION}{here.slug}/").url == THEMES
    assert said(client, THEMES) == ["Welkom! U bent nu lid van deze regio."]
    assert here.memberships.active().filter(person=noor).exists()


def test_a_region_by_invitation_is_not_asked(browser: Browser, noor: Person, here: Region) -> None:
    Region.objects.update(joining=Joining.INVITATION)
    client = browser(noor)
    page = client.get(f"{REGION}{here.slug}/").text
    assert [words for words in ("motivation", "nl-button--primary") if words in page] == []
    assert 'form="overslaan"' in page
    assert client.post(f"{REGION}{here.slug}/").url == REGION
    assert said(client, REGION) == ["Deze regio werkt met uitnodigingen. Vraag een moderator om u uit te nodigen."]
    assert not noor.memberships.exists()


@pytest.mark.parametrize("state", [Membership.State.PENDING, Membership.State.ACTIVE, Membership.State.SUSPENDED])
def test_who_belongs_somewhere_sees_that_it_is_done(browser: Browser, noor: Person, here: Region, state: str) -> None:
    make.member(noor, here, state=state)
    client = browser(noor)
    page = client.get(REGION)
    assert "Deze stap is klaar." in page.text
    assert 'name="gemeente"' not in page.text
    assert client.get(f"{REGION}{here.slug}/").url == REGION
    assert client.post(f"{REGION}{here.slug}/").url == REGION
    assert here.memberships.get(person=noor).state == state
    assert left(noor) == ["themas", "mail"]


def test_who_is_invited_finds_the_invitation(
    browser: Browser, noor: Person, mo: Person, utrecht: Region, eindhoven: Region
) -> None:
    Invitation.objects.invite(eindhoven, [noor.email], by=mo)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    Invitation.objects.invite(utrecht, [noor.email, "iemand@elders.example"], by=mo)
    found = Invitation.objects.get(region=utrecht, email=noor.email)
    client = browser(noor)
    assert client.get(REGION).context["invitations"] == [found]
    assert client.post(found.get_absolute_url()).status_code == 302
    assert left(noor) == ["themas", "mail"]


def test_an_invitation_to_an_address_that_is_not_confirmed_is_not_told(
    browser: Browser, noor: Person, mo: Person, utrecht: Region
) -> None:
    Invitation.objects.invite(utrecht, [noor.email], by=mo)
    EmailAddress.objects.update(verified=False)
    assert browser(noor).get(REGION).context["invitations"] == []


# --- how much a page asks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "count"), [(REGION, 9), (f"{REGION}utrecht/", 6), (THEMES, 6), (MAIL_PAGE, 5), (HOME, 10)]
)
def test_each_page_asks_little(
    browser: Browser, noor: Person, here: Region, place: Municipality, path: str, count: int
) -> None:
    noor.municipalities.add(place)
    client = browser(noor)
    client.get(path)  # the session, and what a process keeps for a minute
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    assert sum("SAVEPOINT" not in query["sql"] and query["sql"] != "BEGIN" for query in captured) == count
