"""Taking a region along: what is in the zip and what is not, its manifest, and the operator's command."""

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from challenges.export.scope import Scope
from challenges.export.tables import TABLES
from challenges.export.write import write
from challenges.models import Challenge, Offer, Remark, Review
from regions.models import (
    Agreement,
    Appeal,
    Attachment,
    Comment,
    Event,
    Membership,
    Part,
    Region,
    Report,
    Ruling,
    Sanction,
    Signup,
    State,
    Theme,
    Verb,
    Visibility,
)
from tests import make
from tests.rights.world import CANARIES, build

pytestmark = pytest.mark.django_db
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DEMO = False


def written(region: Region, person: Person | None, folder: Path) -> dict[str, bytes]:
    """Return what is in the zip for this person (nobody: a full transfer), by name."""
    if person:
        make.forget(person)
    file = io.BytesIO()
    write(Scope(region, person), file, folder, lambda step, steps: None)
    return unpacked(file)


def unpacked(file: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(files: dict[str, bytes]) -> Rows:
    tables = {name.removesuffix(".jsonl"): body for name, body in files.items() if name.endswith(".jsonl")}
    return {name: [json.loads(line) for line in body.splitlines()] for name, body in tables.items()}


def sheet(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    text = files[f"{name}.csv"]
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=";"))


def some(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


@pytest.fixture
def small(utrecht: Region, eindhoven: Region, anna: Person, bram: Person, mo: Person, kim: Person) -> Challenge:
    """One of everything in Utrecht; beside it a draft, and something elsewhere."""
    theme = Theme.objects.create(slug="jeugd", name="Jeugd")
    make.works_at(anna, "Gemeente Utrecht")
    one = make.challenge(
        by=anna, region=utrecht, title="Rust", stage="maken-en-testen", themes=[theme], tags=["schuld"]
    )
    one.involve(bram, Part.TEAM, by=anna)
    one.follow(kim)
    test = make.prototype(one, what="Een kaart")
    make.round(test, learned="Het helpt")
    review = make.review(one, kim, points=("Praat met bewoners.",), note="Alleen voor het team")
    point = review.points.get()
    point.settle(by=anna, state="no", answer="Nee")
    point.ask_on("Waarom niet?", by=kim)
    Remark.write(review, "Dank", by=anna, is_for_cabinet=False)
    Remark.write(review, "Onder leden", by=kim, is_for_cabinet=True)
    helper = make.person("Hulp")
    Offer.make(one, by=helper, kind="geld", words="Nog geheim")
    given = Offer.make(one, by=helper, kind="contact", words="Ik ken iemand")
    given.settle(by=anna, accept=True, answer="Bel mij op 030")
    question = Comment.write(one, "Eerste", by=bram)
    gone = Comment.write(one, "Zweeg", by=bram, parent=question)
    gone.delete_text()
    bad = Comment.write(one, "Ongepast", by=bram)
    Ruling.on_comment(bad, by=mo, hide=True, reason="insult", words="Blijf aardig")
    Attachment.add(one, ContentFile(b"%PDF-1.4 x", "plan.pdf"), "application/pdf", by=anna)
    make.post(by=bram, region=utrecht, title="Wie weet dit?")
    make.document(by=anna, region=utrecht, title="Lijst")
    _meeting_of(mo, utrecht, one, anna)
    _moderation_of(mo, utrecht, anna, bram)
    make.challenge(by=anna, region=utrecht, title="Nog een concept", state=State.DRAFT)
    other = make.person("Elders")
    make.member(other, eindhoven)
    make.challenge(by=other, region=eindhoven, title="Van elders")
    return one


def _meeting_of(mo: Person, utrecht: Region, about: Challenge, owner: Person) -> None:
    draft = make.challenge(by=owner, region=utrecht, title="Ook een concept", state=State.DRAFT)
    over = make.meeting(by=mo, region=utrecht, days=-3, title="Kring")
    items = [("Nieuws", about), ("Half werk", draft)]
    over.arrange(mo, [{"title": name, "words": "", "length": 5, "about": on} for name, on in items])
    over.close(mo, seen=0, minutes="Goed gesprek", present={"inwoner": 2}, said={})
    Agreement.make(over, by=mo, words="Bellen", owner=owner, due_on=timezone.localdate())
    coming = make.meeting(by=mo, region=utrecht, title="Straks")
    Signup.ask(coming, email="gast@gast.example", name="Gerda Gast", perspective="inwoner")
    Signup.objects.get().confirm()


def _moderation_of(mo: Person, utrecht: Region, anna: Person, bram: Person) -> None:
    hidden = make.challenge(by=anna, region=utrecht, title="Verborgen")
    Report.make(hidden, by=None, email="bezoeker@gast.example", language="nl", reason="other", words="Kan niet")
    ruling = Ruling.hide(hidden, by=mo, reason="privacy", words="Een naam")
    Appeal.make(ruling, by=anna, words="Dat is een straat")
    Sanction.warn(bram.memberships.get(), by=mo, reason="rules", words="Let op")


def test_all_of_a_small_region_is_in_it(small: Challenge, utrecht: Region, mo: Person, tmp_path: Path) -> None:
    rows = rows_of(written(utrecht, mo, tmp_path))
    hidden = Challenge.objects.get(title="Verborgen")
    mine = {
        "regio": some(rows["regio"], "naam", "wie_lid_wordt", "aantal_leden"),
        "leden": some(rows["leden"], "naam", "rol", "toestand", "organisaties"),
        "challenges": some(rows["challenges"], "titel", "toestand", "auteur", "team", "themas", "labels", "fase"),
        "stappen": rows["stappen"],
        "versies": some(rows["versies"], "challenge", "versie", "door"),
        "prototypes": some(rows["prototypes"], "challenge", "prototype", "wat_is_het"),
        "testrondes": some(rows["testrondes"], "inwoners", "wat_wij_leerden", "hoe_verder"),
        "feedbackvragen": rows["feedbackvragen"],
        "feedback": some(rows["feedback"], "wat_verbetert_dit", "bericht_aan_het_team", "door"),
        "aandachtspunten": some(rows["aandachtspunten"], "tekst", "toestand", "door"),
        "aandachtspunten_gesprek": some(rows["aandachtspunten_gesprek"], "soort", "tekst", "door"),
        "feedback_reacties": some(rows["feedback_reacties"], "reactie", "door"),
        "aanbod": some(rows["aanbod"], "aanbod", "van", "toestand", "antwoord"),
        "berichten": some(rows["berichten"], "titel", "soort", "auteur"),
        "reacties": some(rows["reacties"], "tekst", "toestand", "door"),
        "documenten": some(rows["documenten"], "titel", "wat_is_het"),
        "documentversies": some(rows["documentversies"], "versie", "bestand"),
        "bijeenkomsten": some(rows["bijeenkomsten"], "titel", "verslag", "aangemeld", "aanwezig"),
        "agendapunten": some(rows["agendapunten"], "punt", "gaat_over"),
        "afspraken": some(rows["afspraken"], "afspraak", "wie"),
        "signalen": rows["signalen"],
        "besluiten": some(rows["besluiten"], "besluit", "reden", "toelichting", "over"),
        "maatregelen": some(rows["maatregelen"], "naam", "maatregel", "toelichting", "over"),
        "herbeoordelingen": some(rows["herbeoordelingen"], "waarom", "van", "teruggezet"),
        "logboek": sorted(row["wat"] for row in rows["logboek"]),
        "bestanden": some(rows["bestanden"], "naam", "soort"),
    }
    assert mine == {
        "regio": [("Utrecht", "request", 3)],
        "leden": [
            ("Anna Auteur", "member", "active", ["Gemeente Utrecht"]),
            ("Bram Buur", "member", "active", []),
            ("Mo Moderator", "moderator", "active", []),
        ],
        "challenges": [
            ("Rust", "published", "Anna Auteur", ["Bram Buur"], ["Jeugd"], ["schuld"], "maken-en-testen"),
            ("Verborgen", "hidden", "Anna Auteur", [], [], [], "idee"),
        ],
        "stappen": [],
        "versies": [(small.pk, 1, "Anna Auteur"), (hidden.pk, 1, "Anna Auteur")],
        "prototypes": [(small.pk, 1, "Een kaart")],
        "testrondes": [(3, "Het helpt", "adjust")],
        "feedbackvragen": [],
        "feedback": [("Mensen krijgen eerder rust.", "", "Kim Kabinet")],
        "aandachtspunten": [("Praat met bewoners.", "open", "Anna Auteur")],
        "aandachtspunten_gesprek": [("answer", "Nee", "Anna Auteur"), ("asked-on", "Waarom niet?", "Kim Kabinet")],
        "feedback_reacties": [("Dank", "Anna Auteur")],
        "aanbod": [("Ik ken iemand", "Hulp", "accepted", "")],
        "berichten": [("Wie weet dit?", "vraag", "Bram Buur")],
        "reacties": [("Eerste", "shown", "Bram Buur"), ("", "deleted", None), ("Ongepast", "hidden", "Bram Buur")],
        "documenten": [("Lijst", "Om na te lopen.")],
        "documentversies": [(1, Attachment.objects.get(name="lijst.txt").pk)],
        "bijeenkomsten": [("Kring", "Goed gesprek", {}, {"inwoner": 2}), ("Straks", "", {"inwoner": 1}, {})],
        "agendapunten": [("Nieuws", [small.pk]), ("Half werk", [])],
        "afspraken": [("Bellen", "Anna Auteur")],
        "signalen": [],
        "besluiten": [
            ("hide", "insult", "Blijf aardig", small.pk),
            ("hide", "privacy", "Een naam", hidden.pk),
        ],
        "maatregelen": [("Bram Buur", "warning", "Let op", [])],
        "herbeoordelingen": [("Dat is een straat", "Anna Auteur", False)],
        "logboek": ["appealed", "comment-hidden", "hidden", "report-closed", "reported", "warned"],
        "bestanden": [("plan.pdf", "application/pdf"), ("lijst.txt", "text/plain")],
    }
    assert set(mine) == {table.name for table in TABLES}
    assert rows["challenges"][0]["aantal_volgers"] == 1


def test_the_tables_say_the_same_twice(small: Challenge, utrecht: Region, mo: Person, tmp_path: Path) -> None:
    files = written(utrecht, mo, tmp_path)
    rows = rows_of(files)
    for name, lines in rows.items():
        flat = sheet(files, name)
        assert len(flat) == len(lines)
        assert [list(row) for row in flat] == [list(line) for line in lines]
    first = sheet(files, "challenges")[0]
    assert (first["toestand"], first["team"], first["voorbeeld"]) == ("gepubliceerd", "Bram Buur", "nee")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", first["gemaakt_op"])
    assert sheet(files, "leden")[2]["rol"] == "moderator"


def test_an_empty_region_has_the_headings(utrecht: Region, mo: Person, tmp_path: Path) -> None:
    files = written(utrecht, mo, tmp_path)
    empty = {name for name, lines in rows_of(files).items() if not lines}
    assert {table.name for table in TABLES} - empty == {"regio", "leden"}
    for table in TABLES:
        assert files[f"{table.name}.csv"].decode("utf-8-sig").splitlines()[0] == ";".join(table.columns)


def test_the_manifest_holds(small: Challenge, utrecht: Region, mo: Person, tmp_path: Path) -> None:
    files = written(utrecht, mo, tmp_path)
    manifest = json.loads(files.pop("manifest.json"))
    told = {one["naam"]: (one["rijen"], one["bytes"], one["sha256"]) for one in manifest.pop("bestanden")}
    rows = rows_of(files)
    assert told == {
        name: (
            len(rows[name.rpartition(".")[0]]) if name.endswith((".csv", ".jsonl")) else None,
            len(body),
            hashlib.sha256(body).hexdigest(),
        )
        for name, body in files.items()
    }
    assert {name: manifest[name] for name in ("schema", "regio", "voor", "niet_gevonden")} == {
        "schema": 1,
        "regio": {"adres": "utrecht", "naam": "Utrecht"},
        "voor": "Mo Moderator",
        "niet_gevonden": [],
    }
    assert "Concepten van anderen staan er niet in: die lezen alleen auteur en team." in manifest["niet_erin"]
    assert set(files) == {
        "LEESMIJ.txt",
        *(f"{table.name}.{kind}" for table in TABLES for kind in ("jsonl", "csv")),
        *(row["waar"] for row in rows["bestanden"]),
    }
    assert files[rows["bestanden"][0]["waar"]] == b"%PDF-1.4 x"


def test_the_text_says_what_is_in_it(small: Challenge, utrecht: Region, mo: Person, tmp_path: Path) -> None:
    text = written(utrecht, mo, tmp_path)["LEESMIJ.txt"].decode()
    assert [table.name for table in TABLES if f"\n{table.name}: " not in text] == []
    assert "Dit is wat Mo Moderator als moderator van de regio zag." in text


def test_who_is_reported_does_not_take_the_reports_along(
    small: Challenge, utrecht: Region, anna: Person, mo: Person, tmp_path: Path
) -> None:
    Report.objects.all().delete()
    Report.make(small, by=mo, reason="other", words="Over Anna")
    make.member(anna, utrecht, moderator=True)
    taken = [rows_of(written(utrecht, person, tmp_path)) for person in (anna, mo)]
    reporters = {row["door"] for rows in taken for row in rows["logboek"] if row["wat"] == Verb.REPORTED}
    assert ([len(rows["signalen"]) for rows in taken], reporters) == ([0, 1], {"Iemand"})


def test_whoever_is_of_a_team_finds_what_the_team_reads(
    small: Challenge, utrecht: Region, anna: Person, tmp_path: Path
) -> None:
    make.member(anna, utrecht, moderator=True)
    rows = rows_of(written(utrecht, anna, tmp_path))
    assert some(rows["feedback"], "bericht_aan_het_team") == [("Alleen voor het team",)]
    assert some(rows["aanbod"], "aanbod", "antwoord") == [("Nog geheim", ""), ("Ik ken iemand", "Bel mij op 030")]
    assert {row["titel"] for row in rows["challenges"]} == {"Rust", "Verborgen", "Nog een concept", "Ook een concept"}


def test_what_was_only_a_draft_is_for_the_team(utrecht: Region, anna: Person, mo: Person, tmp_path: Path) -> None:
    one = make.challenge(by=anna, region=utrecht, state=State.DRAFT)
    text = {name: getattr(one, name) for name in Challenge.TEXT_FIELDS}
    one.edit(by=anna, seen=1, text=text | {"question": "Tweede"})
    one.publish(anna)
    make.member(anna, utrecht, moderator=True)
    found = {who.name: some(rows_of(written(utrecht, who, tmp_path))["versies"], "versie") for who in (mo, anna)}
    assert found == {"Mo Moderator": [(2,)], "Anna Auteur": [(1,), (2,)]}


NOT_TAKEN = {
    "kanariegenodigde",
    "kanariegast",
    "kanariegastadres",
    "kanariebezoeker",
    "kanariemotivatie",
    "kanariekennis",
    "kanarieexpertise",
    "kanarieexport",
}
"""What a moderator sees and does not take along: addresses, and what people say of themselves."""


@pytest.mark.parametrize("role", ["mo", "stan"])
def test_no_private_word_is_in_it(role: str, tmp_path: Path) -> None:
    """Every private word of the small world is looked for in every byte; so is every address."""
    world = build()
    person = world.people[role]
    assert person
    files = written(world.open["region"], person, tmp_path)
    shown = "\n".join([*files, *(body.decode(errors="replace") for body in files.values())])
    found = {word for word in CANARIES if re.search(rf"{word}(?![a-z])", shown)}
    assert found == {word for word, readers in CANARIES.items() if role in readers} - NOT_TAKEN
    assert [who.email for who in Person.objects.all() if who.email in shown] == []
    assert re.findall(r"[\w.]+@[\w.]+", shown) == []
    assert "Gerda" not in shown


def test_a_sanction_names_nothing_that_does_not_go_along(
    utrecht: Region, eindhoven: Region, anna: Person, mo: Person, tmp_path: Path
) -> None:
    one = make.challenge(by=anna, region=utrecht)
    Sanction.warn(anna.memberships.get(), by=mo, reason="rules", words="Let op", contribution=one)
    assert some(rows_of(written(utrecht, mo, tmp_path))["maatregelen"], "over") == [([one.pk],)]
    one.file_under(by=anna, themes=[], region=eindhoven)
    assert some(rows_of(written(utrecht, mo, tmp_path))["maatregelen"], "over") == [([],)]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str, utrecht: Region, anna: Person, mo: Person, tmp_path: Path) -> None:
    Person.objects.filter(pk=anna.pk).update(name=f"{sign}1+1")
    make.challenge(by=anna, region=utrecht, title=f"{sign}cmd|' /C calc'!A0", tags=[f"{sign}tag"])
    files = written(utrecht, mo, tmp_path)
    for name in rows_of(files):
        bad = [cell for row in sheet(files, name) for cell in row.values() if cell and cell[0] in "=+-@\t\r"]
        assert bad == []
    assert rows_of(files)["leden"][0]["naam"] == f"{sign}1+1"


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Windows\\kwaad.txt", "kwaad.txt"),
        ("a\x1f\u202egpj.txt", "a gpj.txt"),
        ("é–😀.txt", "é–😀.txt"),
        ("   .txt", "bestand.txt"),
        ("/abs/..", "bestand."),
        ("n" * 150, "n" * 150),
    ],
)
def test_a_hostile_name_stays_in_its_folder(
    name: str, stands: str, utrecht: Region, anna: Person, mo: Person, tmp_path: Path
) -> None:
    one = make.challenge(by=anna, region=utrecht)
    file = Attachment.add(one, ContentFile(b"inhoud", "goed.txt"), "text/plain", by=anna)
    Attachment.objects.update(name=name)
    files = written(utrecht, mo, tmp_path)
    assert [member for member in files if member.startswith("bestanden/")] == [f"bestanden/{file.pk}-{stands}"]
    assert rows_of(files)["bestanden"][0]["naam"] == name


def test_files_of_the_same_name_are_both_there(utrecht: Region, anna: Person, mo: Person, tmp_path: Path) -> None:
    one = make.challenge(by=anna, region=utrecht)
    for body in (b"een", b"twee"):
        Attachment.add(one, ContentFile(body, "zelfde.txt"), "text/plain", by=anna)
    files = written(utrecht, mo, tmp_path)
    assert sorted(body for name, body in files.items() if name.endswith("-zelfde.txt")) == [b"een", b"twee"]


def test_a_file_that_is_lost_is_told(utrecht: Region, anna: Person, mo: Person, tmp_path: Path) -> None:
    one = make.challenge(by=anna, region=utrecht)
    file = Attachment.add(one, ContentFile(b"een", "weg.txt"), "text/plain", by=anna)
    Path(file.file.path).unlink()
    files = written(utrecht, mo, tmp_path)
    assert json.loads(files["manifest.json"])["niet_gevonden"] == [f"bestanden/{file.pk}-weg.txt"]
    assert f"bestanden/{file.pk}-weg.txt" in files["LEESMIJ.txt"].decode()


def test_a_file_that_was_taken_away_is_not_in_it(utrecht: Region, anna: Person, mo: Person, tmp_path: Path) -> None:
    one = make.challenge(by=anna, region=utrecht)
    Attachment.add(one, ContentFile(b"een", "weg.txt"), "text/plain", by=anna).remove(anna)
    assert rows_of(written(utrecht, mo, tmp_path))["bestanden"] == []


def _fill(utrecht: Region, anna: Person, kim: Person, number: int) -> None:
    for _ in range(number):
        one = make.challenge(by=anna, region=utrecht, tags=["a"])
        Comment.write(one, "Ja", by=anna)
        make.review(one, kim, note="n")
        make.offer(one, kim).settle(by=anna, accept=True, answer="Graag")


def test_statements_grow_by_batches_only(
    utrecht: Region, anna: Person, mo: Person, kim: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One count and one cursor for each table, and two statements for each batch of feedback and of offers."""

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            written(utrecht, mo, tmp_path)
        return len(queries)

    _fill(utrecht, anna, kim, 20)
    few = statements()
    _fill(utrecht, anna, kim, 180)
    many = statements()
    monkeypatch.setattr("challenges.export.tables.BATCH", 50)
    assert (few, many, statements()) == (59, 59, 59 + 3 * 4)
    assert (Review.objects.count(), Offer.objects.count()) == (200, 200)


@pytest.mark.parametrize("size", [1, 3])
def test_batches_leave_no_row_out(
    size: int, small: Challenge, utrecht: Region, mo: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows_of(written(utrecht, mo, tmp_path))
    monkeypatch.setattr("challenges.export.tables.BATCH", size)
    assert rows_of(written(utrecht, mo, tmp_path)) == whole


def test_nothing_is_left_beside_it(small: Challenge, utrecht: Region, mo: Person, tmp_path: Path) -> None:
    (tmp_path / "leeg").mkdir()
    written(utrecht, mo, tmp_path / "leeg")
    assert list((tmp_path / "leeg").iterdir()) == []


# --- the command of an operator -----------------------------------------------------------------------------


def command(*words: str, stderr: io.StringIO | None = None) -> None:
    call_command("export_region", *words, stderr=stderr or io.StringIO())


def test_an_operator_takes_all_but_drafts(
    small: Challenge, utrecht: Region, anna: Person, stan: Person, tmp_path: Path
) -> None:
    make.challenge(by=anna, region=utrecht, title="Besloten", visibility=Visibility.TEAM)
    file, said = tmp_path / "utrecht.zip", io.StringIO()
    command("utrecht", str(file), "--by", f" {stan.email.upper()} ", stderr=said)
    files = unpacked(file)
    rows = rows_of(files)
    assert some(rows["leden"], "naam", "e-mailadres")[0] == ("Anna Auteur", anna.email)
    assert some(rows["feedback"], "bericht_aan_het_team") == [("Alleen voor het team",)]
    assert some(rows["aanbod"], "aanbod", "antwoord") == [("Nog geheim", ""), ("Ik ken iemand", "Bel mij op 030")]
    assert [row["titel"] for row in rows["challenges"]] == ["Rust", "Verborgen", "Besloten"]
    whole = b"".join(files.values()).decode(errors="replace")
    assert [word for word in ('oncept"', "Van elders", "Gerda", "gast.example") if word in whole] == []
    manifest = json.loads(files["manifest.json"])
    assert (manifest["voor"], manifest["niet_erin"][0]) == (
        None,
        "Concepten staan er niet in: die lezen alleen auteur en team.",
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert re.match(rf"Wrote Utrecht to {file}: \d+ files, \d+ rows, {file.stat().st_size} bytes\.", said.getvalue())
    event = Event.objects.get(verb=Verb.REGION_EXPORTED)
    assert (event.actor, event.region, event.audience) == (stan, utrecht, "desk")
    assert event in Event.objects.moderation_of(utrecht)


def test_without_a_name_nobody_did_it(utrecht: Region, tmp_path: Path) -> None:
    command("utrecht", str(tmp_path / "a.zip"))
    assert Event.objects.get(verb=Verb.REGION_EXPORTED).actor is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nergens", "NEW"), "no region"),
        (("utrecht", "NEW", "--by", "wie@nergens.example"), "Nobody has"),
        (("utrecht", "OLD"), "File exists"),
        (("utrecht", "LINK"), "File exists"),
        (("utrecht", "NOWHERE"), "No such file"),
    ],
)
def test_a_command_that_is_wrong_writes_nothing(
    words: tuple[str, ...], why: str, utrecht: Region, tmp_path: Path
) -> None:
    (tmp_path / "old.zip").write_text("blijft")
    (tmp_path / "link.zip").symlink_to(tmp_path / "doel.zip")
    paths = {"NEW": "new.zip", "OLD": "old.zip", "LINK": "link.zip", "NOWHERE": "map/new.zip"}
    with pytest.raises(CommandError, match=why):
        command(*(str(tmp_path / paths[word]) if word in paths else word for word in words))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.zip", "old.zip"]
    assert (tmp_path / "old.zip").read_text() == "blijft"
    assert not Event.objects.filter(verb=Verb.REGION_EXPORTED).exists()


def test_a_transfer_that_breaks_leaves_no_file(utrecht: Region, anna: Person, tmp_path: Path) -> None:
    one = make.challenge(by=anna, region=utrecht)
    file = Attachment.add(one, ContentFile(b"een", "een.txt"), "text/plain", by=anna)
    stored = Path(file.file.path)
    stored.unlink()
    stored.mkdir()
    with pytest.raises(IsADirectoryError):
        command("utrecht", str(tmp_path / "a.zip"))
    assert not (tmp_path / "a.zip").exists()
    assert not Event.objects.filter(verb=Verb.REGION_EXPORTED).exists()


def test_who_left_is_no_member(utrecht: Region, anna: Person, bram: Person, mo: Person, tmp_path: Path) -> None:
    Membership.objects.get(person=anna).leave(anna)
    Person.objects.filter(pk=bram.pk).update(is_active=False)
    found = [some(rows_of(written(utrecht, who, tmp_path))["leden"], "naam") for who in (mo, None)]
    assert found == [[("Mo Moderator",)], [("Mo Moderator",)]]
