"""Signing up, signing in and a new password: through the outbox, and without telling who has an account."""

import json
import re
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Affiliation, Organisation, Person
from digests.models import Mail
from regions.models import Municipality
from tests.accounts.conftest import Browser, Mailbox

PASSWORD = "zes-lange-bomen-in-de-wei"
ANSWERS = {"name": "Noor Nieuw", "password1": PASSWORD, "frequency": "weekly"}

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str, **answers: str) -> HttpResponse:
    return client.post(reverse("account_signup"), ANSWERS | answers | {"email": email})


def confirm(client: Client, email: str) -> HttpResponse:
    key = EmailConfirmationHMAC(EmailAddress.objects.get(email=email)).key
    return client.post(reverse("account_confirm_email", args=[key]))


def member(email: str) -> Person:
    """Return someone with a confirmed address and a password."""
    person = Person.objects.create_user(email, PASSWORD, name="Bea Bestaand")
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def outbox() -> list[tuple[str, str]]:
    return [(mail.data["template_prefix"], mail.address) for mail in Mail.objects.order_by("pk")]


def masked(response: HttpResponse, email: str) -> tuple[int, str, str]:
    """Return what two answers may differ in: nothing but the address and the tokens."""
    body = response.content.decode()
    for spelling in (email, quote(email)):
        body = body.replace(spelling, "ADDRESS")
    body = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|csrf_token[^>]*value=")[^"]+', r"\1TOKEN", body)
    return response.status_code, response.get("Location", ""), body


def test_sign_up_keeps_the_answers_and_queues_one_mail(browser: Browser, place: Municipality, mailbox: Mailbox) -> None:
    response = sign_up(browser(), mailbox("noor"), municipality=place.pk)
    noor = Person.objects.get()
    assert response.url == reverse("account_email_verification_sent")
    assert (noor.name, noor.language, noor.subscription.frequency) == ("Noor Nieuw", "nl", "weekly")
    assert not noor.subscription.at_once
    assert list(noor.municipalities.all()) == [place]
    assert outbox() == [("account/email/email_confirmation_signup", "")]


def test_the_outbox_keeps_no_link_and_no_token(browser: Browser, mailbox: Mailbox) -> None:
    sign_up(browser(), mailbox("noor"))
    mail = Mail.objects.get()
    assert (mail.kind, mail.priority, mail.person) == (Mail.Kind.ACCOUNT, 0, Person.objects.get())
    assert sorted(mail.data) == ["ids", "language", "template_prefix"]
    assert not re.search(r"http|confirm-email/|noor", json.dumps(mail.data))


def test_sign_up_in_english_makes_an_english_reader(browser: Browser, mailbox: Mailbox) -> None:
    client = browser()
    client.post(reverse("set_language"), {"language": "en"})
    sign_up(client, mailbox("noor"))
    assert Person.objects.get().language == "en"


def test_nothing_is_chosen_beforehand_and_a_choice_is_required(browser: Browser, mailbox: Mailbox) -> None:
    client = browser()
    page = client.get(reverse("account_signup")).content.decode()
    assert not re.search(r'name="(frequency|at_once)"[^>]*checked', page)
    response = sign_up(client, mailbox("noor"), frequency="")
    assert response.status_code == 422
    assert "frequency" in response.context["form"].errors
    assert not Person.objects.exists()


def test_who_did_not_confirm_does_not_get_in(browser: Browser, mailbox: Mailbox) -> None:
    sign_up(browser(), mailbox("noor"))
    client = browser()
    client.post(reverse("account_login"), {"login": mailbox("noor"), "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_confirming_signs_in_gives_the_affiliation_and_welcomes_once(
    browser: Browser, town: Organisation, mailbox: Mailbox
) -> None:
    client = browser()
    sign_up(client, mailbox("noor"))
    assert confirm(client, mailbox("noor")).url == reverse("accounts:welcome")
    found = Affiliation.objects.current().values_list("person__name", "organisation__name", "basis")
    assert list(found) == [("Noor Nieuw", "Gemeente Voorbeeld", "domain")]
    client.post(reverse("account_logout"))
    again = client.post(reverse("account_login"), {"login": mailbox("noor"), "password": PASSWORD})
    assert again.url == "/"


def test_confirming_elsewhere_does_not_sign_in(browser: Browser, mailbox: Mailbox) -> None:
    sign_up(browser(), mailbox("noor"))
    other = browser()
    assert confirm(other, mailbox("noor")).url == reverse("account_login")
    assert "_auth_user_id" not in other.session


def test_changing_the_address_ends_the_affiliation_by_the_old_one(
    browser: Browser, town: Organisation, mailbox: Mailbox
) -> None:
    person = member(mailbox("bea"))
    Affiliation.objects.follow_addresses(person, [person.email])
    client, elsewhere = browser(), mailbox("bea").replace("voorbeeld", "elders")
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "1", "email": elsewhere})
    assert Affiliation.objects.current().count() == 1
    confirm(client, elsewhere)
    person.refresh_from_db()
    assert person.email == elsewhere
    assert not Affiliation.objects.current().exists()
    assert "account/email/email_changed" in dict(outbox())


# --- who has an account stays unknown -----------------------------------------------------------------------


def test_sign_up_does_not_tell_that_an_address_has_an_account(browser: Browser, mailbox: Mailbox) -> None:
    answers = []
    member(mailbox("bea"))
    for email in (mailbox("bea"), mailbox("iemand")):
        client = browser()
        posted = sign_up(client, email)
        answers.append((masked(posted, email), masked(client.get(posted.url), email)))
    assert answers[0] == answers[1]
    assert outbox() == [
        ("account/email/account_already_exists", ""),
        ("account/email/email_confirmation_signup", ""),
    ]


def test_a_new_password_does_not_tell_that_an_address_has_an_account(browser: Browser, mailbox: Mailbox) -> None:
    answers = []
    member(mailbox("bea"))
    for email in (mailbox("bea"), mailbox("niemand")):
        client = browser()
        posted = client.post(reverse("account_reset_password"), {"email": email})
        answers.append((masked(posted, email), masked(client.get(posted.url), email)))
    assert answers[0] == answers[1]
    assert outbox() == [
        ("account/email/password_reset_key", ""),
        ("account/email/unknown_account", mailbox("niemand")),
    ]


def test_signing_in_does_not_tell_that_an_address_has_an_account(browser: Browser, mailbox: Mailbox) -> None:
    answers = []
    member(mailbox("bea"))
    for email in (mailbox("bea"), mailbox("niemand")):
        posted = browser().post(reverse("account_login"), {"login": email, "password": "verkeerd-wachtwoord"})
        answers.append(masked(posted, email))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def test_changing_to_an_address_of_another_does_not_tell(browser: Browser, mailbox: Mailbox) -> None:
    answers = []
    member(mailbox("bea"))
    for number, email in enumerate((mailbox("bea"), mailbox("vrij"))):
        own = mailbox(f"vera{number}")
        client = browser(member(own))
        posted = client.post(reverse("account_email"), {"action_add": "1", "email": email})
        answers.append((posted.status_code, masked(client.get(posted.url), email)[2].replace(own, "OWN")))
    assert answers[0] == answers[1]


def test_logins_are_limited_by_address(browser: Browser, mailbox: Mailbox) -> None:
    client, email = browser(), mailbox("niemand")
    wrong = {"login": email, "password": "verkeerd"}
    for _attempt in range(5):
        client.post(reverse("account_login"), wrong)
    refused = client.post(reverse("account_login"), wrong).context["form"].non_field_errors()
    assert [error.code for error in refused.as_data()] == ["too_many_login_attempts"]
