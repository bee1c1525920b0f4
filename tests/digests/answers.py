"""Answers by mail, as bytes."""

from pathlib import Path

from accounts.models import Person
from digests.inbox.address import address_for
from digests.inbox.message import Message
from regions.models import Contribution
from tests.digests.mailing import wants

MAILS = Path(__file__).parent / "mails"
DOMAIN = "antwoord.initiate.example"


def sample(name: str) -> bytes:
    """Return the message of a mail program; it comes from anna@gemeente.example and goes to TO."""
    return (MAILS / f"{name}.eml").read_bytes()


def reader(person: Person) -> Person:
    """Return someone with a confirmed address, who reads mail."""
    return Person.objects.get(pk=wants(person).pk)


def answer(person: Person, on: Contribution, text: str = "Wij doen mee.", **headers: str) -> bytes:
    """Return what this person answers to a mail about `on`; `Message_ID` gives a header of that name."""
    known = {
        "From": f"{person.name} <{person.email}>",
        "To": address_for(person, on),
        "Message-ID": "<answer-1@elders.example>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    known |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in known.items() if value)
    return f"{head}\n{text}\n".encode()


def message(person: Person, on: Contribution, text: str = "Wij doen mee.", **headers: str) -> Message:
    return Message(answer(person, on, text, **headers))
