"""The 342 municipalities of 2026, and how one is found."""

import csv
from pathlib import Path

import pytest

from regions.models import Municipality

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parents[2] / "regions" / "data" / "gemeenten.csv"


def test_the_table_equals_the_file() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = ("code", "name", "province", "youth_region", "labour_region")
    stored = Municipality.objects.values_list(*names, "inhabitants")
    assert sorted(stored) == sorted((*(row[name] for name in names), int(row["inhabitants"])) for row in rows)
    assert len({row["code"] for row in rows}) == len(rows) == 342


def test_names_stand_where_a_dutch_list_has_them() -> None:
    names = [str(place) for place in Municipality.objects.all()]
    assert names[0] == "Aa en Hunze"
    assert names.index("Gorinchem") < names.index("'s-Gravenhage") < names.index("Groningen")
    assert names.index("Steenwijkerland") < names.index("Súdwest-Fryslân") < names.index("Terneuzen")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Utrecht", "Utrecht"),
        ("utrecht", "Utrecht"),
        ("GM0344", "Utrecht"),
        ("gm0344", "Utrecht"),
        ("Den Haag", "'s-Gravenhage"),
        ("den bosch", "'s-Hertogenbosch"),
        ("sudwest-fryslan", "Súdwest-Fryslân"),
        ("Atlantis", None),
        ("' OR 1=1 --", None),
        ("%", None),
    ],
)
def test_one_is_found_by_name_or_code(words: str, found: str | None) -> None:
    place = Municipality.objects.called(words)
    assert (place.name if place else None) == found


def test_names_that_look_alike_are_suggested() -> None:
    assert "Gouda" in [str(place) for place in Municipality.objects.like("Gauda")]
    assert "Leidschendam-Voorburg" in [str(place) for place in Municipality.objects.like("Leidsch")]
