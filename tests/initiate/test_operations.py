"""What machines ask: alive, ready, healthy."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from digests.models import Mail, Pulse
from initiate import operations

ALL_WELL = {"broker": "ok", "database": "ok", "tick": "ok", "worker": "ok", "sender": "ok"}
SILENT = "silent for more than 3 minutes"


def test_livez_needs_no_database(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"


@pytest.mark.django_db
def test_readyz_asks_for_every_migration(client: Client) -> None:
    assert client.get("/readyz").status_code == 200
    last = MigrationExecutor(connection).loader.graph.leaf_nodes("digests")[0]
    MigrationRecorder(connection).record_unapplied(*last)
    assert client.get("/readyz").status_code == 503


def test_readyz_says_that_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise OperationalError

    monkeypatch.setattr(operations, "unapplied_migrations", away)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"the database does not answer\n")


@pytest.fixture
def pulses(db: None) -> None:
    Pulse.beat("tick")
    Pulse.beat("worker")
    Pulse.beat("sender")


@pytest.mark.usefixtures("pulses")
def test_healthz_is_ok_when_all_parts_live(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "parts": ALL_WELL})


@pytest.mark.usefixtures("pulses")
@pytest.mark.parametrize("part", ["tick", "worker"])
def test_healthz_is_stale_when_a_part_is_silent(client: Client, part: str) -> None:
    Pulse.objects.filter(name=part).update(at=timezone.now() - timedelta(seconds=181))
    response = client.get("/healthz")
    assert (response.status_code, response.json()["parts"]) == (503, ALL_WELL | {part: SILENT})


@pytest.mark.usefixtures("pulses")
@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_healthz_is_stale_when_mail_waits(client: Client, minutes: int, status: int) -> None:
    due = timezone.now() - timedelta(minutes=minutes)
    Mail.objects.create(key="account:1", kind=Mail.Kind.ACCOUNT, message_id="<1@x.example>", next_try_at=due)
    assert client.get("/healthz").status_code == status


@pytest.mark.usefixtures("pulses")
def test_healthz_is_stale_when_the_broker_is_away(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    response = client.get("/healthz")
    assert (response.status_code, response.json()["parts"]["broker"]) == (503, "does not answer")


@pytest.mark.django_db
def test_security_txt_names_the_contact(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = "mailto:security@initiate.example"
    text = client.get("/.well-known/security.txt").content.decode()
    names = [line.partition(":")[0] for line in text.splitlines()]
    assert names == ["Contact", "Expires", "Preferred-Languages", "Policy", "Canonical"]
    assert "Contact: mailto:security@initiate.example\n" in text
    policy = client.get("/pagina/veiligheid/")
    assert f"Policy: {settings.SITE_URL}/pagina/veiligheid/\n" in text
    assert 'href="mailto:security@initiate.example"' in policy.content.decode()


@pytest.mark.django_db
def test_the_statement_on_access_leads_to_the_register_and_to_people(client: Client, settings: Any) -> None:
    settings.CONTACT, settings.ACCESSIBILITY_STATEMENT = "mailto:hulp@initiate.example", "https://register.example/1"
    page = client.get("/pagina/toegankelijkheid/").content.decode()
    links = ('href="https://register.example/1"', 'href="mailto:hulp@initiate.example"', 'href="/pagina/help/"')
    assert [link in page for link in links] == [True, True, True]


def test_robots_keep_out_of_what_is_personal(client: Client) -> None:
    assert client.get("/robots.txt").content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /beheer/",
        "Disallow: /mijn/",
    ]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/robots.txt"])
def test_nothing_is_changed_by_asking(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
