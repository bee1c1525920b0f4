"""Servers of its own, that may be killed: PostgreSQL, Valkey, a mail server that remembers; and processes that work."""

import multiprocessing
import os
import secrets
import subprocess
import sys
import time
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from initiate import embedded, environment
from tests.faults.wire import Wire
from tests.relay import HOST, Enquiry, Ledger, Relay

OPEN = ("ready", "claimed", "handing")
SPAWN = multiprocessing.get_context("forkserver")


class Failed(Exception):
    """A process ended without an answer."""


class World:
    """One home; use it as a context. `env` is what a process of the product needs to run in it."""

    def __init__(self, home: Path, *, deeds: str = "tests.faults.deeds", wired: bool = True) -> None:
        self.home, self.deeds, self.wired = home, deeds, wired
        self.changed: dict[str, Any] = {}
        self._processes: list[BaseProcess] = []

    def __enter__(self) -> "World":
        embedded.prepare_home(self.home)
        self.servers, addresses = embedded.start(self.home, {})
        self.postgres = next(server for server in self.servers if server.name == "postgres")
        self.valkey = next(server for server in self.servers if server.name == "valkey")
        self.address = addresses["DATABASE_URL"]
        self.ledger = Ledger(self.home / "taken")
        self.relay, self.desk = Relay(self.ledger), Enquiry(self.ledger)
        self.relay.start()
        self.env = addresses | {
            "INITIATE_HOME": str(self.home),
            "INITIATE_RUN": str(self.home),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_URL": "http://127.0.0.1:8000",
            "EMAIL_URL": f"smtp://{HOST}:{self.relay.port}",
            "RELAY_QUERY_URL": self.desk.url,
            "DJANGO_SETTINGS_MODULE": "initiate.settings",
            "LOG_LEVEL": "ERROR",
            "DEMO": "false",
        }
        self._lay_wire()
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        try:
            subprocess.run(migrate, cwd=environment.BASE_DIR, env=self.whole_env, check=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        for process in self._processes:
            process.kill()
        self.relay.end()
        self.desk.stop()
        self.wire.close()
        embedded.stop(self.servers)
        self.ledger.close()

    @property
    def whole_env(self) -> dict[str, str]:
        return os.environ | self.env

    def _lay_wire(self) -> None:
        """Let the processes that do deeds reach the database through a wire."""
        folder = self.postgres.socket.parent / "wire"
        folder.mkdir(exist_ok=True)
        (folder / self.postgres.socket.name).unlink(missing_ok=True)
        self.wire = Wire(folder, self.postgres.socket)
        real, wired = (quote(str(path), safe="") for path in (self.postgres.socket.parent, folder))
        before = dict(os.environ)
        os.environ.update(self.env | {"DATABASE_URL": self.address.replace(real, wired if self.wired else real)})
        try:  # the server that forks the processes keeps the environment in which it starts
            SPAWN.set_forkserver_preload([self.deeds, __name__])
            first = SPAWN.Process(target=int)
            first.start()
            first.join()
        finally:
            os.environ.clear()
            os.environ.update(before)

    # --- processes ------------------------------------------------------------------------------------------

    def start(self, deed: str, *values: Any) -> tuple[BaseProcess, Connection]:
        """Begin a deed in a process of its own."""
        here, there = SPAWN.Pipe()
        process = SPAWN.Process(target=run, args=(self.deeds, deed, values, self.changed, there))
        process.start()
        there.close()
        self._processes = [*(one for one in self._processes if one.is_alive()), process]
        return process, here

    def do(self, deed: str, *values: Any) -> Any:
        """Have a deed done and return what came of it. Raises Failed."""
        process, answer = self.start(deed, *values)
        try:
            return answer.recv()
        except EOFError as error:
            raise Failed(deed) from error
        finally:
            process.join()
            answer.close()

    # --- the database ---------------------------------------------------------------------------------------

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address, autocommit=True) as link:
            found = link.execute(question, values)
            return found.fetchall() if found.description else []

    def crash(self) -> None:
        """Kill PostgreSQL in mid-sentence: the server, and by that all that it does."""
        assert self.postgres.process
        self.postgres.process.kill()
        self.postgres.process.wait()

    def recover(self) -> None:
        """Start it again; what the old one leaves in memory has to be gone first."""
        for _again in range(100):
            embedded.clear_stale_pid(self.home / "postgres", self.postgres.socket)
            self.postgres.start()
            try:
                self.postgres.wait()
            except embedded.CannotStart:
                time.sleep(0.1)
            else:
                self._wait_until_it_serves()
                return
        raise AssertionError(embedded.reason(self.postgres.log))

    def _wait_until_it_serves(self) -> None:
        for _again in range(600):
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return

    # --- time -----------------------------------------------------------------------------------------------

    def make_due(self) -> None:
        """Let the next day begin for everybody who is not due yet."""
        self.ask("UPDATE digests_subscription SET next_at = now() - interval '1 second' WHERE next_at > now()")

    def pass_time(self, seconds: float = 0) -> None:
        """Let the time pass for what has stood so many seconds: a wait is over, a doubt is due."""
        self.ask("UPDATE digests_mail SET next_try_at = now() WHERE state = 'ready' AND next_try_at > now()")
        self.ask(
            "UPDATE digests_mail SET state_at = now() - interval '21 minutes' "
            "WHERE state = 'handing' AND state_at < now() - make_interval(secs => %s)",
            seconds,
        )

    def drain(self) -> None:
        """Go round until nothing is left to do."""
        for _again in range(30):
            self.pass_time()
            self.do("go_round")
            if not self.left():
                return
        raise AssertionError(f"something stays: {self.left()}")

    def left(self) -> list[tuple[Any, ...]]:
        """Return what still has to be spread, planned or sent."""
        unspread = self.ask("SELECT 'unspread', count(*) FROM regions_unspread HAVING count(*) > 0")
        due = self.ask("SELECT 'due', count(*) FROM digests_subscription WHERE next_at <= now() HAVING count(*) > 0")
        mails = self.ask("SELECT state, count(*) FROM digests_mail WHERE state = ANY(%s) GROUP BY state", list(OPEN))
        return unspread + due + mails


def run(module: str, deed: str, values: tuple[Any, ...], changed: dict[str, Any], answer: Connection) -> None:
    """In the process that does it. What is imported here is there already: the server forks with it."""
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - until the end of the process: a crash is not pretty
    import_module(module).do(deed, values, changed, answer)
