"""The preview of a text: for who is signed in, by the renderer of the real text, kept nowhere, and not without end."""

from django.conf import settings
from django.test import Client

from accounts.models import Person
from regions.text import rendered

MARKED = "### Kop\n\n- **een**\n- [twee](https://vng.example)\n\n<script>alert(1)</script>"


def asked(client: Client, text: str) -> tuple[int, str]:
    answer = client.post("/voorbeeld/", {"text": text})
    return answer.status_code, answer.content.decode()


def test_it_is_what_the_real_text_becomes(client: Client, anna: Person) -> None:
    client.force_login(anna)
    status, html = asked(client, MARKED)
    heading = '<h2 class="visually-hidden">Voorbeeld</h2>'
    assert (status, html.strip()) == (200, f'{heading}<div class="prose">{rendered(MARKED)}</div>')
    assert "<script>" not in html


def test_what_is_too_long_or_holds_a_number_of_a_citizen_is_told(client: Client, anna: Person) -> None:
    client.force_login(anna)
    answers = [asked(client, text) for text in ("a" * 20_001, "Zijn nummer is 111222333.", "")]
    assert [status for status, _html in answers] == [422, 422, 200]
    assert "20000" in answers[0][1]
    assert "111222333" in answers[1][1]
    assert "Er staat nog geen tekst." in answers[2][1]


def test_a_visitor_has_none_and_nothing_of_it_is_kept(client: Client, db: None) -> None:
    assert asked(client, "Dit typte iemand zonder sessie.")[0] == 401
    assert "kept_post" not in client.session
    assert client.get("/voorbeeld/").status_code == 405


def test_it_can_not_be_asked_without_end(client: Client, anna: Person) -> None:
    client.force_login(anna)
    most = int(settings.ACCOUNT_RATE_LIMITS["preview"].partition("/")[0])
    assert [asked(client, "tekst")[0] for _time in range(most + 1)] == [200] * most + [429]
