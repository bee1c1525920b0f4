"""What happens to every request, whichever page it asks for."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from initiate import middleware
from regions.models import Region
from tests import make

UNREADABLE = {
    "NUL in the path": "/livez%00",
    "NUL in a value": "/livez?q=a%00b",
    "NUL in a name": "/livez?q%00=a",
    "not UTF-8 in a value": "/livez?q=%ff",
    "lone surrogate in a value": "/livez?q=%ed%a0%80",
}


@pytest.mark.parametrize("path", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_address_gives_400(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/livez%ff", "/%ed%a0%80"])
def test_path_that_is_no_text_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("body", ["a=%00", "a%00=1", "a=%ff", "a=%ed%a0%80", "a=\0"])
def test_unreadable_form_gives_400(client: Client, body: str) -> None:
    response = client.post("/livez", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


@pytest.mark.parametrize("form", [{"a": "x\0y"}, {"a\0": "x"}, {"file\0": SimpleUploadedFile("plan.pdf", b"x")}])
def test_unreadable_part_of_a_multipart_form_gives_400(client: Client, form: dict[str, Any]) -> None:
    assert client.post("/livez", form).status_code == 400


def test_unreadable_cookie_gives_400(client: Client) -> None:
    assert client.get("/livez", headers={"cookie": 'session="a\\000b"'}).status_code == 400


@pytest.mark.parametrize("path", ["/livez", "/livez?q=co%C3%B6rdinatie", "/livez?q=%EF%BF%BD", "/livez?q=%F0%9F%9A%B2"])
def test_readable_address_passes(client: Client, path: str) -> None:
    """The replacement sign too: people paste it from broken documents."""
    assert client.get(path).status_code == 200


def test_headers_are_these(client: Client) -> None:
    response = client.get("/robots.txt")
    headers = dict(response.headers)
    csp = headers.pop("Content-Security-Policy").split("; ")
    assert len(headers.pop("X-Request-ID")) == 32
    assert sorted(csp) == [
        "base-uri 'self'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
    ]
    assert headers == {
        "Cache-Control": "private, no-cache",
        "Content-Language": "nl",
        "Content-Length": str(len(response.content)),
        "Content-Type": "text/plain",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": middleware.PERMISSIONS_POLICY,
        "Referrer-Policy": "same-origin",
        "Vary": "Accept-Language, Cookie",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def test_pages_of_a_person_stay_out_of_every_cache(client: Client, bo: Person) -> None:
    client.force_login(bo)
    assert client.get("/robots.txt")["Cache-Control"] == "private, no-store"


def test_access_line_has_no_query_string(client: Client, bo: Person, caplog: pytest.LogCaptureFixture) -> None:
    client.force_login(bo)
    with caplog.at_level(logging.INFO, logger="initiate.access"):
        response = client.get("/robots.txt?key=geheim")
    (record,) = [record for record in caplog.records if record.name == "initiate.access"]
    line: dict[str, Any] = record.msg  # type: ignore[assignment]  # structlog hands over the fields
    assert line.pop("ms") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "initiate.access",
        "method": "GET",
        "person": bo.pk,
        "request": response["X-Request-ID"],
        "route": "robots.txt",
        "status": 200,
    }


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(0, "abcdefgh-1", False), (1, "abcdefgh-1", True), (1, "short", False), (1, "a\nforged=line", False)],
)
def test_request_id_is_the_proxys_only_where_one_stands(
    client: Client, settings: Any, proxies: int, given: str, kept: bool
) -> None:
    settings.PROXIES = proxies
    response = client.get("/livez", headers={"X-Request-ID": given})
    assert (response["X-Request-ID"] == given) is kept


@pytest.mark.parametrize(("chosen", "asked", "read"), [("nl", "en", "nl"), ("en", "nl", "en"), (None, "en", "en")])
def test_person_reads_in_their_own_language(
    client: Client, bo: Person, chosen: str | None, asked: str, read: str
) -> None:
    if chosen:
        Person.objects.filter(pk=bo.pk).update(language=chosen)
        client.force_login(bo)
    response = client.get("/robots.txt", headers={"Accept-Language": asked})
    assert response["Content-Language"] == read


def ends_at() -> datetime:
    return Session.objects.get().expire_date


@pytest.mark.parametrize(
    ("minutes", "method", "headers", "longer"),
    [
        (20, "get", {}, False),
        (40, "get", {}, True),
        (40, "post", {}, True),
        (40, "head", {}, False),
        (40, "get", {"Sec-Purpose": "prefetch"}, False),
    ],
)
def test_visit_lengthens_the_session(
    client: Client, bo: Person, minutes: int, method: str, headers: dict[str, str], longer: bool
) -> None:
    login = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with time_machine.travel(login, tick=False):
        client.force_login(bo)
    before = ends_at()
    with time_machine.travel(login + timedelta(minutes=minutes), tick=False):
        getattr(client, method)("/robots.txt", headers=headers)
    assert ends_at() == before + timedelta(minutes=minutes if longer else 0)


def test_session_ends_twelve_hours_after_the_last_visit(client: Client, bo: Person) -> None:
    login = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with time_machine.travel(login, tick=False):
        client.force_login(bo)
        assert client.get("/robots.txt")["Cache-Control"] == "private, no-store"
    with time_machine.travel(login + timedelta(hours=12, seconds=1), tick=False):
        assert client.get("/robots.txt")["Cache-Control"] == "private, no-cache"


def test_a_sending_with_progress_is_told_where_it_leads(client: Client, anna: Person, utrecht: Region) -> None:
    """The script opens the page itself, so that its messages are still there to read."""
    client.force_login(anna)
    path = f"/stuk/{make.challenge(by=anna, region=utrecht).pk}/bestanden/"
    files = [SimpleUploadedFile(f"{number}.txt", b"Een verslag.") for number in range(2)]
    plain = client.post(path, {"file": files[0]})
    told = client.post(path, {"file": files[1]}, headers={"X-Upload": "progress"})
    assert (plain.status_code, told.status_code) == (302, 204)
    assert (told["X-Location"], "Location" in told) == (plain["Location"], False)
    assert "Het bestand is toegevoegd." in client.get(told["X-Location"]).content.decode()
