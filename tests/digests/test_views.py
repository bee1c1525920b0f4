"""The bell, the preview, leaving the overview, and the demo's mail."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.signing import Signer
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from digests.context import notices
from digests.leaving import Leaving, leaving_path
from digests.models import Enclosure, Mail, Subscription
from digests.rhythm import subscribe
from digests.spread import spread
from regions.models import Comment, Event, Notice, Region, Ruling, Unspread, Verb
from tests import make
from tests.digests.mailing import Post, go_round, wants


@pytest.fixture
def challenge(anna: Person, bram: Person, utrecht: Region) -> Challenge:
    """Anna's challenge, on which Bram commented: one notice for her."""
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp")
    Unspread.objects.all().delete()
    Comment.write(challenge, "Goed idee.", by=bram)
    spread()
    return challenge


@pytest.fixture
def as_anna(anna: Person, client: Client) -> Client:
    client.force_login(anna)
    return client


def unread(person: Person) -> int:
    return Notice.objects.unread().filter(person=person).count()


def test_the_bell_shows_what_is_new(challenge: Challenge, anna: Person, as_anna: Client) -> None:
    page = as_anna.get(reverse("digests:notices"))
    assert [group.title for group in page.context["unread"]] == ["Eerder hulp"]
    assert (b"Goed idee." in page.content, unread(anna)) == (True, 1)


def test_opening_by_the_bell_marks_as_read(challenge: Challenge, anna: Person, as_anna: Client) -> None:
    url = reverse("digests:open", args=[Notice.objects.get(person=anna).pk])
    as_anna.head(url)
    as_anna.get(url, headers={"Sec-Purpose": "prefetch"})
    before = unread(anna)
    answer = as_anna.get(url)
    assert (before, answer["Location"], unread(anna)) == (1, Comment.objects.get().get_absolute_url(), 0)


def test_visiting_the_page_marks_as_read_what_is_new_on_it(
    challenge: Challenge, anna: Person, bram: Person, utrecht: Region, as_anna: Client
) -> None:
    """What is new elsewhere stays, and so does what nobody has seen: a glance ahead of a browser is no visit."""
    Comment.write(make.challenge(by=anna, region=utrecht), "Elders.", by=bram)
    spread()
    page = challenge.get_absolute_url()
    as_anna.head(page)
    as_anna.get(page, headers={"Sec-Purpose": "prefetch"})
    before = unread(anna)
    as_anna.get(page)
    assert (before, unread(anna), Notice.objects.get(person=anna, read_at=None).event.contribution_id) == (
        2,
        1,
        Event.objects.latest("pk").contribution_id,
    )


def test_a_visit_leaves_the_notices_of_others_new(challenge: Challenge, anna: Person, eva: Person) -> None:
    visitor = Client()
    visitor.get(challenge.get_absolute_url())
    visitor.force_login(eva)
    visitor.get(challenge.get_absolute_url())
    assert unread(anna) == 1


def test_someone_elses_notice_is_not_there(challenge: Challenge, anna: Person, eva: Person, client: Client) -> None:
    client.force_login(eva)
    url = reverse("digests:open", args=[Notice.objects.get(person=anna).pk])
    assert (client.get(url).status_code, unread(anna)) == (404, 1)


def test_what_may_not_be_known_any_more_is_off_the_bell(
    challenge: Challenge, eva: Person, mo: Person, client: Client
) -> None:
    challenge.follow(eva)
    Comment.write(challenge, "Nog iets.", by=mo)
    spread()
    Ruling.hide(challenge, by=mo, reason="other", words="")
    client.force_login(eva)
    page = client.get(reverse("digests:notices"))
    url = reverse("digests:open", args=[Notice.objects.get(person=eva).pk])
    assert (page.context["unread"], page.context["notice_count"](), client.get(url).status_code) == ([], 0, 404)


def test_all_read_marks_what_was_shown(challenge: Challenge, anna: Person, bram: Person, as_anna: Client) -> None:
    last = as_anna.get(reverse("digests:notices")).context["last"]
    Comment.write(challenge, "Kwam later.", by=bram)
    spread()
    as_anna.post(reverse("digests:read_all"), {"last": last})
    assert unread(anna) == 1


@pytest.mark.parametrize("last", ["", "x", "-1", "9" * 30, "9" * 5000])
def test_all_read_takes_no_nonsense(last: str, challenge: Challenge, anna: Person, as_anna: Client) -> None:
    assert (as_anna.post(reverse("digests:read_all"), {"last": last}).status_code, unread(anna)) == (302, 1)


def test_the_count_is_asked_once_and_only_when_shown(challenge: Challenge, anna: Person, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = Person.objects.get(pk=anna.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        count = notices(request)["notice_count"]
        asked = len(queries)
        assert (count(), count()) == (1, 1)
    assert (asked, len(queries)) == (0, 3)  # one of them is the person's standing, which the page asks anyway


def test_the_bell_counts_no_further_than_it_shows(challenge: Challenge, anna: Person, as_anna: Client) -> None:
    events = [Event(verb=Verb.COMMENTED, contribution=challenge, region=challenge.region) for _ in range(120)]
    for event in Event.objects.bulk_create(events):
        Notice.objects.create(person=anna, event=event, reason=Notice.Reason.OWN)
    page = as_anna.get("/challenges/")
    assert (page.context["notice_count"](), "99+" in page.text, "meer dan 99 nieuwe" in page.text) == (100, True, True)


def test_the_preview_changes_nothing(challenge: Challenge, anna: Person, as_anna: Client) -> None:
    wants(anna)
    page = as_anna.get(reverse("digests:overview"))
    assert (b"Goed idee." in page.content, unread(anna), Mail.objects.count(), Enclosure.objects.count()) == (
        True,
        1,
        0,
        0,
    )


def test_who_reads_on_the_site_does_not_get_it_by_mail(
    challenge: Challenge, anna: Person, as_anna: Client, post: Post
) -> None:
    wants(anna)
    as_anna.get(reverse("digests:open", args=[Notice.objects.get(person=anna).pk]))
    go_round()
    assert (post.taken, Mail.objects.count()) == ([], 0)


# --- leaving ------------------------------------------------------------------------------------------------


def frequency(person: Person) -> str:
    return Subscription.objects.get(person=person).frequency


def test_get_shows_the_button_and_changes_nothing(anna: Person, client: Client) -> None:
    subscribe(anna, "weekly")
    page = client.get(leaving_path(anna))
    client.head(leaving_path(anna))
    assert (page.status_code, b'method="post"' in page.content, frequency(anna)) == (200, True, "weekly")


def test_one_click_without_login_or_cookie_ends_it(anna: Person) -> None:
    subscribe(anna, "weekly")
    client = Client(enforce_csrf_checks=True)
    answer = client.post(leaving_path(anna), {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, frequency(anna)) == (200, "never")


def test_the_button_ends_it_and_says_so(anna: Person) -> None:
    subscribe(anna, "daily")
    answer = Client(enforce_csrf_checks=True).post(leaving_path(anna), follow=True)
    assert (answer.status_code, answer.context["has_overview"], frequency(anna)) == (200, False, "never")


def test_the_token_says_what_is_left(anna: Person) -> None:
    """One click ends that kind of mail only; the page then offers to end the other kind too."""
    subscribe(anna, "weekly", at_once=True)
    client = Client(enforce_csrf_checks=True)
    url = leaving_path(anna, Leaving.AT_ONCE)
    before = client.get(url)
    after = client.post(url, follow=True)
    row = Subscription.objects.get(person=anna)
    assert (before.context["has_at_once"], row.at_once, row.frequency) == (True, False, "weekly")
    assert f'action="{leaving_path(anna)}"' in after.text
    last = client.post(leaving_path(anna), follow=True)
    assert (last.status_code, frequency(anna), 'method="post" action="/afmelden' in last.text) == (200, "never", False)


def test_who_leaves_the_overview_is_offered_to_leave_the_rest(anna: Person, client: Client) -> None:
    subscribe(anna, "weekly", at_once=True)
    page = client.post(leaving_path(anna), follow=True)
    assert Subscription.objects.get(person=anna).at_once
    assert f'action="{leaving_path(anna, Leaving.AT_ONCE)}"' in page.text
    assert f'href="{reverse("accounts:preferences")}"' in page.text


def test_a_token_of_a_person_only_is_of_the_overview(anna: Person, client: Client) -> None:
    """So were the tokens in the mails that went out before there was anything else to leave."""
    subscribe(anna, "weekly", at_once=True)
    token = Signer(salt="digests.unsubscribe", sep=".").sign(str(anna.pk))
    client.post(reverse("digests:unsubscribe", args=[token]))
    row = Subscription.objects.get(person=anna)
    assert (row.frequency, row.at_once) == ("never", True)


def test_who_never_chose_leaves_without_an_error(anna: Person, client: Client) -> None:
    answers = [client.post(leaving_path(anna, what), follow=True).status_code for what in Leaving]
    assert answers == [200, 200]


def test_the_address_in_an_old_mail_works(anna: Person, bram: Person, utrecht: Region, post: Post) -> None:
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed.", by=bram)
    go_round()
    url = str(post.mails[0]["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1:8000")
    subscribe(anna, "never")
    subscribe(anna, "monthly")
    Client().post(url, {"List-Unsubscribe": "One-Click"})
    assert frequency(anna) == "never"


@pytest.mark.parametrize("token", ["1", "1.x", "x.y", "1-at_once.x", "a" * 500])
def test_a_token_that_is_not_ours_is_not_there(token: str, anna: Person, client: Client) -> None:
    subscribe(anna, "weekly")
    url = reverse("digests:unsubscribe", args=[token])
    assert (client.get(url).status_code, client.post(url).status_code, frequency(anna)) == (404, 404, "weekly")


# --- the demo's mail ----------------------------------------------------------------------------------------

KEPT = b"""From: Initiate <noreply@initiate.example>\r
To: anna@demo.example\r
Subject: =?utf-8?q?Welkom_=3Cscript=3E?=\r
Date: Sun, 22 Nov 2026 07:00:00 +0100\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=x\r
\r
--x\r
Content-Type: text/plain; charset=utf-8\r
\r
Ga naar http://127.0.0.1:8000/mijn/ of http://evil.example/\r
--x\r
Content-Type: text/html; charset=utf-8\r
\r
<p style="color:red">Hallo<script>alert(1)</script></p>\r
--x--\r
"""


@pytest.fixture
def drawer(settings: Any, tmp_path: Path) -> Path:
    settings.INITIATE_HOME, settings.DEMO, settings.LOOPBACK = tmp_path, True, True
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "111.eml").write_bytes(KEPT)
    (tmp_path / "mail" / "222.eml").write_bytes(KEPT.replace(b"anna@", b"bram@"))
    (tmp_path / "mail" / "333.part").write_bytes(b"half")
    return tmp_path


def test_the_demo_shows_its_mail_latest_first(drawer: Path, db: None, client: Client) -> None:
    listed = client.get("/demo/mail/").context["mails"]
    filtered = client.get("/demo/mail/", {"naar": "anna@demo"}).context["mails"]
    assert ([mail.name for mail in listed], [mail.name for mail in filtered]) == (["222", "111"], ["111"])


def test_one_mail_links_to_this_site_only(drawer: Path, db: None, client: Client) -> None:
    page = client.get("/demo/mail/111/").content.decode()
    assert (
        'href="http://127.0.0.1:8000/mijn/"' in page,
        'href="http://evil' in page,
        "<script>" in page.split("<body")[1],
    ) == (
        True,
        False,
        False,
    )


def test_the_html_part_stands_in_a_sandbox(drawer: Path, db: None, client: Client) -> None:
    answer = client.get("/demo/mail/111/html/")
    policy = answer["Content-Security-Policy"]
    assert policy == "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("setting", ["DEMO", "LOOPBACK"])
@pytest.mark.parametrize("path", ["", "111/", "111/html/"])
def test_there_is_no_such_page_elsewhere(
    setting: str, path: str, drawer: Path, db: None, client: Client, settings: Any
) -> None:
    setattr(settings, setting, False)
    assert client.get(f"/demo/mail/{path}").status_code == 404


def test_a_mail_that_is_not_there_is_404(drawer: Path, db: None, client: Client) -> None:
    assert [client.get(f"/demo/mail/{name}/").status_code for name in ("333", "..%2f111", "999")] == [404, 404, 404]


# --- digest_now ---------------------------------------------------------------------------------------------


def test_digest_now_makes_it_due_twice_a_day(challenge: Challenge, anna: Person, bram: Person, post: Post) -> None:
    wants(anna)
    for number in range(2):
        Comment.write(challenge, f"Reactie {number}", by=bram)
        call_command("digest_now", anna.email.upper())
        assert Subscription.objects.get(person=anna).next_at <= timezone.now()  # type: ignore[operator]
        go_round()
    assert [f"Reactie {number}" in post.text(number) for number in range(2)] == [True, True]


@pytest.mark.parametrize("frequency", ["never", ""])
def test_digest_now_says_why_not(frequency: str, anna: Person) -> None:
    if frequency:
        subscribe(anna, frequency)
    with pytest.raises(CommandError):
        call_command("digest_now", anna.email)
