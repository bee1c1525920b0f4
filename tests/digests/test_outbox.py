"""The mails of the account pages: rows without secrets, links that work when they arrive."""

import json
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.test import Client

from accounts.models import Person
from digests.models import Mail
from digests.outbox import queue_account_mail
from digests.send import send_waiting
from tests.digests.mailing import Post

SECRETS = {
    "user": None,
    "key": "GEHEIM1",
    "uid": "GEHEIM2",
    "password_reset_url": "https://x/GEHEIM3",
    "code": "GEHEIM4",
}


def row_text(mail: Mail) -> str:
    return json.dumps([mail.key, mail.data, mail.address, mail.message_id, mail.reply])


def url_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/account/\S+)", text)
    assert found
    return found.group(1)


@pytest.fixture
def address(anna: Person) -> EmailAddress:
    Person.objects.filter(pk=anna.pk).update(language="en")
    return EmailAddress.objects.create(user=anna, email=anna.email, primary=True)


@pytest.mark.parametrize("prefix", ["account/email/email_confirmation_signup", "account/email/email_confirmation"])
def test_a_confirmation_holds_ids_and_mints_its_link(
    prefix: str, address: EmailAddress, anna: Person, post: Post
) -> None:
    queue_account_mail(prefix, anna.email, SECRETS | {"user": anna})
    mail = Mail.objects.get()
    assert ("GEHEIM" in row_text(mail), mail.address, mail.person, mail.priority) == (False, "", anna, 0)
    assert mail.data["ids"] == {"address": address.pk}
    send_waiting(30)
    key = url_in(post.text()).rstrip("/").rpartition("/")[2]
    assert EmailConfirmationHMAC.from_key(key).email_address == address
    assert key not in row_text(Mail.objects.get())


def test_a_confirmed_address_needs_no_confirmation(address: EmailAddress, anna: Person, post: Post) -> None:
    queue_account_mail("account/email/email_confirmation", anna.email, {"user": anna})
    EmailAddress.objects.update(verified=True)
    send_waiting(30)
    assert (post.taken, Mail.objects.get().state) == ([], "cancelled")


def test_a_new_password_can_be_chosen_with_the_link(
    address: EmailAddress, anna: Person, post: Post, client: Client
) -> None:
    queue_account_mail("account/email/password_reset_key", anna.email, SECRETS | {"user": anna})
    send_waiting(30)
    assert post.subjects == [(anna.email, "Choose a new password")]
    opened = client.get(url_in(post.text()), follow=True)
    assert (opened.status_code, "token_fail" in str(opened.context), b"password1" in opened.content) == (
        200,
        False,
        True,
    )


@pytest.mark.parametrize("prefix", ["unknown_account", "account_already_exists"])
def test_who_has_no_account_is_kept_by_address(prefix: str, db: None, post: Post) -> None:
    queue_account_mail(f"account/email/{prefix}", "wie@nergens.example", {"request": object()})
    assert (Mail.objects.get().person, Mail.objects.get().address) == (None, "wie@nergens.example")
    send_waiting(30)
    assert [to for to, _subject in post.subjects] == ["wie@nergens.example"]


@pytest.mark.parametrize(
    "prefix",
    [
        "account/email/password_changed",
        "account/email/password_set",
        "account/email/password_reset",
        "account/email/email_changed",
        "account/email/email_confirm",
        "account/email/email_deleted",
        "mfa/email/recovery_codes_generated",
        "mfa/email/totp_activated",
        "mfa/email/totp_deactivated",
        "mfa/email/webauthn_added",
        "mfa/email/webauthn_removed",
        "socialaccount/email/account_connected",
        "socialaccount/email/account_disconnected",
    ],
)
def test_a_change_of_the_account_is_told(prefix: str, address: EmailAddress, anna: Person, post: Post) -> None:
    context: dict[str, Any] = {"ip": "192.0.2.1", "user_agent": "Mozilla GEHEIM", "timestamp": None}
    queue_account_mail(prefix, anna.email, context)
    assert "GEHEIM" not in row_text(Mail.objects.get())
    send_waiting(30)
    assert ("Was it you?" in post.text(), 'class="button"' in post.html()) == (True, True)


def test_sign_up_by_the_site_sends_one_mail_by_the_outbox(db: None, post: Post, client: Client) -> None:
    page = client.get("/account/signup/")
    fields = dict.fromkeys(page.context["form"].fields, "")
    choices = {
        "name": "Nieuw",
        "email": "nieuw@voorbeeld.example",
        "password1": "een lang wachtwoord",
        "frequency": "weekly",
    }
    client.post("/account/signup/", {**fields, **choices})
    assert list(Mail.objects.values_list("kind", "priority")) == [("account", 0)]


def test_every_mail_has_its_own_key_and_message_id(address: EmailAddress, anna: Person) -> None:
    for _number in range(2):
        queue_account_mail("account/email/password_changed", anna.email, {})
    rows = list(Mail.objects.values_list("key", "message_id"))
    assert (len({key for key, _id in rows}), len({known for _key, known in rows})) == (2, 2)
