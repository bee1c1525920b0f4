"""Asking members by name: who may be asked and why, who sees it, reminders, leaving it to others."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from accounts.models import Affiliation, Organisation, Person, Role
from challenges.candidates import INVOLVED, LEFT_IT, NO_AGREEMENT, candidates
from challenges.errors import NotIndependent
from challenges.models import Asking, Assignment, Challenge, Review, Seat
from challenges.models.asking import HOUR
from digests.compose import compose
from digests.items import gather
from digests.models import Mail
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import Event, Notice, Region, Theme, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db
PATH = "/kabinet/planning/"


@pytest.fixture
def asking(anna: Person, kim: Person, kas: Person, utrecht: Region) -> Asking:
    """A question about a challenge that only its region reads."""
    challenge = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION, stage="maken-en-testen")
    return Asking.open_for(challenge, by=anna, words="Waar twijfelt u?")


def page(asking: Asking) -> str:
    return f"{PATH}{asking.challenge_id}/"


def at(name: str, asking: Asking, *more: int) -> str:
    return reverse(f"challenges:{name}", args=[asking.challenge_id, *more])


def see(asking: Asking, *people: Person) -> list[bool]:
    found = []
    for person in people:
        make.forget(person)
        found.append(Challenge.objects.visible_to(person).filter(pk=asking.challenge_id).exists())
    return found


def test_only_the_secretary_plans(
    browser: Browser, asking: Asking, anna: Person, mo: Person, kim: Person, sam: Person, stan: Person
) -> None:
    cast = {"anna": anna, "mo": mo, "kim": kim, "sam": sam, "stan": stan}
    for path in (PATH, page(asking)):
        found = {name: browser(person).get(path).status_code for name, person in cast.items()}
        assert found == {name: 200 if name == "sam" else 404 for name in cast}


def test_who_is_asked_by_name_sees_it_and_others_no_longer(
    browser: Browser, asking: Asking, kim: Person, kas: Person, sam: Person
) -> None:
    assert see(asking, kim, kas) == [True, True]
    due = timezone.localdate() + timedelta(days=14)
    answer = browser(sam).post(page(asking), {"wie": [kim.pk], "due_on": due.isoformat()})
    assert answer["Location"] == page(asking)
    row = Assignment.objects.get()
    assert (row.person, row.by, row.due_on, row.ending) == (kim, sam, due, "")
    assert see(asking, kim, kas) == [True, False]
    waits = [list(Asking.objects.open().waiting_on(person)) for person in (kim, kas)]
    assert waits == [[asking], []]
    asking.withdraw(kim, by=sam)
    assert see(asking, kim, kas) == [True, True]  # nobody is named any more: everyone is asked


def test_the_question_closes_when_everyone_who_was_named_answered(
    asking: Asking, kim: Person, kas: Person, sam: Person
) -> None:
    asking.assign([kim, kas], by=sam)
    make.review(asking.challenge, kim)
    half = Asking.objects.with_progress().get()
    assert (half.done, half.wanted, half.closed_at) == (1, 2, None)
    assert see(asking, kim) == [True]  # until the end
    make.review(asking.challenge, kas)
    asking.refresh_from_db()
    assert (asking.closed_at is not None, see(asking, kim, kas)) == (True, [True, True])  # for the hour of correcting
    Review.objects.filter(by=kim).update(sent_at=timezone.now() - HOUR)
    assert (Asking.objects.end_sight_due(), see(asking, kim, kas)) == (1, [False, True])
    Review.objects.update(sent_at=timezone.now() - HOUR)
    assert (Asking.objects.end_sight_due(), see(asking, kim, kas)) == (1, [False, False])
    assert Asking.objects.end_sight_due() == 0


def test_a_second_question_keeps_the_sight(asking: Asking, anna: Person, kim: Person, sam: Person) -> None:
    asking.assign([kim], by=sam)
    make.review(asking.challenge, kim)
    Review.objects.update(sent_at=timezone.now() - HOUR)
    challenge = Challenge.objects.get(pk=asking.challenge_id)
    Asking.open_for(challenge, by=anna)
    assert (Asking.objects.end_sight_due(), see(asking, kim)) == (0, [True])


def test_who_was_taken_off_does_not_count_as_ready(asking: Asking, kim: Person, kas: Person, sam: Person) -> None:
    asking.assign([kim, kas], by=sam)
    asking.withdraw(kas, by=sam)
    make.review(asking.challenge, kas)
    half = Asking.objects.with_progress().get()
    assert (half.done, half.wanted) == (0, 1)


def test_the_date_can_be_changed_for_who_still_answers(
    browser: Browser, asking: Asking, kim: Person, kas: Person, sam: Person
) -> None:
    asking.assign([kim, kas], by=sam, due_on=timezone.localdate() + timedelta(days=3))
    make.review(asking.challenge, kas)
    later = timezone.localdate() + timedelta(days=30)
    wrong = [browser(sam).post(at("plan_due", asking), {"due_on": day}) for day in ("9999-12-31", "2020-01-01", "x")]
    assert [answer.status_code for answer in wrong] == [422, 422, 422]
    assert browser(sam).post(at("plan_due", asking), {"due_on": later.isoformat()}).status_code == 302
    assert Assignment.objects.get(person=kim).due_on == later
    assert Assignment.objects.get(person=kas).due_on < later


def test_nobody_closed_a_question_that_closed_by_itself(
    browser: Browser, asking: Asking, anna: Person, kim: Person, kas: Person, sam: Person
) -> None:
    """The team does not hear who left it to others."""
    asking.assign([kim, kas], by=sam)
    make.review(asking.challenge, kim)
    asking.recuse(kas, "Geen tijd.")
    event = Event.objects.get(verb=Verb.CLOSED_REVIEW)
    page_of_team = browser(anna).get(asking.challenge.get_absolute_url()).content.decode()
    assert (event.actor, kas.name in page_of_team) == (None, False)


def test_whom_one_can_ask_and_why_not(asking: Asking, anna: Person, kim: Person, kas: Person, sam: Person) -> None:
    """By theme, then by load; who is of the team's organisation, left it or did not agree cannot be asked."""
    theme = Theme.objects.create(slug="schulden", name="Schulden")
    asking.challenge.themes.add(theme)
    near, new, colleague, left = (make.person(name) for name in ("Nel", "Nina", "Cor", "Lia"))
    for person in (near, colleague, left):
        make.seat(person)
    make.seat(new, agreed_at=None)
    Seat.objects.get(person=near).themes.add(theme)  # type: ignore[attr-defined]
    organisation = Organisation.objects.create(name="Gemeente", kind="municipality")
    for person in (anna, colleague):
        person.affiliations.create(
            organisation=organisation, basis=Affiliation.Basis.DOMAIN, confirmed_at=timezone.now()
        )
    busy = Asking.open_for(make.challenge(by=anna, region=asking.challenge.region), by=anna)
    busy.assign([kim], by=sam)
    asking.recuse(left, "Ik ken Anna te goed.")
    found = [(one.seat.person.name, one.themes, one.seat.open, one.why_not) for one in candidates(asking)]
    assert found[:3] == [("Nel", ["Schulden"], 0, ""), (kas.name, [], 0, ""), (kim.name, [], 1, "")]
    assert sorted(found[3:]) == [("Cor", [], 0, INVOLVED), ("Lia", [], 0, LEFT_IT), ("Nina", [], 0, NO_AGREEMENT)]
    for person in (colleague, left, new):
        with pytest.raises(NotIndependent):
            asking.assign([person], by=sam)


def test_bad_input_asks_nobody(browser: Browser, asking: Asking, anna: Person, kim: Person, sam: Person) -> None:
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    sent = ({}, {"wie": [anna.pk]}, {"wie": ["x"]}, {"wie": [kim.pk], "due_on": yesterday})
    assert [browser(sam).post(page(asking), data).status_code for data in sent] == [422] * 4
    again = browser(sam).post(page(asking), sent[3]).content.decode()
    assert f'value="{kim.pk}" id="wie-{kim.pk}" aria-describedby="waarom-{kim.pk}" checked' in again
    assert not Assignment.objects.exists()


def test_who_leaves_it_to_others_sees_it_no_more_and_the_secretary_hears_why(
    browser: Browser, asking: Asking, kim: Person, kas: Person, sam: Person, anna: Person
) -> None:
    Review.keep(asking.challenge, by=kim, seen=1, typed={"answer": "klad"})
    path = reverse("challenges:recuse", args=[asking.challenge_id, asking.challenge.slug])
    assert browser(kim).post(path, {"words": " "}).status_code == 422
    assert browser(kim).post(path, {"words": "Ik werkte eraan mee."})["Location"] == "/kabinet/"
    spread()
    row = Assignment.objects.get()
    assert (row.person, row.ending, row.words) == (kim, "recused", "Ik werkte eraan mee.")
    assert (see(asking, kim, kas), kim.drafts.exists()) == ([False, True], False)
    assert "Ik werkte eraan mee." in browser(sam).get(page(asking)).content.decode()
    told = {person.name: [str(group.items[0].text) for group in gather(person, Notice.objects.filter(
        person=person, event__verb=Verb.RECUSED))] for person in (sam, anna, kas)}  # fmt: skip
    assert told == {sam.name: ["Ik werkte eraan mee."], anna.name: [], kas.name: []}
    with pytest.raises(AlreadyDone):
        asking.recuse(kim, "Nog eens")
    asking.end(by=sam)
    later = Asking.open_for(asking.challenge, by=anna)
    assert see(asking, kim, kas) == [False, True]  # it holds for this challenge
    assert list(Asking.objects.open().waiting_on(kim)) == []
    assert later.assignments.count() == 0


def test_a_member_who_answered_cannot_leave_it(browser: Browser, asking: Asking, kim: Person) -> None:
    make.review(asking.challenge, kim)
    path = reverse("challenges:recuse", args=[asking.challenge_id, asking.challenge.slug])
    assert browser(kim).post(path, {"words": "Toch niet"})["Location"] == "/kabinet/"
    assert not Assignment.objects.exists()


def test_one_reminder_a_day_and_none_to_who_answered(
    browser: Browser, asking: Asking, kim: Person, kas: Person, sam: Person
) -> None:
    asking.assign([kim, kas], by=sam)
    make.review(asking.challenge, kas)
    answers = [browser(sam).post(at("plan_remind", asking, who.pk), follow=True) for who in (kim, kim, kas, sam)]
    levels = [[message.level_tag for message in answer.context["messages"]] for answer in answers]
    assert levels == [["success"], ["info"], ["info"], ["info"]]
    assert list(Event.objects.filter(verb=Verb.REMINDED).values_list("subject", flat=True)) == [kim.pk]
    Assignment.objects.filter(person=kim).update(reminded_at=timezone.now() - timedelta(days=2))
    asking.remind(kim, by=sam)
    assert Event.objects.filter(verb=Verb.REMINDED).count() == 2


def test_who_was_asked_by_name_gets_one_mail_and_one_notice(
    asking: Asking, kim: Person, kas: Person, sam: Person
) -> None:
    spread()
    asking.assign([kim], by=sam)
    spread()
    assert [(mail.person, mail.kind) for mail in Mail.objects.filter(kind="assigned")] == [(kim, "assigned")]
    notice = Notice.objects.get(event__verb=Verb.ASSIGNED)
    assert (notice.person, notice.reason, notice.enclosure.mail.kind) == (kim, "waits", "assigned")
    waits = {who.name: [group.title for group in gather(who, Notice.objects.filter(person=who))] for who in (kim, kas)}
    assert waits == {kim.name: [asking.challenge.title], kas.name: []}
    make.review(asking.challenge, kim)
    assert gather(kim, Notice.objects.filter(person=kim, reason="waits")) == []


def test_a_second_look_is_asked_of_who_gave_feedback(
    browser: Browser, anna: Person, kim: Person, kas: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    path = reverse("challenges:ask_review", args=[challenge.pk, challenge.slug])
    assert "again" not in browser(anna).get(path).context["form"].fields
    make.review(challenge, kim)
    challenge.edit(by=anna, seen=1, text={"question": "Beter?"})
    browser(anna).post(path, {"words": "Nog eens", "again": "on", "explain-prototype": "Komt nog."})
    asking = Asking.objects.with_progress().get()
    assert (asking.is_second_look, asking.wanted, asking.done) == (True, 1, 0)
    waits = [list(Asking.objects.open().waiting_on(person)) for person in (kim, kas)]
    assert waits == [[asking], []]
    challenge.refresh_from_db()
    make.review(challenge, kim)
    assert not Asking.objects.open().exists()


def test_the_team_and_the_secretary_close_a_question(
    browser: Browser, asking: Asking, anna: Person, bram: Person, kim: Person, sam: Person
) -> None:
    path = reverse("challenges:ask_end", args=[asking.challenge_id, asking.challenge.slug])
    assert [browser(who).get(path).status_code for who in (bram, kim, anna, sam)] == [403, 403, 200, 200]
    assert browser(sam).post(path)["Location"] == PATH  # what only the region reads is gone for the secretary too
    assert (see(asking, kim, sam), Asking.objects.open().count()) == ([False, False], 0)
    answer = browser(anna).post(path, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["info"]


def test_a_lost_seat_loses_the_sight_the_sheet_and_the_mail(
    browser: Browser, asking: Asking, kim: Person, sam: Person
) -> None:
    asking.assign([kim], by=sam)
    spread()
    client = browser(kim)
    sheet = reverse("challenges:review", args=[asking.challenge_id, asking.challenge.slug])
    assert client.get(sheet).status_code == 200
    Role.objects.filter(person=kim).update(ends_on=timezone.localdate() - timedelta(days=1), starts_on="2020-01-01")
    data = {"version": "1", "answer": "Rust.", "point_1": "Praat."}
    statuses = [client.get(sheet), client.post(sheet, data), client.post(f"{sheet}concept/", data), client.get(PATH)]
    assert [answer.status_code for answer in statuses] == [404, 404, 404, 404]
    assert gather(Person.objects.get(pk=kim.pk), Notice.objects.filter(person=kim)) == []
    assert not Review.objects.exists()


@pytest.mark.parametrize("name", ["review", "review_draft"])
def test_who_loses_the_question_while_writing_keeps_the_words(
    browser: Browser, asking: Asking, kim: Person, sam: Person, name: str
) -> None:
    asking.assign([kim], by=sam)
    path = reverse(f"challenges:{name}", args=[asking.challenge_id, asking.challenge.slug])
    asking.end(by=sam)
    answer = browser(kim).post(path, {"answer": "Mensen krijgen eerder rust.", "version": "1", "keep": "1"})
    page = answer.content.decode()
    assert (answer.status_code, "Mensen krijgen eerder rust." in page) == (404, True)
    assert asking.challenge.title not in page


@pytest.mark.parametrize("what", ["seat", "withdrawn", "recused", "closed", "given", "party", "archived", "blocked"])
def test_the_mail_that_was_not_sent_yet_is_not_sent_any_more(
    asking: Asking, kim: Person, kas: Person, sam: Person, anna: Person, what: str
) -> None:
    for person in (kim, kas):
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    asking.assign([kim, kas], by=sam)
    spread()
    mail, other = (Mail.objects.get(kind="assigned", person=person) for person in (kim, kas))
    challenge = asking.challenge
    happen = {
        "seat": lambda: Role.objects.filter(person=kim).update(starts_on="2020-01-01", ends_on="2021-01-01"),
        "withdrawn": lambda: asking.withdraw(kim, by=sam),
        "recused": lambda: asking.recuse(kim, "Geen tijd."),
        "closed": lambda: asking.end(by=sam),
        "given": lambda: make.review(challenge, kim),
        "party": lambda: challenge.involve(kim, "team", by=anna),
        "archived": lambda: Challenge.objects.filter(pk=challenge.pk).update(state="archived"),
        "blocked": lambda: Person.objects.filter(pk=kim.pk).update(is_active=False),
    }
    happen[what]()
    make.forget(kim)
    letters = [compose(Mail.objects.get(pk=one.pk)) for one in (mail, other)]
    is_over = what in ("closed", "archived")
    assert [letter is None for letter in letters] == [True, is_over]
    mail.refresh_from_db()
    assert mail.state == Mail.State.CANCELLED


def test_the_list_can_be_narrowed(
    browser: Browser, anna: Person, kim: Person, kas: Person, sam: Person, utrecht: Region
) -> None:
    bare, late, left = (Asking.open_for(make.challenge(by=anna, region=utrecht), by=anna) for _ in range(3))
    late.assign([kim], by=sam)
    Assignment.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    left.recuse(kas, "Geen tijd.")
    shown = {}
    for choice in ("", "niemand", "te-laat", "laat-het", "onzin"):
        found = browser(sam).get(f"{PATH}?deel=vragen&toon={choice}").context["pieces"]["vragen"].rows
        shown[choice] = {row.pk for row in found}
    everything = {bare.pk, late.pk, left.pk}
    expected = {"": everything, "niemand": {bare.pk, left.pk}, "te-laat": {late.pk}, "laat-het": {left.pk}}
    assert shown == expected | {"onzin": everything}


def test_next_goes_through_what_waits(browser: Browser, anna: Person, kim: Person, mo: Person, utrecht: Region) -> None:
    first, second = (Asking.open_for(make.challenge(by=anna, region=utrecht), by=anna) for _ in range(2))
    sheets = [reverse("challenges:review", args=[one.challenge_id, one.challenge.slug]) for one in (first, second)]
    places = [browser(kim).get(f"/kabinet/volgende/{query}")["Location"] for query in (
        "", f"?na={first.challenge_id}", f"?na={second.challenge_id}", "?na=999999")]  # fmt: skip
    assert places == [sheets[0], sheets[1], sheets[0], sheets[0]]
    assert browser(mo).get("/kabinet/volgende/").status_code == 404
    make.review(first.challenge, kim)
    make.review(second.challenge, kim)
    assert browser(kim).get("/kabinet/volgende/")["Location"] == "/kabinet/"
