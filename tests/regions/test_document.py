"""Documents: a file in ever newer editions, all of which stay."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from digests.items import gather
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import Document, Event, Notice, Region, State, Unspread, Verb
from tests import make
from tests.regions.conftest import Count

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
LIST = "/regios/utrecht/documenten/"
NEW = f"{LIST}nieuw/"
WORDS = {"title": "Lijst van testplekken", "description": "Wie u eerst belt.", "visibility": "region"}


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(words: str = "Eén.", name: str = "lijst.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, words.encode(), "text/plain")


def content(client: Client, attachment: Any) -> str:
    answer = client.get(attachment.get_absolute_url())
    return b"".join(answer.streaming_content).decode() if answer.status_code == 200 else str(answer.status_code)


def heard(client: Client, path: str, **fields: Any) -> tuple[int, list[str]]:
    answer = client.post(path, fields)
    shown = client.get(answer["Location"]).context["messages"] if answer.status_code == 302 else []
    return answer.status_code, [str(message.level_tag) for message in shown]


@pytest.fixture
def document(anna: Person, utrecht: Region) -> Document:
    made = make.document(by=anna, region=utrecht, title="Lijst van testplekken")
    Unspread.objects.all().delete()
    return made


def test_a_member_adds_a_document_and_the_region_hears_it(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, eva: Person
) -> None:
    found = [browser(person).get(NEW).status_code for person in (anna, eva, None)]
    assert found == [200, 403, 302]
    assert heard(browser(anna), NEW, **WORDS, file=upload()) == (302, ["success"])
    made = Document.objects.get()
    assert (made.number, made.state, made.visibility) == (1, State.PUBLISHED, "region")
    assert content(browser(bram), made.newest.attachment) == "Eén."  # type: ignore[union-attr]
    spread()
    assert list(Notice.objects.values_list("person", "event__verb", "reason")) == [(bram.pk, "published", "region")]


def test_what_is_no_file_or_holds_a_bsn_is_refused_and_the_words_stay(
    browser: Browser, utrecht: Region, anna: Person
) -> None:
    bad = (None, upload("x", "kwaad.exe"), upload("", "leeg.txt"), upload("123456782"), upload("geen pdf", "x.pdf"))
    for file in bad:
        answer = browser(anna).post(NEW, {**WORDS, **({"file": file} if file else {})})
        page = answer.content.decode()
        assert (answer.status_code, [words for words in WORDS.values() if words not in page]) == (422, [])
    assert Document.objects.count() == 0


def test_a_newer_file_becomes_the_newest_and_older_ones_stay(
    browser: Browser, document: Document, anna: Person, bram: Person, mo: Person
) -> None:
    path = f"{document.get_absolute_url()}versies/nieuw/"
    assert heard(browser(mo), path, file=upload("Twee."), news="Nieuw adres.", seen="1") == (302, ["success"])
    assert browser(mo).post(path, {"file": upload(), "news": ""}).status_code == 422
    page = browser(bram).get(document.get_absolute_url())
    rows = [
        (edition.number, edition.by, content(browser(bram), edition.attachment)) for edition in page.context["editions"]
    ]
    assert rows == [(2, mo, "Twee."), (1, anna, "Een.")]
    assert "Nieuw adres." in page.content.decode()


def test_who_may_add_a_version(
    browser: Browser, document: Document, anna: Person, bram: Person, mo: Person, emil: Person, stan: Person
) -> None:
    path = f"{document.get_absolute_url()}versies/nieuw/"
    cast = {"visitor": None, "anna": anna, "bram": bram, "mo": mo, "emil": emil, "stan": stan}
    found = {name: browser(person).get(path).status_code for name, person in cast.items()}
    assert found == {"visitor": 302, "anna": 200, "bram": 403, "mo": 200, "emil": 403, "stan": 403}


def test_followers_and_the_author_hear_of_a_version_and_members_do_not(
    document: Document, anna: Person, bram: Person, mo: Person, eva: Person
) -> None:
    document.follow(eva)
    make.edition(document, mo, news="Nieuw adres.")
    spread()
    assert dict(Notice.objects.values_list("person__name", "reason")) == {"Anna Auteur": "own", "Eva Elders": "follow"}
    lines = [(item.what, item.text) for group in gather(eva, Notice.objects.filter(person=eva)) for item in group.items]
    assert lines == [("voegde een nieuwe versie toe: versie 2", "Nieuw adres.")]
    assert not Event.objects.filter(verb=Verb.ATTACHED).exists()


def test_who_was_second_is_told_and_both_are_kept(
    browser: Browser, document: Document, anna: Person, mo: Person
) -> None:
    path = f"{document.get_absolute_url()}versies/nieuw/"
    answers = [heard(browser(who), path, file=upload(who.name), news="Nieuw.", seen="1") for who in (mo, anna)]
    assert answers == [(302, ["success"]), (302, ["warning"])]
    assert list(document.editions.order_by("number").values_list("number", "by")) == [
        (1, anna.pk),
        (2, mo.pk),
        (3, anna.pk),
    ]


def test_an_older_version_is_put_back_as_the_newest(
    browser: Browser, document: Document, anna: Person, bram: Person, mo: Person
) -> None:
    make.edition(document, mo, "tweede.txt")
    path = f"{document.get_absolute_url()}versies/1/terugzetten/"
    assert [browser(person).post(path, {"seen": "2"}).status_code for person in (bram, None)] == [403, 302]
    assert [heard(browser(mo), path, seen=seen) for seen in ("1", "", "9" * 400, "2", "2", "3")] == [
        (302, ["warning"]),
        (302, ["warning"]),
        (302, ["warning"]),
        (302, ["success"]),
        (302, ["warning"]),
        (302, ["warning"]),
    ]
    rows = list(document.editions.order_by("number"))
    assert [(row.number, row.attachment_id == rows[0].attachment_id, row.source) for row in rows] == [
        (1, True, None),
        (2, False, None),
        (3, True, rows[0]),
    ]
    assert Document.objects.get().newest == rows[2]
    assert browser(mo).post(f"{document.get_absolute_url()}versies/9/terugzetten/", {"seen": "3"}).status_code == 404


def test_a_file_that_was_taken_away_is_gone_and_not_put_back(
    browser: Browser, document: Document, anna: Person, bram: Person, mo: Person
) -> None:
    first = document.editions.get()
    make.edition(document, mo, "tweede.txt")
    browser(anna).post(f"/bestanden/{first.attachment_id}/verwijderen/")
    assert content(browser(bram), first.attachment) == "404"
    page = browser(mo).get(document.get_absolute_url())
    assert [edition.is_there for edition in page.context["editions"]] == [True, False]
    assert "versies/1/terugzetten/" not in page.content.decode()
    with pytest.raises(AlreadyDone):
        Document.objects.get().put_back(first, by=mo, seen=2)
    browser(anna).post(f"/bestanden/{document.editions.get(number=2).attachment_id}/verwijderen/")
    assert browser(bram).get(document.get_absolute_url()).status_code == 200


def test_files_are_added_as_versions_only(browser: Browser, document: Document, anna: Person) -> None:
    assert browser(anna).get(f"/stuk/{document.pk}/bestanden/").status_code == 403


def test_title_and_description_are_edited_by_the_author(
    browser: Browser, document: Document, anna: Person, mo: Person
) -> None:
    path = f"{document.get_absolute_url()}bewerken/"
    assert [browser(person).get(path).status_code for person in (anna, mo)] == [200, 403]
    assert heard(browser(anna), path, **WORDS, version="1") == (302, ["success"])
    assert heard(browser(anna), path, **WORDS, version="2") == (302, ["success"])
    late = browser(anna).post(path, {**WORDS, "title": "Te laat", "version": "1"})
    assert (late.status_code, WORDS["title"] in late.content.decode()) == (409, True)
    assert list(document.versions.order_by("number").values_list("text__title", flat=True)) == [WORDS["title"]] * 2


def test_each_reads_what_is_theirs_to_read(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person, bo: Person
) -> None:
    for visibility in ("public", "network", "region"):
        make.document(by=anna, region=utrecht, title=f"Kanarie {visibility}", visibility=visibility)
    files = {document.title.removeprefix("Kanarie "): document.newest.attachment for document in Document.objects.all()}  # type: ignore[union-attr]
    seen = {}
    for name, person in {"visitor": None, "bo": bo, "eva": eva, "bram": bram, "mo": mo}.items():
        client = browser(person)
        rows = client.get(f"{LIST}?volgorde=titel").context["piece"].rows
        listed = {document.title.removeprefix("Kanarie ") for document in rows}
        shelf = {
            str(document).removeprefix("Kanarie ") for document in client.get("/regios/utrecht/").context["documents"]
        }
        hits = client.get("/zoeken/?q=kanarie&soort=document").context["hits"]
        found = {hit.contribution.title.removeprefix("Kanarie ") for hit in hits}
        taken = {name for name, file in files.items() if content(client, file) == "Een."}
        seen[name] = [listed, shelf, found, taken]
    public, network, region = {"public"}, {"public", "network"}, {"public", "network", "region"}
    assert seen == {
        "visitor": [public] * 4,
        "bo": [public] * 4,
        "eva": [network] * 4,
        "bram": [region] * 4,
        "mo": [region] * 4,
    }


def test_the_list_stands_in_the_order_that_was_asked(browser: Browser, utrecht: Region, anna: Person) -> None:
    made = {title: make.document(by=anna, region=utrecht, title=title) for title in ("Bus", "auto", "Centrum")}
    make.edition(made["auto"], anna)
    orders = ("", "?volgorde=titel", "?volgorde=onzin")
    found = {
        order: [document.title for document in browser(anna).get(LIST + order).context["piece"].rows]
        for order in orders
    }
    assert found == {
        "": ["auto", "Centrum", "Bus"],
        "?volgorde=titel": ["auto", "Bus", "Centrum"],
        "?volgorde=onzin": ["auto", "Centrum", "Bus"],
    }


def test_pages_take_the_same_queries_for_one_and_for_thirty(
    browser: Browser, count: Count, utrecht: Region, document: Document, anna: Person, mo: Person
) -> None:
    url = document.get_absolute_url()
    make.document(by=anna, region=utrecht, visibility="public")
    pages = {
        "list": (None, LIST),
        "list of a member": (anna, LIST),
        "page": (anna, url),
        "page of a moderator": (mo, url),
        "versions": (anna, f"{url}versies/"),
        "new version": (mo, f"{url}versies/nieuw/"),
    }
    one = {name: count(browser(person), path) for name, (person, path) in pages.items()}
    for _number in range(29):
        make.document(by=make.person(), region=utrecht, visibility="public")
        make.edition(document, make.person())
    assert {name: count(browser(person), path) for name, (person, path) in pages.items()} == one
    assert one == {
        "list": 2,
        "list of a member": 6,
        "page": 11,
        "page of a moderator": 11,
        "versions": 7,
        "new version": 6,
    }
    assert len(browser(anna).get(url).context["editions"]) == 5
    assert len(browser(anna).get(f"{url}versies/?pagina=2").context["piece"].rows) == 5
