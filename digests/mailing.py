"""An announcement that is mailed to all members of a region: one mail for each, made some hundreds at a time."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Person
from digests.models import Frequency, Mail, Mailing
from digests.outbox import confirmed, enclose, message_id, wake
from regions.models import Event, Membership, Quiet, Region

BATCH = 500
LAST = 6
"""The priority of what goes to many: everything else goes first."""


def recipients(region: Region) -> QuerySet[Person]:
    """Return to whom a mail to all members goes: who has a confirmed address, and chose neither no mail nor quiet."""
    members = Membership.objects.active().filter(region=region).values("person")
    found = Person.objects.filter(Exists(confirmed(OuterRef("pk"))), pk__in=members, subscription__isnull=False)
    quiet = Quiet.objects.filter(region=region).values("person")
    return found.exclude(subscription__frequency=Frequency.NEVER).exclude(pk__in=quiet)


def mail_to_all() -> int:
    """Make every mail that announcements ask for; return how many were made."""
    made = 0
    while (step := mail_batch()) is not None:
        made += step
    return made


@transaction.atomic
def mail_batch() -> int | None:
    """Make the mails to the next members, all or none of them; return how many, None when nothing is left to do."""
    rows = Mailing.objects.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    mailing = rows.select_related("event__region").first()
    if mailing is None or mailing.event.region is None:
        return None
    next_ones = recipients(mailing.event.region).filter(pk__gt=mailing.after).order_by("pk")
    people = list(next_ones.values_list("pk", flat=True)[:BATCH])
    made = _make(mailing.event, people)
    if len(people) < BATCH:
        mailing.delete()
    else:
        mailing.after = people[-1]
        mailing.save(update_fields=["after"])
    return made


def _make(event: Event, people: list[int]) -> int:
    """Give each of these people their mail, who has none of it yet, and enclose what the overview would tell."""
    keys = {person: f"{Mail.Kind.ANNOUNCEMENT}:{event.pk}:{person}" for person in people}
    known = set(Mail.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    mails = Mail.objects.bulk_create(
        Mail(
            key=key,
            kind=Mail.Kind.ANNOUNCEMENT,
            person_id=person,
            data={"ids": {"object": event.contribution_id}},
            priority=LAST,
            message_id=message_id(key),
        )
        for person, key in keys.items()
        if key not in known
    )
    enclose(event, mails)
    wake()
    return len(mails)
