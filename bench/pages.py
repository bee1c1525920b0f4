"""What is measured, for whom; and, inside one process, how many queries and bytes each page takes."""

import gzip
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from bench.network import FIRST_OTHER, MEMBER, MODERATOR, SEAT
from bench.words import RARE, common_word
from challenges.models import Challenge, Stage
from digests.compose import compose
from digests.models import Mail, Subscription
from digests.plan import plan
from regions.models import State, Visibility

HOST = "127.0.0.1"
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
BARE = "bare"
PEOPLE = {"visitor": None, "member": MEMBER, "seat": SEAT, "moderator": MODERATOR}


@dataclass
class Page:
    """One page for one reader; `status` is what it answered inside the process."""

    page: str
    who: str
    path: str
    cookie: str
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


def paths() -> Iterator[tuple[str, str, str]]:
    """Yield who, which page and its path."""
    common = common_word()
    yield "visitor", BARE, "/bench/bare/"
    for who in ("visitor", "member"):
        yield who, "home", "/"
        yield who, "list", "/challenges/"
        yield who, "list, filtered", "/challenges/?regio=regio-1&thema=jeugd&fase=maken-en-testen"
        yield who, "list, common word", f"/challenges/?q={common}"
        yield who, "list, rare word", f"/challenges/?q={RARE}"
        yield who, "search, common", f"/zoeken/?q={common}"
        yield who, "search, rare", f"/zoeken/?q={RARE}"
        yield who, "detail", detail_path()
        yield who, "regions", "/regios/"
        yield who, "region", "/regios/regio-1/"
    yield "seat", "dashboard", "/kabinet/"
    yield "moderator", "desk", "/regios/regio-1/moderatie/"


def detail_path() -> str:
    """Return the page of a challenge that has something of everything."""
    public = Challenge.objects.filter(state=State.PUBLISHED, visibility=Visibility.PUBLIC, stage=Stage.MAKING)
    whole = public.filter(prototype_count=2, comment_count=5, round_count__gt=0, review_count=3)
    return whole.earliest("pk").get_absolute_url()


def pages() -> list[Page]:
    """Return every page with its cookie, asked twice in this process: the second time counts."""
    cookies = {who: cookie_of(person) for who, person in PEOPLE.items()}
    found = [Page(page, who, path, cookies[who]) for who, page, path in paths()]
    for page in found:
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
    return {"pages": [asdict(page) for page in pages()], "digests": asdict(digests(number))}
