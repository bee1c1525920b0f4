"""The second factor at the door of who has a role."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.models import Person
from tests.accounts.conftest import Browser

pytestmark = pytest.mark.django_db

HERE = "/mijn/gegevens/"


@pytest.fixture
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.parametrize("who", ["stan", "mo", "sam"])
def test_a_role_without_second_factor_sets_it_up_first(
    required: None, browser: Browser, who: str, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))
    assert client.get(HERE).url == reverse("mfa_index")
    assert client.post(HERE, {"name": "X"}).url == reverse("mfa_index")
    assert client.get(reverse("admin:index")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.post(reverse("account_logout")).url == "/"


@pytest.mark.parametrize("who", ["stan", "mo", "sam"])
@pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_with_a_second_factor_one_goes_on(
    required: None, browser: Browser, who: str, kind: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    Authenticator.objects.create(user=person, type=kind, data={})
    assert browser(person).get(HERE).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(required: None, browser: Browser, stan: Person) -> None:
    Authenticator.objects.create(user=stan, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert browser(stan).get(HERE).status_code == 302


@pytest.mark.parametrize("who", ["anna", "kim", "bo"])
def test_who_has_no_such_role_needs_none(
    required: None, browser: Browser, who: str, request: pytest.FixtureRequest
) -> None:
    assert browser(request.getfixturevalue(who)).get(HERE).status_code == 200


def test_the_setting_switches_it_off(settings: Any, browser: Browser, stan: Person) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    assert browser(stan).get(HERE).status_code == 200


def test_the_admin_has_no_door_of_its_own(browser: Browser, anna: Person) -> None:
    visitor = browser().get(reverse("admin:login"))
    assert visitor.url.startswith(reverse("account_login"))
    assert browser(anna).get(reverse("admin:index"), follow=True).status_code == 403
