"""Several rows of the desk at once: what will happen, doing it, and taking it back."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from digests.compose import compose
from digests.models import Mail
from digests.spread import spread
from digests.tasks import tick
from regions.models import (
    Batch,
    BatchItem,
    Contribution,
    Event,
    Membership,
    Notice,
    Region,
    Report,
    Ruling,
    State,
    Verb,
)
from regions.models.batch import chosen
from regions.rules import can_post_in
from tests import make

Browser = Callable[[Person | None], Client]
Count = Callable[[Client, str], int]
pytestmark = pytest.mark.django_db
DESK, BULK = "/regios/utrecht/moderatie/", "/mijn/moderatie/samen/"


@pytest.fixture
def waiting(utrecht: Region, anna: Person, bo: Person, bram: Person, mo: Person, mia: Person) -> dict[str, str]:
    """One of each sort, by the value of its checkbox; the thing that is reported has two reports."""
    asked = utrecht.ask_to_join(bo, "Graag.")
    pending = make.challenge(by=anna, region=utrecht, title="Nieuw", state=State.PENDING)
    reported = make.challenge(by=anna, region=utrecht, title="Gemeld")
    first, last = (Report.make(reported, by=who, reason="other", words="Weg.") for who in (bo, bram))
    return {
        "joining": f"joining-{asked.pk}",
        "posting": f"posting-{pending.pk}",
        "report": f"report-{first.pk}-{last.pk}",
    }


def keys(browser: Browser, person: Person, path: str = DESK) -> list[str]:
    return [row.key for row in browser(person).get(path).context["piece"].rows]


def run(browser: Browser, person: Person, *rows: str, action: str = "alles") -> Batch:
    answer = browser(person).post(BULK, {"actie": action, "rij": rows, "form_key": make.key()})
    assert answer.status_code == 302
    return Batch.objects.get(pk=re.findall(r"\d+", answer["Location"])[0])


def undo(browser: Browser, person: Person, batch: Batch) -> list[str]:
    page = browser(person).post(f"{batch.get_absolute_url()}ongedaan/", follow=True)
    return [str(message.level_tag) for message in page.context["messages"]]


def outcome(batch: Batch) -> list[tuple[str, str]]:
    return list(batch.items.order_by("sort", "thing_id").values_list("sort", "state"))


def state_of(title: str) -> str:
    return Contribution.objects.get(title=title).state


# --- before -------------------------------------------------------------------------------------------------


def test_rows_can_be_ticked_and_all_of_them_at_once(browser: Browser, waiting: dict[str, str], mo: Person) -> None:
    assert sorted(keys(browser, mo)) == sorted(waiting.values())
    pages = {query: browser(mo).get(DESK + query).content.decode() for query in ("", "?kies=alles", "?kies=onzin")}
    assert {query: page.count(" checked") for query, page in pages.items()} == {
        "": 0,
        "?kies=alles": 3,
        "?kies=onzin": 0,
    }


def test_what_will_happen_is_told_before_and_nothing_is_done(
    browser: Browser, waiting: dict[str, str], utrecht: Region, anna: Person, bo: Person, mo: Person, mia: Person
) -> None:
    done = make.challenge(by=anna, region=utrecht, title="Al gepubliceerd", state=State.PENDING)
    Contribution.objects.get(pk=done.pk).approve(mia)
    ticked = {"rij": [*waiting.values(), f"posting-{done.pk}", "posting-x", "kwaad-1", "joining-987654321"]}
    events = Event.objects.count()
    page = browser(mo).get(BULK, {**ticked, "actie": "alles"})
    assert [row.key for row in page.context["rows"]] == [waiting[sort] for sort in ("joining", "posting", "report")]
    assert [row.thing.title for row in page.context["done_before"]] == ["Al gepubliceerd"]
    only = browser(mo).get(BULK, {**ticked, "actie": "joining"}).context
    assert ([row.sort for row in only["rows"]], [row.sort for row in only["not_asked"]]) == (
        ["joining"], ["posting", "posting", "report"],
    )  # fmt: skip
    assert (Event.objects.count(), Batch.objects.count(), bo.memberships.get().state) == (events, 0, "pending")


def test_only_what_one_moderates_is_there(
    browser: Browser,
    waiting: dict[str, str],
    eindhoven: Region,
    emil: Person,
    eva: Person,
    anna: Person,
    mo: Person,
    stan: Person,
) -> None:
    there = eindhoven.ask_to_join(anna)
    rows = [*waiting.values(), f"joining-{there.pk}"]
    assert [browser(who).get(BULK, {"rij": rows}).status_code for who in (anna, eva)] == [404, 404]
    seen = {who.name: len(browser(who).get(BULK, {"rij": rows}).context["rows"]) for who in (mo, emil, stan)}
    assert seen == {"Mo Moderator": 3, "Emil Elders": 1, "Stan Staf": 4}
    batch = run(browser, emil, *rows)
    assert (outcome(batch), Membership.objects.pending().count()) == ([("joining", "done")], 1)
    assert browser(mo).get(batch.get_absolute_url()).status_code == 404


# --- doing it -----------------------------------------------------------------------------------------------


def test_it_does_with_each_row_what_the_row_itself_would(
    browser: Browser, waiting: dict[str, str], bo: Person, bram: Person, anna: Person, mo: Person
) -> None:
    batch = run(browser, mo, *waiting.values())
    assert outcome(batch) == [("joining", "done"), ("posting", "done"), ("report", "done"), ("report", "done")]
    assert (bo.memberships.get().state, state_of("Nieuw"), Report.objects.open().count()) == ("active", "published", 0)
    assert keys(browser, mo) == []
    spread()
    told = Notice.objects.filter(event__verb__in=(Verb.LET_IN, Verb.APPROVED, Verb.REPORT_ANSWERED))
    assert sorted(told.values_list("event__verb", "person")) == sorted(
        [("let-in", bo.pk), ("approved", anna.pk), ("report-answered", bo.pk), ("report-answered", bram.pk)]
    )


def test_a_row_that_a_colleague_did_first_is_named_and_the_others_go_on(
    browser: Browser, waiting: dict[str, str], bo: Person, mo: Person, mia: Person
) -> None:
    bo.memberships.get().decide(mia, accept=False, answer="Nee.")
    batch = run(browser, mo, *waiting.values())
    assert outcome(batch)[:2] == [("joining", "left-out"), ("posting", "done")]
    page = browser(mo).get(batch.get_absolute_url()).content.decode()
    assert ("een collega was eerst" in page, bo.name in page) == (True, True)
    assert bo.memberships.get().state == "ended"


def test_a_report_that_came_after_the_page_was_shown_stays(
    browser: Browser, waiting: dict[str, str], eva: Person, mo: Person
) -> None:
    Report.make(Contribution.objects.get(title="Gemeld"), by=eva, reason="other", words="Later.")
    run(browser, mo, waiting["report"])
    assert list(Report.objects.open().values_list("words", flat=True)) == ["Later."]


def test_the_form_that_is_sent_twice_counts_once(browser: Browser, waiting: dict[str, str], mo: Person) -> None:
    data = {"actie": "alles", "rij": list(waiting.values()), "form_key": make.key()}
    places = [browser(mo).post(BULK, data)["Location"] for _ in range(2)]
    assert (len(set(places)), Batch.objects.count()) == (1, 1)


# --- taking it back -----------------------------------------------------------------------------------------


def test_it_is_all_as_it_was_before_and_who_was_told_hears_it(
    browser: Browser, waiting: dict[str, str], utrecht: Region, bo: Person, bram: Person, anna: Person, mo: Person
) -> None:
    before = bo.memberships.get()
    pending = Contribution.objects.get(title="Nieuw")
    batch = run(browser, mo, *waiting.values())
    make.forget(bo)
    assert can_post_in(bo, utrecht)
    assert undo(browser, mo, batch) == ["success"]
    make.forget(bo)
    now = bo.memberships.get()
    assert (now.state, now.since, now.answer, can_post_in(bo, utrecht)) == ("pending", before.since, "", False)
    again = Contribution.objects.get(title="Nieuw")
    assert (again.state, again.published_at, again.last_activity_at) == ("pending", None, pending.last_activity_at)
    assert Report.objects.open().count() == 2
    assert sorted(keys(browser, mo)) == sorted(waiting.values())
    utrecht.refresh_from_db()
    assert utrecht.member_count == utrecht.memberships.active().count()
    assert {state for _sort, state in outcome(batch)} == {"undone"}
    spread()
    told = Notice.objects.filter(event__verb__in=(Verb.LET_IN_UNDONE, Verb.APPROVAL_UNDONE, Verb.REPORT_REOPENED))
    assert sorted(told.values_list("event__verb", "person")) == sorted(
        [
            ("let-in-undone", bo.pk),
            ("approval-undone", anna.pk),
            ("report-reopened", bo.pk),
            ("report-reopened", bram.pk),
        ]
    )
    log = browser(mo).get(f"{DESK}logboek/").content.decode()
    assert ("draaide terug dat iemand in de regio werd toegelaten" in log, "liet iemand" in log) == (True, True)


def test_undone_twice_is_undone_once(browser: Browser, waiting: dict[str, str], mo: Person) -> None:
    batch = run(browser, mo, *waiting.values())
    assert [undo(browser, mo, batch), undo(browser, mo, batch)] == [["success"], ["warning"]]
    assert Event.objects.filter(verb=Verb.LET_IN_UNDONE).count() == 1


def test_what_somebody_touched_since_stays_and_is_named(
    browser: Browser, waiting: dict[str, str], utrecht: Region, bo: Person, mo: Person, anna: Person, mia: Person
) -> None:
    batch = run(browser, mo, *waiting.values())
    bo.memberships.get().suspend(mia, reason="rules", words="Nee.", ends_on=timezone.localdate())
    published = Challenge.objects.get(title="Nieuw")
    published.edit(by=anna, seen=published.version, text={"question": "Anders."})
    Ruling.hide(Contribution.objects.get(title="Gemeld"), by=mia, reason="other", words="Nee.")
    assert undo(browser, mo, batch) == ["warning"]
    assert {state for _sort, state in outcome(batch)} == {"stuck"}
    assert (bo.memberships.get().state, state_of("Nieuw"), state_of("Gemeld")) == ("suspended", "published", "hidden")
    page = browser(mo).get(batch.get_absolute_url()).content.decode()
    assert page.count("kon niet worden teruggedraaid") == 4


def test_who_came_back_by_another_way_stays(
    browser: Browser, waiting: dict[str, str], utrecht: Region, bo: Person, mo: Person, mia: Person
) -> None:
    batch = run(browser, mo, waiting["joining"])
    bo.memberships.get().leave(bo)
    utrecht.ask_to_join(bo).decide(mia, accept=True)
    assert undo(browser, mo, batch) == ["warning"]
    assert (outcome(batch), bo.memberships.get().state) == ([("joining", "stuck")], "active")


def test_one_that_cannot_be_taken_back_does_not_stop_the_others(
    browser: Browser, waiting: dict[str, str], bo: Person, mo: Person
) -> None:
    batch = run(browser, mo, *waiting.values())
    bo.memberships.get().leave(bo)
    assert undo(browser, mo, batch) == ["success"]
    assert outcome(batch) == [("joining", "stuck"), ("posting", "undone"), ("report", "undone"), ("report", "undone")]


def test_who_reported_anew_has_one_report(browser: Browser, waiting: dict[str, str], bo: Person, mo: Person) -> None:
    batch = run(browser, mo, waiting["report"])
    Report.make(Contribution.objects.get(title="Gemeld"), by=bo, reason="other", words="Nog steeds.")
    assert undo(browser, mo, batch) == ["success"]
    assert sorted(state for _sort, state in outcome(batch)) == ["stuck", "undone"]
    assert Report.objects.open().count() == 2


def test_after_half_an_hour_it_stays(browser: Browser, waiting: dict[str, str], bo: Person, mo: Person) -> None:
    batch = run(browser, mo, *waiting.values())
    place = f"{batch.get_absolute_url()}ongedaan/"
    assert place in browser(mo).get(batch.get_absolute_url()).content.decode()
    assert browser(mo).get(place).status_code == 405
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert place not in browser(mo).get(batch.get_absolute_url()).content.decode()
        assert undo(browser, mo, batch) == ["error"]
    assert bo.memberships.get().state == "active"


def test_who_moderates_no_more_takes_nothing_back(
    browser: Browser, waiting: dict[str, str], mo: Person, bo: Person, utrecht: Region
) -> None:
    batch = run(browser, mo, *waiting.values())
    make.member(mo, utrecht)
    assert browser(mo).get(batch.get_absolute_url()).status_code == 404
    assert browser(mo).post(f"{batch.get_absolute_url()}ongedaan/").status_code == 404
    assert (batch.undo(mo), bo.memberships.get().state) == (0, "active")


def test_a_welcome_that_was_not_sent_yet_is_not_sent(
    browser: Browser, waiting: dict[str, str], utrecht: Region, bo: Person, mo: Person
) -> None:
    utrecht.arrange(mo, welcome_mail="Welkom!")
    batch = run(browser, mo, waiting["joining"])
    spread()
    undo(browser, mo, batch)
    tick()
    assert list(Mail.objects.filter(kind="welcome").values_list("person", flat=True)) == [bo.pk]
    assert [compose(mail) for mail in Mail.objects.filter(kind="welcome")] == [None]


def test_it_costs_the_same_to_look_at_one_row_and_at_many(
    browser: Browser, count: Count, waiting: dict[str, str], utrecht: Region, mo: Person, anna: Person
) -> None:
    def path() -> str:
        return BULK + "?" + "&".join(f"rij={key}" for key in keys(browser, mo))

    few = count(browser(mo), path())
    for _ in range(6):
        utrecht.ask_to_join(make.person())
        make.challenge(by=anna, region=utrecht, state=State.PENDING)
        Report.make(make.challenge(by=anna, region=utrecht), by=anna, reason="other")
    assert count(browser(mo), path()) == few == 7
    batch = run(browser, mo, *keys(browser, mo))
    assert (batch.items.count(), count(browser(mo), batch.get_absolute_url())) == (22, 9)


def test_old_batches_are_thrown_away(waiting: dict[str, str], mo: Person) -> None:
    Batch.run(chosen(mo, [("joining", Membership.objects.pending().get().pk, None)]), by=mo)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        tick()
    assert (Batch.objects.count(), BatchItem.objects.count()) == (0, 0)
