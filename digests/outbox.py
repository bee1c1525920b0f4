"""The door to the outbox: every mail of the product is one row, unique by its key."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils.translation import get_language

from accounts.models import Person
from challenges.models import Offer
from digests.models import Enclosure, Incoming, Mail, Mailing
from regions.models import Claim, Event, Invitation, Notice, Report, Signup, UnconfirmedReport, Verb

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


def queue_returned(incoming: Incoming) -> None:
    """Queue the mail that says why an answer by mail was not posted, or what of it was not kept."""
    _queue(Mail.Kind.RETURNED, incoming.pk, person=incoming.person, priority=AT_ONCE, object=incoming.pk)


ANSWERS = frozenset({Verb.REPORT_ANSWERED, Verb.REPORT_REOPENED})
"""What a visitor who reported hears by mail."""

BEGINS = frozenset({Verb.JOINED, Verb.LET_IN})
"""What makes someone a member."""


TO_ONE: dict[str, str] = {Verb.SIGNUP_ASKED: "confirm", Verb.SIGNED_UP: "placed", Verb.MOVED_UP: "placed"}
"""What is mailed about a meeting to the one who signed up."""
TO_ALL: dict[str, str] = {
    Verb.MEETING_MOVED: "moved",
    Verb.MEETING_CANCELLED: "cancelled",
    Verb.MEETING_REMINDED: "reminder",
    Verb.MEETING_CLOSED: "closed",
}
"""What is mailed about a meeting to everyone who signed up."""


def queue_mail_of(event: Event) -> None:
    """Queue the mail that an event asks for by itself: MAKERS says which; what goes to all members is a `Mailing`.

    Call it once for each event, in the transaction that takes it up and after its notices are made; which words go
    out is decided at sending.
    """
    make = MAKERS.get(event.verb)
    if make:
        make(event)
    if event.data.get("to_all"):
        Mailing.objects.get_or_create(event=event)


def _invitation(event: Event) -> None:
    email = Invitation.objects.get(pk=event.object_id).email
    own = _own_address(email, None)
    person = own.user if own and own.verified else None
    _queue(Mail.Kind.INVITATION, event.pk, person=person, address=email, object=event.object_id)


def _claim(event: Event) -> None:
    """The address stands on the claim alone, so that it is gone from here too when it has served."""
    own = _own_address(Claim.objects.get(pk=event.object_id).email, None)
    person = own.user if own and own.verified else None
    _queue(Mail.Kind.CLAIM, event.pk, person=person, object=event.object_id)


def _backing(event: Event) -> None:
    """The address stands on the offer alone, and is gone from here too once it was answered."""
    own = _own_address(Offer.objects.get(pk=event.object_id).backer_email, None)
    person = own.user if own and own.verified else None
    _queue(Mail.Kind.BACKING, event.pk, person=person, object=event.object_id)


def _welcome(event: Event) -> None:
    if event.region and event.region.welcome_mail:
        enclose(event, [_queue(Mail.Kind.WELCOME, event.pk, person=event.subject, object=event.object_id)])


def _export(event: Event) -> None:
    enclose(event, [_queue(Mail.Kind.EXPORT, event.pk, person=event.subject, object=event.object_id)])


def _assignment(event: Event) -> None:
    mail = _queue(Mail.Kind.ASSIGNMENT, event.pk, person=event.subject, object=event.object_id)
    mail.data["what"] = event.verb
    mail.save(update_fields=["data"])
    enclose(event, [mail])


def _answer(event: Event) -> None:
    """A visitor who reported has no bell; who has an account reads it there."""
    if event.subject_id is None:
        language = Report.objects.filter(pk=event.object_id).values_list("language", flat=True).first()
        _queue(Mail.Kind.ANSWER, event.pk, language=language or "", object=event.object_id, event=event.pk)


def _to_one(event: Event) -> None:
    _queue_for(event, TO_ONE[event.verb], Signup.objects.filter(pk=int(event.object_id or 0)))


def _to_all(event: Event) -> None:
    _queue_for(event, TO_ALL[event.verb], Signup.objects.lasting().filter(meeting=event.contribution_id))


MAKERS: dict[str, Callable[[Event], None]] = {
    Verb.INVITED: _invitation,
    Verb.CLAIM_ASKED: _claim,
    Verb.BACKING_ASKED: _backing,
    Verb.EXPORT_READY: _export,
    Verb.ASSIGNED: _assignment,
    Verb.REMINDED: _assignment,
    **dict.fromkeys(BEGINS, _welcome),
    **dict.fromkeys(ANSWERS, _answer),
    **dict.fromkeys(TO_ONE, _to_one),
    **dict.fromkeys(TO_ALL, _to_all),
}


def _queue_for(event: Event, what: str, signups: QuerySet[Signup]) -> None:
    """Queue a mail about a meeting to each of these; whether it still holds is decided at sending."""
    language = settings.LANGUAGE_CODE[:2]
    mails = []
    for signup in signups:
        key = f"{Mail.Kind.MEETING}:{event.pk}:{signup.pk}"
        data = {"language": language, "ids": {"object": signup.pk}, "what": what}
        mail = Mail(key=key, kind=Mail.Kind.MEETING, person_id=signup.person_id, address=signup.email, data=data)
        mail.message_id = message_id(key)
        mails.append(mail)
    Mail.objects.bulk_create(mails, batch_size=500)
    enclose(event, mails)
    wake()


def enclose(event: Event, mails: Iterable[Mail]) -> None:
    """Put the notice of an event in the mail that tells it at once: the overview does not tell it again."""
    by_person = {mail.person_id: mail for mail in mails if mail.person_id}
    notices = Notice.objects.filter(event=event, person__in=by_person, enclosure=None)
    enclosed = [Enclosure(notice=notice, mail=by_person[notice.person_id]) for notice in notices]
    Enclosure.objects.bulk_create(enclosed, ignore_conflicts=True)


def _queue(
    kind: str,
    about: int,
    *,
    person: Person | None = None,
    address: str = "",
    language: str = "",
    priority: int = 5,
    **ids: Any,
) -> Mail:
    key = f"{kind}:{about}"
    mail = Mail.objects.create(
        key=key,
        kind=kind,
        person=person,
        address=address,
        data={"language": language or settings.LANGUAGE_CODE[:2], "ids": ids},
        priority=priority,
        message_id=message_id(key),
    )
    wake()
    return mail


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
