"""What becomes of an answer by mail: a comment by the door of the site, or a mail that says why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from digests.inbox.address import Address, read, without_addresses
from digests.inbox.message import Message, Unreadable
from digests.models import Incoming
from digests.outbox import confirmed, queue_returned
from initiate.once import RECENT
from regions.errors import AlreadyDone
from regions.forms import ReplyForm
from regions.models import Comment, Contribution
from regions.rules import can_comment, is_outside

log = structlog.get_logger("initiate.inbox")

Outcome = Incoming.Outcome
SILENT = frozenset({Outcome.POSTED, Outcome.TWICE, Outcome.AUTOMATIC})
"""What nobody is told by mail."""
DAY, MOST = timedelta(days=1), 20
"""So many mails a day say to one person why; and one about an address that is not theirs."""

BY_CODE = {"required": Outcome.EMPTY, "max_length": Outcome.TOO_LONG, "bsn": Outcome.NUMBER}
"""What the form says, as an outcome."""


@dataclass(frozen=True)
class Answer:
    """A message, who answers by it, and on what: None where they may not see that now."""

    message: Message
    address: Address
    person: Person
    contribution: Contribution | None


def receive(message: Message, to: str = "") -> str:
    """Take one message that was delivered `to` this address, else to one in its headers; return what became of it.

    A message that is delivered once more, or twice at once, is taken once. Nothing where it was not for us.
    """
    found = (read(address) for address in ([to] if to else message.recipients))
    address = next((one for one in found if one), None)
    outcome = _take(message, address) if address else ""
    log.info("mail received", outcome=outcome or "not for us", person=address.person if address and outcome else None)
    return outcome


@transaction.atomic
def _take(message: Message, address: Address) -> str:
    """Write the row first: a second delivery waits for it, and reads what became of the first."""
    person = Person.objects.filter(pk=address.person, is_active=True, erased_at=None).first()
    if person is None:
        return ""
    key = f"{message.fingerprint[:24]}{address.token}"
    target = Contribution.objects.filter(pk=address.contribution).first()
    row, is_first = Incoming.objects.get_or_create(key=key, defaults={"person": person, "contribution": target})
    if not is_first:
        return row.outcome
    seen = Contribution.objects.visible_to(person).filter(pk=address.contribution).first()
    row.outcome, row.comment = _decide(Answer(message, address, person, seen))
    row.save(update_fields=["outcome", "comment"])
    if row.outcome not in SILENT and not _heard_enough(row):
        queue_returned(row)
    return row.outcome


def _decide(answer: Answer) -> tuple[str, Comment | None]:
    why = next((outcome for refuses, outcome in REFUSALS if refuses(answer)), None)
    if why or answer.contribution is None:
        return why or Outcome.UNSEEN, None
    try:
        words = answer.message.words
    except Unreadable:
        return Outcome.UNREADABLE, None
    form = ReplyForm({"text": without_addresses(words.text)}, contribution=answer.contribution)
    if not form.is_valid():
        return _said(form), None
    return _post(answer.contribution, form.cleaned_data["text"], answer.person, has_files=words.has_attachments)


def _post(on: Contribution, text: str, person: Person, *, has_files: bool) -> tuple[str, Comment | None]:
    """Post the words; who sends the same once more within ten minutes meant it once, as on the site."""
    same = Comment.objects.filter(contribution=on, author=person, text=text, at__gte=timezone.now() - RECENT)
    if same.exists():
        return Outcome.TWICE, None
    try:
        comment = Comment.write(on, text, by=person)
    except AlreadyDone:
        return Outcome.CLOSED, None
    return Outcome.WITHOUT_FILES if has_files else Outcome.POSTED, comment


def _is_stranger(answer: Answer) -> bool:
    """Tell whether it comes from an address that is not theirs: a mail may be passed on, with its address."""
    return not confirmed(answer.person).filter(email__iexact=answer.message.sender).exists()


REFUSALS: tuple[tuple[Callable[[Answer], bool], Outcome], ...] = (
    (lambda answer: answer.message.is_automatic, Outcome.AUTOMATIC),
    (_is_stranger, Outcome.STRANGER),
    (lambda answer: answer.address.is_expired, Outcome.EXPIRED),
    (lambda answer: answer.contribution is None, Outcome.UNSEEN),
    (lambda answer: bool(answer.contribution and is_outside(answer.person, answer.contribution)), Outcome.OUTSIDE),
    (lambda answer: not (answer.contribution and can_comment(answer.person, answer.contribution)), Outcome.CLOSED),
    (lambda answer: answer.message.is_too_large, Outcome.TOO_LARGE),
)
"""Why nothing is posted, in this order."""


def _said(form: ReplyForm) -> Outcome:
    """Return what the form says of the words."""
    errors = [*form.errors.as_data().get("text", []), *form.errors.as_data().get(NON_FIELD_ERRORS, [])]
    return next((BY_CODE[error.code] for error in errors if error.code in BY_CODE), Outcome.REFUSED)


def _heard_enough(row: Incoming) -> bool:
    """Tell whether this person was told before: two machines that answer each other fill no mailbox."""
    told = Incoming.objects.filter(person=row.person, at__gte=timezone.now() - DAY).exclude(pk=row.pk)
    of_strangers = told.filter(outcome=Outcome.STRANGER, contribution=row.contribution)
    if row.outcome == Outcome.STRANGER and of_strangers.exists():
        return True
    return told.exclude(outcome__in=SILENT).count() >= MOST
