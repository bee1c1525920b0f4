"""What was asked of someone and waits no more: the one place that tells, for the bell, the preview and the mail."""

from collections.abc import Collection, Iterable

from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from challenges.models import Asking, Assignment, Challenge, Offer, Review, Turn
from regions.models import Agreement, Appeal, Contribution, Membership, Notice, Report, Ruling, State, Verb

ID = Cast(OuterRef("event__object_id"), BigIntegerField())
"""The id of what the event is about."""


SILENT = Challenge.objects.asked().filter(pk=OuterRef("event__contribution"), warned_at__lte=OuterRef("event__at"))
"""The challenge that was asked then whether it still goes on, while it did not answer."""
PENDING = Contribution.objects.filter(pk=OuterRef("event__contribution"), state=State.PENDING)
"""What waits for a moderator: not by a join, for which the database reads all contributions."""

HERE, READER = OuterRef("pk"), OuterRef(OuterRef("person"))
GIVEN = Review.objects.filter(asking=HERE, by=READER)
NAMED = Assignment.objects.filter(asking=HERE, ending="")
LEFT = Assignment.objects.filter(asking=HERE, person=READER).exclude(ending="")
IS_ASKED = Exists(NAMED.filter(person=READER)) | ~Exists(NAMED)
"""Of a question to the InnovatieKabinet: what this reader gave, who is asked by name, who left it to others."""


def _done(verb: Verb, still: "QuerySet[Model]") -> Q:
    """Match notices of this verb of which the thing is no longer among those that wait."""
    return Q(event__verb=verb) & ~Q(Exists(still.filter(pk=ID)))


DONE = Q(reason=Notice.Reason.WAITS) & (
    _done(Verb.ASKED_TO_JOIN, Membership.objects.pending())
    | _done(Verb.APPEALED, Appeal.objects.open())
    | (Q(event__verb=Verb.SUBMITTED) & ~Q(Exists(PENDING)))
    | _done(Verb.REPORTED, Report.objects.open())
    | (Q(event__verb=Verb.WARNED_SILENT) & ~Q(Exists(SILENT)))
    | _done(Verb.CHANGE_ASKED, Ruling.objects.unanswered())
    | _done(Verb.COMMENT_ASKED, Ruling.objects.unanswered())
    | _done(Verb.CHANGE_MADE, Ruling.objects.asking())
    | Q(event__verb=Verb.WITHOUT_MODERATOR)
    & Q(Exists(Membership.objects.moderators().filter(region=OuterRef("event__region"))))
    | _done(Verb.OFFER_REMINDED, Offer.objects.reminded().filter(reminded_at__lte=OuterRef("event__at")))
    | _done(Verb.AGREED, Agreement.objects.open())
    | _done(Verb.ASKED_REVIEW, Asking.objects.open().exclude(Exists(GIVEN) | Exists(LEFT)).filter(IS_ASKED))
    | _done(Verb.ASSIGNED, Assignment.objects.open())
    | _done(Verb.REMINDED, Assignment.objects.open())
    | _done(Verb.RECUSED, Assignment.objects.filter(asking__closed_at__isnull=True))
    | _done(Verb.POINT_ASKED_ON, Turn.objects.waiting())
)
"""Which notices said that something waits, while by now it was answered, decided, closed or given."""


ANSWERED = Q(reason=Notice.Reason.WAITS) & _done(Verb.OFFERED, Offer.objects.filter(state=Offer.State.OFFERED))
"""Which notices tell of an offer that the team answered: no longer a question, still news for the whole team."""


def still_asked(notices: Iterable[Notice]) -> list[Notice]:
    """Leave out what waits no more, and tell an answered offer as news of one's own; in one query."""
    found = list(notices)
    asking = [notice.pk for notice in found if notice.reason == Notice.Reason.WAITS]
    states = _states(asking) if asking else {}
    for notice in found:
        if states.get(notice.pk, (False, False))[1]:
            notice.reason = Notice.Reason.OWN
    return [notice for notice in found if not states.get(notice.pk, (False, False))[0]]


def _states(asking: Collection[int]) -> dict[int, tuple[bool, bool]]:
    """Return of these notices whether what they ask is done, and whether it was answered."""
    rows = Notice.objects.filter(pk__in=asking).annotate(is_done=DONE, is_answered=ANSWERED)
    return {pk: (done, answered) for pk, done, answered in rows.values_list("pk", "is_done", "is_answered")}
