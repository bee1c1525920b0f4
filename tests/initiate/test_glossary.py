"""The words explained: in order, with anchors that last, found without a script, and led to from fixed texts."""

import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from initiate.glossary import find, link
from initiate.terms import TERMS


def page(query: str = "", language: str = "nl") -> str:
    client = Client()
    client.cookies["language"] = language
    return client.get(f"/begrippen/{query}").content.decode().partition("<main")[2]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_term_stands_there_once_in_the_order_of_the_language(language: str, db: None) -> None:
    text = page(language=language)
    with translation.override(language):
        terms = find("")
        names = [str(term.name) for term in terms]
    assert re.findall(r'<div id="([\w-]+)"><dt>', text) == [term.key for term in terms]
    assert sorted(term.key for term in terms) == sorted({term.key for term in TERMS})
    assert [name for name in names if name[0].lower() == "b"] == {
        "nl": ["beschermd wonen", "beschikking", "bezwaar", "bijstand", "BSN"],
        "en": ["BSN"],
    }[language]
    assert names == sorted(names, key=lambda name: name.casefold().replace("ë", "e"))


def test_the_index_leads_to_each_letter(db: None) -> None:
    text = page()
    assert re.findall(r'<a href="#(letter-\w)">', text) == re.findall(r'<h2 id="(letter-\w)">', text)
    assert '<a href="#letter-w">W</a>' in text
    assert "letter-x" not in text


@pytest.mark.parametrize(
    ("query", "language", "found"),
    [
        ("?q=schulden", "nl", ["ervaringsdeskundige", "schuldhulpverlening"]),
        ("?q=DEBT+help", "en", ["schuldhulpverlening", "ervaringsdeskundige"]),
        ("?q=clientondersteuner", "nl", ["clientondersteuner"]),
        ("?q=beschikking", "en", ["beschikking"]),
        ("?q=zzzz", "nl", []),
    ],
)
def test_searching_looks_in_names_and_texts(query: str, language: str, found: list[str], db: None) -> None:
    assert re.findall(r'<div id="([\w-]+)"><dt>', page(query, language)) == found


def test_a_word_that_is_not_there_is_said_and_shown_as_text(db: None) -> None:
    text = page("?q=<b>niets</b>")
    assert "0 woorden gevonden" in text
    assert "Dat begrip staat hier nog niet" in text
    assert "&lt;b&gt;niets&lt;/b&gt;" in text
    assert 'href="/begrippen/"' in text


def test_a_search_that_is_too_long_shows_all(db: None) -> None:
    assert page(f"?q={'a' * 200}").count("<dt>") == len(TERMS)


def test_the_page_costs_no_query(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        page()
    assert [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]] == []


def test_the_first_place_of_a_term_is_a_link_and_no_other() -> None:
    with translation.override("nl"):
        text = link('<h2>Pilot</h2><p title="pilot">Een <a href="/x/">pilot</a>, pilots en een pilot; POH-GGZ.</p>')
    assert text == (
        '<h2>Pilot</h2><p title="pilot">Een <a href="/x/">pilot</a>, <a href="/begrippen/#pilot">pilots</a> en een '
        'pilot; <a href="/begrippen/#poh-ggz">POH-GGZ</a>.</p>'
    )


def test_a_part_of_another_word_is_no_term() -> None:
    with translation.override("nl"):
        assert link("Pilotstarter, inzetel, niet-pilot") == "Pilotstarter, inzetel, niet-pilot"


def test_a_text_of_staff_is_escaped_before_it_gets_links() -> None:
    template = Template("{% load initiate %}{{ text|explain }}")
    with translation.override("nl"):
        shown = template.render(Context({"text": "<script>Wmo</script>"}))
    assert shown == '&lt;script&gt;<a href="/begrippen/#wmo">Wmo</a>&lt;/script&gt;'


@pytest.mark.parametrize(
    ("path", "key"), [("/pagina/help/", "moderator"), ("/kabinet/over/", "zetel"), ("/", "landelijk-portfolio-overleg")]
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_lead_to_the_words(path: str, key: str, language: str, db: None) -> None:
    client = Client()
    client.cookies["language"] = language
    text = client.get(path).content.decode()
    assert text.count(f'href="/begrippen/#{key}"') == 1
    assert 'href="/begrippen/"' in text.partition("<footer")[2]
