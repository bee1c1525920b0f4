"""What `gather` finds out of what is at hand is what the database says of it: for each reader, state and audience."""

import itertools

import pytest

from accounts.models import Person
from challenges.models import Challenge
from challenges.models.told import is_told
from digests.items import gather
from digests.quiet import HUSHED, QUIET
from regions.models import Audience, Contribution, Event, Notice, Quiet, Region, State, Verb, Visibility
from regions.models.contribution import events_visible_to
from tests import make

pytestmark = pytest.mark.django_db
READERS = ("anna", "bram", "mo", "eva", "emil", "kim", "sam", "bo", "stan")


@pytest.fixture
def everything(utrecht: Region, eindhoven: Region, anna: Person, bram: Person, eva: Person) -> list[Challenge]:
    """One challenge of each state and visibility, with one event for each audience on it."""
    made = []
    for state, visibility in itertools.product(State.values, Visibility.values):
        challenge = make.challenge(by=anna, region=utrecht, visibility=visibility)
        Contribution.objects.filter(pk=challenge.pk).update(state=state)
        made.append(challenge)
        for audience in Audience.values:
            Event.write(Verb.EDITED, by=eva, contribution=challenge, audience=audience, subject=bram, spread=False)
    Event.write(Verb.EDITED, by=eva, contribution=make.challenge(by=eva, region=eindhoven), spread=False)
    return made


@pytest.mark.parametrize("name", READERS)
def test_each_reader_is_told_what_they_may_know_and_did_not_make_quiet(
    everything: list[Challenge], utrecht: Region, eindhoven: Region, name: str, request: pytest.FixtureRequest
) -> None:
    reader: Person = request.getfixturevalue(name)
    Quiet.objects.create(person=reader, contribution=everything[-1])
    Quiet.objects.create(person=reader, contribution=make.challenge(by=reader, region=utrecht))
    Quiet.objects.create(person=reader, region=eindhoven)
    reasons = itertools.cycle((*HUSHED, Notice.Reason.OWN))
    Notice.objects.all().delete()
    Notice.objects.bulk_create(
        Notice(person=reader, event=event, reason=next(reasons)) for event in Event.objects.filter(verb=Verb.EDITED)
    )
    known = events_visible_to(reader).filter(is_told(reader))
    told = Notice.objects.filter(event__in=known).exclude(QUIET)
    found = {item.notice.pk for group in gather(reader, Notice.objects.all()) for item in group.items}
    assert (found, bool(found)) == (set(told.values_list("pk", flat=True)), True)
