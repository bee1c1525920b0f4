"""Mail at once, for who asked for it: what waits on someone or is about them, in one mail until a sender takes it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from digests.models import Enclosure, Mail, Subscription
from digests.outbox import message_id, wake
from regions.models import Notice, Sort, Verb

SOON = 3
"""The priority of what waits on someone: after who sits waiting for a mail, before overviews."""

ANSWERS = Q(reason=Notice.Reason.OWN, event__verb=Verb.COMMENTED, event__contribution__post__sort=Sort.QUESTION)
"""What is said on a question of one's own."""

TOLD_AT_ONCE = Q(reason__in=(Notice.Reason.WAITS, Notice.Reason.ABOUT)) | ANSWERS
"""Which notices are told at once."""


def enclose_at_once(events: Iterable[int]) -> None:
    """Put the notices of these events that are told at once in a mail, one for each person who asked for that.

    Call it in the transaction that made the notices, after the mails that events ask for by themselves: what one of
    those tells is left to it. Subscriptions are locked in the order of persons, so two callers at the same time make
    no two mails for one person, and do not wait for each other in a ring.
    """
    new = Notice.objects.unread().filter(TOLD_AT_ONCE, event__in=events, enclosure=None, event__mailing=None)
    wanting = Subscription.objects.filter(at_once=True, person__in=new.values("person")).select_for_update()
    people = list(wanting.order_by("person").values_list("person", flat=True))
    told: dict[int, list[Notice]] = defaultdict(list)
    for notice in new.filter(person__in=people).order_by("event"):
        told[notice.person_id].append(notice)
    mails = _ready(people)
    mails |= _made({person: notices for person, notices in told.items() if person not in mails})
    Enclosure.objects.bulk_create(
        [Enclosure(notice=notice, mail=mails[person]) for person, notices in told.items() for notice in notices]
    )
    if told:
        wake()


def _ready(people: Sequence[int]) -> dict[int, Mail]:
    """Return, locked, the mail at once of each person that no sender took yet."""
    rows = Mail.objects.filter(kind=Mail.Kind.AT_ONCE, state=Mail.State.READY, person__in=people)
    return {mail.person_id: mail for mail in rows.select_for_update().order_by("pk") if mail.person_id}


def _made(told: Mapping[int, Sequence[Notice]]) -> dict[int, Mail]:
    """Make a mail for each of these people; its key names the first event in it."""
    keys = {person: f"{Mail.Kind.AT_ONCE}:{person}:{notices[0].event_id}" for person, notices in told.items()}
    mails = Mail.objects.bulk_create(
        Mail(key=key, kind=Mail.Kind.AT_ONCE, person_id=person, priority=SOON, message_id=message_id(key))
        for person, key in keys.items()
    )
    return dict(zip(told, mails, strict=True))
