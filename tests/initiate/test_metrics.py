"""The numbers of sending, for who has the token."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.models import Mail, Pause, Pulse, Refusal
from digests.outbox import message_id
from regions.models import Comment, Region
from tests import make
from tests.digests.mailing import wants

TOKEN = "een-token-van-toeval-1234"


@pytest.fixture
def token(settings: Any) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def ask(client: Client, authorization: str) -> HttpResponse:
    return client.get("/metrics", headers={"authorization": authorization})


def measured(client: Client) -> dict[str, str]:
    lines = ask(client, f"Bearer {TOKEN}").content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_without_a_token_there_is_no_such_page(client: Client, db: None) -> None:
    assert (ask(client, "Bearer ").status_code, client.get("/metrics").status_code) == (404, 404)


@pytest.mark.parametrize("given", ["", TOKEN, f"bearer {TOKEN}", f"Bearer {TOKEN}1", "Bearer ", "Bearer é", "Basic x"])
def test_another_token_is_refused(client: Client, token: str, given: str) -> None:
    response = ask(client, given)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_it_is_what_prometheus_reads(client: Client, db: None, token: str) -> None:
    response = ask(client, f"Bearer {TOKEN}")
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.content.decode().splitlines()[:4] == [
        "# HELP initiate_mails Mails by state.",
        "# TYPE initiate_mails gauge",
        'initiate_mails{state="ready"} 0',
        'initiate_mails{state="claimed"} 0',
    ]
    assert b"# TYPE initiate_mails_sent_total counter\ninitiate_mails_sent_total 0\n" in response.content


def test_every_number(client: Client, token: str, anna: Person, bram: Person, utrecht: Region) -> None:
    at = timezone.now() - timedelta(minutes=2)
    for number, state in enumerate(["ready", "ready", *Mail.State.values]):
        key = str(number)
        next_try_at = at if number else at + timedelta(hours=1)
        Mail.objects.create(key=key, kind="digest", state=state, message_id=message_id(key), next_try_at=next_try_at)
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)
    Refusal.objects.create(address="a@x.example", count=3, words="550")
    Refusal.objects.create(address="b@x.example", count=2, words="550")
    Pause.begin()
    for _number in range(2):
        Pulse.beat("sent")
    Pulse.objects.update(at=at)
    assert measured(client) == {
        'initiate_mails{state="ready"}': "3",
        'initiate_mails{state="claimed"}': "1",
        'initiate_mails{state="handing"}': "1",
        'initiate_mails{state="uncertain"}': "1",
        'initiate_mails{state="dead"}': "1",
        "initiate_mails_sent_total": "2",
        "initiate_mail_oldest_waiting_seconds": "120",
        "initiate_mail_paused": "1",
        "initiate_overviews_due": "1",
        "initiate_events_unspread": "2",
        "initiate_addresses_refused": "1",
        'initiate_pulse_age_seconds{part="sent"}': "120",
    }


def test_it_costs_six_queries(client: Client, db: None, token: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(6):
        ask(client, f"Bearer {TOKEN}")


def test_nothing_is_changed_by_asking(client: Client, token: str) -> None:
    assert client.post("/metrics").status_code == 405
