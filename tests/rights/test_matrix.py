"""The rights over every URL (design.md section 4), as a table; with canaries, and O3 and O4.

`matrix.txt` says what each role gets, for a challenge that everyone sees and for one of a team, and is compared whole.
It is read by people: after a change, look at each line that differs before you keep it (`WRITE_MATRIX=1 pytest …`).
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.rights.doors import METHODS, body, client_of, doors, knock, names
from tests.rights.world import CANARIES, CAST, World, build, every_url

TABLE = Path(__file__).with_name("matrix.txt")
LABEL, WIDTH = 46, 8
QUERIES = ("/zoeken/?q=wonen", "/zoeken/?q=over", "/challenges/?q=wonen", "/challenges/?volgorde=titel")

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    settings.DEMO = False
    return build()


@dataclass
class Sweep:
    """What one role met behind all doors."""

    statuses: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    changed: list[tuple[str, str, str]] = field(default_factory=list)


def sweep(world: World, role: str) -> Sweep:
    """Knock at every door: GET twice and HEAD, then a POST that says nothing."""
    client, found = client_of(world.people[role]), Sweep()
    for door in doors(world):
        for method in ("GET", "HEAD", "POST", "GET"):
            response, written = knock(client, method, door.path)
            if method in METHODS:
                found.statuses[f"{method} {door.label}"] = str(response.status_code)
            is_login = response.status_code == 302 and "/account/login/" in response["Location"]
            if method != "POST" or response.status_code >= 400 or is_login:
                found.changed += [(method, door.path, sql[:120]) for sql in written]
            found.read |= _canaries(body(response), door.path)
    closed = [world.open[name].get_absolute_url() for name in ("hidden", "behalf")]
    for path in (*QUERIES, *closed, world.open["sheet"]):
        found.read |= _canaries(body(knock(client, "GET", path)[0]), path)
    return found


def _canaries(shown: str, path: str) -> set[str]:
    """Return the canaries in an answer; the address that was asked for is no news to who asked."""
    for own in (path, path.rstrip("/").rpartition("/")[2], *re.findall(r"\d+-(kanarie[\w-]*)", path)):
        shown = shown.replace(own, "") if len(own) > 1 else shown
    return {word for word in CANARIES if re.search(rf"{word}(?![a-z])", shown)}


@pytest.mark.parametrize("role", CAST)
def test_the_rights_of_a_role_hold_on_every_url(role: str, world: World) -> None:
    """O1, O2 and O4 in one sweep: each status is that of the table; who may read a private word does, and nobody else;
    reading writes bookmarks only, and what is refused writes nothing.
    """
    found = sweep(world, role)
    if os.environ.get("WRITE_MATRIX"):
        _write(role, found.statuses)
    assert found.statuses == {label: cells[role] for label, cells in table().items()}
    assert found.read == {word for word, readers in CANARIES.items() if role in readers}
    assert found.changed == []


def table() -> dict[str, dict[str, str]]:
    """Return what each role gets at each URL, by method and name."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return {line[:LABEL].strip(): dict(zip(CAST, line[LABEL:].split(), strict=True)) for line in lines}


def _write(role: str, found: dict[str, str]) -> None:
    old = table() if TABLE.exists() else {}
    rows = {label: {**dict.fromkeys(CAST, "-"), **old.get(label, {}), role: cell} for label, cell in found.items()}
    lines = ["".ljust(LABEL) + "".join(name.ljust(WIDTH) for name in CAST)]
    lines += [label.ljust(LABEL) + "".join(cells[name].ljust(WIDTH) for name in CAST) for label, cells in rows.items()]
    TABLE.write_text("".join(line.rstrip() + "\n" for line in lines), encoding="utf-8")


def test_every_url_of_ours_stands_in_the_table() -> None:
    in_table = {label.split()[1] for label in table()}
    assert in_table == set(names())
    third_parties = ("admin:", "account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_")
    known = in_table | {"None"}  # Django's own redirects in the admin and allauth have no name
    assert [name for name, _path in every_url() if name not in known and not name.startswith(third_parties)] == []


@pytest.mark.parametrize("role", ["visitor", "bo", "emil", "bram", "kim", "sam"])
def test_forbidden_looks_like_absent(role: str, world: World) -> None:
    """O3: same status and, after masking what was asked for and tokens, the same answer."""
    client = client_of(world.people[role])
    differing = []
    for door in doors(world):
        if role == "bram" and door.name.startswith(OF_THE_REGION):
            continue
        absent = re.sub(r"/\d+(?=[-/])", "/987654321", door.path, count=1)
        for method in METHODS if door.object == "closed" else ():
            forbidden, nothing = knock(client, method, door.path)[0], knock(client, method, absent)[0]
            if _masked(forbidden, door.path) != _masked(nothing, absent):
                differing.append((method, door.path, _masked(forbidden, door.path), _masked(nothing, absent)))
    assert differing == []


OF_THE_REGION = ("regions:post", "regions:document")
"""What is closed here is closed to others than the members of the region."""


def _masked(response: object, path: str) -> str:
    shown = body(response)  # type: ignore[arg-type]
    for own in (path, path.replace("/", "%2F"), path.rstrip("/")):
        shown = shown.replace(own, "PATH")
    return f"{response.status_code}{TOKENS.sub('TOKEN', shown)}"  # type: ignore[attr-defined]


TOKENS = re.compile(r"Content-Length: \d+|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9]{64}|[0-9a-f]{32}")
"""Lengths, keys of forms, CSRF tokens, ids of requests."""


@pytest.mark.parametrize("role", ["visitor", "mo", "stan"])
def test_the_admin_is_for_staff(role: str, world: World) -> None:
    """Who is not staff learns nothing there; staff gets no 500."""
    client = client_of(world.people[role])
    pages = [path for name, path in every_url() if name.startswith("admin:") and "<" not in path and "(?P" not in path]
    found = {path: knock(client, "GET", f"/{path}")[0].status_code for path in pages}
    allowed = {200, 302, 400, 403, 404, 405} if role == "stan" else {302, 403, 404}
    assert {path: status for path, status in found.items() if status not in allowed} == {}
    assert (200 in found.values()) == (role == "stan")


def test_a_tag_of_what_you_cannot_see_is_like_a_tag_that_is_not_there(world: World) -> None:
    client = client_of(None)
    known, unknown = (body(client.get(f"/challenges/?tag={tag}")) for tag in ("kanarielabel", "nergenslabel"))
    assert TOKENS.sub("", known.replace("kanarielabel", "")) == TOKENS.sub("", unknown.replace("nergenslabel", ""))
