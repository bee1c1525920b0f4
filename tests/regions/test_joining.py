"""The ways into a region: open, on request, by organisation, by invitation; the welcome; and out of it for a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import Affiliation, Organisation, Person
from digests.models import Mail
from digests.spread import spread
from regions.models import Event, Joining, Membership, Municipality, Notice, Region, Verb
from regions.models.standing import standing_of
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
State = Membership.State


def joined(browser: Browser, person: Person, region: Region, **answers: str) -> tuple[int, str]:
    """Return what the form answered, and where the person stands after it."""
    status = browser(person).post(f"/regios/{region.slug}/leden/aanmelden/", answers).status_code
    membership = region.membership_of(person)
    return status, membership.state if membership else ""


def arranged(region: Region, **words: str) -> Region:
    for name, value in words.items():
        setattr(region, name, value)
    region.save(update_fields=list(words))
    return region


def works_for(person: Person, place: Municipality, basis: str = Affiliation.Basis.DOMAIN) -> None:
    organisation = Organisation.objects.create(name=f"Gemeente {place} ({basis})", kind="municipality")
    place.organisations.add(organisation)
    until = timezone.localdate() + timedelta(days=9) if basis == Affiliation.Basis.COLLEAGUE else None
    person.affiliations.create(organisation=organisation, basis=basis, confirmed_at=timezone.now(), ends_on=until)


def test_each_way_in_for_who_works_there_and_who_does_not(browser: Browser, utrecht: Region) -> None:
    place, elsewhere = Municipality.objects.get(name="Utrecht"), Municipality.objects.get(name="Eindhoven")
    utrecht.municipalities.set([place])
    found = {}
    for way in Joining:
        arranged(utrecht, joining=way)
        people = {name: make.person() for name in ("official", "hired", "elsewhere", "resident")}
        works_for(people["official"], place)
        works_for(people["hired"], place, Affiliation.Basis.COLLEAGUE)
        works_for(people["elsewhere"], elsewhere)
        found[way] = {name: joined(browser, person, utrecht)[1] for name, person in people.items()}
        Organisation.objects.all().delete()
    pending = dict.fromkeys(("official", "hired", "elsewhere", "resident"), State.PENDING)
    assert found == {
        Joining.OPEN: dict.fromkeys(pending, State.ACTIVE),
        Joining.REQUEST: pending,
        Joining.DOMAIN: pending | {"official": State.ACTIVE},
        Joining.INVITATION: dict.fromkeys(pending, ""),
    }
    utrecht.refresh_from_db()
    assert utrecht.member_count == utrecht.memberships.active().count() == 5
    assert Event.objects.filter(verb=Verb.JOINED).count() == 5


def test_the_question_and_the_house_rules_are_asked_where_there_are_any(
    browser: Browser, utrecht: Region, bo: Person
) -> None:
    arranged(utrecht, question="Wat doet u voor inwoners?", house_rules="Wees **aardig**.")
    page = browser(bo).get("/regios/utrecht/leden/aanmelden/").content.decode()
    assert ("Wat doet u voor inwoners?" in page, "<strong>aardig</strong>" in page) == (True, True)
    assert joined(browser, bo, utrecht) == (422, "")
    assert joined(browser, bo, utrecht, motivation="Koffie.") == (422, "")
    assert joined(browser, bo, utrecht, rules="on") == (422, "")
    assert joined(browser, bo, utrecht, motivation="Koffie.", rules="on") == (302, State.PENDING)
    membership = utrecht.memberships.get(person=bo)
    assert (membership.motivation, membership.rules_accepted_at is not None) == ("Koffie.", True)


def test_moderators_say_how_people_join_and_nobody_else(
    browser: Browser, utrecht: Region, mo: Person, bram: Person, emil: Person, stan: Person
) -> None:
    path = "/regios/utrecht/moderatie/toelaten/"
    words = {"joining": "open", "question": "Wie bent u?", "house_rules": "Wees aardig.", "welcome_mail": "Welkom!"}
    for person in (bram, emil):
        assert browser(person).post(path, words).status_code == 404
    assert browser(mo).post(path, {**words, "joining": "iets"}).status_code == 422
    assert browser(mo).post(path, {**words, "question": "111222333"}).status_code == 422
    utrecht.refresh_from_db()
    assert (utrecht.joining, utrecht.question) == (Joining.REQUEST, "")
    assert browser(mo).post(path, words).status_code == 302
    utrecht.refresh_from_db()
    assert {name: getattr(utrecht, name) for name in words} == words
    assert utrecht.holds_back is False
    assert list(Event.objects.filter(verb=Verb.REGION_ARRANGED).values_list("actor", "region")) == [(mo.pk, utrecht.pk)]
    assert browser(stan).get(path).status_code == 200


def test_the_welcome_goes_once_to_who_became_a_member_by_each_way(
    utrecht: Region, mo: Person, bo: Person, eva: Person, bram: Person
) -> None:
    arranged(utrecht, joining=Joining.OPEN, welcome_mail="Fijn dat u er bent.")
    utrecht.ask_to_join(bo)
    arranged(utrecht, joining=Joining.REQUEST)
    utrecht.ask_to_join(eva).decide(mo, accept=True)
    utrecht.ask_to_join(make.person()).decide(mo, accept=False, answer="Nee.")
    bram.memberships.get().leave(bram)
    spread()
    spread()
    mails = Mail.objects.filter(kind=Mail.Kind.WELCOME)
    assert {mail.person for mail in mails} == {bo, eva}
    arranged(utrecht, welcome_mail="")
    utrecht.ask_to_join(bram).decide(mo, accept=True)
    spread()
    assert mails.count() == 2


# --- outside for a time -------------------------------------------------------------------------------------


def suspension(**words: str) -> dict[str, str]:
    until = timezone.localdate() + timedelta(days=7)
    return {"reason": "rules", "words": "U schold.", "ends_on": until.isoformat(), **words}


def test_a_suspended_member_stands_there_as_a_visitor_and_reads_why(
    browser: Browser, utrecht: Region, bram: Person, mo: Person
) -> None:
    membership = bram.memberships.get()
    path = f"/regios/utrecht/leden/{membership.pk}/schorsen/"
    for wrong in (
        {"words": ""},
        {"ends_on": ""},
        {"ends_on": "2020-01-01"},
        {"ends_on": "9999-12-31"},
        {"reason": "x"},
    ):
        assert browser(mo).post(path, suspension(**wrong)).status_code == 422
    assert browser(mo).post(path, suspension()).status_code == 302
    bram = Person.objects.get(pk=bram.pk)
    assert standing_of(bram).member_of == frozenset()
    page = browser(bram).get("/regios/utrecht/").content.decode()
    assert ("U schold." in page, "huisregels" in page) == (True, True)
    assert browser(bram).get("/regios/utrecht/leden/").status_code == 404
    assert joined(browser, bram, utrecht) == (302, State.SUSPENDED)
    utrecht.refresh_from_db()
    assert utrecht.member_count == 1
    spread()
    assert list(Notice.objects.filter(person=bram).values_list("event__verb", "reason")) == [("suspended", "about")]
    assert browser(mo).post(path, suspension()).status_code == 404  # no longer a member


def test_who_may_suspend_whom(browser: Browser, utrecht: Region, eindhoven: Region) -> None:
    mo, mia, emil, stan = (make.person(name) for name in ("Mo", "Mia", "Emil", "Stan"))
    bram, elsewhere = make.person("Bram"), make.person("Eva")
    stan.is_staff = True
    stan.save()
    rows = {
        "bram": make.member(bram, utrecht),
        "mo": make.member(mo, utrecht, moderator=True),
        "mia": make.member(mia, utrecht, moderator=True),
    }
    make.member(emil, eindhoven, moderator=True)
    make.member(elsewhere, eindhoven)
    found = {
        (by.name, name): browser(by).get(f"/regios/utrecht/leden/{row.pk}/schorsen/").status_code
        for by in (mo, emil, bram, stan)
        for name, row in rows.items()
    }
    assert found == {
        ("Mo", "bram"): 200,
        ("Mo", "mo"): 403,
        ("Mo", "mia"): 403,
        **{(name, row): 404 for name in ("Emil", "Bram") for row in rows},
        **{("Stan", row): 200 for row in rows},
    }


def test_a_suspension_ends_by_itself_after_its_last_day(utrecht: Region, bram: Person, mo: Person) -> None:
    membership, today = bram.memberships.get(), timezone.localdate()
    membership.suspend(mo, reason="rules", words="U schold.", ends_on=today)
    assert Membership.objects.readmit_due() == 0
    Membership.objects.filter(pk=membership.pk).update(ends_on=today - timedelta(days=1))
    assert (Membership.objects.readmit_due(), Membership.objects.readmit_due()) == (1, 0)
    membership.refresh_from_db()
    assert (membership.state, membership.ends_on, membership.answer) == (State.ACTIVE, None, "")
    assert Event.objects.get(verb=Verb.READMITTED).actor is None


def test_a_moderator_ends_a_suspension(browser: Browser, utrecht: Region, bram: Person, mo: Person) -> None:
    membership = bram.memberships.get()
    membership.suspend(mo, reason="rules", words="U schold.", ends_on=timezone.localdate())
    assert "Bram Buur" in browser(mo).get("/regios/utrecht/leden/").content.decode()
    path = f"/regios/utrecht/leden/{membership.pk}/toelaten/"
    assert browser(bram).post(path).status_code == 404
    for _ in range(2):
        assert browser(mo).post(path).status_code == 302
    membership.refresh_from_db()
    assert (membership.state, Event.objects.filter(verb=Verb.READMITTED).count()) == (State.ACTIVE, 1)


def test_when_the_last_moderator_goes_staff_holds_the_desk_and_is_told(
    browser: Browser, utrecht: Region, mo: Person, mia: Person, stan: Person
) -> None:
    mo.memberships.get().leave(mo)
    assert not Event.objects.filter(verb=Verb.WITHOUT_MODERATOR).exists()
    mia.memberships.get().suspend(stan, reason="other", words="Overleg.", ends_on=timezone.localdate())
    spread()
    other = make.person(is_staff=True)
    assert not Notice.objects.filter(person=other).exists()
    assert browser(stan).get("/regios/utrecht/moderatie/").status_code == 200


def test_staff_hears_who_is_left_without_a_moderator_until_there_is_one(
    browser: Browser, utrecht: Region, mo: Person, stan: Person, bram: Person
) -> None:
    mo.memberships.get().leave(mo)
    spread()
    assert list(Notice.objects.filter(person=stan).values_list("event__verb", "reason")) == [("no-moderator", "waits")]
    assert "Utrecht" in browser(stan).get("/mijn/overzicht/").content.decode()
    make.member(bram, utrecht, moderator=True)
    assert "zonder moderator" not in browser(stan).get("/mijn/overzicht/").content.decode()


def test_an_address_confirmed_later_opens_the_door(browser: Browser, utrecht: Region, bo: Person) -> None:
    """By organisation means by a confirmed address: what someone only claims opens nothing."""
    place = Municipality.objects.get(name="Utrecht")
    utrecht.municipalities.set([place])
    arranged(utrecht, joining=Joining.DOMAIN)
    organisation = Organisation.objects.create(name="Gemeente Utrecht", kind="municipality")
    organisation.domains.create(name="utrecht.example")
    place.organisations.add(organisation)
    EmailAddress.objects.create(user=bo, email="bo@utrecht.example", verified=False)
    assert utrecht.admits(bo) is False
    Affiliation.objects.follow_addresses(bo, ["bo@utrecht.example"])
    assert utrecht.admits(bo) is True
