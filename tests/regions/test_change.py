"""Asking the author to change something: it stays readable, waits on the author, and comes back to the desk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from challenges.waiting import waiting_for
from digests.spread import spread
from regions.errors import AlreadyDone, TooLate
from regions.models import Attachment, Comment, Contribution, Event, Notice, Part, Region, Ruling, State, Verb
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
DESK = "/regios/utrecht/moderatie/"
WHY = {"reason": "privacy", "words": "Haal de naam weg."}
LATER = timedelta(days=15)


@pytest.fixture
def challenge(anna: Person, bram: Person, utrecht: Region) -> Challenge:
    """Anna's, with Bram in the team."""
    challenge = make.challenge(by=anna, region=utrecht, title="Over wonen")
    challenge.involve(bram, Part.TEAM, by=anna)
    return challenge


@pytest.fixture
def asked(challenge: Challenge, mo: Person) -> Ruling:
    return Ruling.ask_change(challenge, by=mo, **WHY)


@pytest.fixture
def comment(challenge: Challenge, eva: Person) -> Comment:
    written = Comment.write(challenge, "Vraag het maar aan Jan.", by=eva)
    Comment.objects.filter(pk=written.pk).update(at=timezone.now() - timedelta(days=2))
    return Comment.objects.get(pk=written.pk)


def edit(challenge: Challenge, by: Person, question: str = "Zonder naam.") -> None:
    now = Challenge.objects.get(pk=challenge.pk)
    now.edit(by=by, seen=now.version, text={"question": question})


def sorts(browser: Browser, person: Person) -> list[str]:
    return [row.sort for row in browser(person).get(DESK).context["piece"].rows]


def told(person: Person) -> list[tuple[str, str]]:
    spread()
    rows = Notice.objects.filter(person=person, event__verb__contains="change").order_by("pk")
    rows |= Notice.objects.filter(person=person, event__verb=Verb.COMMENT_ASKED)
    return list(rows.values_list("event__verb", "reason"))


def waits(person: Person) -> list[tuple[str, str]]:
    make.forget(person)
    return [(line.title, line.url) for line in waiting_for(person)]


# --- a contribution -----------------------------------------------------------------------------------------


def test_it_is_asked_with_a_reason_and_words(
    browser: Browser, challenge: Challenge, mo: Person, anna: Person, emil: Person
) -> None:
    path = f"/stuk/{challenge.pk}/wijziging/"
    assert path in browser(mo).get(challenge.get_absolute_url()).content.decode()
    assert [browser(who).post(path, WHY).status_code for who in (anna, emil)] == [403, 403]
    assert browser(mo).post(path, {**WHY, "words": " "}).status_code == 422
    assert browser(mo).post(path, {**WHY, "naar": "moderatie"})["Location"] == DESK
    page = browser(mo).post(path, WHY, follow=True)  # asked before, and there is time
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    ruling = Ruling.objects.get()
    assert (ruling.measure, ruling.words, ruling.due_at - ruling.at) == (  # type: ignore[operator]
        "ask-change", "Haal de naam weg.", timedelta(days=14),
    )  # fmt: skip
    assert "Haal de naam weg." in browser(mo).get(f"{DESK}logboek/").content.decode()


def test_it_stays_readable_and_only_the_team_and_moderators_read_what_is_asked(
    browser: Browser, asked: Ruling, challenge: Challenge, anna: Person, bram: Person, mo: Person, eva: Person
) -> None:
    cast = {"anna": anna, "bram": bram, "mo": mo, "eva": eva, "visitor": None}
    pages = {name: browser(who).get(challenge.get_absolute_url()) for name, who in cast.items()}
    assert {page.status_code for page in pages.values()} == {200}
    reads = {name for name, page in pages.items() if "Haal de naam weg." in page.content.decode()}
    edits = {name for name, page in pages.items() if "Wijzig de tekst" in page.content.decode()}
    assert (reads, edits) == ({"anna", "bram", "mo"}, {"anna", "bram"})


def test_it_waits_on_the_team_until_the_text_is_edited(
    browser: Browser, asked: Ruling, challenge: Challenge, anna: Person, bram: Person, mo: Person, mia: Person
) -> None:
    mine = ("Over wonen", f"/challenges/{challenge.pk}-over-wonen/")
    assert [waits(person) for person in (anna, bram, mo)] == [[mine], [mine], []]
    assert (told(anna), told(bram)) == ([("change-asked", "waits")],) * 2
    assert sorts(browser, mo) == []
    edit(challenge, bram)
    assert (waits(anna), sorts(browser, mo)) == ([], ["change"])
    assert told(mia) == [("change-made", "waits")]
    edit(challenge, bram, "Nog eens.")
    assert Event.objects.filter(verb=Verb.CHANGE_MADE).count() == 1


def test_a_changed_filing_is_no_change_of_the_text(asked: Ruling, challenge: Challenge, anna: Person) -> None:
    now = Challenge.objects.get(pk=challenge.pk)
    now.edit(by=anna, seen=now.version, text=now.text, visibility="network")
    asked.refresh_from_db()
    assert asked.changed_at is None


def test_a_file_or_a_prototype_may_be_what_had_to_change(challenge: Challenge, mo: Person, anna: Person) -> None:
    file = Attachment.add(challenge, ContentFile(b"%PDF-1.4 x", "naam.pdf"), "application/pdf", by=anna)
    prototype = make.prototype(challenge)
    test = make.round(prototype)
    steps = (
        lambda: file.remove(anna),
        lambda: prototype.edit(by=anna, what="Anders."),
        lambda: test.edit(by=anna, learned="Anders."),
    )
    for step in steps:
        ruling = Ruling.ask_change(challenge, by=mo, **WHY)
        step()
        ruling.refresh_from_db()
        assert ruling.changed_at
        ruling.end(mo, accept=True)


def test_a_moderator_leaves_the_change_so(
    browser: Browser, asked: Ruling, challenge: Challenge, anna: Person, mia: Person, emil: Person
) -> None:
    path = f"/besluiten/{asked.pk}/wijziging/"
    yes = {"besluit": "ja", "naar": "moderatie"}
    edit(challenge, anna)
    assert [browser(who).post(path, yes).status_code for who in (anna, emil)] == [404, 404]
    assert browser(mia).post(path, yes)["Location"] == DESK
    assert (sorts(browser, mia), told(anna)[-1]) == ([], ("change-accepted", "about"))
    page = browser(mia).post(path, yes, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    assert "Haal de naam weg." not in browser(anna).get(challenge.get_absolute_url()).content.decode()


def test_a_moderator_takes_the_question_back(
    browser: Browser, asked: Ruling, challenge: Challenge, anna: Person, mo: Person
) -> None:
    assert browser(mo).post(f"/besluiten/{asked.pk}/wijziging/", {"besluit": "nee"}).status_code == 302
    assert (waits(anna), told(anna)[-1]) == ([], ("change-withdrawn", "about"))
    edit(challenge, anna)
    assert sorts(browser, mo) == []


def test_taking_back_does_not_pass_over_a_change_that_came_first(
    asked: Ruling, challenge: Challenge, anna: Person, mo: Person
) -> None:
    edit(challenge, anna)
    with pytest.raises(AlreadyDone):
        asked.end(mo, accept=False)


def test_after_two_weeks_it_is_late_on_the_desk_and_may_be_asked_again(
    browser: Browser, asked: Ruling, challenge: Challenge, anna: Person, mo: Person
) -> None:
    with time_machine.travel(timezone.now() + LATER):
        page = browser(mo).get(DESK)
        assert [row.sort for row in page.context["piece"].rows] == ["change"]
        assert "Niet op tijd gewijzigd" in page.content.decode()
        assert len(waits(anna)) == 1  # it still waits on the author
        again = Ruling.ask_change(challenge, by=mo, **WHY)
        assert (sorts(browser, mo), list(Ruling.objects.asking())) == ([], [again])


def test_hidden_after_all_ends_it(
    browser: Browser, asked: Ruling, challenge: Challenge, anna: Person, mo: Person
) -> None:
    edit(challenge, anna)
    browser(mo).post(f"/stuk/{challenge.pk}/verbergen/", WHY)
    assert (sorts(browser, mo), waits(anna), Ruling.objects.asking().count()) == ([], [], 0)


def test_what_waits_to_be_published_may_have_to_change_first(
    browser: Browser, utrecht: Region, bram: Person, mo: Person
) -> None:
    challenge = make.challenge(by=bram, region=utrecht, state=State.PENDING)
    Ruling.ask_change(challenge, by=mo, **WHY)
    assert "Haal de naam weg." in browser(bram).get(challenge.get_absolute_url()).content.decode()
    Contribution.objects.filter(pk=challenge.pk).update(state=State.ARCHIVED)
    with pytest.raises(AlreadyDone):
        Ruling.ask_change(make.challenge(by=bram, region=utrecht, state=State.ARCHIVED), by=mo, **WHY)


def test_there_is_no_appeal_against_a_question(browser: Browser, asked: Ruling, anna: Person) -> None:
    assert browser(anna).get(f"/besluiten/{asked.pk}/herbeoordeling/").status_code == 403


def test_what_is_asked_is_read_in_the_overview_with_the_day(
    browser: Browser, asked: Ruling, anna: Person, challenge: Challenge
) -> None:
    spread()
    page = browser(anna).get("/mijn/overzicht/").content.decode()
    assert ("Haal de naam weg." in page, "Doe dit graag vóór" in page) == (True, True)
    edit(challenge, anna)
    assert "Haal de naam weg." not in browser(anna).get("/mijn/overzicht/").content.decode()


# --- a comment ----------------------------------------------------------------------------------------------


def test_the_writer_may_change_a_comment_once_more(
    browser: Browser, comment: Comment, eva: Person, anna: Person, mo: Person
) -> None:
    path = f"/reacties/{comment.pk}/bewerken/"
    assert browser(eva).get(path).status_code == 403
    assert browser(mo).post(f"/reacties/{comment.pk}/wijziging/", WHY).status_code == 302
    assert waits(eva) == [("Over wonen", path)]
    assert (told(eva), told(anna)) == ([("comment-asked", "waits")], [])
    pages = {
        who.name: browser(who).get(comment.contribution.get_absolute_url()).content.decode() for who in (eva, anna, mo)
    }
    assert [name for name, page in pages.items() if "Haal de naam weg." in page] == ["Eva Elders", "Mo Moderator"]
    assert browser(eva).post(path, {"text": "Vraag het maar rond."}).status_code == 302
    assert browser(eva).get(path).status_code == 403
    assert (waits(eva), sorts(browser, mo)) == ([], ["change"])
    comment.refresh_from_db()
    with pytest.raises(TooLate):
        comment.change("Toch weer Jan.")


def test_taking_it_back_closes_the_comment_again(comment: Comment, mo: Person, eva: Person) -> None:
    asked = Ruling.ask_change(comment.contribution, comment=comment, by=mo, **WHY)
    asked.end(mo, accept=False)
    comment.refresh_from_db()
    with pytest.raises(TooLate):
        comment.change("Toch.")
    assert told(eva)[-1] == ("change-withdrawn", "about")


@pytest.mark.parametrize("what", ["hidden", "deleted"])
def test_a_comment_that_is_gone_needs_no_change(
    what: str, browser: Browser, comment: Comment, mo: Person, eva: Person
) -> None:
    Ruling.ask_change(comment.contribution, comment=comment, by=mo, **WHY)
    comment.refresh_from_db()
    if what == "hidden":
        Ruling.on_comment(comment, by=mo, hide=True, reason="other", words="Toch.")
    else:
        comment.delete_text()
    assert (waits(eva), Ruling.objects.asking().count()) == ([], 0)
    comment.refresh_from_db()
    with pytest.raises(AlreadyDone):
        Ruling.ask_change(comment.contribution, comment=comment, by=mo, **WHY)


def test_what_the_writer_sees_no_more_waits_on_nobody(comment: Comment, mo: Person, eva: Person) -> None:
    Ruling.ask_change(comment.contribution, comment=comment, by=mo, **WHY)
    Contribution.objects.filter(pk=comment.contribution_id).update(visibility="team")
    assert waits(eva) == []


def test_a_question_about_a_comment_is_none_about_the_text(
    browser: Browser, comment: Comment, challenge: Challenge, mo: Person, anna: Person
) -> None:
    Ruling.ask_change(challenge, comment=comment, by=mo, **WHY)
    edit(challenge, anna)
    assert (waits(anna), sorts(browser, mo)) == ([], [])
    assert Ruling.objects.unanswered().count() == 1
