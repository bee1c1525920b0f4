"""The mails to a visitor who reported something: composed when they are sent, with no word of a stranger in them."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.translation import override

from accounts.models import Person
from challenges.models import Challenge
from digests.compose import compose
from digests.models import Mail
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Region, Report, Ruling, UnconfirmedReport
from tests import make
from tests.digests.mailing import Post

pytestmark = pytest.mark.django_db
EMAIL = "wie@thuis.example"
SPAM = "Win nu op https://kwaad.example"


@pytest.fixture(autouse=True)
def _no_limit_reached() -> None:
    cache.clear()


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, title=SPAM)


@pytest.fixture
def report(challenge: Challenge) -> Report:
    return Report.make(challenge, by=None, email=EMAIL, language="nl", reason="other", words="Dit niet.")


def sent(post: Post) -> list[str]:
    """Send what waits, and return the subjects."""
    spread()
    send_waiting(30)
    return [subject for to, subject in post.subjects if to == EMAIL]


def states() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


def test_the_link_in_the_mail_makes_the_report(challenge: Challenge, post: Post, client: Client) -> None:
    typed = {"reason": "other", "words": f"Lees dit: {SPAM}", "email": EMAIL}
    with override("nl"):
        client.post(f"/stuk/{challenge.pk}/signaal/", typed)
    assert sent(post) == ["Bevestig uw signaal"]
    text, html = post.text(), post.html()
    assert [word in text + html for word in ("Win nu", "kwaad.example", "Lees dit")] == [False] * 3
    (place,) = set(re.findall(r"http://127\.0\.0\.1:8000(/signalen/\S+)", text))
    assert place in html
    assert client.post(place).status_code == 302
    assert list(Report.objects.values_list("email", "words")) == [(EMAIL, f"Lees dit: {SPAM}")]


def test_what_was_confirmed_or_dropped_before_needs_no_mail(challenge: Challenge) -> None:
    client = Client()
    for email in (EMAIL, "an@thuis.example"):
        client.post(f"/stuk/{challenge.pk}/signaal/", {"reason": "insult", "email": email})
    UnconfirmedReport.objects.get(email=EMAIL).confirm(None)
    UnconfirmedReport.objects.all().delete()
    assert [compose(mail) for mail in Mail.objects.all()] == [None, None]
    assert states() == ["cancelled", "cancelled"]


def test_a_visitor_hears_that_it_was_left_so_with_the_place(report: Report, mo: Person, post: Post) -> None:
    report.close(mo)
    assert sent(post) == ["Wat er met uw signaal is gedaan"]
    text = post.text()
    assert ("bekeken het en lieten het zo" in text, report.contribution.get_absolute_url() in text) == (True, True)
    assert ("https://kwaad.example" in text, mo.name in text) == (False, False)


def test_a_visitor_hears_that_it_is_hidden_and_no_more_of_it(report: Report, mo: Person, post: Post) -> None:
    Ruling.hide(report.contribution, by=mo, reason="other", words="Geheime uitleg.")
    sent(post)
    text = post.text()
    assert [word in text for word in ("heeft het verborgen", "Win nu", "Geheime uitleg", "/challenges/")] == [
        True, False, False, False,
    ]  # fmt: skip


def test_a_report_that_was_put_back_is_told_once_and_rightly(report: Report, mo: Person, post: Post) -> None:
    (closed,) = report.close(mo)
    assert closed.closed_at
    spread()
    report.reopen(mo, closed_at=closed.closed_at.isoformat())
    assert sent(post) == ["De moderatoren bekijken uw signaal nog een keer"]
    assert states() == ["cancelled", "sent"]


def test_an_address_that_is_gone_gets_no_mail(report: Report, mo: Person, post: Post) -> None:
    report.close(mo)
    Report.objects.update(email="")
    assert (sent(post), states()) == ([], ["cancelled"])
