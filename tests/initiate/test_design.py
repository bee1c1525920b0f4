"""The page with the design language: who sees it, that it is whole, and that it reads nothing."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Person
from initiate.design import Colour, palette

TEMPLATES = Path(settings.BASE_DIR) / "templates"


@pytest.fixture
def _demo(settings: Settings) -> None:
    settings.DEMO = True


def page(client: Client) -> str:
    return client.get("/ontwerp/").content.decode()


def test_staff_sees_it_and_nobody_else(stan: Person, anna: Person, settings: Settings) -> None:
    settings.DEMO = False
    statuses = []
    for person in (None, anna, stan):
        client = Client()
        if person:
            client.force_login(person)
        statuses.append(client.get("/ontwerp/").status_code)
    assert statuses == [404, 404, 200]


@pytest.mark.usefixtures("_demo")
def test_everyone_sees_it_in_the_demo(db: None) -> None:
    assert Client().get("/ontwerp/").status_code == 200


@pytest.mark.usefixtures("_demo")
def test_every_shared_part_is_shown(anna: Person) -> None:
    """A new `templates/_….html` or `templates/forms/….html` fails here until it has an example."""
    client = Client()
    client.force_login(anna)
    shown = {template.name for template in client.get("/ontwerp/").templates}
    parts = {path.name for path in TEMPLATES.glob("_*.html")} | {f"forms/{p.name}" for p in TEMPLATES.glob("forms/*")}
    assert parts - shown == set()


@pytest.mark.usefixtures("_demo")
def test_what_shows_nothing_by_itself_has_an_example(db: None) -> None:
    """Parts that every page includes are empty mostly: here they stand with something in them."""
    text = page(Client())
    for words in (
        "fatima@gemeente.example",
        "utrecht-alert--error",
        'aria-invalid="true"',
        "disabled",
        "Haal filter weg",
    ):
        assert words in text, words
    assert len(re.findall(r'class="initiate-badge initiate-badge--private"', text)) == 4


@pytest.mark.usefixtures("_demo")
def test_the_contents_lead_to_each_group_and_no_id_stands_twice(db: None) -> None:
    text = page(Client())
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'<li><a href="#(\w+)">', text)) <= set(ids)
    assert text.count('<section class="initiate-section stack" aria-labelledby') >= 11


@pytest.mark.usefixtures("_demo")
def test_it_reads_nothing_from_the_database(db: None, anna: Person) -> None:
    def count(path: str, client: Client) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in queries)

    person = Client()
    person.force_login(anna)
    assert (count("/ontwerp/", Client()), count("/ontwerp/", person)) == (0, count("/begrippen/", person))


def test_the_palette_is_that_of_the_style_sheet() -> None:
    assert set(palette()) == {"blauw", "geel", "grijs", "groen", "oranje", "rood"}
    assert [colour.name for colour in palette()["geel"]] == ["geel-50", "geel-100", "geel-200", "geel-500", "geel-600"]


@pytest.mark.parametrize(("value", "contrast"), [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54)])
def test_contrast_is_that_of_the_guidelines(value: str, contrast: float) -> None:
    assert round(Colour("x", value).contrast, 2) == contrast
