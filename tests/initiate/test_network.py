"""A network with another name: ours is nowhere on its pages, in its mails or in its calendars."""

import re
from pathlib import Path

import pytest
from django.conf import settings as ours
from pytest_django import Settings

from initiate.templatetags.initiate import share_image
from tests.rights.doors import body, client_of, doors, knock
from tests.rights.world import build

NAME = "Zorgkring Oost"
NAMED = re.compile(r'"[^"]*\bInitiate\b[^"]*"\|named')


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["stan"])
def test_no_page_says_initiate(role: str, settings: Settings) -> None:
    settings.DEMO, settings.NETWORK_NAME = False, NAME
    world = build()
    client = client_of(world.people[role])
    pages = {door.path: body(knock(client, "GET", door.path)[0]) for door in doors(world)}
    assert NAME in pages["/"]
    assert {path: _unnamed(page) for path, page in pages.items() if _unnamed(page)} == {}


def _unnamed(page: str) -> list[str]:
    """Return where our own name stands; that the program is called so may stand in a calendar."""
    return re.findall(r".{0,60}\bInitiate\b.{0,20}", page.replace("PRODID:-//Initiate//NL", ""))


def test_each_template_asks_for_the_name() -> None:
    folder = ours.BASE_DIR / "templates"
    texts = {
        path.name: path.read_text(encoding="utf-8") for kind in ("html", "txt") for path in folder.rglob(f"*.{kind}")
    }
    assert [name for name, text in texts.items() if "Initiate" in NAMED.sub("", text)] == []
    assert sum(len(NAMED.findall(text)) for text in texts.values()) > 50


def test_the_picture_beside_a_link_has_the_right_name(settings: Settings, tmp_path: Path) -> None:
    assert share_image().endswith("/share.png")
    settings.NETWORK_NAME, settings.NETWORK_FILES = NAME, tmp_path
    assert not share_image()
    (tmp_path / "share.png").touch()
    assert share_image().endswith("/share.png")
