"""What the tests of this room share: a signed-in browser, and a count of queries."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person

Count = Callable[[Client, str], int]


@pytest.fixture
def browser() -> Callable[[Person | None], Client]:
    """Return a browser of someone."""

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
            client.get(path)
        return sum("SAVEPOINT" not in query["sql"] and query["sql"] != "BEGIN" for query in queries)

    return of
