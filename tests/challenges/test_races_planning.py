"""The secretary and the members at once: who is asked, who leaves it and who answers tell one story."""

import pytest
from django.urls import reverse

from accounts.models import Person
from challenges.models import Asking, Assignment, Challenge, Review
from digests.models import Mail
from digests.spread import spread
from regions.models import Event, Involvement, Part, Verb
from tests import make
from tests.challenges.test_races_cabinet import SHEET, at, at_once, challenge, post

__all__ = ["challenge"]
pytestmark = pytest.mark.django_db(transaction=True)


def plan(challenge: Challenge, *more: object, name: str = "plan") -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, *more])


def told(verb: str) -> int:
    return Event.objects.filter(verb=verb).count()


def sees(person: Person, challenge: Challenge) -> bool:
    parts = Involvement.objects.current().filter(person=person, part=Part.REVIEWER)
    return parts.filter(contribution=challenge).exists()


def test_fifty_times_asking_the_same_members_asks_them_once(
    challenge: Challenge, anna: Person, kim: Person, kas: Person, sam: Person
) -> None:
    Asking.open_for(challenge, by=anna)
    answers = at_once(*[post(sam, plan(challenge), {"wie": [str(kim.pk), str(kas.pk)]}) for _number in range(50)])
    spread()
    assert {answer.status_code for answer in answers} <= {302, 422}
    assert (Assignment.objects.count(), told(Verb.ASSIGNED)) == (2, 2)
    assert Mail.objects.filter(kind="assigned").count() == 2


def test_asking_someone_else_against_leaving_it_and_answering(
    challenge: Challenge, anna: Person, kim: Person, kas: Person, sam: Person
) -> None:
    for _round in range(5):
        one = make.challenge(by=anna, region=challenge.region, stage="maken-en-testen")
        asking = Asking.open_for(one, by=anna)
        asking.assign([kim, kas], by=sam)
        at_once(
            post(kim, at("recuse", one), {"words": "Geen tijd."}),
            post(kim, at("review", one), SHEET),
            post(sam, plan(one, kim.pk, name="plan_withdraw"), {}),
            post(sam, plan(one), {"wie": str(kas.pk)}),
        )
        row = asking.assignments.get(person=kim)
        gave = Review.objects.filter(challenge=one, by=kim).count()
        ended = Event.objects.filter(contribution=one, verb__in=(Verb.RECUSED, Verb.UNASSIGNED)).order_by("pk")
        last = {"": None, "recused": Verb.RECUSED, "withdrawn": Verb.UNASSIGNED}[row.ending]
        assert gave or row.ending
        assert not (row.ending and sees(kim, one))
        assert [event.verb for event in ended][-1:] == [last] * bool(last)


def test_closing_the_question_against_asking_by_name(
    challenge: Challenge, anna: Person, kim: Person, sam: Person
) -> None:
    for _round in range(5):
        one = make.challenge(by=anna, region=challenge.region, visibility="region", stage="maken-en-testen")
        asking = Asking.open_for(one, by=anna)
        at_once(post(anna, at("ask_end", one), {}), post(sam, plan(one), {"wie": str(kim.pk)}))
        asking.refresh_from_db()
        one.refresh_from_db()
        assert (asking.closed_at is not None, one.is_in_review, sees(kim, one)) == (True, False, False)


def test_reminding_twice_at_once_sends_one_mail(challenge: Challenge, anna: Person, kim: Person, sam: Person) -> None:
    asking = Asking.open_for(challenge, by=anna)
    asking.assign([kim], by=sam)
    at_once(*[post(sam, plan(challenge, kim.pk, name="plan_remind"), {}) for _number in range(10)])
    assert told(Verb.REMINDED) == 1
