"""The door to the outbox: every mail of the product is one row, unique by its key."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils.translation import get_language

from accounts.models import Person
from digests.models import Mail, Mailing
from regions.models import Event, Invitation, Verb

AT_ONCE = 0
"""The priority of what someone sits waiting for."""


def queue_account_mail(template_prefix: str, email: str, context: Mapping[str, Any]) -> Mail:
    """Queue a mail of the account pages (confirmation, password) to `email`, to be sent at once.

    Only ids are kept. Links and tokens in `context` are left behind: they are minted when it is composed.
    """
    own = _own_address(email, context.get("user"))
    person = own.user if own else _person(email, context.get("user"))
    key = f"account:{template_prefix.rpartition('/')[2]}:{uuid.uuid4()}"
    mail = Mail.objects.create(
        key=key,
        kind=Mail.Kind.ACCOUNT,
        person=person,
        address="" if own or (person and person.email == email.lower()) else email,
        data={
            "template_prefix": template_prefix,
            "language": person.language if person else (get_language() or settings.LANGUAGE_CODE)[:2],
            "ids": {"address": own.pk} if own else {},
        },
        priority=AT_ONCE,
        message_id=message_id(key),
    )
    wake()
    return mail


BEGINS = frozenset({Verb.JOINED, Verb.LET_IN})
"""What makes someone a member."""


def queue_mail_of(event: Event) -> None:
    """Queue the mail that an event asks for by itself: an invitation, the welcome to who became a member, and what
    goes to all members (`digests.mailing` makes those, as there may be many).

    Call it once for each event, in the transaction that takes it up; which words go out is decided at sending.
    """
    if event.verb == Verb.INVITED:
        email = Invitation.objects.get(pk=event.object_id).email
        own = _own_address(email, None)
        person = own.user if own and own.verified else None
        _queue(Mail.Kind.INVITATION, event, person=person, address=email)
    elif event.verb in BEGINS and event.region and event.region.welcome_mail:
        _queue(Mail.Kind.WELCOME, event, person=event.subject, address="")
    elif event.data.get("to_all"):
        Mailing.objects.get_or_create(event=event)


def _queue(kind: str, event: Event, *, person: Person | None, address: str) -> None:
    key = f"{kind}:{event.pk}"
    Mail.objects.create(
        key=key,
        kind=kind,
        person=person,
        address=address,
        data={"language": settings.LANGUAGE_CODE[:2], "ids": {"object": event.object_id}},
        message_id=message_id(key),
    )
    wake()


def confirmed(person: "Person | OuterRef") -> QuerySet[EmailAddress]:
    """Return the confirmed addresses of someone, the primary one first."""
    found: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=person, verified=True)
    return found.order_by("-primary", "pk")


def _own_address(email: str, user: object) -> EmailAddress | None:
    """Return the row of this address, a confirmed one before what somebody else only claims."""
    rows = EmailAddress.objects.select_related("user").filter(email__iexact=email)
    if isinstance(user, Person):
        rows = rows.filter(user=user)
    return rows.order_by("-verified", "-primary", "pk").first()


def _person(email: str, user: object) -> Person | None:
    return user if isinstance(user, Person) else Person.objects.filter(email=email.lower()).first()


def message_id(key: str) -> str:
    """Return the Message-ID that belongs to a key: a mail that has to be handed over again keeps it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{settings.MAIL_DOMAIN}>"


def wake() -> None:
    """Wake a sender once this transaction stands. When that fails the next tick finds the mail."""
    transaction.on_commit(_publish, robust=True)


def _publish() -> None:
    current_app.send_task("digests.tasks.send_waiting", expires=55)
