"""A mail server that takes mail over a real line, and people who want the overview."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from allauth.account.models import EmailAddress
from django.db.models import F
from django.utils import timezone

from accounts.models import Person
from digests.mailing import mail_to_all
from digests.models import Subscription
from digests.plan import plan
from digests.rhythm import subscribe
from digests.send import send_waiting
from digests.spread import spread


class Post:
    """Keeps what was handed over; `answer` may refuse it, `at_rcpt` already at the address."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer: str = "250 taken"
        self.at_rcpt: str = "250 ok"
        self.before_answer: Callable[[], None] = lambda: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.before_answer()
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(envelope.original_content or b"", policy=default) for envelope in self.taken]

    @property
    def subjects(self) -> list[tuple[str, str]]:
        return [(str(mail["To"]), str(mail["Subject"])) for mail in self.mails]

    def text(self, number: int = 0) -> str:
        body = self.mails[number].get_body(("plain",))
        assert body
        return str(body.get_content())

    def html(self, number: int = 0) -> str:
        body = self.mails[number].get_body(("html",))
        assert body
        return str(body.get_content())


def wants(person: Person, frequency: str = "weekly") -> Person:
    """Confirm the person's address and let them have the overview, due at once, in the language of the msgids."""
    Person.objects.filter(pk=person.pk).update(language="en")
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    subscribe(person, frequency)
    due(person)
    return person


def due(person: Person) -> None:
    Subscription.objects.filter(person=person).update(next_at=timezone.now() - timedelta(seconds=1))


def age(person: Person, **by: float) -> None:
    Subscription.objects.filter(person=person).update(next_at=F("next_at") - timedelta(**by))


def go_round() -> None:
    """Do what a tick does."""
    spread()
    mail_to_all()
    plan()
    send_waiting(30)
