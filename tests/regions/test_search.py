"""Search: what is found, by whom, and what odd words do."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Person
from regions.hits import Part, marked
from regions.models import Comment, Entry, Region, Ruling, State, Visibility
from regions.models.entry import CLOSING, OPENING
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db


def found(words: str, person: Person | None = None) -> list[str]:
    return [entry.contribution.title for entry in Entry.objects.visible_to(person).search(words)]


@pytest.mark.parametrize(
    "words",
    [
        "gemeentelijke coördinatie", "gemeentelijke coordinatie", "GEMEENTEN", "schuldhulp", "Schuldhulpverlening",
        "schuldhulpverl", '"schuldhulpverlening bij gemeenten"', "vraag -taxi", "vraag or taxi", "coo\u0308rdinatie",
    ],
)  # fmt: skip
def test_words_are_found_by_stem_accent_and_beginning(anna: Person, utrecht: Region, words: str) -> None:
    text = "Gemeentelijke coördinatie van schuldhulpverlening bij gemeenten. Een vraag."
    make.challenge(by=anna, region=utrecht, title="Rust", question=text)
    assert found(words) == ["Rust"]


def test_a_title_with_a_slip_of_the_pen_is_found(anna: Person, utrecht: Region) -> None:
    make.challenge(by=anna, region=utrecht, title="Vervoer naar dagbesteding", question="Anders.")
    assert found("dagbestedng") == ["Vervoer naar dagbesteding"]


def test_quotes_and_minus_signs_are_taken_to_the_letter(anna: Person, utrecht: Region) -> None:
    make.challenge(by=anna, region=utrecht, title="Een", question="Vervoer met de taxi en leesbare brieven.")
    make.challenge(by=anna, region=utrecht, title="Twee", question="Vervoer met de taxi en brieven die leesbaar zijn.")
    make.challenge(by=anna, region=utrecht, title="Drie", question="Vervoer met de fiets.")
    assert found("vervoer -taxi") == ["Drie"]
    assert found('"leesbare brieven"') == ["Een"]


ODD = (
    "'", "\"", "''", "\"\"\"", "\\", "&", "|", "!", "!!", "()", "<->", ":", ":*", "a:*", "a:b", "-", "--", "-a",
    "*", "%", "_", "\U0001f4a5", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "²", "٣", "é", "de het een",
    "or", "or or", "a" * 200, "' & '", "x <-> y", "$1", "{}", "%s", "\u202e", "\ue000",
)  # fmt: skip


def test_odd_words_break_nothing(browser: Browser, anna: Person, utrecht: Region) -> None:
    make.challenge(by=anna, region=utrecht, title="Rust")
    statuses = {words: browser(None).get("/zoeken/", {"q": words}).status_code for words in ODD}
    assert statuses == dict.fromkeys(ODD, 200)


def test_nothing_is_found_that_may_not_be_read(
    browser: Browser, anna: Person, utrecht: Region, bram: Person, eva: Person, mo: Person, bo: Person
) -> None:
    for visibility in Visibility:
        make.challenge(by=anna, region=utrecht, title=f"Kanarie {visibility}", visibility=visibility)
    make.challenge(by=anna, region=utrecht, title="Kanarie hidden", state=State.HIDDEN)
    make.challenge(by=anna, region=utrecht, title="Kanarie draft", state=State.DRAFT)
    deep = make.challenge(by=anna, region=utrecht, title="Ander", visibility=Visibility.REGION)
    Comment.write(deep, "Een kanarie in een reactie", by=anna)
    make.prototype(deep, what="Een kanarie in een prototype")
    out = make.challenge(by=anna, region=utrecht, title="Open")
    Ruling.on_comment(Comment.write(out, "Een kanarie", by=bo), by=mo, hide=True, reason="insult", words="Nee.")
    seen = {}
    for name, person in {"visitor": None, "bo": bo, "eva": eva, "bram": bram, "mo": mo}.items():
        page = browser(person).get("/zoeken/?q=kanarie")
        seen[name] = ({hit.contribution.title for hit in page.context["hits"]}, page.context["page"].paginator.count)
    public, network = {"Kanarie public"}, {"Kanarie public", "Kanarie network"}
    region = {*network, "Kanarie region", "Ander"}
    assert seen == {
        "visitor": (public, 1),
        "bo": (public, 1),
        "eva": (network, 2),
        "bram": (region, 5),
        "mo": ({*region, "Kanarie team", "Kanarie hidden"}, 7),
    }


def test_texts_of_one_challenge_stand_together(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, title="Kanarie", question="Over een kanarie.")
    comment = Comment.write(challenge, "Mijn kanarie zingt <b>hard</b>.", by=anna)
    page = browser(None).get("/zoeken/?q=kanarie")
    [hit] = page.context["hits"]
    assert {place.kind: place.url for place in hit.places} == {
        "challenge": challenge.get_absolute_url(), "comment": f"/reacties/{comment.pk}/",
    }  # fmt: skip
    text = page.content.decode()
    assert "<mark>kanarie</mark> zingt" in text
    assert "<b>" not in text
    only = browser(None).get("/zoeken/?q=kanarie&soort=comment").context["hits"]
    assert [[place.kind for place in hit.places] for hit in only] == [["comment"]]


def test_a_fragment_is_cut_at_its_signs() -> None:
    assert marked(f"a {OPENING}b{CLOSING} c") == [Part("a ", False), Part("b", True), Part(" c", False)]
    assert marked("") == []
    assert "".join(part.text for part in marked(f"{OPENING}{OPENING}x{CLOSING}{CLOSING}y")).endswith("y")


def test_a_thousand_hits_are_counted_no_further(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, title="Veel")
    rows = [Entry(kind="comment", object_id=number, contribution=challenge, text="kanarie") for number in range(2100)]
    Entry.objects.bulk_create(rows)
    page = browser(None).get("/zoeken/?q=kanarie&pagina=2", headers={"accept-language": "nl"})
    assert page.context["page"].paginator.count == 2000
    assert len(page.context["page"].object_list) == 20


def test_without_words_there_are_tips_and_no_query(
    browser: Browser, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(2):  # the savepoint of the request
        assert browser(None).get("/zoeken/?q=%20").context["hits"] == []
