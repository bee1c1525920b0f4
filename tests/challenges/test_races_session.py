"""Two members who note what came of one pitch at once: everything stands there once."""

import pytest

from accounts.models import Person
from challenges.models import Challenge, Review
from regions.models import Region
from tests.challenges.test_races_cabinet import at_once, challenge, post
from tests.challenges.test_session import noted, pitch_of, plan

__all__ = ["challenge"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_note_one_pitch_leave_each_point_once(
    challenge: Challenge, utrecht: Region, sam: Person, kim: Person, kas: Person
) -> None:
    session = plan(sam, utrecht, challenge)
    both = [post(who, pitch_of(session), noted(kim)) for who in (kim, kas) for _number in range(10)]
    other = post(kas, pitch_of(session), noted(kas, point_1="Wie betaalt dit?"))
    answers = at_once(*both, other)
    review = Review.objects.get()
    challenge.refresh_from_db()
    assert {answer.status_code for answer in answers} <= {200, 302, 409}
    assert sorted(review.points.values_list("text", flat=True)) == ["Vraag het een inwoner.", "Wie betaalt dit?"]
    assert sorted(review.points.values_list("number", flat=True)) == [1, 2]
    assert (challenge.review_count, challenge.open_point_count) == (1, 2)
