"""The tile map: what its layout must keep to, and how it stands on the two pages."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Person
from regions import tiles
from regions.models import Municipality, Region
from tests import make

Browser = Callable[[Person | None], Client]
FILE = Path(__file__).parents[2] / "regions" / "data" / "gemeenten.csv"
LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)


def provinces() -> dict[str, set[tiles.Spot]]:
    """The spots of each province, by the official list."""
    found: dict[str, set[tiles.Spot]] = defaultdict(set)
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["province"]].add(tiles.LAYOUT[row["code"]])
    return found


def spot(name: str) -> tiles.Spot:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return next(tiles.LAYOUT[row["code"]] for row in csv.DictReader(lines) if row["name"] == name)


def beside(where: tiles.Spot) -> set[tiles.Spot]:
    return {(where[0] + x, where[1] + y) for x, y in (LEFT, RIGHT, UP, DOWN)}


def test_each_municipality_has_one_tile_and_no_two_share_one() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert sorted(tiles.LAYOUT) == sorted(codes)
    assert len(set(tiles.LAYOUT.values())) == len(codes) == 342


def test_the_tiles_of_a_province_are_one_block() -> None:
    for province, spots in provinces().items():
        reached, todo = set(), {min(spots)}
        while todo:
            reached |= todo
            todo = {near for here in todo for near in beside(here) & spots} - reached
        assert reached == spots, province


def test_provinces_lie_where_they_lie_in_the_country() -> None:
    middle = {
        name: (sum(x for x, _y in spots) / len(spots), sum(y for _x, y in spots) / len(spots))
        for name, spots in provinces().items()
    }
    west_to_east = ("Zeeland", "Zuid-Holland", "Utrecht", "Gelderland")
    north_to_south = ("Groningen", "Drenthe", "Overijssel", "Gelderland", "Noord-Brabant", "Limburg")
    assert sorted(west_to_east, key=lambda name: middle[name][0]) == list(west_to_east)
    assert sorted(north_to_south, key=lambda name: middle[name][1]) == list(north_to_south)
    assert middle["Noord-Holland"][0] < middle["Flevoland"][0] < middle["Overijssel"][0]
    assert middle["Fryslân"][0] < middle["Groningen"][0]


def test_municipalities_lie_about_where_they_lie_in_their_province() -> None:
    east = [("Texel", "Groningen"), ("'s-Gravenhage", "Utrecht"), ("Vlissingen", "Tilburg"), ("Haarlem", "Amsterdam")]
    east += [("Vlieland", "Schiermonnikoog"), ("Almere", "Zwolle"), ("Arnhem", "Winterswijk"), ("Breda", "Helmond")]
    south = [("Den Helder", "Alkmaar"), ("Leeuwarden", "De Fryske Marren"), ("Venlo", "Maastricht"), ("Assen", "Emmen")]
    south += [("Apeldoorn", "Nijmegen"), ("Leiden", "Rotterdam"), ("Goes", "Terneuzen"), ("Amersfoort", "Rhenen")]
    assert [pair for pair in east if spot(pair[0])[0] >= spot(pair[1])[0]] == []
    assert [pair for pair in south if spot(pair[0])[1] >= spot(pair[1])[1]] == []


def test_the_line_around_a_province_passes_each_side_behind_which_it_ends() -> None:
    """It is one line as long as there are sides: no two tiles touch at a corner alone, where it would lose its way."""
    for province, spots in provinces().items():
        line = tiles.outline(spots)
        x, y = (sum(map(int, re.findall(rf"{way}(-?\d+)", line))) for way in "hv")
        drawn = sum(abs(int(step)) for step in re.findall(r"[hv](-?\d+)", line)) + abs(x) + abs(y)
        sides = sum(len(beside(here) - spots) for here in spots)
        assert (line.count("M"), drawn) == (1, sides * tiles.STEP), province


def test_the_outline_of_tiles_in_a_row_and_of_a_ring() -> None:
    assert tiles.outline({(1, 1), (2, 1)}) == "M9.5 9.5h20v10h-20z"
    ring = {(x, y) for x in range(3) for y in range(3)} - {(1, 1)}
    lines = [f"{line}z" for line in tiles.outline(ring).split("z") if line]
    assert sorted(lines) == ["M-0.5 19.5v-20h30v30h-30z", "M9.5 9.5v10h10v-10z"]


@pytest.fixture
def covered(utrecht: Region, eindhoven: Region) -> Region:
    """Utrecht with three municipalities, one of which Eindhoven covers too."""
    utrecht.municipalities.set(Municipality.objects.filter(name__in=["Utrecht", "Zeist", "'s-Gravenhage"]))
    eindhoven.municipalities.set(Municipality.objects.filter(name="Zeist"))
    return utrecht


def test_the_page_of_a_region_fills_its_municipalities_and_has_them_as_a_table(
    browser: Browser, covered: Region
) -> None:
    page = browser(None).get("/regios/utrecht/").content.decode()
    svg = page.partition('<svg class="initiate-tiles"')[2].partition("</svg>")[0]
    assert re.findall(r'role="img" d="[^"]+"><title>([^<]+)<', svg) == ["&#x27;s-Gravenhage", "Utrecht", "Zeist"]
    assert 'role="group" aria-labelledby="kaart-naam" aria-describedby="kaart-uitleg"' in svg
    assert re.findall(r'<(title|desc) id="([^"]+)"', svg) == [("title", "kaart-naam"), ("desc", "kaart-uitleg")]
    assert svg.count("h9v9h-9z") == 342
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", table)]
    inhabitants = dict(Municipality.objects.values_list("name", "inhabitants"))
    assert [[name, province, int(count.replace(".", ""))] for name, province, count, _others in cells] == [
        ["&#x27;s-Gravenhage", "Zuid-Holland", inhabitants["'s-Gravenhage"]],
        ["Utrecht", "Utrecht", inhabitants["Utrecht"]],
        ["Zeist", "Utrecht", inhabitants["Zeist"]],
    ]
    assert [re.sub("<[^>]+>", "", row[3]) for row in cells] == ["geen", "geen", "Eindhoven"]


def test_the_drawing_of_a_region_stays_small(browser: Browser, utrecht: Region) -> None:
    utrecht.municipalities.set(Municipality.objects.all()[:100])
    page = browser(None).get("/regios/utrecht/").content.decode()
    svg = page.partition('<svg class="initiate-tiles"')[2].partition("</svg>")[0]
    assert len(svg.encode()) < 25_000


def test_the_map_of_all_regions_says_how_many_cover_each(browser: Browser, covered: Region) -> None:
    page = browser(None).get("/regios/").content.decode()
    links = dict(re.findall(r'<a href="\?gemeente=([^"]+)" tabindex="-1"><title>([^<]+)</title>', page))
    assert len(links) == 342
    assert {name: links[name] for name in ("Zeist", "Utrecht", "Texel", "%27s-Gravenhage")} == {
        "Zeist": "Zeist: 2 regio’s",
        "Utrecht": "Utrecht: 1 regio",
        "Texel": "Texel: geen regio",
        "%27s-Gravenhage": "&#x27;s-Gravenhage: 1 regio",
    }
    assert (page.count('<path class="one"'), page.count('<path class="more"')) == (2 + 1, 1 + 1)  # and the key
    assert len(re.findall(r'<tr><th scope="row"><a href="\?gemeente=', page)) == 342
    assert page.count("<details>") == 12
    shown = browser(None).get("/regios/?gemeente=%27s-Gravenhage").context["regions"]
    assert list(shown) == [covered]


def test_the_map_is_in_the_language_of_the_reader(browser: Browser, covered: Region) -> None:
    reader = make.person(language="en")
    assert "Zeist: 2 regions" in browser(reader).get("/regios/").content.decode()
    assert "Zeist: 2 regio’s" in browser(None).get("/regios/").content.decode()


def test_a_municipality_that_the_layout_does_not_know_stands_in_the_tables(browser: Browser, utrecht: Region) -> None:
    fields = {"name": "Nieuwland", "sort_name": "nieuwland", "province": "Utrecht", "inhabitants": 7}
    utrecht.municipalities.set([Municipality.objects.create(code="GM9999", **fields)])
    for path in ("/regios/", "/regios/utrecht/"):
        page = browser(None).get(path).content.decode()
        assert (page.count("<title>Nieuwland"), 'scope="row">' in page, "Nieuwland</" in page) == (0, True, True)
