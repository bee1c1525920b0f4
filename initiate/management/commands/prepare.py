"""Make the database and the static files ready for this code; run before each start."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import OperationalError, connection, transaction
from redis import Redis
from redis.exceptions import RedisError

from accounts.models import Person


class Command(BaseCommand):
    help = "Migrate, collect static files that changed, load the demo network into an empty database."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.ask_servers()
        call_command("migrate", interactive=False, verbosity=0)
        self.collect()
        self.load_demo()

    def ask_servers(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"the database of DATABASE_URL does not answer: {first_line(error)}") from error
        for name in ("REDIS_URL", "CACHE_URL"):
            try:
                Redis.from_url(getattr(settings, name), socket_timeout=5, socket_connect_timeout=5).ping()
            except RedisError as error:
                raise CommandError(f"the server of {name} does not answer: {first_line(error)}") from error

    def collect(self) -> None:
        stamp, now = settings.INITIATE_HOME / "static.stamp", fingerprint()
        if not settings.STATIC_ROOT.exists() or not stamp.exists() or stamp.read_text() != now:
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(now)

    def load_demo(self) -> None:
        """All or nothing: a load that was cut short leaves an empty database, which the next start fills."""
        if settings.DEMO and not Person.objects.exists() and "load_demo" in get_commands():
            self.stdout.write("loading the demo network")
            with transaction.atomic():
                call_command("load_demo")


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def fingerprint() -> str:
    """Names, sizes and times of all files that collectstatic would read."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = (name, storage.size(name), storage.get_modified_time(name))
            seen.update(repr(facts).encode())
    return seen.hexdigest()
