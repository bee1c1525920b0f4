"""A small change: who hears of it, from each of the forms by which a text is changed."""

import pytest
from django.test import Client

from accounts.models import Person
from digests.spread import spread
from regions.models import Contribution, Event, Notice, Part, Region, Unspread, Verb
from tests import make

pytestmark = pytest.mark.django_db
KINDS = ("challenge", "post", "document", "meeting")


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def edit_path(about: Contribution) -> str:
    return f"{about.get_absolute_url()}bewerken/"


def typed(person: Person, about: Contribution) -> dict[str, object]:
    """Return what the form of this thing says, with another title."""
    form = client_of(person).get(edit_path(about)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, "")} | {"title": "Een ander woord"}


def told(person: Person, about: Contribution, **data: str) -> dict[str, str]:
    Unspread.objects.all().delete()
    answer = client_of(person).post(edit_path(about), {**typed(person, about), **data})
    assert answer.status_code == 302
    spread()
    return dict(Notice.objects.values_list("person__name", "reason"))


@pytest.mark.parametrize("kind", KINDS)
def test_followers_hear_nothing_of_a_small_change_and_all_of_another(
    kind: str, utrecht: Region, anna: Person, mo: Person, eva: Person
) -> None:
    by = mo if kind == "meeting" else anna
    about = getattr(make, kind)(by=by, region=utrecht)
    about.involve(bo := make.person("Bo Team"), Part.TEAM, by=by)
    make.member(bo, utrecht)
    about.follow(eva)
    team = {"Bo Team": "own"}
    assert told(by, about, small="on") == team
    assert Event.objects.filter(verb=Verb.EDITED).latest("pk").data["small"] is True
    Notice.objects.all().delete()
    about = type(about).objects.get(pk=about.pk)
    assert told(by, about, title="Nog een ander woord") == team | {"Eva Elders": "follow"}
    assert "small" not in Event.objects.filter(verb=Verb.EDITED).latest("pk").data


def test_the_author_hears_of_a_small_change_by_the_team(
    utrecht: Region, anna: Person, bram: Person, eva: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    challenge.involve(bram, Part.TEAM, by=anna)
    challenge.follow(eva)
    assert told(bram, challenge, small="on") == {"Anna Auteur": "own"}


def test_another_time_of_a_meeting_is_never_small(utrecht: Region, mo: Person, eva: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, days=10)
    meeting.follow(eva)
    day = f"{meeting.starts_at.replace(day=1 if meeting.starts_at.day > 1 else 2):%Y-%m-%d}"
    told(mo, meeting, small="on", day=day)
    assert list(Notice.objects.values_list("event__verb", "reason")) == [("meeting-moved", "follow")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_does_not_ask_and_a_refused_form_keeps_what_was_ticked(
    kind: str, utrecht: Region, anna: Person, mo: Person
) -> None:
    by = mo if kind == "meeting" else anna
    about = getattr(make, kind)(by=by, region=utrecht)
    page = client_of(by).get(edit_path(about)).content.decode()
    refused = client_of(by).post(edit_path(about), {**typed(by, about), "title": "", "small": "on"})
    boxes = [line for line in refused.content.decode().splitlines() if 'name="small"' in line]
    assert ('name="small"' in page, refused.status_code, ["checked" in box for box in boxes]) == (True, 422, [True])
    if kind != "document":
        draft = getattr(make, kind)(by=by, region=utrecht, state="draft")
        assert 'name="small"' not in client_of(by).get(edit_path(draft)).content.decode()
