"""The pages for what goes wrong stand on their own feet."""

from io import BytesIO

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from psycopg_pool import PoolTimeout

from initiate import errors


def page_after(error: Exception, rf: RequestFactory) -> HttpResponse:
    try:
        raise error
    except type(error):
        return errors.broken(rf.get("/"))


@pytest.mark.parametrize("error", [OperationalError("away"), PoolTimeout("full")])
def test_database_away_gives_503_without_asking_it(error: Exception, rf: RequestFactory) -> None:
    response = page_after(error, rf)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "away" not in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError("away"), ValueError("secret")])
def test_what_was_typed_stands_on_the_page_that_says_so(error: Exception, rf: RequestFactory) -> None:
    try:
        raise error
    except type(error):
        page = errors.broken(rf.post("/", {"words": "Een lange tekst van iemand", "password": "een lang geheim woord"}))
    assert ("Een lange tekst van iemand" in page.text, "geheim" in page.text) == (True, False)


def test_a_form_that_did_not_come_in_whole_gets_its_page(rf: RequestFactory) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line broke")

    request = rf.post("/", {"words": "x"})
    request._stream = Broken()
    try:
        raise OperationalError("away")
    except OperationalError:
        assert errors.broken(request).status_code == 503


def test_own_fault_gives_500_without_asking_the_database(rf: RequestFactory) -> None:
    response = page_after(ValueError("secret"), rf)
    assert response.status_code == 500
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_absent_page_gives_404(client: Client) -> None:
    assert client.get("/bestaat-niet/").status_code == 404


@pytest.mark.django_db
def test_form_without_its_key_is_called_out_of_date() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    response = strict.post("/account/login/", {"login": "bo@voorbeeld.example", "password": "x"})
    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()


def test_words_that_can_not_be_sent_are_shown_to_who_typed_them(client: Client) -> None:
    """Not a single word, nor what is secret; and as text, whatever it is."""
    typed = {
        "words": "Een lange tekst <script>van mij</script>",
        "title": "kort",
        "password": "een lang geheim woord",
    }
    response = client.post("/nergens/dus/", typed)
    page = response.content.decode()
    assert response.status_code == 404
    assert "Een lange tekst &lt;script&gt;van mij&lt;/script&gt;" in page
    assert [words in page for words in ("<p>kort</p>", "geheim")] == [False, False]
