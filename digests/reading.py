"""Reading on the site: what stood on a page that someone opened does not come by mail any more."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from accounts.models import Person
from challenges.models.told import is_told
from initiate.middleware import is_visit
from regions.models import Contribution, Event, Notice
from regions.models.event import NoticeQuerySet


def notices_told_to(person: Person) -> NoticeQuerySet:
    """Return the notices but for what is not told to this person; what may be told later stays new until then."""
    told = Event.objects.filter(is_told(person), pk=OuterRef("event"))
    return Notice.objects.filter(Exists(told), person=person)


def read_on_page(request: HttpRequest, contribution: Contribution) -> None:
    """Take the notices on a contribution as read when its reader opens its page, as from the bell."""
    person = request.user
    if not isinstance(person, Person) or not is_visit(request):
        return
    on_it = {"event__contribution": contribution.pk}
    if Notice.objects.unread().filter(person=person, **on_it).exists():
        notices_told_to(person).filter(**on_it).mark_read()
