"""The mails of a meeting: to whom, whether they still hold, and the file that goes along."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
import vobject
from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts.models import Person
from digests.models import Mail
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Meeting, Notice, Region, Ruling, Signup, Visibility
from tests import make
from tests.digests.mailing import Post

pytestmark = pytest.mark.django_db(transaction=True)


def confirmed(*people: Person) -> None:
    for person in people:
        Person.objects.filter(pk=person.pk).update(language="en")
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        person.refresh_from_db()


@pytest.fixture
def meeting(utrecht: Region, mo: Person, bram: Person, anna: Person) -> Meeting:
    confirmed(bram, anna)
    return make.meeting(
        by=mo, region=utrecht, title="Arena", capacity=1, place="Buurthuis", link="https://zaal.example/x"
    )


def go_round() -> None:
    spread()
    send_waiting(30)


def test_the_place_that_comes_free_is_mailed_to_who_waits(
    meeting: Meeting, bram: Person, anna: Person, post: Post
) -> None:
    for who in (bram, anna):
        Signup.make(meeting, by=who, perspective="inwoner")
    go_round()
    assert sorted(post.subjects) == [
        (anna.email, "You are on the waiting list: Arena"),
        (bram.email, "You are signed up: Arena"),
    ]
    Signup.objects.get(person=bram).leave()
    go_round()
    assert post.subjects[2:] == [(anna.email, "You are signed up: Arena")]
    assert "https://zaal.example/x" in post.text(2)


def test_who_comes_gets_a_file_for_the_calendar(meeting: Meeting, bram: Person, post: Post) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    go_round()
    part = next(part for part in post.mails[0].walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    entry = vobject.readOne(part.get_payload(decode=True).decode()).vevent  # type: ignore[union-attr]
    assert (entry.summary.value, entry.attendee.value) == ("Arena", f"mailto:{bram.email}")


def test_a_change_and_a_cancellation_go_to_all_who_signed_up(
    meeting: Meeting, bram: Person, anna: Person, mo: Person, post: Post
) -> None:
    for who in (bram, anna):
        Signup.make(meeting, by=who, perspective="inwoner")
    Signup.ask(meeting, email="g@gast.example", name="Gast", perspective="inwoner")
    go_round()
    done = len(post.taken)
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    go_round()
    assert sorted(post.subjects[done:]) == sorted((who.email, "Changed: Arena") for who in (bram, anna))
    done = len(post.taken)
    Meeting.objects.get().cancel(mo, "De zaal is dicht.")
    go_round()
    assert sorted(post.subjects[done:]) == sorted((who.email, "Does not take place: Arena") for who in (bram, anna))
    assert "De zaal is dicht." in post.text(done)


def test_of_a_change_that_was_followed_by_a_cancellation_only_the_last_is_sent(
    meeting: Meeting, bram: Person, mo: Person, post: Post
) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    Meeting.objects.get().cancel(mo, "De zaal is dicht.")
    go_round()
    assert [subject for _to, subject in post.subjects] == ["Does not take place: Arena"]


def test_of_two_changes_in_a_row_the_last_is_sent_once(meeting: Meeting, bram: Person, mo: Person, post: Post) -> None:
    """Both would tell how it stands now. What the first enclosed is not told again."""
    Signup.make(meeting, by=bram, perspective="inwoner")
    go_round()
    done = len(post.taken)
    meeting.edit(by=mo, seen=1, text={}, place="Een")
    Meeting.objects.get().edit(by=mo, seen=1, text={}, place="Twee")
    go_round()
    assert post.subjects[done:] == [(bram.email, "Changed: Arena")]
    assert "Twee" in post.text(done)
    assert list(Notice.objects.filter(person=bram, event__verb="meeting-moved", enclosure=None)) == []


def test_a_guest_confirms_by_a_link_that_is_kept_nowhere(meeting: Meeting, post: Post) -> None:
    Signup.ask(meeting, email="g@gast.example", name="Gast", perspective="inwoner")
    go_round()
    link = settings.SITE_URL + Signup.objects.get().get_absolute_url()
    assert post.subjects == [("g@gast.example", "Bevestig dat u komt: Arena")]
    assert (link in post.text(), "zaal.example" in post.text()) == (True, False)
    assert link not in str(list(Mail.objects.values()))


def test_the_reminder_goes_two_days_before_to_who_comes(
    meeting: Meeting, bram: Person, anna: Person, post: Post
) -> None:
    for who in (bram, anna):
        Signup.make(meeting, by=who, perspective="inwoner")
    go_round()
    done = len(post.taken)
    with time_machine.travel(meeting.starts_at - timedelta(hours=40)):
        Meeting.objects.remind_due()
        go_round()
    assert post.subjects[done:] == [(bram.email, "Reminder: Arena")]


def hidden(meeting: Meeting, bram: Person, mo: Person) -> None:
    Ruling.hide(meeting, by=mo, reason="other", words="Nee.")


def private(meeting: Meeting, bram: Person, mo: Person) -> None:
    bram.memberships.get().leave(bram)
    Meeting.objects.get().edit(by=mo, seen=1, text={}, visibility=Visibility.REGION)


def blocked(meeting: Meeting, bram: Person, mo: Person) -> None:
    Person.objects.filter(pk=bram.pk).update(is_active=False)


def signed_off(meeting: Meeting, bram: Person, mo: Person) -> None:
    Signup.objects.get(person=bram).leave()


def over(meeting: Meeting, bram: Person, mo: Person) -> None:
    moment = timezone.now() - timedelta(hours=3)
    Meeting.objects.get().edit(by=mo, seen=1, text={}, starts_at=moment, ends_at=moment + timedelta(hours=1))


@pytest.mark.parametrize("happens", [hidden, private, blocked, signed_off, over])
def test_between_queueing_and_sending(
    happens: Callable[[Meeting, Person, Person], None], meeting: Meeting, bram: Person, mo: Person, post: Post
) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    spread()
    happens(meeting, bram, mo)
    send_waiting(30)
    assert (post.taken, Mail.objects.earliest("pk").state) == ([], Mail.State.CANCELLED)


def test_minutes_are_mailed_to_who_came(meeting: Meeting, bram: Person, mo: Person, post: Post) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    go_round()
    with time_machine.travel(meeting.ends_at + timedelta(hours=1)):
        meeting.close(mo, seen=0, minutes="Klaar.", present={}, said={})
        go_round()
    assert post.subjects[1:] == [(bram.email, "The minutes are there: Arena")]


def test_the_overview_does_not_tell_again_what_was_mailed_at_once(
    meeting: Meeting, bram: Person, mo: Person, post: Post
) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    go_round()
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    go_round()
    notice = bram.notices.get(event__verb="meeting-moved")
    assert (notice.read_at, notice.enclosure.mail.kind, notice.enclosure.mail.state) == (None, "meeting", "sent")


def test_what_could_not_be_mailed_at_once_is_for_the_overview(
    meeting: Meeting, bram: Person, mo: Person, post: Post
) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    go_round()
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    spread()
    EmailAddress.objects.filter(user=bram).update(verified=False)
    send_waiting(30)
    assert not hasattr(bram.notices.get(event__verb="meeting-moved"), "enclosure")
