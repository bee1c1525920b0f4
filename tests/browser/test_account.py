"""The pages of one's own account, most of them allauth's in our words: each is walked to, and holds to the rules.

A key is a real one, which the browser plays (WebAuthn); the links are those of the mails.
"""

import os
import time
from collections.abc import Iterator

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import Person
from tests import make
from tests.browser.organisation import Organisation, organisation
from tests.browser.served import NARROW, broken_rules, does_not_fit_at, open_for
from tests.browser.test_access import complaints_of
from tests.rights.doors import client_of

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PASSWORD = "nachtbus-langs-de-gracht"
OTHER = "vuurtoren-in-de-mist-gezien"
HOME = "Dag Noor Nieuw"
SEND = "main form:not([action*=logout]) button[type=submit]"
REFUSED = "responded with a status of 4"
"""A page that says no is no fault."""


class Walk:
    """One person's way along pages, each of which is looked at."""

    def __init__(self, page: Page, client: Client) -> None:
        self.page, self.client, self.complaints = page, client, complaints_of(page)

    def at(self, heading: str) -> None:
        """Arrive at the page with this heading, and look at it."""
        expect(self.page.locator("h1")).to_have_text(heading)
        self.page.wait_for_load_state()  # with its style
        complaints = [words for words in self.complaints if REFUSED not in words]
        assert broken_rules(self.page) + does_not_fit_at(NARROW, self.page) + complaints == [], heading

    def to(self, name: str, heading: str, *args: object) -> None:
        self.page.goto(reverse(name, args=args))
        self.at(heading)

    def send(self, heading: str, button: str = SEND, **fields: str) -> None:
        """Fill in the form and send it; arrive at the page with this heading."""
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.at(heading)

    def press(self, words: str, heading: str) -> None:
        self.page.locator("main").get_by_text(words, exact=True).click()
        self.at(heading)

    def says(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()


@pytest.fixture
def noor(db: None) -> Person:
    person = make.person("Noor Nieuw")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def walk(browser: Browser) -> Iterator[Walk]:
    """As somebody who is not signed in yet."""
    client = client_of(None)
    with open_for(client, browser, viewport={"width": 1280, "height": 900}) as context:
        yield Walk(context.new_page(), client)


def sign_in(walk: Walk, person: Person, heading: str, password: str = PASSWORD) -> None:
    walk.to("account_login", "Inloggen")
    walk.send(heading, login=person.email, password=password)


def sign_out(walk: Walk) -> None:
    walk.to("account_logout", "Uitloggen")
    walk.page.locator("main button").first.click()
    walk.says("U bent uitgelogd.")
    walk.page.wait_for_load_state()


# --- before one is in -------------------------------------------------------------------------------------------


def test_an_account_is_made_and_confirmed(walk: Walk) -> None:
    walk.to("account_signup", "Maak een account")
    walk.send("Maak een account", name="Noor")
    walk.page.check("[name=frequency][value=weekly]")
    walk.send("Kijk in uw mail", name="Noor Nieuw", email="noor@nieuw.example", password1=PASSWORD)
    address = EmailAddress.objects.get()
    key = EmailConfirmationHMAC(address).key
    walk.to("account_confirm_email", "Bevestig uw e-mailadres", key)
    walk.says("Is noor@nieuw.example uw adres")
    other = make.person("Nog een Noor")
    EmailAddress.objects.create(user=other, email=address.email, verified=True)
    walk.send("Inloggen")
    walk.says("noor@nieuw.example is al bevestigd voor een ander account.")
    other.delete()
    walk.to("account_confirm_email", "Bevestig uw e-mailadres", key)
    walk.send("Stap 1 van 3: uw regio")
    walk.to("account_confirm_email", "Bevestig uw e-mailadres", key)
    walk.says("Deze link werkt niet meer")


def test_a_password_that_is_lost_is_chosen_anew(walk: Walk, noor: Person) -> None:
    sign_in(walk, noor, "Inloggen", password="verkeerd")
    walk.press("Wachtwoord vergeten?", "Wachtwoord vergeten?")
    walk.send("Wachtwoord vergeten?", email="geen adres")
    walk.send("Kijk in uw mail", email=noor.email)
    link = [user_pk_to_url_str(noor), default_token_generator.make_token(noor)]
    walk.page.goto(reverse("account_reset_password_from_key", args=link))
    walk.at("Kies een nieuw wachtwoord")
    walk.send("Kies een nieuw wachtwoord", password1="kort", password2="kort")
    walk.send("Uw wachtwoord is veranderd", password1=OTHER, password2=OTHER)
    walk.page.goto(reverse("account_reset_password_from_key", args=link))
    walk.at("Kies een nieuw wachtwoord")
    walk.says("Deze link werkt niet meer")


def test_who_is_blocked_hears_why(walk: Walk, noor: Person) -> None:
    Person.objects.update(is_active=False)
    sign_in(walk, noor, "Dit account is gesloten")


# --- one's own address, password and places --------------------------------------------------------------------


def test_an_address_and_a_password_are_changed(walk: Walk, noor: Person) -> None:
    sign_in(walk, noor, HOME)
    walk.to("account_email", "E-mailadres veranderen")
    walk.send("E-mailadres veranderen", email="geen adres")
    walk.send("E-mailadres veranderen", email="noor@elders.example")
    walk.says("U moet noor@elders.example nog bevestigen")
    walk.press("Mijn oude adres houden", "E-mailadres veranderen")
    walk.to("account_change_password", "Wachtwoord veranderen")
    walk.send("Wachtwoord veranderen", oldpassword="verkeerd", password1=OTHER, password2=OTHER)
    walk.send("Mijn gegevens", oldpassword=PASSWORD, password1=OTHER, password2=OTHER)


def test_what_cannot_be_done_with_an_address_is_told(noor: Person) -> None:
    client = client_of(noor)

    def said(action: str, email: str) -> str:
        answer = client.post(reverse("account_email"), {f"action_{action}": "1", "email": email}, follow=True)
        return " ".join(str(message) for message in answer.context["messages"])

    new, late = "noor@elders.example", "noor@later.example"
    EmailAddress.objects.create(user=noor, email=new)
    EmailAddress.objects.create(user=noor, email=late, verified=True)
    tries = [("remove", noor.email), ("primary", new), ("send", new), ("remove", new), ("primary", late)]
    assert [said(*one) for one in tries] == [
        "Met dit adres logt u in. Daarom kan het niet weg.",
        "Bevestig eerst dit adres.",
        "Wij stuurden een mail naar noor@elders.example.",
        "noor@elders.example is weggehaald.",
        "U logt nu in met dit adres.",
    ]


def test_one_who_has_no_password_yet_chooses_one(walk: Walk, noor: Person) -> None:
    noor.set_unusable_password()
    noor.save()
    walk.client.force_login(noor)
    walk.to("account_change_password", "Kies een wachtwoord")
    walk.send("Mijn gegevens", password1=OTHER, password2=OTHER)


def test_who_is_signed_in_elsewhere_leaves_there(walk: Walk, noor: Person) -> None:
    elsewhere = Client(headers={"user-agent": "Een ander apparaat"})
    elsewhere.post(reverse("account_login"), {"login": noor.email, "password": PASSWORD})
    sign_in(walk, noor, HOME)
    walk.to("usersessions_list", "Waar u bent ingelogd")
    walk.says("Een ander apparaat")
    walk.send("Waar u bent ingelogd")
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302


# --- the second step -------------------------------------------------------------------------------------------


def codes(secret: str) -> Iterator[str]:
    """Give the codes that an app shows: each works once."""
    now = int(time.time()) // 30
    for counter in (now - 1, now, now + 1):
        yield format_hotp_value(hotp_value(secret, counter))


@pytest.mark.django_db(transaction=True)  # allauth tells what was done after the transaction
def test_an_app_gives_the_second_step(walk: Walk, noor: Person) -> None:
    sign_in(walk, noor, HOME)
    walk.to("mfa_index", "Tweede stap bij het inloggen")
    walk.press("App koppelen", "Bent u het?")
    walk.send("App koppelen", password=PASSWORD)
    walk.send("App koppelen", code="000000")
    code = codes(walk.page.locator("main code").inner_text())
    walk.send("Herstelcodes", code=next(code))
    walk.says("Uw app is gekoppeld.")
    walk.to("mfa_generate_recovery_codes", "Nieuwe herstelcodes maken")
    walk.send("Herstelcodes")
    walk.to("mfa_index", "Tweede stap bij het inloggen")
    sign_out(walk)
    sign_in(walk, noor, "Tweede stap")
    walk.send("Tweede stap", code="000000")
    walk.send(HOME, code=next(code))
    walk.to("account_reauthenticate", "Bent u het?")
    walk.to("mfa_reauthenticate", "Bent u het?")
    walk.send(HOME, code=next(code))
    walk.to("mfa_deactivate_totp", "App loskoppelen")
    walk.send("Tweede stap bij het inloggen")
    walk.says("Uw app is losgekoppeld.")


@pytest.mark.django_db(transaction=True)
def test_a_key_gives_the_second_step(walk: Walk, noor: Person) -> None:
    devices = walk.page.context.new_cdp_session(walk.page)
    devices.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_in(walk, noor, HOME)
    walk.to("mfa_list_webauthn", "Uw sleutels")
    walk.press("Sleutel toevoegen", "Bent u het?")
    walk.send("Passkey of beveiligingssleutel toevoegen", password=PASSWORD)
    walk.send("Herstelcodes", "#mfa_webauthn_add", name="Mijn laptop")
    walk.to("mfa_list_webauthn", "Uw sleutels")
    walk.press("Naam veranderen", "De naam van deze sleutel veranderen")
    walk.send("Uw sleutels", name="De laptop van kantoor")
    walk.says("De laptop van kantoor")
    walk.to("mfa_reauthenticate_webauthn", "Bent u het?")
    walk.send(HOME, "#mfa_webauthn_reauthenticate")
    sign_out(walk)
    sign_in(walk, noor, "Tweede stap")
    walk.send(HOME, "#mfa_webauthn_authenticate")
    walk.to("mfa_list_webauthn", "Uw sleutels")
    walk.press("Weghalen", "Bent u het?")
    walk.send("Deze sleutel weghalen", password=PASSWORD)
    walk.send("Uw sleutels")
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


# --- by one's organisation -------------------------------------------------------------------------------------


@pytest.fixture
def town(walk: Walk) -> Iterator[Organisation]:
    """A municipality whose people come in with the account that they have there."""
    with organisation() as town:
        SocialApp.objects.create(
            provider="openid_connect",
            provider_id="voorbeeld",
            name="Gemeente Voorbeeld",
            client_id="initiate",
            settings={"server_url": town.url},
        )
        walk.page.context.route(f"{town.url}/**", lambda route: route.continue_())
        yield town


def go_there(walk: Walk, heading: str) -> None:
    walk.page.get_by_role("link", name="Inloggen via Gemeente Voorbeeld").click()
    walk.page.get_by_text("Ik ben het").click()
    walk.at(heading)


def test_an_organisation_lets_its_people_in(walk: Walk, town: Organisation) -> None:
    town.person |= {"name": "Els Nieuw", "email": "els@voorbeeld.example", "email_verified": True}
    walk.to("account_login", "Inloggen")
    go_there(walk, "Maak een account")
    walk.says("U komt van Gemeente Voorbeeld.")
    walk.send("Maak een account")
    walk.page.check("[name=frequency][value=weekly]")
    walk.send("Stap 1 van 3: uw regio")
    assert Person.objects.filter(name="Els Nieuw", email="els@voorbeeld.example", socialaccount__uid="7").exists()


def test_an_account_is_connected_to_that_of_an_organisation(walk: Walk, noor: Person, town: Organisation) -> None:
    sign_in(walk, noor, HOME)
    walk.to("account_change_password", "Wachtwoord veranderen")
    walk.press("Inloggen via uw organisatie", "Inloggen via uw organisatie")
    go_there(walk, "Inloggen via uw organisatie")
    walk.says("Uw account hier is gekoppeld aan dat van uw organisatie.")
    other = make.person("Nog een Noor")
    SocialAccount.objects.update(user=other)
    walk.to("socialaccount_connections", "Inloggen via uw organisatie")
    go_there(walk, "Inloggen via uw organisatie")
    walk.says("Het account van uw organisatie hoort al bij een ander account hier.")
    SocialAccount.objects.update(user=noor)
    walk.to("socialaccount_connections", "Inloggen via uw organisatie")
    walk.page.check("[name=account]")
    walk.send("Inloggen via uw organisatie")
    walk.says("Uw account hier is niet meer gekoppeld aan dat van uw organisatie.")
    SocialApp.objects.all().delete()
    walk.to("socialaccount_connections", "Inloggen via uw organisatie")
    walk.says("Bij nog geen enkele organisatie")


def test_what_went_wrong_at_an_organisation_is_told(walk: Walk) -> None:
    walk.to("socialaccount_login_cancelled", "U bent niet ingelogd")
    walk.to("socialaccount_login_error", "Inloggen is niet gelukt")
