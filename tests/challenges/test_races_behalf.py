"""Posted on behalf, brought in from a file, silent: two at the same moment, and one thing comes of it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Claim, Contribution, Event, Membership, Region, Verb
from tests import make
from tests.challenges.test_intake import HEADING, line
from tests.challenges.test_races import at_once, signed_in
from tests.regions.test_races import sender

pytestmark = pytest.mark.django_db(transaction=True)
YES, NO = {"besluit": "ja"}, {"besluit": "nee"}


def claimed(region: Region, by: Person, person: Person) -> tuple[Challenge, Claim]:
    """Post on behalf of an address that this person confirmed."""
    EmailAddress.objects.create(user=person, email="gast@x.example", verified=True)
    challenge = make.challenge(by=by, region=region)
    return challenge, Claim.ask(challenge, "gast@x.example", by=by)


def authors() -> list[tuple[str, str]]:
    return [(owner.person.name, owner.part) for owner in Challenge.objects.get().owners]


def test_a_claim_used_twenty_times_at_once_makes_one_author(utrecht: Region, mo: Person, bo: Person) -> None:
    _challenge, claim = claimed(utrecht, mo, bo)
    at_once(*(sender(bo, claim.get_absolute_url(), YES) for _click in range(20)))
    assert authors() == [("Bo Bewoner", "author")]
    assert Event.objects.filter(verb=Verb.CLAIMED).count() == 1
    assert Membership.objects.active().filter(person=bo).count() == 1
    utrecht.refresh_from_db()
    assert utrecht.member_count == 2


def test_yes_no_and_taking_back_at_once_leave_one_answer(utrecht: Region, mo: Person, mia: Person, bo: Person) -> None:
    challenge, claim = claimed(utrecht, mo, bo)
    link = claim.get_absolute_url()
    place = f"{challenge.get_absolute_url()}namens/intrekken/"
    at_once(sender(bo, link, YES), sender(bo, link, NO), sender(mia, place, {}), sender(mo, place, {}))
    verbs = (Verb.CLAIMED, Verb.CLAIM_REFUSED, Verb.CLAIM_WITHDRAWN)
    assert Event.objects.filter(verb__in=verbs).count() == 1
    claim.refresh_from_db()
    assert authors() == [("Bo Bewoner" if claim.state == "claimed" else "Mo Moderator", "author")]
    assert claim.email == ""


def test_claiming_against_handing_over_leaves_one_author(utrecht: Region, mo: Person, bo: Person, bram: Person) -> None:
    challenge, claim = claimed(utrecht, mo, bo)
    challenge.involve(bram, "team", by=mo)
    path = f"{challenge.get_absolute_url()}team/{bram.pk}/overdragen/"
    at_once(sender(bo, claim.get_absolute_url(), YES), lambda: signed_in(mo).post(path))
    now = Challenge.objects.get()
    assert [owner.person_id for owner in now.owners if owner.part == "author"] == [now.author_id]
    assert Event.objects.filter(verb__in=[Verb.CLAIMED, Verb.HANDED_OVER]).count() == 1


def test_two_moderators_bring_in_the_same_file_once(utrecht: Region, mo: Person, mia: Person, anna: Person) -> None:
    rows = [line(anna, sleutel=f"u-{number}", thema="", gemeente="") for number in range(10)]
    text = "\n".join([HEADING, *rows])
    path = "/regios/utrecht/challenges/inlezen/"
    data = {"text": text, "akkoord": "ja"}
    statuses = at_once(*(lambda who=who: signed_in(who).post(path, data).status_code for who in (mo, mia, mo, mia)))
    assert statuses.count(302) >= 1
    assert set(statuses) <= {200, 302}
    assert (Challenge.objects.count(), Event.objects.filter(verb=Verb.IMPORTED).count()) == (10, 10)


def silent(region: Region, by: Person) -> Challenge:
    """Silent for 61 days; the team was asked 16 days ago."""
    challenge = make.challenge(by=by, region=region)
    row = Contribution.objects.get(pk=challenge.pk)
    row.last_activity_at = timezone.now() - timedelta(days=61)
    row.save(update_fields=["last_activity_at"])
    challenge.ask_when_silent(at=timezone.now() - timedelta(days=16))
    return Challenge.objects.get(pk=challenge.pk)


def test_it_goes_on_against_parking_is_one_of_both(utrecht: Region, mo: Person, anna: Person) -> None:
    for _round in range(5):
        challenge = silent(utrecht, anna)
        path = f"{challenge.get_absolute_url()}stappen/"
        park = sender(mo, f"{path}parkeren/", {"stage": "idee", "note": "Stil."})
        heard = at_once(sender(anna, f"{path}loopt-nog/", {"note": "Ja."}), park)
        (step,) = challenge.steps.all()
        assert heard == ([["ok"], ["warning"]] if step.move == "loopt-nog" else [["info"], ["ok"]])
        now = Challenge.objects.get(pk=challenge.pk)
        assert now.stage == ("idee" if step.move == "loopt-nog" else "geparkeerd")


def test_two_ticks_ask_once(utrecht: Region, anna: Person) -> None:
    for _number in range(6):
        row = Contribution.objects.get(pk=make.challenge(by=anna, region=utrecht).pk)
        row.last_activity_at = timezone.now() - timedelta(days=46)
        row.save(update_fields=["last_activity_at"])
    assert sum(at_once(*[Challenge.objects.ask_the_silent] * 4)) == 6
    assert Event.objects.filter(verb=Verb.WARNED_SILENT).count() == 6


def test_a_tick_beside_the_answer_asks_nothing_anew(utrecht: Region, anna: Person) -> None:
    challenge = silent(utrecht, anna)
    Challenge.objects.filter(pk=challenge.pk).update(look_at=timezone.now())
    at_once(lambda: challenge.go_on(anna, "Ja."), Challenge.objects.ask_the_silent)
    now = Challenge.objects.get()
    assert now.warned_at in (None, challenge.warned_at)
    assert [step.note for step in now.steps.all()] == ["Ja."]
    assert Event.objects.filter(verb=Verb.WARNED_SILENT).count() == 1
