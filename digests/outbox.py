"""The door to the outbox: every mail of the product is one row, unique by its key."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from accounts.models import Person
from digests.models import Mail
from regions.models import Event, Invitation, Report, UnconfirmedReport, Verb

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


def queue_confirmation(report: UnconfirmedReport) -> None:
    """Queue the mail by which a visitor confirms a report; the address stands on the report, and not on the mail."""
    _queue(Mail.Kind.REPORT, report.pk, language=report.language, priority=AT_ONCE, object=report.pk)


ANSWERS = frozenset({Verb.REPORT_ANSWERED, Verb.REPORT_REOPENED})
"""What a visitor who reported hears by mail."""

BEGINS = frozenset({Verb.JOINED, Verb.LET_IN})
"""What makes someone a member."""


def queue_mail_of(event: Event) -> None:
    """Queue the mail that an event asks for by itself: an invitation, a welcome, an answer to a visitor who reported.

    Call it once for each event, in the transaction that takes it up; which words go out is decided at sending.
    """
    if event.verb == Verb.INVITED:
        email = Invitation.objects.get(pk=event.object_id).email
        own = _own_address(email, None)
        person = own.user if own and own.verified else None
        _queue(Mail.Kind.INVITATION, event.pk, person=person, address=email, object=event.object_id)
    elif event.verb in BEGINS and event.region and event.region.welcome_mail:
        _queue(Mail.Kind.WELCOME, event.pk, person=event.subject, object=event.object_id)
    elif event.verb in ANSWERS and event.subject_id is None:
        language = Report.objects.filter(pk=event.object_id).values_list("language", flat=True).first()
        _queue(Mail.Kind.ANSWER, event.pk, language=language or "", object=event.object_id, event=event.pk)


def _queue(
    kind: str,
    about: int,
    *,
    person: Person | None = None,
    address: str = "",
    language: str = "",
    priority: int = 5,
    **ids: Any,
) -> None:
    key = f"{kind}:{about}"
    Mail.objects.create(
        key=key,
        kind=kind,
        person=person,
        address=address,
        data={"language": language or settings.LANGUAGE_CODE[:2], "ids": ids},
        priority=priority,
        message_id=message_id(key),
    )
    wake()


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
