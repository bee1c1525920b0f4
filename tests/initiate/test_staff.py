"""The admin for staff: every change there is an event, and nothing there goes round the rights of the site."""

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, Person
from challenges.models import BoardDecision, Challenge
from initiate.staff import StaffAdmin
from regions.models import Audience, Event, Membership, Region, Verb
from tests import make


@pytest.fixture
def desk(stan: Person) -> Client:
    client = Client()
    client.force_login(stan)
    return client


def test_every_admin_of_ours_writes_events() -> None:
    """What third parties register would leave no event, so nothing of theirs stands there."""
    ours = {"accounts", "regions", "challenges", "digests"}
    found = {model._meta.label: isinstance(one, StaffAdmin) for model, one in admin.site._registry.items()}
    assert {label for label, is_ours in found.items() if not is_ours} == set()
    assert {label.split(".")[0] for label in found} <= ours


def test_adding_changing_and_removing_are_events(desk: Client, stan: Person) -> None:
    domains = {"domains-TOTAL_FORMS": "0", "domains-INITIAL_FORMS": "0"}
    desk.post("/beheer/accounts/organisation/add/", {"name": "Welzijn Noord", "kind": "welfare", **domains})
    organisation = Organisation.objects.get()
    path = f"/beheer/accounts/organisation/{organisation.pk}"
    desk.post(f"{path}/change/", {"name": "Welzijn Zuid", "kind": "welfare", **domains})
    desk.post(f"{path}/delete/", {"post": "yes"})
    told = list(Event.objects.order_by("pk").values_list("verb", "actor", "audience", "object_kind", "object_id"))
    about = (stan.pk, Audience.DESK, "organisation", str(organisation.pk))
    assert told == [(Verb.STAFF_ADDED, *about), (Verb.STAFF_CHANGED, *about), (Verb.STAFF_REMOVED, *about)]
    assert not Organisation.objects.exists()


def test_staff_appoints_a_moderator_and_ends_a_suspension(
    desk: Client, stan: Person, anna: Person, utrecht: Region
) -> None:
    membership = Membership.objects.get(person=anna)
    data = {
        "name": "Utrecht",
        "slug": "utrecht",
        "joining": "request",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(membership.pk),
        "memberships-0-region": str(utrecht.pk),
        "memberships-0-person": str(anna.pk),
        "memberships-0-role": "moderator",
        "memberships-0-state": "active",
    }
    assert desk.post(f"/beheer/regions/region/{utrecht.pk}/change/", data).status_code == 302
    membership.refresh_from_db()
    assert membership.role == Membership.Role.MODERATOR
    assert Event.objects.filter(verb=Verb.STAFF_CHANGED, object_kind="region").exists()
    membership.suspend(stan, reason="other", words="Overleg.", ends_on=timezone.localdate())
    assert desk.post(f"/beheer/regions/region/{utrecht.pk}/change/", data).status_code == 302
    membership.refresh_from_db()
    assert (membership.state, membership.ends_on) == (Membership.State.ACTIVE, None)


def test_the_decision_of_the_portfolio_meeting_stands_on_the_timeline(
    desk: Client, stan: Person, anna: Person, utrecht: Region
) -> None:
    pilot = make.challenge(by=anna, region=utrecht, stage="pilot")
    data = {"challenge": pilot.pk, "decided_on": "2026-11-01", "is_positive": "on", "words": "Alle gemeenten."}
    desk.post("/beheer/challenges/boarddecision/add/", data)
    decision = BoardDecision.objects.get()
    assert (decision.challenge, decision.recorded_by, decision.is_positive) == (pilot, stan, True)
    assert Event.objects.filter(verb=Verb.BOARD_DECIDED, contribution=pilot, actor=stan).exists()


def test_staff_cannot_choose_a_draft_there(desk: Client, anna: Person, utrecht: Region) -> None:
    """A draft is read by who is involved, also not by staff: not in a list to choose from either."""
    make.challenge(by=anna, region=utrecht, stage="pilot", state="draft", title="Geheim concept")
    assert Challenge.objects.count() == 1
    assert "Geheim concept" not in desk.get("/beheer/challenges/boarddecision/add/").content.decode()


@pytest.mark.parametrize("path", ["regions/event", "accounts/person"])
def test_the_log_and_people_are_not_deleted(path: str, desk: Client, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    pk = anna.pk if "person" in path else challenge.events.latest("pk").pk
    assert desk.post(f"/beheer/{path}/{pk}/delete/", {"post": "yes"}).status_code == 403
