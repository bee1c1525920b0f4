"""Reports: of a visitor with a confirmed address, several about one thing, and what reporters hear."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Person
from challenges.models import Challenge
from digests.models import Mail
from digests.spread import spread
from digests.tasks import tick
from regions.errors import AlreadyDone
from regions.models import Comment, Event, Notice, Region, Report, Ruling, State, UnconfirmedReport, Verb, Visibility
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
DESK = "/regios/utrecht/moderatie/"
TYPED = {"reason": "privacy", "words": "Hier staat een naam.", "email": "Wie@Thuis.example"}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, title="Over wonen")


def path(challenge: Challenge) -> str:
    return f"/stuk/{challenge.pk}/signaal/"


def send(browser: Browser, challenge: Challenge, **typed: str) -> int:
    return browser(None).post(path(challenge), {**TYPED, **typed}).status_code


def link() -> str:
    return UnconfirmedReport.objects.get().get_absolute_url()


def confirmed(challenge: Challenge, email: str = "wie@thuis.example", **fields: object) -> Report:
    fields = {"reason": "other", "words": "Dit niet.", **fields}
    return Report.make(challenge, by=None, email=email, language="nl", **fields)  # type: ignore[arg-type]


# --- a visitor ----------------------------------------------------------------------------------------------


def test_a_visitor_is_asked_for_an_address_and_a_member_is_not(
    browser: Browser, challenge: Challenge, bo: Person
) -> None:
    pages = {name: browser(who).get(path(challenge)).content.decode() for name, who in (("none", None), ("bo", bo))}
    assert {name: 'name="email"' in page for name, page in pages.items()} == {"none": True, "bo": False}
    assert path(challenge) in browser(None).get(challenge.get_absolute_url()).content.decode()
    assert send(browser, challenge, email="geen adres") == 422
    assert (UnconfirmedReport.objects.count(), Mail.objects.count()) == (0, 0)


def test_only_the_button_behind_the_link_makes_it_a_report(browser: Browser, challenge: Challenge, mo: Person) -> None:
    assert send(browser, challenge) == 302
    assert (Report.objects.count(), Event.objects.filter(verb=Verb.REPORTED).count()) == (0, 0)
    assert "Hier staat een naam." not in browser(mo).get(DESK).content.decode()
    place = link()
    page = browser(None).get(place)
    assert (page.status_code, "Hier staat een naam." in page.content.decode()) == (200, True)
    assert (browser(None).head(place).status_code, Report.objects.count()) == (200, 0)
    assert browser(None).post(place).status_code == 302
    assert list(Report.objects.values_list("person", "email", "words", "comment")) == [
        (None, "wie@thuis.example", "Hier staat een naam.", None)
    ]
    assert list(Event.objects.filter(verb=Verb.REPORTED).values_list("actor", "subject")) == [(None, None)]
    desk = browser(mo).get(DESK).content.decode()
    assert ("Hier staat een naam." in desk, "wie@thuis.example" in desk) == (True, True)
    assert [browser(None).get(place).status_code, browser(None).post(place).status_code] == [410, 410]
    assert Report.objects.count() == 1


def test_a_link_that_is_not_ours_is_not_there(browser: Browser, challenge: Challenge) -> None:
    send(browser, challenge)
    place = link()
    for wrong in ("/signalen/bevestigen/x/", "/signalen/bevestigen/a:b:c/", f"{place[:-3]}/"):
        assert browser(None).get(wrong).status_code == 404


def test_the_same_address_and_thing_gets_one_mail(browser: Browser, challenge: Challenge) -> None:
    for words in ("Eerst zo en zo gezegd.", "Nu heel anders gezegd."):
        assert send(browser, challenge, words=words) == 302
    assert list(UnconfirmedReport.objects.values_list("words", flat=True)) == ["Nu heel anders gezegd."]
    assert list(Mail.objects.values_list("kind", "address", "person", "priority")) == [("report", "", None, 0)]


def test_nobody_is_flooded_through_this_form(browser: Browser, utrecht: Region, anna: Person) -> None:
    answers = [send(browser, make.challenge(by=anna, region=utrecht)) for _ in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert Mail.objects.count() == 3


def test_one_place_cannot_send_without_end(browser: Browser, utrecht: Region, anna: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    answers = [send(browser, challenge, email=f"wie{number}@thuis.example") for number in range(22)]
    assert (answers[:20], answers[20:]) == ([302] * 20, [429] * 2)


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(
    browser: Browser, challenge: Challenge, bo: Person
) -> None:
    EmailAddress.objects.create(user=bo, email=bo.email, verified=True, primary=True)
    said = []
    for email in (bo.email, "wie@thuis.example"):
        page = browser(None).post(path(challenge), {**TYPED, "email": email}, follow=True)
        said.append([str(message).replace(email, "ADRES") for message in page.context["messages"]])
    assert (said[0] == said[1], len(said[0])) == (True, 1)
    assert list(Mail.objects.values_list("kind", "person").distinct()) == [("report", None)]


def test_who_is_signed_in_with_that_address_reports_as_themselves(
    browser: Browser, challenge: Challenge, bo: Person, bram: Person
) -> None:
    EmailAddress.objects.create(user=bo, email="wie@thuis.example", verified=True)
    send(browser, challenge)
    browser(bo).post(link())
    assert list(Report.objects.values_list("person", "email")) == [(bo.pk, "")]
    send(browser, challenge)
    browser(bram).post(link())
    assert list(Report.objects.values_list("person", "email").order_by("pk"))[1:] == [(None, "wie@thuis.example")]


def test_a_form_that_a_visitor_sends_twice_counts_once(browser: Browser, challenge: Challenge) -> None:
    client, key = browser(None), make.key()
    places = [client.post(path(challenge), {**TYPED, "form_key": key})["Location"] for _ in range(2)]
    assert places == [challenge.get_absolute_url()] * 2
    assert Mail.objects.count() == 1


def test_it_may_be_about_a_comment(browser: Browser, challenge: Challenge, anna: Person) -> None:
    comment = Comment.write(challenge, "Reclame", by=anna)
    page = browser(None).get(challenge.get_absolute_url()).content.decode()
    place = f"{path(challenge)}?reactie={comment.pk}"
    assert place in page
    browser(None).post(place, TYPED)
    browser(None).post(link())
    assert Report.objects.get().comment == comment


@pytest.mark.parametrize("change", ["hidden", "closed"])
def test_what_visitors_see_no_more_cannot_be_confirmed_and_is_not_named(
    change: str, browser: Browser, challenge: Challenge, mo: Person
) -> None:
    send(browser, challenge)
    if change == "hidden":
        Ruling.hide(challenge, by=mo, reason="other", words="Nee.")
    else:
        Challenge.objects.filter(pk=challenge.pk).update(visibility=Visibility.TEAM)
    page = browser(None).get(link())
    assert (page.status_code, challenge.title in page.content.decode()) == (410, False)
    assert (browser(None).post(link()).status_code, Report.objects.count()) == (410, 0)


def test_after_three_days_it_is_thrown_away(browser: Browser, challenge: Challenge) -> None:
    send(browser, challenge)
    place = link()
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=23)):
        tick()
        assert (browser(None).get(place).status_code, UnconfirmedReport.objects.count()) == (200, 1)
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert browser(None).post(place).status_code == 410
        tick()
    assert (UnconfirmedReport.objects.count(), Report.objects.count()) == (0, 0)


def test_the_address_goes_some_time_after_the_answer(challenge: Challenge, mo: Person) -> None:
    report = confirmed(challenge)
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        tick()
        report.refresh_from_db()
        assert report.email == "wie@thuis.example"  # nobody answered yet
        report.close(mo)
    with time_machine.travel(timezone.now() + timedelta(days=289)):
        tick()
        report.refresh_from_db()
        assert report.email == "wie@thuis.example"
    with time_machine.travel(timezone.now() + timedelta(days=291)):
        tick()
        report.refresh_from_db()
    assert (report.email, report.words) == ("", "Dit niet.")


# --- several about one thing --------------------------------------------------------------------------------


def test_reports_about_one_thing_are_one_row(
    browser: Browser, challenge: Challenge, bo: Person, bram: Person, mo: Person, anna: Person
) -> None:
    comment = Comment.write(challenge, "Reclame", by=anna)
    for who, words in ((bo, "Een van Bo."), (bram, "Twee van Bram.")):
        Report.make(challenge, by=who, reason="other", words=words)
    confirmed(challenge, words="Drie van buiten.")
    Report.make(challenge, by=bo, reason="insult", comment=comment)
    rows = browser(mo).get(DESK).context["piece"].rows
    assert [(row.sort, row.thing.number, [one.by for one in row.thing.reports]) for row in rows] == [
        ("report", 3, ["Bo Bewoner", "Bram Buur", "wie@thuis.example"]),
        ("report", 1, ["Bo Bewoner"]),
    ]
    page = browser(mo).get(DESK).content.decode()
    assert [words in page for words in ("Een van Bo.", "Twee van Bram.", "Drie van buiten.")] == [True] * 3


def test_closing_deals_with_all_that_were_seen_and_keeps_a_later_one(
    browser: Browser, challenge: Challenge, bo: Person, bram: Person, eva: Person, mo: Person, mia: Person
) -> None:
    first, second = (Report.make(challenge, by=who, reason="other", words="Weg.") for who in (bo, bram))
    (row,) = browser(mo).get(DESK).context["piece"].rows
    Report.make(challenge, by=eva, reason="other", words="Later.")
    place, seen = f"/signalen/{first.pk}/sluiten/", {"tot": str(row.thing.last), "naar": "moderatie"}
    assert browser(mo).post(place, seen)["Location"] == DESK
    assert list(Report.objects.open().values_list("words", flat=True)) == ["Later."]
    page = browser(mia).post(place, seen, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    spread()
    told = Notice.objects.filter(event__verb=Verb.REPORT_ANSWERED).values_list("person", flat=True)
    assert sorted(told) == sorted([bo.pk, bram.pk])
    assert second.pk not in Report.objects.open().values_list("pk", flat=True)


def test_hiding_tells_every_reporter_and_a_visitor_by_mail(
    challenge: Challenge, bo: Person, bram: Person, mo: Person
) -> None:
    for who in (bo, bram):
        Report.make(challenge, by=who, reason="other", words="Weg.")
    confirmed(challenge)
    Ruling.hide(challenge, by=mo, reason="other", words="Nee.")
    spread()
    assert Report.objects.open().count() == 0
    events = Event.objects.filter(verb=Verb.REPORT_CLOSED).order_by("pk")
    assert [(event.subject, event.data["how"]) for event in events] == [
        (bo, "hidden"), (bram, "hidden"), (None, "hidden"),
    ]  # fmt: skip
    assert Notice.objects.filter(event__verb=Verb.REPORT_ANSWERED).count() == 2
    assert list(Mail.objects.values_list("kind", "address", "person")) == [("answer", "", None)]


def test_a_reporter_reads_what_was_done(
    browser: Browser, challenge: Challenge, bo: Person, bram: Person, mo: Person
) -> None:
    Report.make(challenge, by=bo, reason="other", words="Weg.").close(mo)
    Report.make(challenge, by=bram, reason="other", words="Weg.")
    Ruling.ask_change(challenge, by=mo, reason="other", words="Haal de naam weg.")
    spread()
    pages = [browser(who).get("/mijn/meldingen/").content.decode() for who in (bo, bram)]
    said = ("bekeken het en lieten het zo", "vroeg de auteur om het te wijzigen", "Haal de naam weg.")
    assert [[words in page for words in said] for page in pages] == [[True, False, False], [False, True, False]]


def test_what_is_hidden_meanwhile_takes_no_report(challenge: Challenge, anna: Person, bo: Person, mo: Person) -> None:
    comment = Comment.write(challenge, "Reclame", by=anna)
    Ruling.on_comment(comment, by=mo, hide=True, reason="other", words="Nee.")
    stale = Challenge.objects.get(pk=challenge.pk)
    Ruling.hide(challenge, by=mo, reason="other", words="Nee.")
    for about in (comment, None):
        with pytest.raises(AlreadyDone):
            Report.make(stale, by=bo, reason="other", comment=about)
    assert (stale.state, Report.objects.count()) == (State.PUBLISHED, 0)


def test_many_reports_cost_what_one_costs(
    challenge: Challenge, bo: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = Report.make(challenge, by=bo, reason="other", words="Eerste.")
    for number in range(30):
        confirmed(challenge, email=f"wie{number}@thuis.example")
    with django_assert_num_queries(1):
        case = Report.objects.cases([first.pk])[first.pk]
        seen = [(report.by, report.contribution.region.name) for report in case.reports]
    assert (len(seen), case.number, case.more, case.last) == (5, 31, 26, Report.objects.order_by("pk").last().pk)  # type: ignore[union-attr]


def test_the_log_does_not_name_who_reported(browser: Browser, challenge: Challenge, mo: Person, bo: Person) -> None:
    """Whom it is about may be a moderator as well; the desk names them to who may judge."""
    confirmed(challenge)
    Report.make(challenge, by=bo, reason="other", words="")
    page = browser(mo).get(f"{DESK}logboek/").content.decode()
    assert (page.count("<strong>Iemand</strong> "), "wie@thuis.example" in page, str(bo) in page) == (2, False, False)


def test_what_is_reported_about_a_moderator_is_for_the_other(
    browser: Browser, utrecht: Region, mo: Person, mia: Person, bram: Person
) -> None:
    """Of a challenge and of a comment: neither on the desk, nor in the notices, nor to be closed by who it is about."""
    challenge = make.challenge(by=mo, region=utrecht)
    comment = Comment.write(make.challenge(by=bram, region=utrecht), "Van mo", by=mo)
    rows = [
        Report.make(challenge, by=bram, reason="other", words="kanarie"),
        Report.make(comment.contribution, by=bram, reason="other", words="kanarie", comment=comment),
    ]
    spread()
    for who, number in ((mo, 0), (mia, 2)):
        desk = browser(who).get(DESK)
        told = Notice.objects.filter(person=who, event__verb=Verb.REPORTED).count()
        assert (len(desk.context["piece"].rows), desk.content.decode().count("kanarie"), told) == (number,) * 3
    codes = [browser(mo).post(f"/signalen/{row.pk}/sluiten/").status_code for row in rows]
    together = browser(mo).post(
        "/mijn/moderatie/samen/", {"actie": "alles", "rij": [f"report-{row.pk}" for row in rows]}
    )
    assert (codes, Report.objects.open().count(), together.status_code < 500) == ([403, 403], 2, True)
