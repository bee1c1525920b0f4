"""Two at once at one offer: one answer stays, and the log tells one story."""

from collections import Counter

import pytest

from accounts.models import Person
from challenges.models import Challenge, Offer
from regions.models import Event, Region, Verb
from tests import make
from tests.challenges.test_backing import BACKER, YES
from tests.challenges.test_races_cabinet import at, at_once, challenge, post

__all__ = ["challenge"]
pytestmark = pytest.mark.django_db(transaction=True)


def asked(challenge: Challenge, by: Person) -> Offer:
    return Offer.make(challenge, by=by, kind="steun", words="Steun.", **BACKER)


def test_fifty_confirmations_leave_one_event(challenge: Challenge, bo: Person) -> None:
    offer = asked(challenge, bo)
    path = offer.get_backing_url()
    yes = [post(bo, path, YES) for _number in range(50)]
    answers = at_once(*yes)
    offer.refresh_from_db()
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert (offer.backed_at is not None, offer.backer_email) == (True, "")
    assert Event.objects.filter(verb=Verb.OFFER_BACKED).count() == 1


def test_confirming_against_refusing_against_taking_back(challenge: Challenge, bo: Person) -> None:
    for _round in range(5):
        offer = asked(challenge, bo)
        path = offer.get_backing_url()
        back = at("offer_withdraw", challenge, offer.pk)
        at_once(post(bo, path, YES), post(bo, path, {"besluit": "nee"}), post(bo, back, {}), post(bo, back, {}))
        offer.refresh_from_db()
        mine = Event.objects.filter(object_kind="offer", object_id=str(offer.pk))
        told = Counter(mine.values_list("verb", flat=True))
        assert offer.backer_email == ""
        assert told[Verb.OFFER_BACKED] == (offer.backed_at is not None)
        assert told[Verb.OFFER_WITHDRAWN] + told[Verb.OFFER_LAPSED] == 1
        assert told[Verb.OFFER_BACKED] + told[Verb.OFFER_LAPSED] <= 1
        assert offer.state == "lapsed"


def test_accepting_against_taking_back(challenge: Challenge, anna: Person, bo: Person) -> None:
    for _round in range(5):
        offer = make.offer(challenge, bo)
        yes = post(anna, at("offer_settle", challenge, offer.pk), {"accept": "yes", "answer": "Ja"})
        back = post(bo, at("offer_withdraw", challenge, offer.pk), {})
        accepted, taken = at_once(yes, back)
        offer.refresh_from_db()
        mine = Event.objects.filter(object_kind="offer", object_id=str(offer.pk))
        verbs = set(mine.values_list("verb", flat=True)) - {Verb.OFFERED}
        won = Verb.OFFER_ACCEPTED if offer.state == "accepted" else Verb.OFFER_WITHDRAWN
        assert verbs == {won}
        assert sorted((accepted.status_code, taken.status_code)) in ([302, 409], [302, 422])


def test_two_ticks_remind_once(challenge: Challenge, bo: Person) -> None:
    offer = make.offer(challenge, bo)
    Offer.objects.filter(pk=offer.pk).update(at="2020-01-01T00:00Z")
    assert sum(at_once(*[Offer.objects.remind_due] * 4)) == 1
    assert Event.objects.filter(verb=Verb.OFFER_REMINDED).count() == 1


def test_asking_four_times_at_once_makes_one_mail(challenge: Challenge, bo: Person, utrecht: Region) -> None:
    offer = make.offer(challenge, bo, kind="steun")
    at_once(*[post(bo, at("backing_ask", challenge, offer.pk), BACKER) for _number in range(4)])
    assert Event.objects.filter(verb=Verb.BACKING_ASKED).count() == 1
