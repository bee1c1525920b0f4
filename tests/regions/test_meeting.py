"""Planning a meeting, its agenda, moving and cancelling it, its minutes and what was agreed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from challenges.waiting import waiting_for
from regions.errors import AlreadyDone, EditConflict
from regions.models import Agreement, Event, Meeting, Region, Signup, State, Verb, Visibility
from tests import make
from tests.regions.conftest import Count

pytestmark = pytest.mark.django_db
Browser = Callable[[Person | None], Client]


def form(**changes: Any) -> dict[str, Any]:
    """What someone fills in for a meeting of next month."""
    day = timezone.localdate() + timedelta(days=30)
    return {
        "title": "Winterbijeenkomst",
        "sort": "regio",
        "intro": "Wat leerden wij?",
        "day": day.isoformat(),
        "starts": "14:00",
        "ends": "16:30",
        "place": "Buurthuis",
        "expected": ["inwoner", "gemeente"],
        "visibility": "public",
        "action": "publish",
        **changes,
    }


def test_a_member_plans_a_meeting_and_everyone_reads_it(browser: Browser, utrecht: Region, bram: Person) -> None:
    answer = browser(bram).post("/regios/utrecht/bijeenkomsten/nieuw/", form())
    meeting = Meeting.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, meeting.get_absolute_url())
    starts = timezone.localtime(meeting.starts_at)
    assert (meeting.state, starts.hour, meeting.lacks) == (State.PUBLISHED, 14, ["Gemeente", "Inwoner"])
    page = browser(None).get(meeting.get_absolute_url()).content.decode()
    assert ("Wat leerden wij?" in page, "Aanmelden" in page) == (True, True)
    assert "Winterbijeenkomst" in browser(None).get("/regios/utrecht/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": "13:00"}, "ends"),
        ({"place": ""}, "place"),
        ({"sort": "arena"}, "scale"),
        ({"sort": "kabinet"}, "sort"),
        ({"day": "2027-03-28", "starts": "02:30", "ends": "04:00"}, "starts"),
        ({"day": "1899-01-01"}, "day"),
        ({"capacity": "0"}, "capacity"),
        ({"intro": "Bel 123456782"}, "intro"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    changes: dict[str, str], field: str, browser: Browser, utrecht: Region, bram: Person
) -> None:
    answer = browser(bram).post("/regios/utrecht/bijeenkomsten/nieuw/", form(**changes))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert ("Winterbijeenkomst" in answer.content.decode(), Meeting.objects.count()) == (True, 0)


def test_the_secretary_plans_a_session_of_the_cabinet_anywhere(browser: Browser, utrecht: Region, sam: Person) -> None:
    path = "/regios/utrecht/bijeenkomsten/nieuw/"
    assert browser(sam).post(path, form(sort="regio")).status_code == 422
    assert browser(sam).post(path, form(sort="kabinet")).status_code == 302
    assert Meeting.objects.get().sort == Meeting.Sort.CABINET


def test_a_draft_is_for_its_writer_until_it_is_published(
    browser: Browser, utrecht: Region, bram: Person, mo: Person
) -> None:
    browser(bram).post("/regios/utrecht/bijeenkomsten/nieuw/", form(action="draft", place=""))
    meeting = Meeting.objects.get()
    path = meeting.get_absolute_url()
    assert [browser(who).get(path).status_code for who in (bram, mo, None)] == [200, 404, 404]
    assert [line.title for line in waiting_for(bram)] == ["Winterbijeenkomst"]
    asked = browser(bram).post(f"{path}publiceren/")
    assert (asked["Location"], Meeting.objects.get().state) == (f"{path}bewerken/", State.DRAFT)
    browser(bram).post(f"{path}bewerken/", form(version=1))
    assert Meeting.objects.get().state == State.PUBLISHED


def test_a_draft_can_be_thrown_away_and_a_meeting_that_was_told_of_can_not(
    browser: Browser, utrecht: Region, bram: Person
) -> None:
    draft, told = make.meeting(by=bram, region=utrecht, state=State.DRAFT), make.meeting(by=bram, region=utrecht)
    for meeting in (draft, told):
        browser(bram).post(f"{meeting.get_absolute_url()}weggooien/")
    assert list(Meeting.objects.all()) == [told]


def test_an_edit_over_a_newer_one_keeps_the_words(browser: Browser, utrecht: Region, bram: Person, mo: Person) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    path = f"{meeting.get_absolute_url()}bewerken/"
    browser(mo).post(path, form(title="Van de moderator", version=1))
    answer = browser(bram).post(path, form(title="Van Bram", version=1))
    assert (answer.status_code, answer.context["form"]["title"].value()) == (409, "Van Bram")
    assert answer.context["form"]["version"].value() == "2"
    browser(bram).post(path, form(title="Van Bram", version=2))
    assert Meeting.objects.get().title == "Van Bram"


def test_a_change_of_time_raises_the_sequence_and_is_told(utrecht: Region, bram: Person) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    meeting.edit(by=bram, seen=1, text={"intro": "Nieuw."})
    assert not Event.objects.filter(verb=Verb.MEETING_MOVED).exists()
    meeting.edit(by=bram, seen=2, text={}, place="Elders")
    meeting.refresh_from_db()
    assert (meeting.sequence, Event.objects.filter(verb=Verb.MEETING_MOVED).count()) == (2, 1)


def test_more_places_let_people_in(utrecht: Region, bram: Person, anna: Person, mo: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, capacity=1)
    for who in (bram, anna):
        Signup.make(meeting, by=who, perspective="inwoner")
    meeting.edit(by=mo, seen=1, text={}, capacity=5)
    meeting.refresh_from_db()
    assert (meeting.going_count, meeting.waiting_count, meeting.going) == (2, 0, {"inwoner": 2})
    assert Event.objects.get(verb=Verb.MOVED_UP).subject == anna


# --- the agenda ---------------------------------------------------------------------------------------------


def agenda(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": initial}
    return data | {f"form-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def test_points_are_added_put_in_order_and_taken_away(
    browser: Browser, utrecht: Region, bram: Person, anna: Person
) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    challenge = make.challenge(by=anna, region=utrecht, title="Een brief die werkt")
    path = f"{meeting.get_absolute_url()}agenda/"
    rows = (
        {"title": "Tweede", "ORDER": 2, "about": "een brief die WERKT"},
        {"title": "Eerste", "ORDER": 1, "length": 15},
    )
    assert browser(bram).post(path, agenda(*rows)).status_code == 302
    first, second = meeting.agenda.all()
    assert (first.title, first.length, second.title, second.about_id) == ("Eerste", 15, "Tweede", challenge.pk)
    rows = (
        {"pk": first.pk, "title": "Eerste", "ORDER": 1, "DELETE": "on"},
        {"pk": second.pk, "title": "Alleen deze", "ORDER": 2, "about": challenge.get_absolute_url()},
    )
    browser(bram).post(path, agenda(*rows, initial=2))
    assert [(item.pk, item.title) for item in meeting.agenda.all()] == [(second.pk, "Alleen deze")]


def test_a_challenge_that_one_does_not_see_can_not_be_linked_nor_read(
    browser: Browser, utrecht: Region, bram: Person, anna: Person, mo: Person
) -> None:
    closed = make.challenge(by=anna, region=utrecht, title="Kanarie", visibility=Visibility.TEAM)
    meeting = make.meeting(by=mo, region=utrecht)
    meeting.arrange(mo, [{"title": "Punt", "words": "", "length": None, "about": closed.contribution_ptr}])
    pages = [browser(who).get(meeting.get_absolute_url()).content.decode() for who in (mo, bram, None)]
    assert ["Kanarie" in page for page in pages] == [True, False, False]
    own = make.meeting(by=bram, region=utrecht)
    sent = agenda({"title": "Punt", "ORDER": 1, "about": f"/challenges/{closed.pk}-kanarie/"})
    assert browser(bram).post(f"{own.get_absolute_url()}agenda/", sent).status_code == 422


def test_a_copy_takes_the_agenda_along_and_asks_a_new_day(browser: Browser, utrecht: Region, bram: Person) -> None:
    meeting = make.meeting(by=bram, region=utrecht, title="Elke maand")
    meeting.arrange(bram, [{"title": "Rondje", "words": "", "length": 10, "about": None}])
    path = f"/regios/utrecht/bijeenkomsten/nieuw/?kopie={meeting.pk}"
    shown = browser(bram).get(path).context["form"]
    assert (shown["title"].value(), shown["day"].value()) == ("Elke maand", None)
    browser(bram).post(path, form(title="Elke maand"))
    copy = Meeting.objects.latest("pk")
    assert (copy.pk != meeting.pk, [item.title for item in copy.agenda.all()]) == (True, ["Rondje"])


# --- cancelling, minutes, agreements ------------------------------------------------------------------------


def test_a_cancelled_meeting_says_so_and_takes_no_one(
    browser: Browser, utrecht: Region, bram: Person, eva: Person
) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    path = meeting.get_absolute_url()
    assert browser(bram).post(f"{path}afzeggen/", {"words": ""}).status_code == 422
    browser(bram).post(f"{path}afzeggen/", {"words": "De zaal is dicht."})
    assert "De zaal is dicht." in browser(None).get(path).content.decode()
    with pytest.raises(AlreadyDone):
        Signup.make(meeting, by=eva, perspective="gemeente")
    with pytest.raises(AlreadyDone):
        meeting.cancel(bram, "Nog eens.")


def test_minutes_show_on_the_challenge_and_promises_wait_on_their_owner(
    browser: Browser, utrecht: Region, bram: Person, anna: Person, mo: Person, bo: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    meeting = make.meeting(by=mo, region=utrecht, days=-2, title="Arena in Zuilen")
    meeting.arrange(mo, [{"title": "Brief", "words": "", "length": None, "about": challenge.contribution_ptr}])
    meeting.signups.create(person=bram, perspective="inwoner", state="going")
    item = meeting.agenda.get()
    data = {
        "minutes": "Wij gaan door.",
        "seen": 0,
        f"item_{item.pk}": "Korter kan.",
        "present_inwoner": 4,
        "afspraak-TOTAL_FORMS": 2,
        "afspraak-INITIAL_FORMS": 0,
        "afspraak-0-words": "Drie mensen bellen",
        "afspraak-0-owner": bram.pk,
        "afspraak-0-due_on": (timezone.localdate() + timedelta(days=7)).isoformat(),
    }
    path = meeting.get_absolute_url()
    assert browser(mo).post(f"{path}verslag/", data).status_code == 302
    page = browser(None).get(path).content.decode()
    assert [words in page for words in ("Wij gaan door.", "Korter kan.", "Drie mensen bellen")] == [True] * 3
    meeting.refresh_from_db()
    assert (meeting.present, meeting.lacks_residents) == ({"inwoner": 4}, False)
    timeline = browser(bo).get(challenge.get_absolute_url()).content.decode()
    assert ("heeft dit besproken in een bijeenkomst" in timeline, "Arena in Zuilen" in timeline) == (True, True)
    assert [line.title for line in waiting_for(bram)] == ["Arena in Zuilen"]
    agreement = Agreement.objects.get()
    assert browser(bo).post(f"/afspraken/{agreement.pk}/klaar/").status_code == 403
    browser(bram).post(f"/afspraken/{agreement.pk}/klaar/")
    assert (waiting_for(bram), Event.objects.filter(verb=Verb.AGREEMENT_DONE).count()) == ([], 1)


def test_of_a_closed_meeting_the_timeline_of_the_challenge_tells_no_title(
    browser: Browser, utrecht: Region, anna: Person, mo: Person, bo: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    meeting = make.meeting(by=mo, region=utrecht, days=-2, title="Kanarie", visibility=Visibility.REGION)
    meeting.arrange(mo, [{"title": "Punt", "words": "", "length": None, "about": challenge.contribution_ptr}])
    meeting.close(mo, seen=0, minutes="Klaar.", present={}, said={})
    pages = [browser(who).get(challenge.get_absolute_url()).content.decode() for who in (anna, bo)]
    assert ["Kanarie" in page for page in pages] == [True, False]
    assert "heeft dit besproken in een bijeenkomst" in pages[1]


def test_minutes_over_newer_minutes_are_kept_in_the_form(browser: Browser, utrecht: Region, mo: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, days=-2)
    meeting.close(mo, seen=0, minutes="Eerst.", present={}, said={})
    with pytest.raises(EditConflict):
        meeting.close(mo, seen=0, minutes="Toen.", present={}, said={})
    data = {"minutes": "Toen.", "seen": 0, "afspraak-TOTAL_FORMS": 0, "afspraak-INITIAL_FORMS": 0}
    answer = browser(mo).post(f"{meeting.get_absolute_url()}verslag/", data)
    assert (answer.status_code, answer.context["form"]["minutes"].value()) == (409, "Toen.")
    assert Event.objects.filter(verb=Verb.MEETING_CLOSED).count() == 1


def test_a_meeting_without_minutes_stands_on_the_desk_until_it_has_them(
    browser: Browser, utrecht: Region, bram: Person, mo: Person, emil: Person
) -> None:
    meeting = make.meeting(by=bram, region=utrecht, days=-9)
    make.meeting(by=bram, region=utrecht)
    rows = browser(mo).get("/regios/utrecht/moderatie/").context["piece"].rows
    assert [(row.sort, row.thing.pk, row.is_late) for row in rows] == [("meeting", meeting.pk, True)]
    assert browser(emil).get("/mijn/moderatie/").context["piece"].rows == []
    meeting.close(mo, seen=0, minutes="Klaar.", present={}, said={})
    assert browser(mo).get("/regios/utrecht/moderatie/").context["piece"].rows == []


def test_before_it_begins_there_are_no_minutes(browser: Browser, utrecht: Region, bram: Person) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    assert browser(bram).get(f"{meeting.get_absolute_url()}verslag/").status_code == 403


@pytest.mark.parametrize(("hours", "reminded"), [(49, 0), (47, 1), (1, 1)])
def test_the_reminder_goes_once_within_two_days_before(
    hours: int, reminded: int, utrecht: Region, bram: Person
) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    with time_machine.travel(meeting.starts_at - timedelta(hours=hours)):
        assert [Meeting.objects.remind_due() for _ in range(2)] == [reminded, 0]
    assert Event.objects.filter(verb=Verb.MEETING_REMINDED).count() == reminded


def test_a_meeting_that_was_moved_is_reminded_of_again(utrecht: Region, bram: Person) -> None:
    meeting = make.meeting(by=bram, region=utrecht)
    with time_machine.travel(meeting.starts_at - timedelta(hours=20)):
        Meeting.objects.remind_due()
        later: datetime = meeting.starts_at + timedelta(days=10)
        meeting.edit(by=bram, seen=1, text={}, starts_at=later, ends_at=later + timedelta(hours=1))
        assert Meeting.objects.remind_due() == 0
    with time_machine.travel(later - timedelta(hours=20)):
        assert Meeting.objects.remind_due() == 1


def test_pages_take_the_same_queries_for_one_and_for_thirty(
    browser: Browser, count: Count, utrecht: Region, bram: Person, anna: Person, mo: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)

    def grow(number: int) -> Meeting:
        """Make meetings, and one with so much of everything."""
        for _ in range(number):
            make.meeting(by=bram, region=utrecht)
        meeting = make.meeting(by=mo, region=utrecht, days=-1)
        point = {"title": "Punt", "words": "", "length": 5, "about": challenge.contribution_ptr}
        meeting.arrange(mo, [point] * number)
        for _ in range(number):
            meeting.signups.create(person=make.person(), perspective="inwoner", state="going")
            Agreement.make(meeting, by=mo, words="Bellen", owner=bram, due_on=timezone.localdate())
        meeting.close(mo, seen=0, minutes="Klaar.", present={}, said={})
        return meeting

    found = []
    for number in (1, 29):
        path = grow(number).get_absolute_url()
        visitor, moderator = browser(None), browser(mo)
        found.append(
            {
                "list": count(visitor, "/bijeenkomsten/"),
                "of a region": count(moderator, "/regios/utrecht/bijeenkomsten/?wanneer=geweest"),
                "page": count(visitor, path),
                "page of a moderator": count(moderator, path),
                "agenda": count(moderator, f"{path}agenda/"),
                "who comes": count(moderator, f"{path}aanmeldingen/"),
                "minutes": count(moderator, f"{path}verslag/"),
            }
        )
    expected = {
        "list": 2,
        "of a region": 6,
        "page": 7,
        "page of a moderator": 15,
        "agenda": 8,
        "who comes": 7,
        "minutes": 11,
    }
    assert found == [expected, expected]


def test_a_copy_gives_the_online_link_away_to_nobody(
    browser: Browser, utrecht: Region, eindhoven: Region, bram: Person, emil: Person, mo: Person
) -> None:
    far = make.meeting(by=emil, region=eindhoven, link="https://kanarielink.example/x")
    near = make.meeting(by=mo, region=utrecht, link="https://kanarielink.example/x")
    path = "/regios/utrecht/bijeenkomsten/nieuw/?kopie="
    pages = [
        browser(who).get(f"{path}{one.pk}").content.decode() for who, one in ((bram, far), (bram, near), (mo, near))
    ]
    assert ["kanarielink" in page for page in pages] == [False, False, True]


def test_two_who_move_a_meeting_hear_of_each_other(browser: Browser, utrecht: Region, mo: Person, mia: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht)
    path = f"{meeting.get_absolute_url()}bewerken/"
    sent = form(title=meeting.title, intro=meeting.intro, version=1, sequence=0)
    answers = [browser(who).post(path, sent | {"place": place}) for who, place in ((mo, "Hier"), (mia, "Daar"))]
    assert ([one.status_code for one in answers], Meeting.objects.get().place) == ([302, 409], "Hier")


def test_what_is_over_can_not_be_cancelled(browser: Browser, utrecht: Region, mo: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht, days=-2)
    answer = browser(mo).get(f"{meeting.get_absolute_url()}afzeggen/")
    assert answer["Location"] == meeting.get_absolute_url()


def test_the_pages_of_planning_lead_back(browser: Browser, utrecht: Region, mo: Person) -> None:
    meeting = make.meeting(by=mo, region=utrecht)
    here = meeting.get_absolute_url()
    pages = ["/regios/utrecht/bijeenkomsten/nieuw/", f"{here}bewerken/", f"{here}agenda/", f"{here}afzeggen/", here]
    assert [path for path in pages if 'href=""' in browser(mo).get(path).content.decode()] == []
