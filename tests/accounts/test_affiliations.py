"""Where someone works: by the domain of an address, or as a colleague says."""

import string
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import AlreadyDecided, AlreadyThere
from accounts.models import Affiliation, Organisation, OrganisationKind, Person
from accounts.rules import latest_end
from regions.models import Event, Verb
from tests import make
from tests.accounts.conftest import Browser

pytestmark = pytest.mark.django_db

LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20)
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ada(town: Organisation) -> Person:
    """Works at the town, by her address."""
    person = make.person("Ada", email="ada@voorbeeld.example")
    Affiliation.objects.follow_addresses(person, [person.email])
    return person


@pytest.fixture
def huub(db: None) -> Person:
    """Hired by the town, with an address of his own firm."""
    return make.person("Huub", email="huub@detachering.example")


def ask(person: Person, town: Organisation) -> Affiliation:
    return Affiliation.ask(town, by=person)


def verbs() -> list[str]:
    return list(Event.objects.filter(verb__startswith="affiliation").order_by("pk").values_list("verb", flat=True))


# --- by domain ----------------------------------------------------------------------------------------------


@MANY
@given(labels=st.lists(LABEL, min_size=1, max_size=3))
def test_a_subdomain_belongs_to_the_owner(town: Organisation, labels: list[str]) -> None:
    assert Organisation.objects.for_address(f"noor@{'.'.join(labels)}.voorbeeld.example") == town


@MANY
@given(before=LABEL, after=LABEL)
def test_a_look_alike_belongs_to_nobody(town: Organisation, before: str, after: str) -> None:
    found = [
        Organisation.objects.for_address(f"noor@{domain}")
        for domain in (
            f"{before}voorbeeld.example",
            f"{before}-voorbeeld.example",
            f"voorbeeld.example.{after}",
            f"voorbeeld{after}.example",
            f"voorbeeld.example{after}",
            "example",
        )
    ]
    assert found == [None] * 6


def test_the_longest_domain_wins(town: Organisation) -> None:
    school = Organisation.objects.create(name="School", kind=OrganisationKind.KNOWLEDGE)
    school.domains.create(name="school.voorbeeld.example")
    assert Organisation.objects.for_address("x@les.school.voorbeeld.example") == school
    assert Organisation.objects.for_address("X@Voorbeeld.Example") == town


def test_the_affiliations_follow_the_addresses(town: Organisation, ada: Person) -> None:
    Affiliation.objects.follow_addresses(ada, ["ada@elders.example"])
    assert [row.ends_on for row in ada.affiliations.all()] == [timezone.localdate() - timedelta(days=1)]
    Affiliation.objects.follow_addresses(ada, ["ada@voorbeeld.example"])
    assert list(ada.affiliations.current().values_list("organisation", "basis")) == [(town.pk, "domain")]


def test_an_address_outlives_what_a_colleague_said(town: Organisation, ada: Person, huub: Person) -> None:
    ask(huub, town).confirm(by=ada, until=latest_end())
    Affiliation.objects.follow_addresses(huub, ["huub@voorbeeld.example"])
    row = huub.affiliations.get()
    assert (row.basis, row.confirmed_by, row.ends_on) == ("domain", None, None)


# --- by a colleague -----------------------------------------------------------------------------------------


def test_only_a_colleague_by_address_sees_the_question(town: Organisation, ada: Person, huub: Person) -> None:
    other = make.person("Otto", email="otto@elders.example")
    hired = make.person("Hilde", email="hilde@detachering.example")
    ask(hired, town).confirm(by=ada, until=latest_end())
    row = ask(huub, town)
    seen = {who.name: list(Affiliation.objects.waiting_on(who)) for who in (ada, other, hired, huub)}
    assert seen == {"Ada": [row], "Otto": [], "Hilde": [], "Huub": []}


def test_a_question_is_asked_once(town: Organisation, huub: Person) -> None:
    ask(huub, town)
    with pytest.raises(AlreadyThere):
        ask(huub, town)


def test_a_declined_question_may_be_asked_again(town: Organisation, huub: Person) -> None:
    ask(huub, town).decline()
    assert ask(huub, town).confirmed_at is None


def test_the_second_colleague_hears_that_it_was_answered(town: Organisation, ada: Person, huub: Person) -> None:
    row = ask(huub, town)
    row.confirm(by=ada, until=latest_end())
    with pytest.raises(AlreadyDecided):
        row.decline()


def test_hired_staff_asks_and_a_colleague_confirms(
    browser: Browser, town: Organisation, ada: Person, huub: Person
) -> None:
    browser(huub).post(reverse("accounts:affiliations"), {"organisation": town.pk})
    row = huub.affiliations.get()
    until = timezone.localdate() + timedelta(days=300)
    colleague = browser(ada)
    assert "Huub" in colleague.get(reverse("accounts:home")).content.decode()
    answer = colleague.post(reverse("accounts:affiliation_decide", args=[row.pk]), {f"{row.pk}-until": f"{until}"})
    row.refresh_from_db()
    assert answer.url == reverse("accounts:affiliations")
    assert (row.confirmed_by, row.ends_on, row.is_current) == (ada, until, True)
    assert verbs() == [Verb.AFFILIATION_ASKED, Verb.AFFILIATION_CONFIRMED]
    assert set(Event.objects.filter(verb__startswith="affiliation").values_list("subject", flat=True)) == {huub.pk}


@pytest.mark.parametrize("days", [-1, 732, 100_000])
def test_an_end_in_the_past_or_beyond_two_years_is_refused(
    browser: Browser, town: Organisation, ada: Person, huub: Person, days: int
) -> None:
    row = ask(huub, town)
    until = timezone.localdate() + timedelta(days=days)
    answer = browser(ada).post(reverse("accounts:affiliation_decide", args=[row.pk]), {f"{row.pk}-until": f"{until}"})
    row.refresh_from_db()
    assert (answer.status_code, row.confirmed_at, verbs()) == (422, None, [])
    assert f'value="{until}"' in answer.content.decode()


def test_a_colleague_declines(browser: Browser, town: Organisation, ada: Person, huub: Person) -> None:
    row = ask(huub, town)
    browser(ada).post(reverse("accounts:affiliation_decide", args=[row.pk]), {"decline": "1"})
    assert not huub.affiliations.exists()
    assert verbs() == [Verb.AFFILIATION_DECLINED]


@pytest.mark.parametrize("who", ["huub", "bo", "stan"])
def test_nobody_else_may_answer(
    browser: Browser, town: Organisation, huub: Person, who: str, request: pytest.FixtureRequest
) -> None:
    row = ask(huub, town)
    answer = browser(request.getfixturevalue(who)).post(
        reverse("accounts:affiliation_decide", args=[row.pk]), {f"{row.pk}-until": f"{latest_end()}"}
    )
    row.refresh_from_db()
    assert (answer.status_code, row.confirmed_at) == (404, None)


def test_one_ends_the_own_affiliation_only(
    browser: Browser, town: Organisation, ada: Person, huub: Person, bo: Person
) -> None:
    row = ask(huub, town)
    row.confirm(by=ada, until=latest_end())
    path = reverse("accounts:affiliation_end", args=[row.pk])
    assert browser(bo).post(path).status_code == 404
    assert browser(ada).post(reverse("accounts:affiliation_end", args=[ada.affiliations.get().pk])).status_code == 404
    browser(huub).post(path)
    row.refresh_from_db()
    assert not row.is_current
