"""What is measured, for whom; and, inside one process, how many queries and bytes each page takes."""

import gzip
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from bench.homes import HOMES
from bench.network import FIRST_OTHER, MEMBER, MODERATOR, SEAT, SECRETARY
from bench.words import RARE, common_word
from challenges.figures import figures_for, key_of
from challenges.models import Challenge, Stage
from digests.compose import compose
from digests.models import Mail, Subscription
from digests.plan import plan
from regions.models import CalendarAddress, Meeting, Membership, Region, State, Visibility

HOST = "127.0.0.1"
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
BARE = "bare"
FIRSTS = 9
PEOPLE = {"visitor": None, "member": MEMBER, "seat": SEAT, "moderator": MODERATOR, "secretary": SECRETARY}


@dataclass
class Page:
    """One page for one reader; `status` is what it answered inside the process.

    What is measured in both homes has `home`: the slug of the region; `page` ends with it.
    """

    page: str
    who: str
    path: str
    person: int | None
    home: str = ""
    cookie: str = ""
    status: int = 0
    queries: int = 0
    bytes: int = 0
    bytes_gzip: int = 0


@dataclass
class Digests:
    """Composing overviews, of so many items on average, one after the other."""

    number: int
    items: float
    ms: list[float]
    cpu_ms: float
    queries: int
    bytes: float


def paths() -> Iterator[Page]:
    """Yield what is measured."""
    common = common_word()
    yield _page("visitor", BARE, "/bench/bare/")
    for who in ("visitor", "member"):
        yield _page(who, "home", "/")
        yield _page(who, "list", "/challenges/")
        yield _page(who, "list, filtered", "/challenges/?regio=regio-1&thema=jeugd&fase=maken-en-testen")
        yield _page(who, "list, common word", f"/challenges/?q={common}")
        yield _page(who, "list, rare word", f"/challenges/?q={RARE}")
        yield _page(who, "search, common", f"/zoeken/?q={common}")
        yield _page(who, "search, rare", f"/zoeken/?q={RARE}")
        yield _page(who, "detail", detail_path())
        yield _page(who, "regions", "/regios/")
        yield _page(who, "region", "/regios/regio-1/")
    yield _page("seat", "dashboard", "/kabinet/")
    yield _page("secretary", "planning", "/kabinet/planning/")
    yield _page("visitor", "doors", "/deuren/")
    yield _page("visitor", "doors, of a region", "/deuren/?regio=regio-1")
    yield _page("moderator", "desk", "/regios/regio-1/moderatie/")
    for pair in zip(*(_of_home(measure.slug) for measure in HOMES), strict=True):
        yield from pair


def _page(who: str, page: str, path: str) -> Page:
    return Page(page, who, path, PEOPLE[who])


def _of_home(slug: str) -> Iterator[Page]:
    """Yield the pages of a region that is a home, and what its moderator finds elsewhere."""
    region = Region.objects.get(slug=slug)
    belonging = region.memberships.active().order_by("pk")
    moderator = belonging.filter(role=Membership.Role.MODERATOR).values_list("person", flat=True)[0]
    member = belonging.filter(role=Membership.Role.MEMBER).values_list("person", flat=True)[0]
    calendar = CalendarAddress(person_id=moderator, number=1)
    there, person = f"/regios/{slug}/", {"visitor": None, "member": member, "moderator": moderator}
    for who, name, path in (
        *((who, "region", there) for who in person),
        ("moderator", "desk", f"{there}moderatie/"),
        ("moderator", "own desk", "/mijn/moderatie/"),
        ("moderator", "log", f"{there}moderatie/logboek/"),
        ("visitor", "counts", f"{there}moderatie/cijfers/"),
        ("member", "members", f"{there}leden/"),
        ("member", "members, by name", f"{there}leden/?q=smit"),
        ("moderator", "members", f"{there}leden/"),
        ("member", "organisations", f"{there}leden/organisaties/"),
        ("visitor", "meetings", f"{there}bijeenkomsten/"),
        ("member", "meetings", f"{there}bijeenkomsten/"),
        ("member", "meetings, past", f"{there}bijeenkomsten/?wanneer=geweest"),
        ("moderator", "meeting", _busiest(region)),
        ("member", "posts", f"{there}berichten/"),
        ("member", "documents", f"{there}documenten/"),
        ("visitor", "figures", f"{there}cijfers/"),
        ("visitor", "calendar", f"{there}bijeenkomsten/agenda.ics"),
        ("moderator", "own calendar", reverse("regions:own_feed", args=[calendar.token])),
        ("moderator", "home", "/"),
        ("moderator", "own things", "/mijn/"),
    ):
        yield Page(f"{name}: {slug}", who, path, person[who], slug)


def _busiest(region: Region) -> str:
    """Return the meeting that most people come to."""
    public = Meeting.objects.published().filter(region=region, visibility=Visibility.PUBLIC)
    return public.order_by("-going_count", "pk")[0].get_absolute_url()


def detail_path() -> str:
    """Return the page of a challenge that has something of everything."""
    public = Challenge.objects.filter(state=State.PUBLISHED, visibility=Visibility.PUBLIC, stage=Stage.MAKING)
    whole = public.filter(prototype_count=2, comment_count=5, round_count__gt=0, review_count=3)
    return whole.earliest("pk").get_absolute_url()


def pages() -> list[Page]:
    """Return every page with its cookie, asked twice in this process: the second time counts."""
    found = list(paths())
    cookies = {person: cookie_of(person) for person in {page.person for page in found}}
    for page in found:
        page.cookie = cookies[page.person]
        _ask(page)
        _ask(page)
    return found


def cookie_of(person: int | None) -> str:
    """Return the cookie of a person who is signed in."""
    if person is None:
        return ""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = Person.objects.get(pk=person).get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _ask(page: Page) -> None:
    client = Client(raise_request_exception=False, headers={"host": HOST, "cookie": page.cookie})
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page.path)
    page.status = response.status_code
    page.queries = sum(not query["sql"].startswith(CONTROL) for query in captured)
    page.bytes = len(response.content)
    page.bytes_gzip = len(gzip.compress(response.content, 6))


def first_figures() -> dict[str, list[float]]:
    """Count the figures of both homes, each time as if nobody had asked for them; return milliseconds by slug."""
    regions = [Region.objects.get(slug=measure.slug) for measure in HOMES]
    found: dict[str, list[float]] = {region.slug: [] for region in regions}
    for _ in range(FIRSTS):
        for region in regions:
            cache.delete(key_of(None, region))
            began = time.perf_counter()
            figures_for(None, region)
            found[region.slug].append((time.perf_counter() - began) * 1000)
    return found


def digests(number: int) -> Digests:
    """Compose the overviews of people of whom each has some twenty things to hear; nothing stays, nothing goes out."""
    with transaction.atomic():
        others = Subscription.objects.filter(pk__gte=FIRST_OTHER).order_by("pk").values_list("pk", flat=True)
        Subscription.objects.filter(pk__in=list(others[:number])).update(next_at=timezone.now())
        plan()
        mails = list(Mail.objects.filter(kind=Mail.Kind.DIGEST))
        items = sum(mail.enclosures.count() for mail in mails)
        compose(mails[0])
        found = _compose(mails, items / len(mails))
        transaction.set_rollback(True)
    return found


def _compose(mails: list[Mail], items: float) -> Digests:
    times, size, cpu = [], 0, time.process_time()
    for mail in mails:
        began = time.perf_counter()
        letter = compose(mail)
        times.append((time.perf_counter() - began) * 1000)
        size += len(letter.body) if letter else 0
    cpu_ms = (time.process_time() - cpu) * 1000 / len(mails)
    with CaptureQueriesContext(connection) as captured:
        compose(mails[0])
    return Digests(len(mails), items, times, cpu_ms, len(captured), size / len(mails))


def report(number: int) -> dict[str, object]:
    """Return everything that is learned inside the process, ready for JSON."""
    return {
        "pages": [asdict(page) for page in pages()],
        "figures": first_figures(),
        "digests": asdict(digests(number)),
    }
