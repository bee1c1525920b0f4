"""Blind until sent; a correction; the talk about points; a second look; a draft on two devices."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.models import Asking, Challenge, Offer, Point, Review, Turn
from challenges.models.told import events_told_to
from challenges.waiting import waiting_for
from digests.asked import still_asked
from digests.context import unread_count
from digests.spread import spread
from regions.errors import AlreadyDone, TooLate
from regions.models import Audience, Draft, Event, Notice, Part, Region, Verb
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db

SHEET = {"version": "1", "answer": "Rust.", "point_1": "Praat met bewoners.", "note": "Onder ons."}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, stage="maken-en-testen")


@pytest.fixture
def asked(challenge: Challenge, anna: Person, kim: Person, kas: Person) -> Challenge:
    Asking.open_for(challenge, by=anna)
    return Challenge.objects.get(pk=challenge.pk)


@pytest.fixture
def point(challenge: Challenge, kim: Person) -> Point:
    return make.review(challenge, kim).points.get()


def at(name: str, challenge: Challenge, *more: Any) -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, challenge.slug, *more])


def reads(person: Person, challenge: Challenge) -> list[str]:
    make.forget(person)
    known = Review.objects.for_challenge(Challenge.objects.get(pk=challenge.pk)).read_by(person)
    return sorted(review.by.name.split()[0] for review in known)


# --- blind until sent ---------------------------------------------------------------------------------------


def test_a_member_reads_colleagues_after_sending_their_own(
    asked: Challenge, anna: Person, bram: Person, kim: Person, kas: Person, sam: Person, stan: Person
) -> None:
    make.review(asked, kim)
    everyone = (anna, bram, kim, kas, sam, stan)
    before = {person.name.split()[0]: reads(person, asked) for person in everyone}
    assert before == {name: [] if name == "Kas" else ["Kim"] for name in ("Anna", "Bram", "Kim", "Kas", "Sam", "Stan")}
    make.review(asked, kas)
    assert {tuple(reads(person, asked)) for person in everyone} == {("Kas", "Kim")}


def test_blind_ends_where_nothing_can_be_given(
    asked: Challenge, anna: Person, kim: Person, kas: Person, utrecht: Region
) -> None:
    """For who is on the team, a colleague of the team, or when the question closes; not for who did not agree yet."""
    make.review(asked, kim)
    teammate, colleague, fresh = make.person(), make.person(), make.person()
    for person in (teammate, colleague):
        make.seat(person)
    make.seat(fresh, agreed_at=None)
    make.member(fresh, utrecht)
    asked.involve(teammate, Part.TEAM, by=anna)
    organisation = make.works_at(anna)
    make.works_at(colleague, organisation.name)
    found = [reads(person, asked) for person in (teammate, colleague, fresh, kas)]
    assert found == [["Kim"], ["Kim"], [], []]
    Asking.objects.get().close(by=anna)
    assert [reads(person, asked) for person in (fresh, kas)] == [["Kim"], ["Kim"]]


def test_blind_is_about_the_versions_of_this_question(asked: Challenge, anna: Person, kim: Person, kas: Person) -> None:
    """A new version in between opens nothing; what was said in an earlier question does."""
    make.review(asked, kim)
    asked.edit(by=anna, seen=1, text={"question": "Een nieuwe vraag?"})
    assert reads(kas, asked) == []
    Asking.objects.get().close(by=anna)
    Asking.open_for(asked, by=anna)
    assert reads(kas, asked) == ["Kim"]
    make.review(Challenge.objects.get(pk=asked.pk), kim)
    assert reads(kas, asked) == ["Kim"]
    make.review(Challenge.objects.get(pk=asked.pk), kas)
    assert reads(kas, asked) == ["Kas", "Kim", "Kim"]


def test_a_point_of_a_session_is_read_by_who_raised_it(
    asked: Challenge, kim: Person, kas: Person, sam: Person, mo: Person, utrecht: Region
) -> None:
    """Who wrote it down can still send their own."""
    meeting = make.meeting(by=mo, region=utrecht)
    review = Review.objects.create(challenge=asked, by=kim, version=1, answer="Besproken.", meeting=meeting)
    assert reads(kas, asked) == []
    review.points.create(number=1, text="Reken het na.", raised_by=kas)
    assert (reads(kas, asked), reads(sam, asked)) == (["Kim"], ["Kim"])
    assert make.review(asked, kim).meeting is None


def test_notices_of_hidden_feedback_come_when_it_may_be_read(
    browser: Browser, asked: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    """Neither the bell nor the pages tell before, and looking at the page does not use them up."""
    spread()
    browser(kas).post(reverse("digests:read_all"), {"last": Event.objects.latest("pk").pk})
    asked.follow(kas)
    review = make.review(asked, kim)
    Offer.make(asked, by=kim, kind="geld", words="Geld", review=review).settle(by=anna, accept=True, answer="Graag")
    review.points.get().settle(by=anna, state="done", answer="Gedaan")
    spread()
    verbs = {Verb.REVIEWED, Verb.POINT_ANSWERED, Verb.OFFER_ACCEPTED}
    assert verbs <= set(Notice.objects.filter(person=kas).values_list("event__verb", flat=True))
    shown = browser(kas).get(reverse("digests:notices"))
    assert (unread_count(kas), "Kim" in shown.content.decode(), shown.context["last"]) == (
        0, False, Event.objects.get(verb=Verb.ASKED_REVIEW).pk,
    )  # fmt: skip
    browser(kas).post(reverse("digests:read_all"), {"last": Event.objects.latest("pk").pk})
    hidden = Notice.objects.get(person=kas, event__verb=Verb.REVIEWED)
    assert browser(kas).get(reverse("digests:open", args=[hidden.pk])).status_code == 404
    make.review(asked, kas)
    make.forget(kas)
    assert unread_count(kas) == 3


def test_the_timeline_takes_as_many_queries_for_a_blind_member(
    browser: Browser, asked: Challenge, anna: Person, kas: Person, count: Count
) -> None:
    def give() -> None:
        make.seat(giver := make.person())
        make.review(asked, giver)

    give()
    path = at("detail", asked)
    few = count(browser(kas), path)
    Asking.objects.update(closed_at=None)
    for _ in range(20):
        giver = make.person()
        make.seat(giver)
        review = Review.objects.create(challenge=asked, by=giver, version=1, answer="Rust.")
        Event.write(Verb.REVIEWED, by=giver, contribution=asked, about=review, audience=Audience.NETWORK)
    assert count(browser(kas), path) == few
    assert not events_told_to(kas).filter(verb=Verb.REVIEWED).exists()


# --- a correction -------------------------------------------------------------------------------------------


def corrected(review: Review, **change: str) -> dict[str, str]:
    points = {f"point_{point.number}": point.text for point in review.points.all()}
    return {"answer": review.answer, "note": review.note, "mark": review.mark, **points, **change}


def test_feedback_is_corrected_for_an_hour(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, kim: Person
) -> None:
    review = make.review(challenge, kim, points=("Een", "Twee"), note="Onder ons")
    path = at("correct", challenge, review.pk)
    assert [browser(who).get(path).status_code for who in (kim, anna, bram, None)] == [200, 403, 403, 302]
    change = {"answer": "Beter gezegd.", "point_1": "Eén", "point_2": "", "point_4": "Nieuw", "note": "Anders"}
    assert browser(kim).post(path, corrected(review, **change))["Location"] == review.get_absolute_url()
    review.refresh_from_db()
    challenge.refresh_from_db()
    points = list(review.points.order_by("number").values_list("number", "text"))
    assert (review.answer, review.note, points) == ("Beter gezegd.", "Anders", [(1, "Eén"), (4, "Nieuw")])
    assert (challenge.open_point_count, review.corrected_at is not None) == (2, True)
    event = Event.objects.get(verb=Verb.REVIEW_CORRECTED)
    assert (event.actor, event.audience, event.data) == (kim, Audience.NETWORK, {})
    at_hour = timezone.localtime(review.corrected_at).strftime("%H:%M")
    assert f"verbeterd om {at_hour}" in browser(anna).get(at("feedback", challenge)).content.decode()


def test_a_correction_of_nothing_is_none(browser: Browser, challenge: Challenge, kim: Person) -> None:
    review = make.review(challenge, kim)
    assert browser(kim).post(at("correct", challenge, review.pk), corrected(review)).status_code == 302
    review.refresh_from_db()
    assert (review.corrected_at, Event.objects.filter(verb=Verb.REVIEW_CORRECTED).exists()) == (None, False)


@pytest.mark.parametrize("change", [{"answer": ""}, {"point_1": ""}, {"note": "Zij heeft 111222333."}, {"mark": ""}])
def test_a_refused_correction_changes_nothing(
    browser: Browser, challenge: Challenge, kim: Person, change: dict[str, str]
) -> None:
    review = make.review(challenge, kim, note="Onder ons")
    data = corrected(review, blind_spot="De buurvrouw.", **change)
    page = browser(kim).post(at("correct", challenge, review.pk), data)
    assert (page.status_code, "De buurvrouw." in page.content.decode()) == (422, True)
    assert Review.objects.get().corrected_at is None


def test_after_the_hour_the_page_says_why_not(browser: Browser, challenge: Challenge, kim: Person) -> None:
    """What was typed stays on the screen."""
    review = make.review(challenge, kim)
    path, data = at("correct", challenge, review.pk), corrected(review, answer="Te laat gezegd.")
    with time_machine.travel(review.sent_at + timedelta(minutes=61)):
        client = browser(kim)
        opened, sent = client.get(path), client.post(path, data)
        assert (opened.status_code, sent.status_code) == (302, 409)
        assert "Te laat gezegd." in sent.content.decode()
        assert "Dat uur is voorbij" in client.get(at("feedback", challenge)).content.decode()
        with pytest.raises(TooLate):
            review.correct(text=dict.fromkeys(Review.TEXTS, "x"), points={}, seen=review.mark)
    assert Review.objects.get().corrected_at is None


def test_an_answered_point_stays_and_others_change(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person
) -> None:
    review = make.review(challenge, kim, points=("Een", "Twee"))
    first, second = review.points.order_by("number")
    data = corrected(review, point_1="Eén", point_2="Twéé")
    first.settle(by=anna, state="done", answer="Gedaan")
    path = at("correct", challenge, review.pk)
    refused = browser(kim).post(path, data)
    assert (refused.status_code, "Eén" in refused.content.decode()) == (422, True)
    assert browser(kim).post(path, {**data, "point_1": "Een"}).status_code == 302
    assert list(review.points.order_by("number").values_list("text", flat=True)) == ["Een", "Twéé"]
    with pytest.raises(AlreadyDone):
        review.correct(text={n: getattr(review, n) for n in Review.TEXTS}, points={1: "Toch"}, seen=review.mark)
    assert second.state == Point.State.OPEN


def test_two_tabs_lose_nothing(browser: Browser, challenge: Challenge, kim: Person) -> None:
    review = make.review(challenge, kim)
    path = at("correct", challenge, review.pk)
    browser(kim).post(path, corrected(review, answer="Uit het ene venster."))
    second = browser(kim).post(path, corrected(review, answer="Uit het andere venster."))
    page = second.content.decode()
    assert (second.status_code, "Uit het ene" in page, "Uit het andere" in page) == (409, True, True)
    assert Review.objects.get().answer == "Uit het ene venster."
    again = corrected(review, answer="Uit het andere venster.", mark=second.context["form"]["mark"].value())
    assert browser(kim).post(path, again).status_code == 302
    assert Review.objects.get().answer == "Uit het andere venster."


# --- points -------------------------------------------------------------------------------------------------


def test_done_shows_in_which_version(browser: Browser, challenge: Challenge, point: Point, anna: Person) -> None:
    challenge.edit(by=anna, seen=1, text={"question": "Een nieuwe vraag?"})
    client, path = browser(anna), at("point", challenge, point.pk)
    choices = client.get(path).context["form"].fields["done_version"].choices
    assert [value for value, _label in choices] == ["", 2, 1, "nergens"]
    data = {"seen": point.mark, "answer": "Zie de tekst."}
    wrong = [client.post(path, {**data, "state": "done", "done_version": number}) for number in ("9", "")]
    assert [list(answer.context["form"].errors) for answer in wrong] == [["done_version"]] * 2
    client.post(path, {**data, "state": "done", "done_version": "2"})
    point.refresh_from_db()
    assert (point.state, point.done_version) == ("done", 2)
    page = client.get(at("feedback", challenge)).content.decode()
    assert f"{at('versions', challenge)}?van=1&amp;naar=2#wijzigingen" in page
    client.post(path, {"seen": point.mark, "state": "no", "done_version": "2", "answer": "Toch niet."})
    point.refresh_from_db()
    assert (point.state, point.done_version) == ("no", None)


def test_who_made_the_point_closes_it_or_asks_on(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, bram: Person, mo: Person, kim: Person,
    kas: Person, sam: Person,
) -> None:  # fmt: skip
    path = at("follow_up", challenge, point.pk)
    cast = {"anna": anna, "bram": bram, "mo": mo, "kim": kim, "kas": kas, "sam": sam}
    assert {browser(person).get(path).status_code for person in cast.values()} == {403}
    point.settle(by=anna, state="will-do", answer="In juni.")
    found = {name: browser(person).get(path).status_code for name, person in cast.items()}
    assert found == {name: 200 if name == "kim" else 403 for name in cast}
    refused = browser(kim).post(path, {"seen": point.mark, "verdict": "doorvragen", "words": " "})
    asked = browser(kim).post(path, {"seen": point.mark, "verdict": "doorvragen", "words": "Welk jaar?"})
    assert (refused.status_code, asked.status_code) == (422, 302)
    point.refresh_from_db()
    challenge.refresh_from_db()
    assert (point.state, challenge.open_point_count) == ("open", 1)
    assert any("om te beantwoorden" in line.words for line in waiting_for(anna))
    point.settle(by=anna, state="done", answer="Dit jaar.", seen=point.mark)
    browser(kim).post(path, {"seen": point.mark, "verdict": "tevreden"})
    point.refresh_from_db()
    challenge.refresh_from_db()
    assert (point.closed_at is not None, challenge.open_point_count) == (True, 0)
    assert browser(anna).get(at("point", challenge, point.pk)).status_code == 403
    turns = list(Turn.objects.order_by("pk").values_list("kind", "state", "by__name", "words"))
    assert turns == [
        ("answer", "will-do", anna.name, "In juni."),
        ("asked-on", "open", kim.name, "Welk jaar?"),
        ("answer", "done", anna.name, "Dit jaar."),
        ("closed", "done", kim.name, ""),
    ]
    page = browser(bram).get(at("feedback", challenge)).content.decode()
    assert sorted(["In juni.", "Welk jaar?", "Dit jaar."], key=page.index) == ["In juni.", "Welk jaar?", "Dit jaar."]
    assert "Van 1 aandachtspunt: 1 gedaan." in page


def test_a_closed_point_is_answered_anew_only_when_it_is_asked_on(point: Point, anna: Person, kim: Person) -> None:
    point.settle(by=anna, state="no", answer="Nee")
    point.close(by=kim)
    with pytest.raises(AlreadyDone):
        point.settle(by=anna, state="done", answer="Toch")
    with pytest.raises(AlreadyDone):
        point.close(by=kim)
    point.ask_on("Toch?", by=kim)
    assert (point.state, point.closed_at) == ("open", None)
    with pytest.raises(AlreadyDone):
        point.ask_on("Nog eens?", by=kim)
    point.settle(by=anna, state="done", answer="Toch")
    assert point.state == "done"


def test_asking_on_waits_on_the_team_until_it_is_answered(
    challenge: Challenge, point: Point, anna: Person, kim: Person
) -> None:
    point.settle(by=anna, state="no", answer="Nee")
    point.ask_on("Waarom niet?", by=kim)
    spread()
    notice = Notice.objects.get(person=anna, event__verb=Verb.POINT_ASKED_ON)
    assert (notice.reason, still_asked([notice])) == ("waits", [notice])
    point.settle(by=anna, state="no", answer="Te duur")
    assert still_asked([notice]) == []
    point.ask_on("Hoe duur?", by=kim)
    assert still_asked([notice]) == []
    assert [event.audience for event in Event.objects.filter(verb=Verb.POINT_ASKED_ON)] == [Audience.NETWORK] * 2


def test_the_second_window_hears_what_happened(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, kim: Person
) -> None:
    """A new answer while its maker closes the old one; a question while the team changes its answer."""
    point.settle(by=anna, state="will-do", answer="In juni.")
    old = point.mark
    point.settle(by=anna, state="no", answer="Toch niet.")
    late = browser(kim).post(at("follow_up", challenge, point.pk), {"seen": old, "verdict": "tevreden"})
    assert (late.status_code, "Toch niet." in late.content.decode()) == (409, True)
    old = point.mark
    point.ask_on("Waarom?", by=kim)
    data = {"seen": old, "state": "will-do", "answer": "Mijn antwoord."}
    late = browser(anna).post(at("point", challenge, point.pk), data)
    page = late.content.decode()
    assert (late.status_code, "Waarom?" in page, "Mijn antwoord." in page) == (409, True, True)


def test_the_maker_of_a_point_of_a_session_is_who_raised_it(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, kim: Person, kas: Person
) -> None:
    point.raised_by = kas
    point.save(update_fields=["raised_by"])
    point.settle(by=anna, state="done", answer="Gedaan")
    path = at("follow_up", challenge, point.pk)
    assert [browser(who).get(path).status_code for who in (kas, kim)] == [200, 403]
    assert Event.objects.get(verb=Verb.POINT_ANSWERED).subject == kas


def test_the_tally_says_what_was_done(browser: Browser, challenge: Challenge, anna: Person, kim: Person) -> None:
    review = make.review(challenge, kim, points=("Een", "Twee", "Drie", "Vier", "Vijf"))
    for found, state in zip(review.points.order_by("number"), ("done", "done", "will-do", "no"), strict=False):
        found.settle(by=anna, state=state, answer="Antwoord")
    words = "Van 5 aandachtspunten: 2 gedaan, 1 doen we nog, 1 doen we niet, 1 zonder antwoord."
    assert words in browser(anna).get(at("detail", challenge)).content.decode()
    assert "aandachtspunten:" not in browser(None).get(at("detail", challenge)).content.decode()


# --- a second look ------------------------------------------------------------------------------------------


def test_a_second_look_shows_own_points_and_what_changed(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    review = make.review(challenge, kim, points=("Praat met bewoners.",))
    make.review(challenge, kas, points=("Van een ander.",))
    review.points.get().settle(by=anna, state="done", answer="Zes gesprekken.")
    challenge.edit(by=anna, seen=1, text={"question": "Een heel nieuwe vraag?"})
    page = browser(kim).get(at("review", Challenge.objects.get(pk=challenge.pk)))
    shown = page.content.decode()
    assert [change.name for change in page.context["again"]["changes"]] == ["question"]
    found = [words in shown for words in ("Praat met bewoners.", "Zes gesprekken.", "<ins>", "Van een ander.")]
    assert found == [True, True, True, False]
    fresh = make.person()
    make.seat(fresh)
    assert browser(fresh).get(at("review", challenge)).context["again"] is None


# --- a draft on two devices ---------------------------------------------------------------------------------


def device(browser: Browser, person: Person, path: str) -> tuple[Any, dict[str, str]]:
    """Open the page on another device: its browser, and what its form says of the draft."""
    client = browser(person)
    form = client.get(path).context["form"]
    return client, {"draft_page": form.draft_page, "draft_seen": form.draft_seen}


def test_a_draft_on_two_devices_warns_and_loses_nothing(browser: Browser, challenge: Challenge, kim: Person) -> None:
    path, save = at("review", challenge), at("review_draft", challenge)
    (one, first), (two, second) = (device(browser, kim, path) for _ in range(2))
    words = {"Van de laptop.": (one, first), "Van de tablet.": (two, second)}
    mine, theirs = ({**SHEET, "answer": said, **key} for said, (_client, key) in words.items())
    assert [one.post(save, mine).status_code for _ in range(2)] == [200, 200]
    late = two.post(save, theirs)
    assert (late.status_code, late.json()) == (409, {"saved_at": None, "clash": True})
    assert Draft.objects.get().data["answer"] == "Van de laptop."
    for asked in ({"keep": "1"}, {"compare": "1"}):
        page = two.post(save, {**theirs, **asked})
        shown = page.content.decode()
        assert (page.status_code, "Van de laptop." in shown, "Van de tablet." in shown) == (409, True, True)
    refused = two.post(path, theirs)
    assert (refused.status_code, "Van de laptop." in refused.content.decode()) == (409, True)
    assert (Review.objects.count(), Draft.objects.get().data["answer"]) == (0, "Van de laptop.")
    form = refused.context["form"]
    both = {**theirs, "answer": "Van de laptop. Van de tablet.", "draft_page": form.draft_page}
    sent = two.post(path, {**both, "draft_seen": form.draft_seen})
    assert (sent.status_code, Review.objects.get().answer) == (302, "Van de laptop. Van de tablet.")
    assert Draft.objects.count() == 0


def test_a_device_that_began_with_the_draft_goes_on_with_it(
    browser: Browser, challenge: Challenge, kim: Person
) -> None:
    path, save = at("review", challenge), at("review_draft", challenge)
    one, first = device(browser, kim, path)
    one.post(save, {**SHEET, **first})
    two, second = device(browser, kim, path)
    assert two.post(save, {**SHEET, "answer": "Verder.", **second}).status_code == 200
    assert one.post(save, {**SHEET, **first}).status_code == 409
    assert Draft.objects.get().data["answer"] == "Verder."


def test_the_draft_of_a_challenge_does_so_too(browser: Browser, challenge: Challenge, anna: Person) -> None:
    path, save = at("edit", challenge), at("draft", challenge)
    (one, first), (two, second) = (device(browser, anna, path) for _ in range(2))
    text = {"title": "Titel", "question": "Van de laptop."}
    assert one.post(save, {**text, **first}).status_code == 200
    late = {**text, "question": "Van de tablet.", **second}
    assert two.post(save, late).json() == {"saved_at": None, "clash": True}
    page = two.post(save, {**late, "compare": "1"})
    shown = page.content.decode()
    assert (page.status_code, "Van de laptop." in shown, "Van de tablet." in shown) == (409, True, True)
    form = page.context["form"]
    again = {**late, "draft_page": form.draft_page, "draft_seen": form.draft_seen}
    assert two.post(save, again).status_code == 200
    assert Draft.objects.get().data["question"] == "Van de tablet."


def test_what_another_device_keeps_outlives_a_sending(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any]
) -> None:
    path, save = reverse("challenges:new"), reverse("challenges:draft")
    (one, first), (two, second) = (device(browser, anna, path) for _ in range(2))
    one.post(save, {"title": "Half op de laptop", **first})
    sent = two.post(path, {**words, **second, "region": utrecht.pk, "action": "draft"})
    assert (sent.status_code, Draft.objects.get().data["title"]) == (302, "Half op de laptop")


def test_the_same_words_from_a_page_that_was_fetched_anew_count_once(
    browser: Browser, challenge: Challenge, kim: Person
) -> None:
    """The keys of the draft are new on each page; they do not make the words other words."""
    client, path = browser(kim), at("review", challenge)
    keys = [device(browser, kim, path)[1] for _ in range(2)]
    words = {**SHEET, "answer": "Mensen krijgen eerder rust."}
    answers = [client.post(path, {**words, **key, "form_key": make.key()}) for key in keys]
    assert [answer["Location"] for answer in answers] == [Review.objects.get().get_absolute_url()] * 2


@pytest.mark.parametrize("key", ["<script>", "x" * 20_000, "' OR 1=1"])
def test_a_hostile_key_breaks_nothing(browser: Browser, challenge: Challenge, kim: Person, key: str) -> None:
    data = {**SHEET, "draft_page": key, "draft_seen": key}
    answers = [browser(kim).post(at("review_draft", challenge), data).status_code for _ in range(2)]
    refused = browser(kim).post(at("review", challenge), {**data, "answer": ""})
    assert (answers, "<script>" in refused.content.decode().split("<form", 1)[1].split("</form>")[0]) == (
        [200, 200],
        False,
    )
