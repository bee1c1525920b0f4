"""Every URL of our own as a door: how it is reached in the small world, and how an answer is made comparable."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Affiliation, Organisation, OrganisationKind, Person
from digests.models import Mail
from regions.models import Notice
from tests.rights.world import World, every_url

OURS = ("challenges", "regions", "accounts", "digests")
OPERATIONS = ("livez", "readyz", "healthz", "metrics", "robots", "security_txt")
PAGES = ("home", "search", "page", "glossary", "design", "set_language")
METHODS = ("GET", "POST")

TOKENS = {
    "regions:invitation": "invitation",
    "regions:signup_own": "signup",
    "challenges:claim": "claim",
    "challenges:backing": "backing_link",
    "regions:report_confirm": "unconfirmed",
}
"""The thing whose own link leads to a page."""
BOOKMARKS = (
    "django_session",
    "usersessions_usersession",
    "accounts_visit",
    "regions_regionvisit",
    "regions_notice",
    "accounts_submission",
)
"""What a reading person writes: their own session, last visits, read notices, and the key of a form."""


@dataclass(frozen=True)
class Door:
    """One URL with its arguments for one of the two challenges (`object` open or closed)."""

    name: str
    object: str
    path: str

    @property
    def label(self) -> str:
        return f"{self.name} {self.object}"


def names() -> list[str]:
    """Return the names of all URLs but those of the admin and of allauth, which have tests of their own."""
    return [name for name, _path in every_url() if name.startswith(OURS) or name in OPERATIONS + PAGES]


def doors(world: World) -> Iterator[Door]:
    """Give each URL for the open challenge and, where it leads elsewhere, for the closed one."""
    extra = _own_rows(world)
    for name, route in every_url():
        if not (name.startswith(OURS) or name in OPERATIONS + PAGES):
            continue
        paths = {
            "open": reverse(name, kwargs=_arguments(name, route, world.open | extra)),
            "closed": reverse(name, kwargs=_arguments(name, route, world.closed | extra)),
        }
        yield Door(name, "open", paths["open"])
        if paths["closed"] != paths["open"]:
            yield Door(name, "closed", paths["closed"])


def _own_rows(world: World) -> dict[str, Any]:
    """Things that belong to one person: a question to confirm an affiliation, a notice, a mail."""
    bram, anna = world.people["bram"], world.people["anna"]
    assert bram
    assert anna
    organisation = Organisation.objects.create(name="Gemeente Utrecht", kind=OrganisationKind.MUNICIPALITY)
    Affiliation.objects.create(person=anna, organisation=organisation, basis="domain", confirmed_at=anna.joined_at)
    asked = Affiliation.objects.create(person=bram, organisation=organisation, basis="colleague")
    event = world.open["challenge"].events.first()
    return {
        "affiliation": asked,
        "notice": Notice.objects.create(person=anna, event=event, reason="own"),
        "mail": Mail.objects.create(key="digest:1", kind=Mail.Kind.DIGEST, person=anna, message_id="<1@x.example>"),
    }


def _arguments(name: str, route: str, things: dict[str, Any]) -> dict[str, Any]:
    values = {"pk": _subject(name, things), **_known(things)}
    values["offer_pk"] = things["backing" if name == "challenges:backing_ask" else "offer"].pk
    values["person_pk"] = things["asked_person" if name.startswith("challenges:plan_") else "author"].pk
    if name.startswith(("regions:", "challenges:dossiers", "challenges:pitch")):
        values["slug"] = things[_key(name) if "<int:pk>-<slug" in route else "region"].slug
    if name.startswith(("challenges:figures", "challenges:intake", "accounts:welcome")):
        values["slug"] = things["region"].slug
    if name in TOKENS:
        values["token"] = things[TOKENS[name]].get_absolute_url().rstrip("/").split("/")[-1]
    if name == "page":
        values["slug"] = "over"
    if name.startswith("digests:demo_mail"):
        values["name"] = "mail"
    return {key: values[key] for key in re.findall(r"<(?:\w+:)?(\w+)>", route)}


def _known(things: dict[str, Any]) -> dict[str, Any]:
    return {
        "slug": things["challenge"].slug,
        "point_pk": things["point"].pk,
        "review_pk": things["review"].pk,
        "remark_pk": things["remark"].pk,
        "item_pk": things["pitch"].pk,
        "test": things["round"].pk,
        "number": things["prototype"].number,
        "name": "pilot",
        "token": "geen-geldig-token",
        "step": "themas",
    }


def _subject(name: str, things: dict[str, Any]) -> int:
    """Return the id that `pk` stands for in the URL of this name."""
    return int(things[_key(name)].pk)


def _key(name: str) -> str:
    """Return which thing of the world the URL of this name is about."""
    by_start = {
        "regions:comment_": "comment",
        "regions:change_end": "asked",
        "regions:batch": "batch",
        "regions:member": "active",
        "regions:warn_about": "challenge",
        "regions:warn": "active",
        "regions:report_close": "report",
        "regions:decide": "membership",
        "regions:suspend": "active",
        "regions:appeal_decide": "appeal",
        "regions:appeal": "ruling",
        "regions:readmit": "suspended",
        "challenges:plan": "planned",
        "challenges:portrait": "seat",
        "challenges:dossiers": "session",
        "challenges:pitch": "session",
        "regions:meeting": "meeting",
        "regions:agreement": "agreement",
        "regions:invitation_": "invitation",
        "regions:attachment": "attachment",
        "regions:post_mail": "announcement",
        "regions:post": "post",
        "regions:document": "document",
        "regions:export_file": "export",
        "accounts:person": "person",
        "accounts:affiliation": "affiliation",
        "digests:open": "notice",
        "digests:log_": "mail",
    }
    return next((key for start, key in by_start.items() if name.startswith(start)), "challenge")


def client_of(person: Person | None) -> Client:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


def knock(client: Client, method: str, path: str, data: dict[str, str] | None = None) -> tuple[HttpResponse, list[str]]:
    """Send a request and undo it; return the answer, and the statements that wrote something else than a bookmark."""
    connection.queries_log.clear()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        response = client.post(path, data or {"empty": "form"}) if method == "POST" else client.generic(method, path)
        if getattr(response, "streaming", False):
            file = b"".join(response.streaming_content)
            response = HttpResponse(file, status=response.status_code, headers=dict(response.items()))
        transaction.set_rollback(True)
    written = [query["sql"] for query in queries if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", query["sql"])]
    return response, [sql for sql in written if not re.match(rf'\s*\w+ (INTO |FROM )?"?({"|".join(BOOKMARKS)})\b', sql)]


def body(response: HttpResponse) -> str:
    content = getattr(response, "content", b"") or b""
    return content.decode(errors="replace") + "\n".join(f"{name}: {value}" for name, value in response.items())
