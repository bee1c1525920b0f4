"""What was asked of someone and waits no more: the one place that tells, for the bell, the preview and the mail."""

from collections.abc import Iterable

from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from challenges.models import Asking, Offer, Review
from regions.models import Membership, Notice, Report, Verb

ID = Cast(OuterRef("event__object_id"), BigIntegerField())
"""The id of what the event is about."""


def _done(verb: Verb, still: "QuerySet[Model]") -> Q:
    """Match notices of this verb of which the thing is no longer among those that wait."""
    return Q(event__verb=verb) & ~Q(Exists(still.filter(pk=ID)))


DONE = Q(reason=Notice.Reason.WAITS) & (
    _done(Verb.OFFERED, Offer.objects.filter(state=Offer.State.OFFERED))
    | _done(Verb.ASKED_TO_JOIN, Membership.objects.pending())
    | _done(Verb.REPORTED, Report.objects.open())
    | _done(
        Verb.ASKED_REVIEW,
        Asking.objects.open().exclude(
            Exists(Review.objects.filter(asking=OuterRef("pk"), by=OuterRef(OuterRef("person"))))
        ),
    )
)
"""Which notices said that something waits, while by now it was answered, decided, closed or given."""


def still_asked(notices: Iterable[Notice]) -> list[Notice]:
    """Leave out what waits no more, in one query."""
    found = list(notices)
    asking = [notice.pk for notice in found if notice.reason == Notice.Reason.WAITS]
    done = set(Notice.objects.filter(DONE, pk__in=asking).values_list("pk", flat=True)) if asking else set()
    return [notice for notice in found if notice.pk not in done]
