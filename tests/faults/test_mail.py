"""A small part of `make faults`: no mail is lost or doubled, whatever dies and wherever."""

import itertools
from collections.abc import Iterator

import pytest

from tests.faults import points
from tests.faults.points import DEATHS, POINTS, Point
from tests.faults.storm import Storm, is_good
from tests.faults.world import World

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("mail")]
SEVERAL = ("handing committed", "dot sent", "250 read")
"""Where nobody but the relay can say whether it has the mail."""
KILLS = 20


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("mail") / "home") as world:
        yield world


@pytest.fixture(scope="module")
def readers(world: World) -> list[str]:
    found: list[str] = world.do("people", points.READERS)
    return found


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_death_at_any_point_loses_and_doubles_nothing(
    world: World, readers: list[str], point: Point, death: str
) -> None:
    world.changed["RELAY_QUERY_URL"] = world.desk.url
    number = POINTS.index(point)  # so that both an overview and a link are caught
    assert points.run(world, readers, point, death, number) == points.Found(lost=0, doubled=0, held=0)


@pytest.mark.parametrize(
    ("point", "number"),
    [(point, number) for point, number in itertools.product(POINTS, range(2)) if point.name in SEVERAL],
    ids=lambda value: value.name if isinstance(value, Point) else str(value),
)
def test_where_the_relay_cannot_be_asked_an_overview_is_held(
    world: World, readers: list[str], point: Point, number: int
) -> None:
    """Of a link that someone needs a second copy may come; an overview is rather not told than told twice."""
    world.changed["RELAY_QUERY_URL"] = ""
    found = points.run(world, readers, point, "kill -9", number)
    held = 0 if number % 2 else 1  # what is killed is the link, which goes first
    assert found == points.Found(lost=0, doubled=0, held=held)


def test_a_storm_of_kills_loses_and_doubles_nothing(world: World, readers: list[str]) -> None:
    world.changed["RELAY_QUERY_URL"] = world.desk.url
    storm = Storm(world, readers)
    storm.blow(KILLS)
    counted = storm.count()
    assert is_good(counted), counted
    assert counted["mails taken"] > len(readers)
    assert counted["hidden things"] > 0
