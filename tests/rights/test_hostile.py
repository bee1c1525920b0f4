"""Bad input on every form and every GET parameter (reliability.md): no 500, and no script of a stranger."""

import re
from urllib.parse import quote

import pytest

from tests.rights.doors import Door, body, client_of, doors, knock
from tests.rights.world import World, build, every_url

VALUES = (
    "",
    "' OR 1=1; --",
    "<script>kwaad()</script>",
    '"><img src=x onerror=kwaad()>',
    "%s %(x)s {0} ${{7*7}}",
    "a" * 20_000,
    "-1",
    "99999999999999999999999",
    "NaN",
    "1e309",
    "٣",
    "../../etc/passwd",
    "&|!():*\\'\"<->",
    "0000-00-00",
    "9999-12-31",
    "31-02-2026",
    "\u202eomgekeerd\u202c 😀 \r\nBcc: x@example.org",
    "=1+1|cmd",
    '{"a": [1, null]}',
    "[[[[[[[[",
    "(a+)+$",
)
RAW = ("%00", "%ED%A0%80", "%FF%FE", "a%00b", "%C0%AF")
PARAMETERS = (
    "q", "regio", "thema", "fase", "tag", "zoekt", "volgorde", "pagina", "tijdlijn", "van", "naar", "soort", "gemeente",
    "reactie", "reacties", "next", "id", "naam", "deel", "wanneer", "kopie", "open",
    "rol", "kennis", "expertise", "organisatie", "actie", "rij", "kies", "stuk",
)  # fmt: skip
ROLES = ("anna", "mo", "kim", "visitor")

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build()


def pages(world: World) -> list[Door]:
    own = [door for door in doors(world) if door.object == "open"]
    return [
        *own,
        *(
            Door(name, "open", f"/{path}")
            for name, path in every_url()
            if name.startswith("account_") and "<" not in path
        ),
    ]


@pytest.mark.parametrize("role", ["visitor", "anna"])
def test_no_query_string_breaks_a_page(role: str, world: World) -> None:
    """All parameters at once with one hostile value, then one after the other on the pages that take them."""
    client = client_of(world.people[role])
    broken = []
    for door in pages(world):
        for value in [quote(value) for value in VALUES[:8] + VALUES[12:14]] + list(RAW):
            query = "&".join(f"{name}={value}" for name in PARAMETERS)
            response, _written = knock(client, "GET", f"{door.path}?{query}")
            if response.status_code >= 500 and door.name != "healthz":
                broken.append((door.path, value[:40], response.status_code))
    assert broken == []


LISTS = (
    "/challenges/", "/zoeken/", "/regios/", "/regios/utrecht/leden/", "/demo/mail/", "/regios/utrecht/berichten/",
    "/regios/utrecht/documenten/", "/deuren/",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_no_parameter_breaks_a_list(path: str, world: World) -> None:
    client = client_of(world.people["anna"])
    broken = []
    for name in PARAMETERS:
        for value in [quote(value) for value in VALUES] + list(RAW):
            response, _written = knock(client, "GET", f"{path}?{name}={value}")
            shown = body(response)
            if response.status_code >= 500 or "<script>kwaad" in shown or "<img src=x" in shown:
                broken.append((name, value[:40], response.status_code))
    assert broken == []


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_on_bad_input(role: str, world: World) -> None:
    """Each form that this role meets and no role before it, each value in all of its fields at once."""
    *before, client = (client_of(world.people[name]) for name in ROLES[: ROLES.index(role) + 1])
    broken = []
    for door in pages(world):
        names = _fields(body(knock(client, "GET", door.path)[0]))
        is_known = any(names == _fields(body(knock(one, "GET", door.path)[0])) for one in before) if names else True
        for value in () if is_known else VALUES:
            data = dict.fromkeys(names, value)
            response, _written = knock(client, "POST", door.path, data)
            shown = body(response)
            if response.status_code >= 500 or "<script>kwaad" in shown or "<img src=x" in shown:
                broken.append((door.path, value[:30], response.status_code))
    assert broken == []


def _fields(page: str) -> list[str]:
    """Return the names of the fields in the page's own forms."""
    main = page.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<(?:input|textarea|select|button)[^>]*\sname="([^"]+)"', main)
    return [name for name in dict.fromkeys(found) if name not in ("csrfmiddlewaretoken", "form_key")]
