"""The conversation with a mail server that refuses, stalls, and whose line is cut at every byte."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from digests import enquiry
from digests.models import Mail
from digests.plan import plan
from digests.relay import Later, Letter, Never, Unknown
from digests.relay import Relay as Sender
from digests.send import IN_DOUBT, reap, send_waiting
from digests.spread import spread
from regions.models import Comment, Region
from tests import make
from tests.digests.mailing import wants
from tests.relay import HOST, Enquiry, Ledger, Line, Relay

LETTER = Letter(
    "us@initiate.example", "bo@demo.example", b"Message-ID: <one@initiate.example>\r\n\r\nHoi.\r\n.punt\r\n"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "taken")
    yield ledger
    ledger.close()


@pytest.fixture
def relay(ledger: Ledger, settings: Any) -> Iterator[Relay]:
    relay = Relay(ledger)
    relay.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = HOST, relay.port, ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    yield relay
    relay.end()


@pytest.fixture
def line(relay: Relay, settings: Any) -> Iterator[Line]:
    line = Line(relay.port)
    settings.EMAIL_PORT = line.port
    yield line
    line.close()


@pytest.fixture
def desk(ledger: Ledger, settings: Any) -> Iterator[Enquiry]:
    """The relay can be asked."""
    desk = Enquiry(ledger)
    settings.RELAY_QUERY_URL = desk.url
    yield desk
    desk.stop()


@pytest.fixture
def mail(anna: Person, bram: Person, utrecht: Region) -> Mail:
    """A planned overview for Anna with one comment in it."""
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)
    spread()
    plan()
    return Mail.objects.get()


def outcome(letter: Letter = LETTER) -> str:
    """Return how handing over ends."""
    try:
        with Sender() as sender:
            return sender.hand_over(letter, lambda: None)[:3]
    except (Later, Never, Unknown) as error:
        return type(error).__name__


def state(mail: Mail) -> str:
    mail.refresh_from_db()
    return mail.state


def make_late() -> None:
    """Let the time pass after which a relay is done with whatever it was given."""
    Mail.objects.filter(state="handing").update(state_at=timezone.now() - IN_DOUBT - timedelta(seconds=1))


# --- what the server keeps ----------------------------------------------------------------------------------


def test_the_server_remembers_over_its_own_restart(relay: Relay, ledger: Ledger, tmp_path: Path) -> None:
    assert outcome() == "250"
    with (tmp_path / "taken").open("a") as file:
        file.write('{"id": "<half')  # it died while it wrote
    again = Ledger(tmp_path / "taken")
    again.write("x@demo.example", "Message-ID: <two@initiate.example>\r\n\r\n")
    again.close()
    last = Ledger(tmp_path / "taken")
    last.close()
    assert dict(last.ids) == {"<one@initiate.example>": 1, "<two@initiate.example>": 1}
    assert last.mails[0]["body"].endswith("Hoi.\r\n.punt\r\n")


# --- refusing and stalling ----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
def test_a_server_that_asks_for_patience_at_any_step_is_asked_again(relay: Relay, ledger: Ledger, step: str) -> None:
    relay.answers[step] = "451 later"
    assert (outcome(), ledger.mails) == ("Later", [])
    relay.heal()
    assert (outcome(), len(ledger.mails)) == ("250", 1)


@pytest.mark.parametrize(
    ("step", "ends"),
    [
        ("CONNECT", "Later"),
        ("EHLO", "Later"),
        ("MAIL", "Later"),
        ("RCPT", "NoRecipient"),
        ("DATA", "Never"),
        ("DOT", "Never"),
    ],
)
def test_a_refusal_is_final_only_where_it_is_about_the_letter(
    relay: Relay, ledger: Ledger, step: str, ends: str
) -> None:
    relay.answers[step] = "554 no"
    assert (outcome(), ledger.mails) == (ends, [])


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT", "TAKEN"])
def test_a_server_that_stalls_is_left(relay: Relay, ledger: Ledger, settings: Any, step: str) -> None:
    """After the dot nobody knows; before it the server has nothing."""
    settings.EMAIL_TIMEOUT = 0.2
    relay.stop_at(step)
    assert outcome() == ("Unknown" if step in ("DOT", "TAKEN") else "Later")
    assert len(ledger.mails) == (step == "TAKEN")


def test_an_answer_that_is_none_leaves_a_doubt(relay: Relay) -> None:
    found = []
    for answer in ("354 go on", "123 what", "999 what", "zes"):
        relay.answers["DOT"] = answer
        found.append(outcome())
    assert found == ["Unknown"] * 4


# --- a line that is cut -------------------------------------------------------------------------------------


def whole(line: Line) -> bytes:
    return b"".join(part for _who, part in line.carried)


def test_a_line_cut_at_every_byte(relay: Relay, line: Line, ledger: Ledger) -> None:
    """Before the dot is whole the server has nothing; after it, it has the letter, and only its answer says so."""
    assert outcome() == "250"
    line.wait()
    talk = whole(line)
    asked, dotted = talk.index(b"354 ") + 3, talk.index(b"\r\n.\r\n") + len(b"\r\n.\r\n")
    found = []
    for number in range(dotted + 20):
        ledger.forget()
        line.cut_at = number
        ends = outcome()
        line.wait()
        found.append((ends, len(ledger.mails)))
    assert set(found[:asked]) == {("Later", 0)}
    assert set(found[asked:dotted]) <= {("Later", 0), ("Unknown", 0)}
    assert found[dotted : dotted + 3] == [("Unknown", 1)] * 3
    assert set(found[dotted + 3 :]) == {("250", 1)}


def cuts(talk: bytes) -> list[int]:
    """Return each fifth byte before the letter, some within, and every one around the dot."""
    start, end = talk.index(b"354 ") + 10, talk.index(b"\r\n.\r\n")
    return [*range(0, start, 5), *range(start, end, 700), *range(end, end + 20)]


def test_wherever_the_line_is_cut_the_mail_comes_once(
    mail: Mail, relay: Relay, line: Line, ledger: Ledger, desk: Enquiry
) -> None:
    """The relay can be asked: what it did not take goes again, what it took does not."""
    before = transaction.savepoint()
    send_waiting(30)
    line.wait()
    for number in cuts(whole(line)):
        ledger.forget()
        transaction.savepoint_rollback(before)
        line.cut_at = number
        send_waiting(30)
        line.wait()
        line.cut_at = None
        make_late()
        reap()
        Mail.objects.filter(state="ready").update(next_try_at=timezone.now())
        send_waiting(30)
        assert (number, state(mail), dict(ledger.ids)) == (number, "sent", {mail.message_id: 1})


# --- a relay that can be asked ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["digest", "account"])
@pytest.mark.parametrize(
    ("step", "knows", "after"),
    [
        ("TAKEN", True, {"digest": "sent", "account": "sent"}),
        ("DOT", True, {"digest": "ready", "account": "ready"}),
        ("TAKEN", False, {"digest": "uncertain", "account": "ready"}),
        ("DOT", False, {"digest": "uncertain", "account": "ready"}),
    ],
)
def test_a_mail_in_doubt_is_asked_for(
    mail: Mail, relay: Relay, desk: Enquiry, settings: Any, step: str, knows: bool, after: dict[str, str], kind: str
) -> None:
    """A link that someone waits for goes again at once; an overview waits until the relay is surely done with it."""
    settings.EMAIL_TIMEOUT, desk.knows = 0.2, knows
    stop = relay.stop_at(step)
    send_waiting(30)
    Mail.objects.filter(state="handing").update(kind=kind)
    assert stop.reached.is_set()
    at_once = state(mail)
    make_late()
    reap()
    assert (at_once, state(mail)) == ("sent" if step == "TAKEN" and knows else "handing", after[kind])


def test_who_waits_for_a_link_gets_it_again_within_a_minute(
    mail: Mail, relay: Relay, desk: Enquiry, ledger: Ledger, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    Mail.objects.create(
        key="account:unknown",
        kind="account",
        address="wie@nergens.example",
        priority=0,
        message_id="<unknown@initiate.example>",
        data={"template_prefix": "account/email/unknown_account", "language": "nl", "ids": {}},
    )
    relay.stop_at("DOT")
    send_waiting(30)
    waits = Mail.objects.get(key="account:unknown")
    assert (waits.state, waits.next_try_at < timezone.now() + timedelta(minutes=1)) == ("ready", True)


def test_a_relay_that_says_nothing_useful_does_not_know(settings: Any) -> None:
    """A page of a portal, a refusal, silence: none of it may be taken for a no."""
    answers = [(200, b"<html>"), (200, b'"yes"'), (200, b'{"taken": 1}'), (404, b'{"taken": false}'), (200, b"{}")]
    left = [*answers, (200, b'{"taken": false}'), (200, b'{"taken": true}')]

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, words = left.pop(0)
            self.send_response(code)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_words: Any) -> None:
            pass

    with HTTPServer((HOST, 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        settings.RELAY_QUERY_URL = f"http://{HOST}:{server.server_port}/taken"
        said = [enquiry.was_taken("<x@y>") for _number in range(7)]
        server.shutdown()
    assert said == [None] * 5 + [False, True]
    assert enquiry.was_taken("<x@y>") is None  # it is gone
    settings.RELAY_QUERY_URL = ""
    assert enquiry.was_taken("<x@y>") is None


# --- encryption ---------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of HOST that nobody knows, with its key in one file."""
    made = tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-subj", "/CN=relay", "-addext", f"subjectAltName=IP:{HOST}", "-days", "2"]
    subprocess.run([*command, "-keyout", made, "-out", tmp_path / "only.pem"], check=True, capture_output=True)
    with made.open("a") as file:
        file.write((tmp_path / "only.pem").read_text())
    return made


@pytest.fixture
def encrypted(certificate: Path, ledger: Ledger, settings: Any) -> Iterator[Relay]:
    """A server that offers STARTTLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    relay = Relay(ledger, tls=context)
    relay.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = HOST, relay.port, ""
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    yield relay
    relay.end()


def test_a_certificate_that_nobody_signed_gets_no_letter(encrypted: Relay, ledger: Ledger) -> None:
    with pytest.raises(Later, match="CERTIFICATE_VERIFY_FAILED"), Sender() as sender:
        sender.hand_over(LETTER, lambda: None)
    assert ledger.mails == []


def test_a_certificate_of_a_known_signer_is_taken(
    encrypted: Relay, ledger: Ledger, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert (outcome(), len(ledger.mails)) == ("250", 1)


def test_a_certificate_of_another_host_gets_no_letter(
    encrypted: Relay, ledger: Ledger, certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.EMAIL_HOST = "localhost"
    assert (outcome(), ledger.mails) == ("Later", [])


def test_a_server_without_encryption_gets_no_letter(relay: Relay, ledger: Ledger, settings: Any) -> None:
    """Somebody between the two may have taken the offer of it away."""
    settings.EMAIL_USE_TLS = True
    assert (outcome(), ledger.mails) == ("Later", [])
