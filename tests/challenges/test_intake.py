"""Challenges from a file: every wrong line is told, nothing is half done, twice is once."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Person
from challenges.intake import read
from challenges.models import Challenge
from regions.models import Event, Region, State, Theme, Verb

HEADING = "sleutel;titel;regio;gemeente;auteur;samenvatting;vraag;thema;tags;zoekt;fase;reden;zichtbaarheid;datum"


def line(anna: Person, **cells: str) -> str:
    values = {
        "sleutel": "u-1",
        "titel": "Eerder zien dat een gezin geldzorgen heeft",
        "regio": "utrecht",
        "gemeente": "'s-Gravenhage",
        "auteur": anna.email,
        "samenvatting": "Kort gezegd: eerder zien.",
        "vraag": "Hoe zien wij het eerder?",
        "thema": "schulden, jeugd",
        "tags": "Geld, Gezin",
        "zoekt": "gemeente,geld",
        "fase": "verkenning",
        "reden": "",
        "zichtbaarheid": "openbaar",
        "datum": "3-2-2026",
        **cells,
    }
    return ";".join('"' + value.replace('"', '""') + '"' for value in values.values())


@pytest.fixture
def themes(db: None) -> None:
    Theme.objects.create(slug="schulden", name="Schulden")
    Theme.objects.create(slug="jeugd", name="Jeugd")


def test_a_line_becomes_a_published_challenge(anna: Person, utrecht: Region, themes: None) -> None:
    [challenge] = read(f"{HEADING}\r\n{line(anna)}\r\n".encode()).bring_in()
    found = Challenge.objects.visible_to(None).get()
    assert found == challenge
    assert (found.stage, found.state, str(found.municipality)) == ("verkenning", State.PUBLISHED, "'s-Gravenhage")
    assert found.seeking == ["gemeente", "geld"]
    assert {theme.slug for theme in found.themes.all()} == {"schulden", "jeugd"}
    assert set(found.tags.names()) == {"geld", "gezin"}
    event = Event.objects.get(contribution=found)
    assert (event.verb, event.at.date().isoformat(), event.data) == (
        Verb.IMPORTED,
        "2026-02-03",
        {"stage": "verkenning"},
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_it_reads_what_dutch_excel_writes(
    encoding: str, delimiter: str, anna: Person, utrecht: Region, themes: None
) -> None:
    row = line(
        anna, titel="Coördinatie één gezin – café", vraag="Eerste regel\nTweede; regel, met komma", thema="jeugd"
    )
    text = f"{HEADING}\r\n{row}\r\n"
    if delimiter == ",":
        text = HEADING.replace(";", ",") + "\r\n" + row.replace('";"', '","') + "\r\n"
    intake = read(text.encode(encoding))
    assert intake.wrong == []
    [challenge] = intake.bring_in()
    assert challenge.title == "Coördinatie één gezin – café"
    assert challenge.question.replace("\r", "") == "Eerste regel\nTweede; regel, met komma"


def test_every_wrong_line_is_told_with_number_and_column(
    anna: Person, bo: Person, utrecht: Region, themes: None
) -> None:
    rows = [
        HEADING,
        line(anna, vraag="Twee\nregels"),
        line(anna, sleutel="u-2", regio="atlantis"),
        line(anna, sleutel="u-1"),
        line(anna, sleutel="u-3", auteur=bo.email),
        line(anna, sleutel="u-4", datum="31-02-2026", fase="klaar", thema="vissen"),
        line(anna, sleutel="u-5", fase="gestopt"),
        line(anna, sleutel="u-6", vraag="Zijn BSN is 111222333."),
        line(anna, sleutel="u-7") + ';"te veel"',
        line(anna, sleutel="u-8", datum="2999-01-01"),
    ]
    intake = read("\n".join(rows).encode())
    assert sorted((wrong.line, wrong.column) for wrong in intake.wrong) == [
        (4, "regio"),
        (5, "sleutel"),
        (6, "auteur"),
        (7, "datum"),
        (7, "fase"),
        (7, "thema"),
        (8, "reden"),
        (9, "vraag"),
        (10, ""),
        (11, "datum"),
    ]
    with pytest.raises(ValueError, match="atlantis"):
        intake.bring_in()
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    ("heading", "wrong"),
    [
        ("sleutel;titel;regio;auteur;samenvatting", [(1, "vraag")]),
        (f"{HEADING};kleur", [(1, "kleur")]),
        (f"{HEADING};titel", [(1, "titel")]),
        ("", [(1, name) for name in ("sleutel", "titel", "regio", "auteur", "samenvatting", "vraag")]),
    ],
)
def test_a_wrong_heading_row_stops_at_once(heading: str, wrong: list[tuple[int, str]], db: None) -> None:
    assert [(found.line, found.column) for found in read(heading.encode()).wrong] == wrong


@pytest.mark.parametrize("raw", [b"\x00\x01\x02", b'sleutel;titel\n"open', bytes(range(256)), "�".encode() * 50])
def test_what_is_no_csv_is_refused_and_never_breaks(raw: bytes, db: None) -> None:
    assert read(raw).wrong


def test_the_command_twice_makes_no_doubles(
    tmp_path: Path, anna: Person, utrecht: Region, themes: None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "challenges.csv"
    file.write_text(f"{HEADING}\n{line(anna)}\n", encoding="utf-8")
    call_command("import_challenges", str(file), "--dry-run")
    assert Challenge.objects.count() == 0
    call_command("import_challenges", str(file))
    call_command("import_challenges", str(file))
    assert Challenge.objects.count() == 1
    said = capsys.readouterr().out.splitlines()
    assert [[int(word) for word in words.split() if word.isdigit()] for words in said] == [[1, 0], [1, 0], [0, 1]]


def test_the_command_tells_what_is_wrong_and_stops(
    tmp_path: Path, anna: Person, utrecht: Region, themes: None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "challenges.csv"
    file.write_text(f"{HEADING}\n{line(anna)}\n{line(anna, sleutel='u-2', titel='')}\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_challenges", str(file))
    assert "3" in capsys.readouterr().err
    assert not Challenge.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_challenges", str(tmp_path / "absent.csv"))
