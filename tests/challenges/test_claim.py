"""Posting on behalf of someone: the mail with its link, who may claim it, and what nobody else learns."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone, translation

from accounts.models import Person
from challenges.models import Challenge
from digests.compose import compose
from digests.items import gather
from digests.models import Mail
from digests.spread import spread
from regions.errors import AlreadyDone, NotYours, TooLate
from regions.models import Claim, Event, Notice, Region, State, Verb
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db
GUEST = "gast@voorbeeld.example"
NEW = "/challenges/nieuw/"
YES, NO = {"besluit": "ja"}, {"besluit": "nee"}


def confirmed(person: Person, email: str, *, verified: bool = True) -> Person:
    EmailAddress.objects.create(user=person, email=email, verified=verified)
    return person


@pytest.fixture
def guest(db: None) -> Person:
    return confirmed(make.person("Gijs Gast"), GUEST)


@pytest.fixture
def challenge(utrecht: Region, mo: Person) -> Challenge:
    """Of the team only, with a word that stands nowhere else."""
    text = {"title": "Buurtsoep", "question": "geheimvraag"}
    return make.challenge(by=mo, region=utrecht, visibility="team", **text)


@pytest.fixture
def claim(challenge: Challenge, mo: Person) -> Claim:
    return Claim.ask(challenge, GUEST, by=mo)


def letters() -> list[str]:
    """Return the mails that go out, as text; what is not composed is left out."""
    spread()
    found = [compose(mail) for mail in Mail.objects.filter(kind=Mail.Kind.CLAIM, state=Mail.State.READY)]
    return [letter.body.decode().replace("=\r\n", "").replace("=3D", "=") for letter in found if letter]


def authors(challenge: Challenge) -> list[tuple[str, str]]:
    now = Challenge.objects.get(pk=challenge.pk)
    return [(owner.person.name, owner.part) for owner in now.owners]


def told(person: Person) -> list[tuple[str, str]]:
    """Return title and words of what someone is told."""
    spread()
    person = Person.objects.get(pk=person.pk)
    with translation.override("en"):
        groups = gather(person, Notice.objects.filter(person=person))
        return [(group.title, f"{item.who} {item.what}") for group in groups for item in group.items]


# --- posting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "state"), [("publish", State.PUBLISHED), ("draft", State.DRAFT)])
def test_a_moderator_posts_on_behalf_of_a_newcomer(
    action: str, state: str, browser: Browser, words: dict[str, Any], utrecht: Region, mo: Person
) -> None:
    data = {**words, "region": utrecht.pk, "behalf": GUEST.upper(), "action": action, "form_key": make.key()}
    assert browser(mo).post(NEW, data).status_code == 302
    made = Challenge.objects.get()
    claim = Claim.objects.get()
    assert (made.state, made.author, claim.email, claim.by, claim.contribution_id) == (state, mo, GUEST, mo, made.pk)
    (text,) = letters()
    assert [word in text for word in (f"To: {GUEST}", claim.get_absolute_url(), "Eerder hulp", "Mo Moderator")] == [
        True
    ] * 4
    assert "Hoe helpen wij" not in text


def test_only_who_moderates_that_region_posts_on_behalf(
    browser: Browser, words: dict[str, Any], utrecht: Region, eindhoven: Region, mo: Person, anna: Person
) -> None:
    make.member(mo, eindhoven)
    sent = {**words, "behalf": GUEST, "action": "publish"}
    elsewhere = browser(mo).post(NEW, {**sent, "region": eindhoven.pk})
    assert (elsewhere.status_code, list(elsewhere.context["form"].errors)) == (422, ["behalf"])
    assert GUEST in elsewhere.text, "what was typed comes back"
    assert browser(anna).post(NEW, {**sent, "region": utrecht.pk}).status_code == 302
    assert "behalf" not in browser(anna).get(NEW).context["form"].fields
    assert Claim.objects.count() == 0


@pytest.mark.parametrize("email", ["geen adres", "mo@eigen.example", "a@b" * 100])
def test_what_is_no_address_of_someone_else_is_refused(
    email: str, browser: Browser, words: dict[str, Any], utrecht: Region, mo: Person
) -> None:
    confirmed(mo, "mo@eigen.example")
    page = browser(mo).post(NEW, {**words, "region": utrecht.pk, "behalf": email, "action": "draft"})
    assert (page.status_code, list(page.context["form"].errors), Challenge.objects.count()) == (422, ["behalf"], 0)


# --- the link -----------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_shows_the_text_to_the_address_only(
    browser: Browser, claim: Claim, guest: Person, bram: Person, mo: Person
) -> None:
    nep = confirmed(make.person("Nep"), GUEST.replace("voorbeeld", "Voorbeeld"), verified=False)
    cast = {"visitor": None, "bram": bram, "nep": nep, "mo": mo, "guest": guest}
    pages = {name: browser(person).get(claim.get_absolute_url()) for name, person in cast.items()}
    doors = {"visitor": "visitor", "bram": "other", "nep": "other", "mo": "other", "guest": "welcome"}
    assert {name: page.context["door"] for name, page in pages.items()} == doors
    assert [name for name, page in pages.items() if "geheimvraag" in page.text or "Buurtsoep" in page.text] == ["guest"]
    assert [name for name, page in pages.items() if GUEST in page.text] == []
    assert Claim.objects.waiting().count() == 1
    for wrong in ("x", "a:b:c", claim.get_absolute_url()[:-3].rpartition("/")[2]):
        assert browser(guest).get(f"/namens/{wrong}/").status_code == 404


def test_the_newcomer_claims_it_and_hands_it_over(
    browser: Browser, claim: Claim, challenge: Challenge, guest: Person, bram: Person, mo: Person, utrecht: Region
) -> None:
    answer = browser(guest).post(claim.get_absolute_url(), YES)
    assert answer["Location"] == challenge.get_absolute_url()
    assert authors(challenge) == [("Gijs Gast", "author")], "the moderator's part has ended"
    assert utrecht.memberships.active().filter(person=guest).exists()
    claim.refresh_from_db()
    assert (claim.state, claim.email, claim.person) == ("claimed", "", guest)
    assert told(mo)[0] == ("Buurtsoep", "Gijs Gast is the author now of what you posted on behalf of them")
    team = f"{challenge.get_absolute_url()}team/"
    browser(guest).post(team, {"email": bram.email})
    browser(guest).post(f"{team}{bram.pk}/overdragen/")
    assert authors(challenge) == [("Bram Buur", "author"), ("Gijs Gast", "team")]
    again = browser(guest).get(claim.get_absolute_url())
    assert again.context["door"] == "mine"


def test_nobody_else_claims_it(browser: Browser, claim: Claim, challenge: Challenge, bram: Person, mo: Person) -> None:
    nep = confirmed(make.person("Nep"), GUEST.replace("voorbeeld", "Voorbeeld"), verified=False)
    for person in (None, bram, nep, mo):
        assert browser(person).post(claim.get_absolute_url(), YES).status_code == 200
    assert (authors(challenge), Claim.objects.waiting().count()) == ([("Mo Moderator", "author")], 1)


def test_the_claim_itself_refuses_who_is_not_meant_and_who_is_late(
    claim: Claim, challenge: Challenge, bram: Person, guest: Person
) -> None:
    with pytest.raises(NotYours):
        claim.accept(bram)
    with time_machine.travel(timezone.now() + timedelta(days=31)), pytest.raises(TooLate):
        claim.accept(guest)
    claim.accept(guest)
    with pytest.raises(AlreadyDone):
        claim.accept(guest)


def test_a_draft_is_claimed_and_its_moderator_hears_it(
    browser: Browser, utrecht: Region, mo: Person, mia: Person, guest: Person
) -> None:
    draft = make.challenge(by=mo, region=utrecht, state=State.DRAFT, title="Kladidee")
    claim = Claim.ask(draft, GUEST, by=mo)
    assert browser(mia).get(draft.get_absolute_url()).status_code == 404
    browser(guest).post(claim.get_absolute_url(), YES)
    assert authors(draft) == [("Gijs Gast", "author")]
    assert browser(guest).get(draft.get_absolute_url()).status_code == 200
    assert browser(mo).get(draft.get_absolute_url()).status_code == 404
    assert told(mo) == [("Utrecht", "Gijs Gast is the author now of what you posted on behalf of them")]


def test_house_rules_hold_for_a_newcomer_and_not_twice(
    browser: Browser, claim: Claim, challenge: Challenge, guest: Person, utrecht: Region
) -> None:
    Region.objects.update(house_rules="Wees aardig.")
    refused = browser(guest).post(claim.get_absolute_url(), YES)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["rules"])
    assert browser(guest).post(claim.get_absolute_url(), {**YES, "rules": "on"}).status_code == 302
    assert utrecht.memberships.get(person=guest).rules_accepted_at is not None


def test_a_member_claims_without_house_rules(
    browser: Browser, challenge: Challenge, bram: Person, mo: Person, utrecht: Region
) -> None:
    Region.objects.update(house_rules="Wees aardig.")
    claim = Claim.ask(challenge, confirmed(bram, bram.email).email, by=mo)
    joined = utrecht.memberships.get(person=bram).since
    browser(bram).post(claim.get_absolute_url(), YES)
    assert (authors(challenge), utrecht.memberships.get(person=bram).since) == ([("Bram Buur", "author")], joined)


def test_who_was_on_the_team_becomes_author_once(challenge: Challenge, bram: Person, mo: Person) -> None:
    challenge.involve(bram, "team", by=mo)
    Claim.ask(challenge, confirmed(bram, bram.email).email, by=mo).accept(bram)
    assert authors(challenge) == [("Bram Buur", "author")]


# --- no -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["guest", "visitor"])
def test_saying_no_needs_no_account_and_gives_no_name(
    who: str, browser: Browser, claim: Claim, challenge: Challenge, guest: Person, mo: Person
) -> None:
    Region.objects.update(house_rules="Wees aardig.")
    assert browser({"guest": guest, "visitor": None}[who]).post(claim.get_absolute_url(), NO).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.email, authors(challenge)) == ("refused", "", [("Mo Moderator", "author")])
    assert told(mo) == [
        ("Buurtsoep", "Initiate got the answer that what you posted is not theirs: you stay the author")
    ]
    assert Event.objects.get(verb=Verb.CLAIM_REFUSED).actor is None
    assert browser(guest).get(claim.get_absolute_url()).context["door"] == "over"


def test_someone_else_with_the_link_cannot_say_no(browser: Browser, claim: Claim, bram: Person) -> None:
    browser(bram).post(claim.get_absolute_url(), NO)
    assert Claim.objects.waiting().count() == 1


@pytest.mark.parametrize("answer", [{}, {"besluit": ""}, {"besluit": "misschien"}])
def test_no_answer_is_refused(answer: dict[str, str], browser: Browser, claim: Claim, guest: Person) -> None:
    page = browser(guest).post(claim.get_absolute_url(), answer)
    assert (page.status_code, Claim.objects.waiting().count()) == (422, 1)


# --- suspended, blocked, moved: nothing leaks ---------------------------------------------------------------


def test_no_mail_goes_to_who_is_suspended_or_blocked_and_nobody_is_told(
    browser: Browser, challenge: Challenge, bram: Person, guest: Person, mo: Person, utrecht: Region
) -> None:
    confirmed(bram, bram.email)
    utrecht.memberships.get(person=bram).suspend(mo, reason="other", words="Nee.", ends_on=timezone.localdate())
    Person.objects.filter(pk=guest.pk).update(is_active=False)
    pages = set()
    for number, email in enumerate((bram.email, GUEST, "niemand@voorbeeld.example")):
        about = make.challenge(by=mo, region=utrecht, title="Gelijk")
        said = browser(mo).post(f"{about.get_absolute_url()}namens/", {"behalf": email}, follow=True).text
        shown = said.partition("<main")[2].partition("csrfmiddlewaretoken")[0]
        pages.add(re.sub(r"/\d+-gelijk", "/N-gelijk", shown.replace(email, "A")))
        assert len(letters()) == (number == 2)
    assert len(pages) == 1, "the moderator sees the same, whosever address it is"


def test_a_suspended_person_cannot_claim(
    browser: Browser, claim: Claim, challenge: Challenge, guest: Person, mo: Person, utrecht: Region
) -> None:
    make.member(guest, utrecht).suspend(mo, reason="other", words="Nee.", ends_on=timezone.localdate())
    page = browser(guest).get(claim.get_absolute_url())
    assert (page.context["door"], "geheimvraag" in page.text) == ("suspended", False)
    browser(guest).post(claim.get_absolute_url(), YES)
    assert authors(challenge) == [("Mo Moderator", "author")]


def test_a_claim_lets_nobody_into_a_region_of_others(
    browser: Browser, claim: Claim, challenge: Challenge, guest: Person, mo: Person, eindhoven: Region
) -> None:
    """The moderator is a plain member where the challenge moved to, or moderates no more."""
    make.member(mo, eindhoven)
    challenge.file_under(by=mo, themes=[], tags=[], region=eindhoven)
    assert browser(guest).get(claim.get_absolute_url()).context["door"] == "over"
    browser(guest).post(claim.get_absolute_url(), YES)
    assert (authors(challenge), eindhoven.membership_of(guest)) == ([("Mo Moderator", "author")], None)


@pytest.mark.parametrize("state", [State.HIDDEN, State.ARCHIVED])
def test_what_is_hidden_or_archived_is_not_claimed(
    state: str, browser: Browser, claim: Claim, challenge: Challenge, guest: Person
) -> None:
    challenge.state = state
    challenge.save(update_fields=["state"])
    page = browser(guest).get(claim.get_absolute_url())
    assert (page.context["door"], "geheimvraag" in page.text, letters()) == ("over", False, [])


# --- what the desk does with it, and what others see --------------------------------------------------------


def test_moderators_see_the_address_and_others_that_it_waits(
    browser: Browser, utrecht: Region, mo: Person, mia: Person, stan: Person, bram: Person, emil: Person, kim: Person
) -> None:
    shown = make.challenge(by=mo, region=utrecht)
    Claim.ask(shown, GUEST, by=mo)
    for page in ("", "team/"):
        cast = {"mo": mo, "mia": mia, "stan": stan, "bram": bram, "emil": emil, "kim": kim}
        texts = {name: browser(person).get(f"{shown.get_absolute_url()}{page}").text for name, person in cast.items()}
        assert {name for name, text in texts.items() if GUEST in text} == {"mo", "mia", "stan"}
        assert ["namens iemand anders" in text for text in texts.values()] == [True] * 6
    assert "namens iemand anders" in browser(None).get(shown.get_absolute_url()).text


def test_it_is_sent_again_and_taken_back_by_moderators_only(
    browser: Browser, claim: Claim, challenge: Challenge, guest: Person, mia: Person, bram: Person, emil: Person
) -> None:
    place = f"{challenge.get_absolute_url()}namens/"
    challenge.visibility = "public"
    challenge.save(update_fields=["visibility"])
    for act in ("opnieuw", "intrekken"):
        assert [browser(person).post(f"{place}{act}/").status_code for person in (bram, emil, guest)] == [403] * 3
        assert browser(mia).get(f"{place}{act}/").status_code == 405
    first = letters()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert browser(guest).get(claim.get_absolute_url()).context["door"] == "over"
        browser(mia).post(f"{place}opnieuw/")
        assert browser(guest).get(claim.get_absolute_url()).context["door"] == "welcome"
        spread()
    assert (len(first), Mail.objects.filter(kind=Mail.Kind.CLAIM).count()) == (1, 2)
    for _ in range(2):
        assert browser(mia).post(f"{place}intrekken/").status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.email) == ("withdrawn", "")
    assert Event.objects.filter(verb=Verb.CLAIM_WITHDRAWN).count() == 1
    assert browser(guest).get(claim.get_absolute_url()).context["door"] == "over"


def test_only_the_moderator_who_is_author_asks_and_one_at_a_time(
    browser: Browser, challenge: Challenge, mo: Person, mia: Person, utrecht: Region, anna: Person
) -> None:
    place = f"{challenge.get_absolute_url()}namens/"
    assert browser(mia).post(place, {"behalf": GUEST}).status_code == 403
    own = make.challenge(by=anna, region=utrecht)
    assert browser(anna).post(f"{own.get_absolute_url()}namens/", {"behalf": GUEST}).status_code == 403
    assert browser(mo).get(place).status_code == 200
    for email in (GUEST, "ander@voorbeeld.example"):
        assert browser(mo).post(place, {"behalf": email}).status_code == 302
    assert [claim.email for claim in Claim.objects.all()] == [GUEST]


def test_handing_over_and_throwing_away_end_the_question(utrecht: Region, mo: Person, bram: Person) -> None:
    given, dropped = make.challenge(by=mo, region=utrecht), make.challenge(by=mo, region=utrecht, state=State.DRAFT)
    for one in (given, dropped):
        Claim.ask(one, GUEST, by=mo)
    given.involve(bram, "team", by=mo)
    given.hand_over(bram, by=mo)
    dropped.discard(mo)
    assert {(claim.state, claim.email) for claim in Claim.objects.all()} == {("withdrawn", "")}


def test_an_address_that_gave_no_answer_is_forgotten(claim: Claim, mo: Person) -> None:
    start = timezone.now()
    for days, email, count in ((59, GUEST, 0), (61, "", 1), (62, "", 0)):
        with time_machine.travel(start + timedelta(days=days)):
            assert Claim.objects.forget_due() == count
        claim.refresh_from_db()
        assert claim.email == email
    assert told(mo) == [("Buurtsoep", "Initiate took back the question that you asked, to become the author")]


def test_the_address_stands_in_no_mail_and_no_event(claim: Claim, guest: Person) -> None:
    spread()
    claim.accept(guest)
    with connection.cursor() as cursor:
        for table in ("digests_mail", "regions_event", "regions_claim", "regions_notice"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            assert GUEST not in (cursor.fetchone()[0] or ""), table


def test_a_hostile_title_writes_no_header_and_no_link(utrecht: Region, mo: Person) -> None:
    made = make.challenge(by=mo, region=utrecht, title="www.kwaad.example\r\nBcc: x@kwaad.example")
    Claim.ask(made, GUEST, by=mo)
    (text,) = letters()
    head, _, rest = text.partition("\r\n\r\n")
    assert ("\r\nBcc:" in head, "www.kwaad.example" in rest) == (False, False)


def test_the_pages_take_the_same_queries_with_and_without_a_claim(
    browser: Browser, count: Count, utrecht: Region, mo: Person, bram: Person, claim: Claim, guest: Person
) -> None:
    plain, asked = make.challenge(by=mo, region=utrecht), make.challenge(by=mo, region=utrecht)
    Claim.ask(asked, "ander@voorbeeld.example", by=mo)
    paths = [one.get_absolute_url() for one in (plain, asked)]
    assert [count(browser(bram), path) for path in paths] == [count(browser(bram), paths[0])] * 2
    assert count(browser(mo), paths[1]) == count(browser(mo), paths[0]) + 1
    assert count(browser(guest), claim.get_absolute_url()) == 9
