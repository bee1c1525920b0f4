"""What the tests of this room share: browsers, and a count of queries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person

Browser = Callable[[Person | None], Client]
Count = Callable[[Client, str], int]


@pytest.fixture
def browser() -> Browser:
    """Return a browser of someone, or of a visitor."""

    def of(person: Person | None) -> Client:
        client = Client()
        if person:
            client.force_login(person)
        return client

    return of


@pytest.fixture
def count() -> Count:
    """Return how many queries a page takes, without BEGIN and SAVEPOINT; what is kept for a minute is warm."""

    def of(client: Client, path: str) -> int:
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] and query["sql"] != "BEGIN" for query in queries)

    return of


@pytest.fixture
def words() -> dict[str, Any]:
    """A complete form of a challenge, without its region."""
    return {
        "title": "Eerder hulp",
        "summary": "Kort.",
        "question": "Hoe helpen wij\r\neerder?",
        "visibility": "public",
        "for_whom": "Gezinnen.",
        "improvement": "Rust.",
        "participation": "Een panel.",
        "tags": "geld, Rust,geld",
        "seeking": ["geld"],
    }
