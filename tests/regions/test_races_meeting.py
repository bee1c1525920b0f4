"""Many at once at a meeting: places, the waiting list, minutes. Real threads and transactions."""

import pytest
from django.test import Client

from accounts.models import Person
from regions.models import Agreement, Event, Meeting, Region, Signup, Verb
from tests import make
from tests.regions.test_races import at_once, sender

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_people_for_the_last_three_places(utrecht: Region, mo: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, capacity=3)
    path = f"{meeting.get_absolute_url()}aanmelden/"
    for _ in range(5):
        at_once(*(sender(make.person(), path, {"perspective": "inwoner"}) for _ in range(10)))
    meeting.refresh_from_db()
    assert (meeting.going_count, meeting.waiting_count, meeting.going) == (3, 47, {"inwoner": 3})
    assert (meeting.signups.going().count(), meeting.signups.waiting().count()) == (3, 47)


def test_three_sign_off_at_once_and_the_first_three_who_wait_come(utrecht: Region, mo: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, capacity=3)
    people = [make.person() for _ in range(8)]
    for person in people:
        Signup.make(meeting, by=person, perspective="inwoner")
    at_once(*(sender(person, f"{meeting.get_absolute_url()}afmelden/", {}) for person in people[:3]))
    assert set(meeting.signups.going().values_list("person", flat=True)) == {person.pk for person in people[3:6]}
    assert Event.objects.filter(verb=Verb.MOVED_UP).count() == 3


def test_who_clicks_ten_times_has_one_place(utrecht: Region, mo: Person, bram: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, capacity=3)
    path = f"{meeting.get_absolute_url()}aanmelden/"
    at_once(*(sender(bram, path, {"perspective": "inwoner"}) for _ in range(10)))
    assert (Signup.objects.count(), Meeting.objects.get().going_count) == (1, 1)
    assert Event.objects.filter(verb=Verb.SIGNED_UP).count() == 1


def test_one_of_two_who_write_minutes_hears_of_the_other(utrecht: Region, mo: Person, mia: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, days=-1)
    counts = {"afspraak-TOTAL_FORMS": 0, "afspraak-INITIAL_FORMS": 0}

    def write(person: Person, words: str) -> int:
        client = Client()
        client.force_login(person)
        data = {"minutes": words, "seen": 0, **counts}
        return client.post(f"{meeting.get_absolute_url()}verslag/", data).status_code

    assert sorted(at_once(lambda: write(mo, "Van mo."), lambda: write(mia, "Van mia."))) == [302, 409]
    assert Event.objects.filter(verb=Verb.MEETING_CLOSED).count() == 1


def test_what_was_agreed_is_done_once(utrecht: Region, mo: Person, bram: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, days=-1)
    row = Agreement.make(meeting, by=mo, words="Bellen", owner=bram, due_on=meeting.starts_at.date())
    path = f"/afspraken/{row.pk}/klaar/"
    assert sorted(at_once(sender(mo, path, {}), sender(bram, path, {}))) == [["info"], ["ok"]]
    assert Event.objects.filter(verb=Verb.AGREEMENT_DONE).count() == 1
