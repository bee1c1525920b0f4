"""The cast: people whom every test may ask for by name."""

import os
import uuid
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from accounts.models import Person
from initiate.kept import Kept
from regions.models import Municipality, Region
from tests import make
from tests.covered import Covered


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Each test begins with an empty database; what process and cache keep is of the one before, its language too.

    Another prefix is as good as an empty cache, and leaves the tests of the other process alone.
    """
    translation.deactivate()
    Kept.forget()
    cache.key_prefix = str(uuid.uuid4())


def pytest_configure(config: pytest.Config) -> None:
    """Differ from production only where a test would be slow, or two processes would meet."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")
    settings.REQUIRE_SECOND_FACTOR = False  # tests/accounts/test_middleware.py switches it on
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    config.pluginmanager.register(Covered())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Let the test runner empty the log of events between tests: it does so by TRUNCATE, which the product refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("ALTER TABLE regions_event DISABLE TRIGGER events_are_not_emptied")
        # A test with transactions of its own empties all tables: a kept database lacks the rows of the migration.
        if not Municipality.objects.exists():
            import_module("regions.migrations.0004_municipalities").load(apps, None)


@pytest.fixture
def utrecht(db: None) -> Region:
    return make.region("Utrecht")


@pytest.fixture
def eindhoven(db: None) -> Region:
    return make.region("Eindhoven")


@pytest.fixture
def anna(utrecht: Region) -> Person:
    """Author, a member of Utrecht."""
    person = make.person("Anna Auteur")
    make.member(person, utrecht)
    return person


@pytest.fixture
def bram(utrecht: Region) -> Person:
    """A member of Utrecht."""
    person = make.person("Bram Buur")
    make.member(person, utrecht)
    return person


@pytest.fixture
def mo(utrecht: Region) -> Person:
    """A moderator of Utrecht."""
    person = make.person("Mo Moderator")
    make.member(person, utrecht, moderator=True)
    return person


@pytest.fixture
def mia(utrecht: Region) -> Person:
    """The other moderator of Utrecht."""
    person = make.person("Mia Moderator")
    make.member(person, utrecht, moderator=True)
    return person


@pytest.fixture
def eva(eindhoven: Region) -> Person:
    """A member of Eindhoven only."""
    person = make.person("Eva Elders")
    make.member(person, eindhoven)
    return person


@pytest.fixture
def emil(eindhoven: Region) -> Person:
    """A moderator of Eindhoven."""
    person = make.person("Emil Elders")
    make.member(person, eindhoven, moderator=True)
    return person


@pytest.fixture
def kim(db: None) -> Person:
    """A seat in the InnovatieKabinet."""
    person = make.person("Kim Kabinet")
    make.seat(person)
    return person


@pytest.fixture
def kas(db: None) -> Person:
    """Another seat."""
    person = make.person("Kas Kabinet")
    make.seat(person)
    return person


@pytest.fixture
def sam(db: None) -> Person:
    """The secretary of the InnovatieKabinet."""
    person = make.person("Sam Secretaris")
    make.secretary(person)
    return person


@pytest.fixture
def bo(db: None) -> Person:
    """Someone with an account and no region."""
    return make.person("Bo Bewoner")


@pytest.fixture
def stan(db: None) -> Person:
    """Staff."""
    return make.person("Stan Staf", is_staff=True)
