"""Browsers, an organisation with a domain, and places.

Rate limits count by network address and by mail address, so each browser and each mailbox is new.
"""

import random
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Organisation, OrganisationKind, Person
from regions.models import Municipality

Browser = Callable[..., Client]
Mailbox = Callable[[str], str]


@pytest.fixture
def browser(db: None) -> Browser:
    """Open a browser, signed in as `person` where one is given."""

    def open_browser(person: Person | None = None) -> Client:
        client = Client(REMOTE_ADDR=".".join(str(random.randint(1, 250)) for _part in range(4)))
        if person is not None:
            client.force_login(person)
        return client

    return open_browser


@pytest.fixture
def town(db: None) -> Organisation:
    """An organisation that owns a domain."""
    organisation = Organisation.objects.create(name="Gemeente Voorbeeld", kind=OrganisationKind.MUNICIPALITY)
    organisation.domains.create(name="voorbeeld.example")
    return organisation


@pytest.fixture
def place(db: None) -> Municipality:
    values = {"name": "Utrecht", "sort_name": "utrecht", "province": "Utrecht", "inhabitants": 1}
    return Municipality.objects.get_or_create(code="GM0344", defaults=values)[0]


@pytest.fixture
def mailbox() -> Mailbox:
    """Give an address at the town that was never used before; nine digits in it could be a BSN, which forms refuse."""
    token = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    return lambda name: f"{name}.{token}@werk.voorbeeld.example"
