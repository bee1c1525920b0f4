"""Sending: claim, compose, hand over; and what becomes of a mail whose sender died.

ready → claimed → handing → sent, or empty, cancelled, dead, uncertain. A claim is a row and a session lock, which dies
with its owner: so a mail that is claimed and not locked has lost its sender.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Now

from digests import enquiry, refusals
from digests.compose import compose
from digests.models import Mail, Pulse
from digests.relay import Later, Letter, Never, Relay, Unknown
from initiate import locks

log = structlog.get_logger("initiate.mail")

LOCKS = 0x6D61696C
"""The first half of the number of an advisory lock; the second half is the mail's id."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440))
"""How long to wait after each try that the server put off; who is put off after the last of them is refused."""

IN_DOUBT = timedelta(minutes=20)
"""Longer than any server and any task takes over one mail."""

REAPED = 30
"""So many are taken up in one tick: a relay that is asked and stays silent must not take the tick's time."""

HELD = frozenset({Mail.Kind.DIGEST, Mail.Kind.AT_ONCE, Mail.Kind.ANNOUNCEMENT})
"""What is rather not told than told twice."""


class ClaimLost(Exception):
    """The database connection that held the claim is gone, so the letter may be somebody else's by now."""


def send_waiting(seconds: float) -> bool:
    """Send what waits, for so many seconds at most; return whether something may be left to send now."""
    ends = time.monotonic() + seconds
    with Relay() as relay:
        while time.monotonic() < ends:
            with claimed() as mail:
                if mail is None:
                    return False
                if not deliver(mail, relay):
                    return False
    return True


@contextmanager
def claimed() -> Iterator[Mail | None]:
    """Hold the mail that goes first, or None; the lock ends with the block or with the process."""
    mail = _claim()
    try:
        yield mail
    finally:
        if mail is not None:
            locks.release(LOCKS, mail.pk)


@transaction.atomic(durable=True)
def _claim() -> Mail | None:
    """Take the first mail that nobody holds. The row says so to all, the session lock says who."""
    mail = Mail.objects.waiting().select_for_update(skip_locked=True, of=("self",)).first()
    if mail is None or not locks.take(LOCKS, mail.pk):
        return None
    mail.turn(Mail.State.CLAIMED, attempts=F("attempts") + 1)
    mail.attempts += 1
    return mail


def deliver(mail: Mail, relay: Relay) -> bool:
    """Compose a claimed mail and hand it over; return False when the server is down for every mail."""
    session = locks.session()
    letter = _composed(mail)
    if letter is None:
        return True
    try:
        reply = relay.hand_over(letter, lambda: _commit_handing(mail, session))
    except Later as error:
        put_off(mail, str(error))
        return not error.is_down
    except Never as error:
        refuse(mail, str(error))
        refusals.note(letter.recipient, error)
    except Unknown as error:
        doubt_at_once(mail, str(error))
    else:
        accept(mail, reply)
        refusals.forget(letter.recipient)
    return True


def _composed(mail: Mail) -> Letter | None:
    """Return the letter, or None when there is none to hand over: then the mail is finished or put off."""
    try:
        return compose(mail)
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("mail not composed", mail=mail.pk, kind=mail.kind)
        put_off(mail, type(error).__name__)
        return None


def _commit_handing(mail: Mail, session: int) -> None:
    """Say that the dot is about to go. Raises ClaimLost when this is no longer ours to say."""
    with transaction.atomic(durable=True):
        if locks.session() != session or not mail.turn(Mail.State.HANDING):
            raise ClaimLost(mail.key)


@transaction.atomic
def accept(mail: Mail, reply: str) -> bool:
    """The server has it: the mail is sent, and counted. Return False when somebody settled it before."""
    if not mail.turn(Mail.State.SENT, reply=reply[:300]):
        return False
    Pulse.beat("sent")
    log.info("mail sent", mail=mail.pk, kind=mail.kind)
    return True


def put_off(mail: Mail, reply: str) -> None:
    """Try again later, ever later; after some five days it is refused."""
    if mail.attempts > len(BACK_OFF):
        refuse(mail, reply)
        return
    wait = BACK_OFF[mail.attempts - 1]
    mail.turn(Mail.State.READY, next_try_at=Now() + wait, reply=reply[:300])
    log.warning("mail put off", mail=mail.pk, kind=mail.kind, attempts=mail.attempts)


def refuse(mail: Mail, reply: str) -> None:
    """Give up; what it would have told is free for a next mail."""
    mail.end(Mail.State.DEAD, reply)
    log.warning("mail refused", mail=mail.pk, kind=mail.kind)


def doubt_at_once(mail: Mail, reply: str) -> None:
    """Settle what just broke off after the dot.

    That the relay did not take it says nothing yet: it may still be at it. So what is rather not told than told twice
    stays as it is, and `reap` asks again.
    """
    if enquiry.was_taken(mail.message_id):
        accept(mail, reply)
    elif mail.kind not in HELD or not enquiry.can_be_asked():
        hold_or_resend(mail, reply)


def doubt(mail: Mail, reply: str) -> None:
    """Settle what was being handed over so long ago that the relay is done with it, as the relay says."""
    taken = enquiry.was_taken(mail.message_id)
    if taken:
        accept(mail, reply)
    elif taken is None:
        hold_or_resend(mail, reply)
    else:
        mail.turn(Mail.State.READY, reply=reply[:300])
        log.info("mail not taken", mail=mail.pk, kind=mail.kind)


def hold_or_resend(mail: Mail, reply: str) -> None:
    """Nobody can say whether the server took it: what tells news is held, a link that someone needs goes again.

    It goes with the same Message-ID, by which a second copy can be known.
    """
    if mail.kind not in HELD:
        put_off(mail, reply)
    else:
        mail.turn(Mail.State.UNCERTAIN, reply=reply[:300])
    log.warning("mail in doubt", mail=mail.pk, kind=mail.kind)


def reap() -> int:
    """Take up what a dead sender left: claimed is ready again, handing is in doubt; return how many."""
    left = Mail.objects.filter(state=Mail.State.CLAIMED) | Mail.objects.filter(
        state=Mail.State.HANDING, state_at__lt=Now() - IN_DOUBT
    )
    return sum(_reap_one(pk) for pk in left.order_by("state_at").values_list("pk", flat=True)[:REAPED])


def _reap_one(pk: int) -> bool:
    """Take up one mail, where its lock can be had: then its sender is gone."""
    if not locks.take(LOCKS, pk):
        return False
    try:
        mail = Mail.objects.get(pk=pk)
        if mail.state == Mail.State.CLAIMED:
            return mail.turn(Mail.State.READY)
        if mail.state == Mail.State.HANDING:
            doubt(mail, "the sender was lost before the answer came")
            return True
        return False
    finally:
        locks.release(LOCKS, pk)
