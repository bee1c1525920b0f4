"""Which events nobody may hear of whom they would tell what they may not read: beside `events_visible_to`."""

from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from accounts.models import Person
from challenges.models.offer import Offer
from challenges.models.point import Point, Turn
from challenges.models.remark import Remark
from challenges.models.review import Review
from regions.models import Audience, Event, Involvement, Verb
from regions.models.comment import events_shown_to
from regions.models.involvement import OWNERS
from regions.models.standing import Reader, standing_of

AMONG_MEMBERS = Q(audience=Audience.CABINET, verb__in=(Verb.REMARKED, Verb.REMARK_DELETED))


def events_told_to(person: Reader) -> QuerySet[Event]:
    """Return the events for a page: what this person may know of and that tells nothing they may not read."""
    return events_shown_to(person).filter(is_told(person))


def is_told(person: Reader) -> Q:
    """Match the events that tell nothing of feedback that is hidden from this person (`Review.objects.hidden_from`),
    nor of what members of the InnovatieKabinet say among each other.
    """
    standing = standing_of(person)
    if not isinstance(person, Person) or not standing.in_cabinet:
        untold = AMONG_MEMBERS
    else:
        own = Involvement.objects.current().filter(person=person, part__in=OWNERS)
        untold = AMONG_MEMBERS & Q(contribution__in=own.values("contribution"))
    return ~(untold | _of_hidden_feedback(person)) if standing.is_seat else ~untold


def _of_hidden_feedback(person: Reader) -> Q:
    """Match what happened to hidden feedback, or to what came with it. What is hidden is found once, not per event."""
    hidden = Review.objects.hidden_from(person)
    found = Q()
    came_with_it: tuple[QuerySet[Any], ...] = (
        hidden,
        Point.objects.filter(review__in=hidden),
        Turn.objects.filter(point__review__in=hidden),
        Remark.objects.filter(review__in=hidden),
        Offer.objects.filter(review__in=hidden),
    )
    for rows in came_with_it:
        ids = rows.order_by().values_list(Cast("pk", CharField()), flat=True)
        found |= Q(object_kind=rows.model._meta.model_name, object_id__in=ids)
    return found
