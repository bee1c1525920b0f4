"""Inviting: reading the addresses, asking before sending, and the link that works once, for one address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.compose import compose
from digests.models import Mail
from digests.spread import spread
from regions import invitees
from regions.models import Event, Invitation, Membership, Region, Verb
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
PATH = "/regios/utrecht/leden/uitnodigen/"
GUEST = "gast@voorbeeld.example"


@pytest.fixture
def guest() -> Person:
    return confirmed(make.person("Gijs Gast", email="gijs@voorbeeld.example"), GUEST)


@pytest.fixture
def invitation(utrecht: Region, mo: Person) -> Invitation:
    Invitation.objects.invite(utrecht, [GUEST], by=mo)
    return Invitation.objects.get()


def confirmed(person: Person, email: str, *, verified: bool = True) -> Person:
    EmailAddress.objects.create(user=person, email=email, verified=verified)
    return person


def test_addresses_are_read_as_people_write_them() -> None:
    text = """naam;e-mailadres
Jan de Vries;jan@gemeente.example

Els <Els@Gemeente.example>, piet@gemeente.example
Kees Kok
"kees@@gemeente.example"
JAN@gemeente.example
\tmia@gemeente.example\t
"""
    found = invitees.read(text)
    names = ("jan", "els", "piet", "mia")
    assert found.addresses == [f"{name}@gemeente.example" for name in names]
    assert [(wrong.line, wrong.words) for wrong in found.wrong] == [
        (5, "Kees Kok"),
        (6, "kees@@gemeente.example"),
        (7, "JAN@gemeente.example"),
    ]


def test_nothing_is_sent_before_it_is_confirmed(browser: Browser, utrecht: Region, mo: Person) -> None:
    """Forty lines of which three are wrong, in a file as Dutch Excel writes it."""
    lines = [f"Reünie {n};lid{n}@voorbeeld.example" for n in range(37)] + [
        "Zonder adres;",
        "fout@;x",
        "lid3@voorbeeld.example",
    ]
    file = SimpleUploadedFile("adressen.csv", "\r\n".join(["naam;e-mail", *lines]).encode("cp1252"))
    page = browser(mo).post(PATH, {"file": file})
    found = page.context["found"]
    assert (page.status_code, len(found.addresses), [wrong.line for wrong in found.wrong]) == (200, 37, [39, 40, 41])
    assert (Invitation.objects.count(), Event.objects.filter(verb=Verb.INVITED).count()) == (0, 0)
    assert browser(mo).post(PATH, {"addresses": "\n".join(found.addresses), "akkoord": "ja"}).status_code == 302
    spread()
    assert (Invitation.objects.count(), Mail.objects.filter(kind=Mail.Kind.INVITATION).count()) == (37, 37)


@pytest.mark.parametrize("typed", ["", " ", "\n".join(f"a{n}@x.example" for n in range(201)), "x" * 60_001])
def test_what_cannot_be_invited_is_refused_and_kept(browser: Browser, utrecht: Region, mo: Person, typed: str) -> None:
    page = browser(mo).post(PATH, {"addresses": typed, "akkoord": "ja"})
    assert (page.status_code, Invitation.objects.count()) == (422, 0)
    assert typed.strip()[:20] in page.content.decode()


def test_only_moderators_and_staff_invite(
    browser: Browser, utrecht: Region, bram: Person, emil: Person, stan: Person, invitation: Invitation
) -> None:
    paths = [PATH, *(f"/regios/utrecht/uitnodigingen/{invitation.pk}/{act}/" for act in ("opnieuw", "intrekken"))]
    sent = {"addresses": "x@y.example", "akkoord": "ja"}
    found = {
        person.name: {browser(person).post(path, sent).status_code for path in paths} for person in (bram, emil, stan)
    }
    assert found == {bram.name: {404}, emil.name: {404}, stan.name: {302}}


def test_a_moderator_of_elsewhere_cannot_reach_it_through_their_own_region(
    browser: Browser, eindhoven: Region, emil: Person, invitation: Invitation
) -> None:
    for act in ("opnieuw", "intrekken"):
        path = f"/regios/eindhoven/uitnodigingen/{invitation.pk}/{act}/"
        assert browser(emil).post(path).status_code == 404
    assert Invitation.objects.open().count() == 1


def test_the_link_lets_in_once_and_only_who_has_the_address(
    browser: Browser, utrecht: Region, invitation: Invitation, guest: Person, bo: Person
) -> None:
    link = invitation.get_absolute_url()
    claimed = confirmed(make.person("Nep"), GUEST.upper().replace("VOORBEELD", "Voorbeeld"), verified=False)
    doors = {
        name: browser(person).get(link).context["door"]
        for name, person in {"visitor": None, "other": bo, "claimed": claimed, "guest": guest}.items()
    }
    assert doors == {"visitor": "visitor", "other": "other", "claimed": "other", "guest": "welcome"}
    for person in (None, bo, claimed):
        browser(person).post(link)
    assert utrecht.memberships.filter(person__in=[bo, claimed]).count() == 0
    assert browser(guest).post(link)["Location"] == "/regios/utrecht/"
    membership = utrecht.memberships.get(person=guest)
    assert membership.state == Membership.State.ACTIVE
    membership.leave(guest)
    assert browser(guest).get(link).context["door"] == "over"
    browser(guest).post(link)
    membership.refresh_from_db()
    assert membership.state == Membership.State.ENDED


def test_looking_changes_nothing_and_a_wrong_link_is_not_there(
    browser: Browser, invitation: Invitation, guest: Person
) -> None:
    assert browser(guest).get(invitation.get_absolute_url()).status_code == 200
    assert Invitation.objects.open().count() == 1
    for wrong in ("x", "a:b:c", invitation.get_absolute_url()[:-3].rpartition("/")[2]):
        assert browser(guest).get(f"/uitnodiging/{wrong}/").status_code == 404


def test_the_house_rules_hold_for_who_is_invited_too(
    browser: Browser, utrecht: Region, invitation: Invitation, guest: Person
) -> None:
    Region.objects.update(house_rules="Wees aardig.")
    assert browser(guest).post(invitation.get_absolute_url()).status_code == 422
    assert browser(guest).post(invitation.get_absolute_url(), {"rules": "on"}).status_code == 302
    assert utrecht.memberships.get(person=guest).rules_accepted_at is not None


def test_who_was_waiting_or_suspended_and_is_invited(
    browser: Browser, utrecht: Region, invitation: Invitation, guest: Person, mo: Person
) -> None:
    membership = utrecht.ask_to_join(guest)
    browser(guest).post(invitation.get_absolute_url())
    membership.refresh_from_db()
    assert membership.state == Membership.State.ACTIVE
    membership.suspend(mo, reason="other", words="Nee.", ends_on=timezone.localdate())
    Invitation.objects.invite(utrecht, [GUEST], by=mo)
    browser(guest).post(Invitation.objects.open().get().get_absolute_url())
    membership.refresh_from_db()
    assert (membership.state, Invitation.objects.open().count()) == (Membership.State.SUSPENDED, 1)


def test_an_expired_one_is_sent_again_and_a_withdrawn_one_is_over(
    browser: Browser, utrecht: Region, invitation: Invitation, guest: Person, mo: Person
) -> None:
    link, place = invitation.get_absolute_url(), f"/regios/utrecht/uitnodigingen/{invitation.pk}"
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    browser(guest).post(link)
    assert utrecht.membership_of(guest) is None
    browser(mo).post(f"{place}/opnieuw/")
    invitation.refresh_from_db()
    assert (Invitation.objects.count(), invitation.is_expired) == (1, False)
    for _ in range(2):
        assert browser(mo).post(f"{place}/intrekken/").status_code == 302
    browser(guest).post(link)
    assert utrecht.membership_of(guest) is None
    assert Event.objects.filter(verb=Verb.INVITATION_WITHDRAWN).count() == 1
    browser(mo).post(f"{place}/opnieuw/")
    assert Invitation.objects.open().count() == 0


def letters() -> list[str]:
    """Compose the invitations as they would go out now."""
    spread()
    found = [compose(mail) for mail in Mail.objects.filter(kind=Mail.Kind.INVITATION, state=Mail.State.READY)]
    return [letter.body.decode() for letter in found if letter]


def test_the_mail_leads_to_the_page_and_names_who_invites(invitation: Invitation) -> None:
    (text,) = letters()
    assert "To: gast@voorbeeld.example" in text
    joined = text.replace("=\r\n", "").replace("=3D", "=")
    assert (invitation.get_absolute_url() in joined, "Mo Moderator" in joined) == (True, True)


def test_no_mail_goes_out_when_it_has_no_use_any_more(utrecht: Region, mo: Person, bram: Person) -> None:
    """Withdrawn, expired, or to the address of a member: the moderator is not told which address is whose."""
    confirmed(bram, "bram@voorbeeld.example")
    addresses = ["weg@voorbeeld.example", "laat@voorbeeld.example", "bram@voorbeeld.example", GUEST]
    Invitation.objects.invite(utrecht, addresses, by=mo)
    Invitation.objects.get(email=addresses[0]).withdraw(mo)
    Invitation.objects.filter(email=addresses[1]).update(expires_at=timezone.now())
    assert ["gast@" in text for text in letters()] == [True]
    assert Mail.objects.filter(state=Mail.State.CANCELLED).count() == 3


def test_a_hostile_name_writes_no_header_and_no_link(utrecht: Region, mo: Person) -> None:
    mo.name = "Klik www.kwaad.example\r\nBcc: x@kwaad.example"
    mo.save()
    Invitation.objects.invite(utrecht, [GUEST], by=mo)
    (text,) = letters()
    head, _, rest = text.partition("\r\n\r\n")
    assert ("Bcc:" in head, "www.kwaad.example" in rest.replace("=\r\n", "")) == (False, False)
