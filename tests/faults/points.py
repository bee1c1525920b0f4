"""Death at each of eleven points of a mail's way, of the process or of the database; and what became of the mail."""

import itertools
import os
import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string
from email.policy import default
from typing import Any

from tests.faults.wire import Hold
from tests.faults.world import World
from tests.relay import Stop

READERS = 3
PATIENCE = 60
MAIL = 'UPDATE "digests_mail"'
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Point:
    """Where a process is stopped: in the deed that leads there, at a statement or at a step of the mail server."""

    name: str
    deed: str
    words: tuple[str, ...] = ()
    at_commit: bool = True
    answer: bool = False
    steps: tuple[str, ...] = ()

    def stand(self, world: World, number: int) -> "Held":
        """Make everything stop there. Where a point has two forms they take turns."""
        if self.steps:
            return Held(stop=world.relay.stop_at(self.steps[number % len(self.steps)]))
        return Held(hold=world.wire.hold_at(*self.words, at_commit=self.at_commit, answer=self.answer))


@dataclass(frozen=True)
class Held:
    """Who is stopped there."""

    hold: Hold | None = None
    stop: Stop | None = None

    @property
    def reached(self) -> threading.Event:
        assert self.hold or self.stop
        return self.hold.reached if self.hold else self.stop.reached  # type: ignore[union-attr]

    def let_go(self) -> None:
        if self.hold:
            self.hold.drop.set()
        if self.stop:
            self.stop.go_on.set()


POINTS = (
    Point("plan, before commit", "tick", ('INSERT INTO "digests_mail"', "digest:")),
    Point("plan, after commit", "tick", ('INSERT INTO "digests_mail"', "digest:"), answer=True),
    Point("claim, before commit", "send", (MAIL, "'claimed'")),
    Point("claim, after commit", "send", (MAIL, "'claimed'"), answer=True),
    Point("connected", "send", steps=("CONNECT", "EHLO")),
    Point("354", "send", steps=("DATA",)),
    Point("body sent", "send", (MAIL, "'handing'")),
    Point("handing committed", "send", (MAIL, "'handing'"), answer=True),
    Point("dot sent", "send", steps=("DOT", "TAKEN")),
    Point("250 read", "send", (MAIL, "SET \"state\" = 'sent'"), at_commit=False),
    Point("sent committed", "send", (MAIL, "SET \"state\" = 'sent'"), at_commit=False, answer=True),
)


@dataclass(frozen=True)
class Found:
    """What came of one run: what was lost, told twice, or held where somebody can see it (arrived or not)."""

    lost: int
    doubled: int
    held: int

    @property
    def is_good(self) -> bool:
        return not self.lost and not self.doubled


def kill(world: World, held: Held, process: Any, number: int) -> None:
    """Kill the process; what stood on its lines goes nowhere."""
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    held.let_go()


def crash(world: World, held: Held, process: Any, number: int) -> None:
    """Crash the database. The process finds that out before it is back, or when another has done its work."""
    world.crash()
    if number % 2 or not held.stop or "TAKEN" in world.relay.stops or "DOT" in world.relay.stops:
        held.let_go()
        process.join(PATIENCE)
        world.recover()
    else:
        world.recover()
        world.relay.stops.clear()
        world.drain()
        held.let_go()
        process.join(PATIENCE)


DEATHS: dict[str, Callable[[World, Held, Any, int], None]] = {"kill -9": kill, "crash": crash}


def run(world: World, readers: list[str], point: Point, death: str, number: int) -> Found:
    """Write something, die on its way to the readers, go on until nothing is left, and look who got it."""
    word, email = f"item{next(_numbers)}x", f"wie{next(_numbers)}@nergens.example"
    world.do("write", word)
    if number % 2:
        world.do("ask_password", email)
    world.make_due()
    if point.deed == "send":
        world.do("tick")
    held = point.stand(world, number)
    process, answer = world.start(point.deed)
    assert held.reached.wait(PATIENCE), f"{point.name} is not reached"
    DEATHS[death](world, held, process, number)
    answer.close()
    world.relay.heal()
    world.drain()
    return look(world, readers, word, [email] if number % 2 else [])


def look(world: World, readers: list[str], word: str, asked: list[str]) -> Found:
    """Compare what was written with what the mail server took."""
    got = Counter(mail["to"] for mail in world.ledger.mails if word in words_of(mail["body"]) or mail["to"] in asked)
    held = {address for (address,) in world.ask(HELD)}
    wanted = [*readers, *asked]
    lost = [one for one in wanted if not got[one] and one not in held]
    doubled = [one for one in readers if got[one] > 1]
    doubled += [mail for mail, times in world.ledger.ids.items() if times > 1 and mail in digest_ids(world)]
    kept = [one for one in readers if one in held]
    world.ledger.forget()
    world.ask("UPDATE digests_mail SET state = 'cancelled' WHERE state = 'uncertain'")
    return Found(len(lost), len(set(doubled)), len(kept))


HELD = """
SELECT person.email FROM digests_mail mail JOIN accounts_person person ON person.id = mail.person_id
WHERE mail.state = 'uncertain' AND EXISTS (
    SELECT 1 FROM digests_enclosure enclosure JOIN regions_notice notice ON notice.id = enclosure.notice_id
    WHERE enclosure.mail_id = mail.id AND notice.read_at IS NULL)
"""
"""Who has a mail of which nobody knows whether it arrived, with what it tells still new on the bell."""


def digest_ids(world: World) -> set[str]:
    return {name for (name,) in world.ask("SELECT message_id FROM digests_mail WHERE kind = 'digest'")}


def words_of(body: str) -> str:
    part = message_from_string(body, policy=default).get_body(("plain",))
    return str(part.get_content()) if part else ""


def run_all(world: World, readers: list[str], times: int) -> dict[tuple[str, str], list[Found]]:
    found = defaultdict(list)
    for number, point, death in itertools.product(range(times), POINTS, DEATHS):
        found[point.name, death].append(run(world, readers, point, death, number))
    return found


def table(found: dict[tuple[str, str], list[Found]]) -> str:
    lines = [f"{'died at':<24}{'how':<10}{'times':>6}{'lost':>6}{'doubled':>9}{'held':>6}"]
    for (point, death), runs in sorted(found.items(), key=lambda pair: [one.name for one in POINTS].index(pair[0][0])):
        sums = [sum(getattr(one, name) for one in runs) for name in ("lost", "doubled", "held")]
        lines.append(f"{point:<24}{death:<10}{len(runs):>6}{sums[0]:>6}{sums[1]:>9}{sums[2]:>6}")
    return "\n".join(lines)
