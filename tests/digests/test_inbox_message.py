"""What mail programs make of an answer: the new words are found, whatever stands around them."""

from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.inbox.html import text_of
from digests.inbox.message import LIMIT, Message, Unreadable
from digests.inbox.quoted import written
from tests.digests.answers import MAILS
from tests.digests.answers import sample as raw


def sample(name: str) -> Message:
    return Message(raw(name))


WRITTEN = {
    "outlook-nl": "Wij doen mee met twee coördinatoren.\n\nKan het ook een week later?",
    "outlook-html-nl": "Wij doen mee.\n\nKan het ook één week later? 3 < 4.",
    "outlook-web-nl": "Wij doen mee – graag.",
    "outlook-mobile-nl": "Wij doen mee.",
    "gmail-nl": "Wij doen mee ✅\n\n- met brood\n- met soep",
    "gmail-wrapped-nl": "Wij doen mee.",
    "apple-nl": "Wij doen mee.",
    "iphone-nl": "Kijk, dit is ons erf:",
    "thunderbird-nl": (
        "Wij doen mee, en wij vragen ons af of het ook een week later kan omdat onze coördinator dan terug is."
    ),
    "k9-html-nl": "Wij doen mee.\n\nTot zaterdag!",
    "samsung-nl": "Wij doen mee.",
}
BY_MACHINE = {"away-outlook", "away-vacation", "not-delivered", "read-receipt"}


@pytest.mark.parametrize("name", WRITTEN)
def test_only_what_was_newly_written_is_found(name: str) -> None:
    assert sample(name).words.text == WRITTEN[name]


@pytest.mark.django_db
def test_what_a_machine_sent_is_told_from_what_a_person_wrote() -> None:
    names = sorted(path.stem for path in MAILS.glob("*.eml"))
    assert {name for name in names if sample(name).is_automatic} == BY_MACHINE
    assert {*WRITTEN, *BY_MACHINE} == {*names}


def test_a_picture_in_a_signature_is_no_attachment_a_photo_is() -> None:
    assert [name for name in WRITTEN if sample(name).words.has_attachments] == ["iphone-nl"]


# --- the text ------------------------------------------------------------------------------------------------


def test_a_sentence_that_looks_like_a_heading_stays() -> None:
    words = "Op de bijeenkomst schreef Jan:\ndat is goed.\n\nVan: Jan kreeg ik dit door.\nOn time, he wrote:\nja."
    assert written(words) == words


HEADINGS = [
    "Op ma 30 nov. 2026 10:12 schreef Initiate <noreply@initiate.example>:",
    "Op maandag 30 november 2026 om 10:12:44 CET schreef Initiate <noreply@initiate.example>: ",
    "Op 30 nov. 2026 om 10:12 heeft Initiate <noreply@initiate.example> het volgende geschreven:",
    "Op 30-11-2026 om 10:12 schreef Initiate:",
    "On Mon, 30 Nov 2026 at 10:12, Initiate <noreply@initiate.example> wrote:",
    "On Mon, 30 Nov 2026 at 10:12, Initiate, the network of municipalities\n<noreply@initiate.example> wrote:",
    "-----Oorspronkelijk bericht-----",
    "-------- Origineel bericht --------",
    "------- Original Message -------",
    "---------- Forwarded message ---------",
    "________________________________\nFrom: Initiate <noreply@initiate.example>\nSent: Monday",
    "*Van:* Initiate <noreply@initiate.example>\n*Verzonden:* maandag",
    "Van: Initiate <noreply@initiate.example>\nDatum: maandag 30 november 2026 om 10:12",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_each_heading_begins_what_is_quoted(heading: str) -> None:
    assert written(f"Ja.\n\n{heading}\n\nNeem laarzen mee.") == "Ja."


ENDS = [
    "--",
    "-- ",
    "Met vriendelijke groet,",
    "met vriendelijke groeten, Anna",
    "Hartelijke groet van Anna!",
    "Groetjes",
    "Mvg, Anna",
    "Kind regards,",
    "Verzonden vanuit Mail voor Windows",
    "Verstuurd vanaf mijn iPhone",
    "Sent from my iPad",
    "Haal Outlook voor iOS op",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
]


@pytest.mark.parametrize("line", ENDS)
def test_each_signature_is_left_out(line: str) -> None:
    assert written(f"Ja.\n\n{line}\nT 030 - 123 45 67") == "Ja."


def test_words_between_quoted_lines_are_kept() -> None:
    assert written("> Komt u?\nJa.\n> Met wie?\nMet Bram.\n") == "Ja.\nMet Bram."


def test_a_greeting_ends_the_words_but_not_in_a_sentence() -> None:
    assert written("Dank.\n\nMet vriendelijke groet,\nAnna\n030 - 123") == "Dank."
    for words in (
        "Groeten aan Bram. Hij kan ook.",
        "Groet ze van ons, en kom.\nWij zijn er.",
        "Regards are for later:\nja",
    ):
        assert written(words) == words


def test_an_unmarked_quote_below_nothing_is_nobodys_words() -> None:
    assert written("\n\nVan: Initiate\nVerzonden: maandag\n\nNeem laarzen mee.") == ""


@pytest.mark.parametrize("line", ["Answer above this line. It becomes", "Antwoord boven deze regel. Het komt"])
def test_our_own_line_ends_an_answer_in_each_language(line: str) -> None:
    assert written(f"Ja.\n> -- {line} --\nNeem laarzen mee.") == "Ja."


def test_an_indented_line_is_no_code() -> None:
    assert written("Ja:\n      dat kan") == "Ja:\ndat kan"


# --- HTML ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("een <b>twee</b><br>drie", "een twee\ndrie"),
        ("<p>een<p>twee", "een\n\ntwee"),
        ("<ul><li>een<li>twee</ul>", "- een\n- twee"),
        ("a < b & c &lt; d", "a < b & c < d"),
        ("x<style>p{}</style><!-- <b>nee</b> -->y<SCRIPT>z</SCRIPT>", "xy"),
        ("<div>een</div></div></div><blockquote>twee</blockquote>drie", "een\n> twee\ndrie"),
        ('<div class="x gmail_signature"><div>nee</div></div>ja', "ja"),
        ("<table><tr><td>een<td>twee<tr><td>drie</table>", "een twee\ndrie"),
        ("<!-- nooit dicht <p>nee</p>", ""),
        ("<div id=divRplyFwdMsg>nee</div>nee", ""),
    ],
)
def test_html_becomes_lines(html: str, text: str) -> None:
    assert text_of(html).strip() == text


# --- what nobody would write -----------------------------------------------------------------------------------


def mail(content: bytes, kind: str = "text/plain; charset=utf-8", coding: str = "8bit") -> Message:
    head = f"From: a@b.example\nContent-Type: {kind}\nContent-Transfer-Encoding: {coding}\nMIME-Version: 1.0\n\n"
    return Message(head.encode() + content)


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("x-unknown", "één".encode(), "één"),
        ("x-unknown", b"\xe9\xe9n", "één"),
        ("iso-8859-15", b"10 \xa4", "10 €"),
        ("iso-8859-1", b"\x93ja\x94", "“ja”"),
        ("utf-8", b"j\xff\x00a\x1b", "jÿa"),
        ("utf-16", "één".encode("utf-16"), "één"),
        ("base64", b"ja", "ja"),
        ("utf-8\0", b"ja", "ja"),
        ("", b"ja", "ja"),
    ],
)
def test_any_charset_gives_words(charset: str, content: bytes, text: str) -> None:
    assert mail(content, f'text/plain; charset="{charset}"').words.text == text


def test_lone_surrogates_do_not_get_through() -> None:
    words = mail(b"+2AA- ja \xed\xa0\x80", "text/plain; charset=utf-7").words.text
    assert words.encode().decode() == words


def test_an_enclosed_mail_is_an_attachment_and_no_words() -> None:
    inner = EmailMessage()
    inner.set_content("KANARIE")
    outer = EmailMessage()
    outer.set_content("Zie de mail hieronder.")
    outer.add_attachment(inner)
    words = Message(outer.as_bytes()).words
    assert (words.text, words.has_attachments) == ("Zie de mail hieronder.", True)


def nested(levels: int, rest: bytes) -> bytes:
    heads = [b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels)]
    return b"".join(heads) + b"Content-Type: text/plain\r\n\r\n" + rest


@pytest.mark.parametrize(
    "raw",
    [nested(2000, b"ja"), nested(150, b"x\r\n" * 1_000_000), b"Content-Type: text/plain\n\n" + b"x\n" * 1_000_000],
    ids=["levels", "levels and lines", "lines"],
)
def test_a_tangle_is_not_read(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        Message(raw).words  # noqa: B018


def test_a_message_is_read_up_to_the_limit() -> None:
    message = Message(b"Subject: x\n\n" + b"x" * LIMIT)
    assert (len(message.raw), message.is_too_large) == (LIMIT, True)


HOSTILE = {
    "quotes": b"> > > > " * 60_000,
    "quoted lines": b"> > >\n" * 80_000,
    "headings": b"Op 1 schreef 1 schreef " * 20_000,
    "broken headings": b"Op 1 schreef\n" * 30_000,
    "from": b"Van: a\n" * 60_000,
    "rules": b"-" * 500_000,
    "spaces": b" " * 499_999 + b"x",
    "spaced lines": (b" " * 3000 + b"\n") * 160,
    "greetings": b"groeten groeten groeten " * 20_000,
    "mobile": b"sent from my my my my " * 20_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_to_its_end(content: bytes) -> None:
    assert isinstance(mail(content).words.text, str)


HOSTILE_HTML = {
    "open": b"<div>" * 100_000,
    "closed": b"</div>" * 80_000,
    "unlike": b"<div><blockquote>" * 20_000 + b"</div>" * 20_000,
    "signs": b"<" * 500_000,
    "comments": b"<!--" * 120_000,
    "scripts": b"<script>" * 60_000,
    "classes": b"<div class=" + b"a " * 250_000,
    "marks": b'<b class="a" ' * 35_000,
    "entities": b"&amp" * 120_000,
    "breaks": b"<br>" * 120_000,
}


@pytest.mark.parametrize("content", HOSTILE_HTML.values(), ids=HOSTILE_HTML.keys())
def test_hostile_html_is_read_to_its_end(content: bytes) -> None:
    assert isinstance(mail(content, "text/html; charset=utf-8").words.text, str)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_unreadable(raw: bytes) -> None:
    message = Message(raw)
    assert isinstance(message.fingerprint + message.sender + "".join(message.recipients), str)
    with suppress(Unreadable):
        assert "\0" not in message.words.text


@given(st.text(alphabet="<>/!-pdivbr \"'=&;ablockquote#x0\n", max_size=300))
def test_any_html_becomes_text(html: str) -> None:
    assert isinstance(text_of(html), str)
