"""A storm: all of the product is killed again and again while people write; then it calms down, and is counted."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email import message_from_string
from email.policy import default
from typing import Any

import psutil
import psycopg
import redis

from initiate import environment
from tests.faults.world import World

CELERY = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "initiate"]
WORKER = [*CELERY, "worker", "--concurrency", "2", "--loglevel", "CRITICAL"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
PARTS = {
    "worker 1": [*WORKER, "-n", "one@%h"],
    "worker 2": [*WORKER, "-n", "two@%h"],
    "beat 1": [*CELERY, "beat", "--loglevel", "CRITICAL", "--pidfile="],
    "beat 2": [*CELERY, "beat", "--loglevel", "CRITICAL", "--pidfile="],
}
CHALLENGES, WRITERS = 8, 2
CANARY = "kanarie"
DONE_AFTER = 10
"""So many seconds stand for the twenty minutes after which a relay is done with whatever it was given."""
CALM = 240
"""So many seconds the product has to finish by itself when the storm is over."""


class Storm:
    """Two workers, two beats and a third that hurries, writers, and somebody who kills."""

    def __init__(self, world: World, readers: list[str]) -> None:
        self.world, self.readers = world, readers
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: Counter[str] = Counter()
        self.said: list[tuple[int, str]] = []
        self._over = threading.Event()

    def blow(self, kills: int) -> None:
        """Kill so many times, then let it come to rest. Raises AssertionError when it does not."""
        world = self.world
        world.do("make_challenges", CHALLENGES)
        world.relay.slowness = 0.05
        self.keep()
        others = [world.start("beat_on")[0]]
        writers = [self._listen(number) for number in range(WRITERS)]
        clock = threading.Thread(target=self._turn_clock)
        clock.start()
        try:
            while self.killed.total() < kills:
                time.sleep(random.uniform(0.2, 1.8))
                self._strike()
                self.keep()
            for process in writers:
                process.kill()
            self._wait_for_calm()
        finally:
            self._over.set()
            clock.join()
            for process in [*writers, *others]:
                process.kill()
            self._stop()

    # --- who works ------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Start what is not there (any more)."""
        for name, command in PARTS.items():
            process = self.parts.get(name)
            if process is None or process.poll() is not None:
                self.parts[name] = subprocess.Popen(
                    command, cwd=environment.BASE_DIR, env=self.world.whole_env, **QUIET, start_new_session=True
                )

    def _listen(self, number: int) -> Any:
        """Start a writer, and keep what it was told that stands."""
        process, told = self.world.start("write_on", f"w{number}", CANARY)

        def listen() -> None:
            with suppress(EOFError, OSError):
                while True:
                    self.said.append(told.recv())

        threading.Thread(target=listen, daemon=True).start()
        return process

    def _turn_clock(self) -> None:
        """Let days pass every few seconds."""
        while not self._over.wait(3):
            with suppress(psycopg.Error):
                self.world.make_due()
                self.world.pass_time(DONE_AFTER)

    def _stop(self) -> None:
        for process in self.parts.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    # --- who kills ------------------------------------------------------------------------------------------

    def _strike(self) -> None:
        name, strike = random.choices(list(STRIKES.items()), weights=WEIGHTS)[0]
        if strike(self):
            self.killed[name] += 1

    def sender(self) -> bool:
        """Kill a process that does tasks, of either worker."""
        masters = [psutil.Process(self.parts[name].pid) for name in ("worker 1", "worker 2")]
        with suppress(psutil.Error):
            children = [child for master in masters for child in master.children()]
            if children:
                random.choice(children).kill()
                return True
        return False

    def worker(self) -> bool:
        return self._kill(random.choice(["worker 1", "worker 2"]))

    def beat(self) -> bool:
        return self._kill(random.choice(["beat 1", "beat 2"]))

    def _kill(self, name: str) -> bool:
        os.killpg(self.parts[name].pid, signal.SIGKILL)
        self.parts[name].wait()
        return True

    def postgres(self) -> bool:
        self.world.crash()
        self.world.recover()
        return True

    def postgres_restarted(self) -> bool:
        self.world.postgres.stop()
        self.world.recover()
        return True

    def valkey(self) -> bool:
        server = self.world.valkey
        assert server.process
        server.process.kill()
        server.process.wait()
        server.start()
        server.wait()
        return True

    def valkey_emptied(self) -> bool:
        redis.Redis(unix_socket_path=str(self.world.valkey.socket)).flushall()
        return True

    # --- what came of it ------------------------------------------------------------------------------------

    def _wait_for_calm(self) -> None:
        """Return when the product has told everything; the clock goes on, so at rest nothing is due for long."""
        ends = time.monotonic() + CALM
        rests = 0
        while rests < 3:
            time.sleep(1)
            self.keep()
            rests = rests + 1 if not self.waits() else 0
            assert time.monotonic() < ends, f"it does not finish by itself: {self.waits()}"

    def waits(self) -> list[tuple[Any, ...]]:
        return [row for row in self.world.left() if row[0] != "due"] + self.world.ask(UNTOLD)

    def count(self) -> dict[str, int]:
        """Compare what the writers were told that stands with what the mail server took."""
        world, texts = self.world, [(mail["to"], words(mail["body"])) for mail in self.world.ledger.mails]
        comments = [word for number, word in self.said if number not in (0, 7)]
        links = [f"{word}@nergens.example" for number, word in self.said if number == 0]
        got = Counter((to, word) for to, text in texts for word in set(text) if word in set(comments))
        told = {(to, word): (state, mail) for to, word, state, mail in world.ask(TOLD)}
        ways = [told.get(pair) for pair in itertools.product(self.readers, comments)]
        arrived = Counter(to for to, _text in texts)
        digests = {mail for (mail,) in world.ask("SELECT message_id FROM digests_mail WHERE kind = 'digest'")}
        return {
            "kills": self.killed.total(),
            "mails taken": len(texts),
            "items written": len(comments),
            "items for readers": len(ways),
            "items lost": sum(way is None or not is_told(world, way) for way in ways),
            "items held": sum(way is not None and way[0] == "uncertain" for way in ways),
            "items twice": sum(times > 1 for times in got.values()),
            "overviews twice": sum(world.ledger.ids[mail] > 1 for mail in digests),
            "links asked for": len(links),
            "links lost": sum(not arrived[to] for to in links),
            "links twice": sum(arrived[to] > 1 for to in links),
            "hidden things": sum(number == 7 for number, _word in self.said),
            "hidden things told": sum(CANARY in mail["body"] for mail in world.ledger.mails),
        }


QUIET: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
STRIKES: dict[str, Callable[[Storm], bool]] = {
    "sender killed": Storm.sender,
    "worker killed": Storm.worker,
    "beat killed": Storm.beat,
    "PostgreSQL crashed": Storm.postgres,
    "PostgreSQL restarted": Storm.postgres_restarted,
    "Valkey killed": Storm.valkey,
    "Valkey emptied": Storm.valkey_emptied,
}
WEIGHTS = (50, 10, 8, 8, 4, 8, 12)

UNTOLD = """
SELECT 'untold', count(*) FROM regions_notice notice JOIN digests_subscription USING (person_id)
WHERE read_at IS NULL AND NOT EXISTS (SELECT 1 FROM digests_enclosure WHERE notice_id = notice.id)
HAVING count(*) > 0
"""
TOLD = """
SELECT person.email, comment.text, mail.state, mail.message_id FROM digests_enclosure enclosure
JOIN digests_mail mail ON mail.id = enclosure.mail_id
JOIN regions_notice notice ON notice.id = enclosure.notice_id
JOIN accounts_person person ON person.id = notice.person_id
JOIN regions_event event ON event.id = notice.event_id AND event.object_kind = 'comment'
JOIN regions_comment comment ON comment.id::text = event.object_id
"""


def is_told(world: World, way: tuple[str, str]) -> bool:
    """Tell whether the mail with an item was taken, or is held for somebody to see."""
    state, mail = way
    return state == "uncertain" or (state == "sent" and world.ledger.ids[mail] == 1)


def words(body: str) -> list[str]:
    part = message_from_string(body, policy=default).get_body(("plain",))
    return str(part.get_content()).split() if part else []


def table(killed: Counter[str], counted: dict[str, int]) -> str:
    rows = [*killed.most_common(), ("", ""), *counted.items()]
    return "\n".join(f"{name:<24}{number:>8}" for name, number in rows)


def is_good(counted: dict[str, int]) -> bool:
    wrong = ("items lost", "items twice", "overviews twice", "links lost", "hidden things told")
    return not any(counted[name] for name in wrong)
