"""Files: which are taken, under what name, and who gets them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import Person
from challenges.models import Challenge
from regions import files
from regions.models import Attachment, Event, Region, State, Verb, Visibility
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 kanarie"


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht)


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    made = SimpleUploadedFile("x", content)
    made._name = name  # past Django's own cleaning
    return made


def status_of(client: Client, path: str) -> int:
    """Get a file and let go of it (closing the whole answer would close the connection of the test)."""
    answer = client.get(path)
    if answer.streaming:
        for let_go in answer._resource_closers:
            let_go()
    return answer.status_code


def zipped(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 20), **extra: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **extra)
    return out.getvalue()


TYPES = "[Content_Types].xml"
ODT = "application/vnd.oasis.opendocument.text"
FITTING = {
    "a.pdf": PDF,
    "a.PDF": PDF,
    "a.docx": zipped(TYPES, "word/document.xml"),
    "a.xlsx": zipped(TYPES, "xl/workbook.xml"),
    "a.pptx": zipped(TYPES, "ppt/presentation.xml"),
    "a.odt": zipped("content.xml", mimetype=ODT),
    "a.png": picture("PNG"),
    "a.jpg": picture("JPEG"),
    "a.jpeg": picture("JPEG"),
    "a.txt": "Coördinatie".encode("cp1252"),
    "a.csv": b"naam;aantal\r\nUtrecht;3\r\n",
}
HOSTILE = {
    "a.html": b"<script>alert(1)</script>",
    "a.svg": b"<svg onload='alert(1)'/>",
    "a.exe": b"MZ",
    "a.docm": zipped(TYPES, "word/document.xml"),
    "a": PDF,
    ".pdf.html": PDF,
    "a.pdf": b"<html><script>alert(1)</script>",
    "b.pdf": b"",
    "c.pdf": b"%PDF-" + b"x" * files.MOST_BYTES,
    "a.png": b"<svg/>",
    "b.png": b"\x89PNG\r\n\x1a\n rommel",
    "c.png": picture("JPEG"),
    "a.jpg": b"\xff\xd8\xff<script>",
    "a.docx": b"PK\x03\x04 rommel",
    "b.docx": zipped(TYPES, "word/document.xml", "word/vbaProject.bin"),
    "c.docx": zipped("word/document.xml"),
    "d.docx": zipped(TYPES, "xl/workbook.xml"),
    "a.odt": zipped("content.xml", mimetype="application/x-evil"),
    "b.odt": zipped("content.xml"),
    "a.txt": b"\x00\x01\x02",
    "b.txt": b"Mijn nummer is 111222333",
}


def test_the_kinds_on_the_list_are_taken() -> None:
    for name, content in FITTING.items():
        _kept, mime = files.check(upload(name, content))
        assert mime, name


@pytest.mark.parametrize("name", HOSTILE)
def test_everything_else_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        files.check(upload(name, HOSTILE[name]))


def test_a_picture_keeps_nothing_that_hides_in_it() -> None:
    exif = Image.Exif()
    exif[0x010E] = "kanarie"
    exif[0x0112] = 6  # lies on its side
    kept, _mime = files.check(upload("foto.jpg", picture("JPEG", exif=exif, comment=b"kanarie") + b"kanarie achteraan"))
    content = kept.read()
    image = Image.open(io.BytesIO(content))
    assert (b"kanarie" in content, dict(image.getexif()), image.size) == (False, {}, (20, 40))


def test_a_picture_with_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_PIXELS", 100)
    with pytest.raises(ValidationError):
        files.check(upload("groot.png", picture("PNG")))


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\jan\\brief.PDF", "brief.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("brief\u202efdp.txt", "brief fdp.txt"),
        ('"><script>.pdf', "script.pdf"),
        ("…/.pdf", "bestand.pdf"),
        ("  .  .pdf", "bestand.pdf"),
        ("naïef plan 2026 – café.docx", "naïef plan 2026 – café.docx"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_hostile_names_become_plain(name: str, clean: str) -> None:
    made = files.clean_name(name)
    assert made.replace("file.", "bestand.") == clean
    assert len(made) <= files.LONGEST_NAME


def test_a_file_is_added_by_the_team_and_sent_as_an_attachment(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person
) -> None:
    path = f"/stuk/{challenge.pk}/bestanden/"
    assert browser(bram).post(path, {"file": upload("plan.pdf")}).status_code == 403
    assert browser(anna).post(path, {"file": upload("plan.html")}).status_code == 422
    assert browser(anna).post(path, {}).status_code == 422
    assert browser(anna).post(path, {"file": SimpleUploadedFile("plán “x”.pdf", PDF)}).status_code == 302
    kept = Attachment.objects.get()
    answer = browser(None).get(f"/bestanden/{kept.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    wanted = {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "attachment; filename*=utf-8''pl%C3%A1n%20%E2%80%9Cx%E2%80%9D.pdf",
    }
    assert {name: answer[name] for name in wanted} == wanted
    assert kept.name not in kept.file.name
    assert Event.objects.filter(verb=Verb.ATTACHED, contribution=challenge).count() == 1


def test_a_file_is_for_who_sees_its_challenge_at_that_moment(
    browser: Browser, anna: Person, utrecht: Region, bram: Person, eva: Person, mo: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    kept = Attachment.add(challenge, upload("a.pdf"), "application/pdf", by=anna)
    people = {"visitor": None, "eva": eva, "bram": bram, "mo": mo, "anna": anna}

    def answers() -> dict[str, int]:
        return {name: status_of(browser(person), f"/bestanden/{kept.pk}/") for name, person in people.items()}

    assert answers() == {"visitor": 404, "eva": 404, "bram": 200, "mo": 200, "anna": 200}
    challenge.state = State.HIDDEN
    challenge.save(update_fields=["state"])
    assert answers() == {"visitor": 404, "eva": 404, "bram": 404, "mo": 200, "anna": 200}


def test_a_removed_file_is_gone_for_everyone(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person
) -> None:
    kept = Attachment.add(challenge, upload("a.pdf"), "application/pdf", by=anna)
    path = f"/bestanden/{kept.pk}/verwijderen/"
    assert (browser(bram).post(path).status_code, browser(anna).get(path).status_code) == (403, 200)
    assert browser(anna).post(path).status_code == 302
    assert [status_of(browser(anna), url) for url in (f"/bestanden/{kept.pk}/", path)] == [404, 404]


def test_a_file_that_the_disk_lost_is_absent(browser: Browser, challenge: Challenge, anna: Person) -> None:
    kept = Attachment.add(challenge, upload("a.pdf"), "application/pdf", by=anna)
    Path(kept.file.path).unlink()
    assert browser(anna).get(f"/bestanden/{kept.pk}/").status_code == 404


def test_there_is_an_end_to_the_number_of_files(
    browser: Browser, challenge: Challenge, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regions.views.attachment.MOST_FILES", 1)
    path = f"/stuk/{challenge.pk}/bestanden/"
    answers = [browser(anna).post(path, {"file": upload("a.pdf")}).status_code for _try in range(2)]
    assert (answers, Attachment.objects.count()) == ([302, 422], 1)
