"""`python -m bench mails`: overviews of 20 items, from due to accepted by a mail server that syncs to disk.

MAILS says how many (10000). The servers are its own, with PostgreSQL as safe as in production.
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.faults.world import World
from tests.relay import Ledger

MAILS = int(os.environ.get("MAILS", "10000"))
SENDERS = 2
PASSWORD = "haast@nergens.example"


class Sink(Ledger):
    """Keeps mails on disk only: of each, here, no more than to whom it went, and when."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.at: dict[str, float] = {}

    def write(self, to: str, body: str) -> None:
        with self._lock:
            self._file.write(json.dumps({"id": "", "to": to, "body": body}) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.at[to] = time.monotonic()


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with World(Path(folder) / "home", deeds="bench.mail_deeds", wired=False) as world:
            world.ledger.close()
            world.ledger = world.relay.ledger = sink = Sink(Path(folder) / "home" / "sink")
            world.do("crowd", MAILS)
            world.ask("ANALYZE")
            say("spreading", world.do("spread_all"), MAILS)
            say("planning", world.do("plan_all"), MAILS)
            send(world, sink)
            if len(sink.at) < MAILS + 1:
                sys.exit(f"initiate: {MAILS + 1 - len(sink.at)} mails did not arrive.")


def send(world: World, sink: Sink) -> None:
    """Let senders work, and in the midst of it somebody ask for a link."""
    began = time.monotonic()
    found: list[dict[str, float]] = []
    threads = [threading.Thread(target=lambda: found.append(world.do("send_all"))) for _number in range(SENDERS)]
    for thread in threads:
        thread.start()
    while len(sink.at) < MAILS / 2:
        time.sleep(0.05)
    asked = time.monotonic()
    world.do("ask_password", PASSWORD)  # in a process that begins for it
    for thread in threads:
        thread.join()
    took = max(sink.at.values()) - began
    for number, one in enumerate(found, 1):
        say(f"sender {number}", one, MAILS / SENDERS)
    print(f"bench   | {MAILS} overviews in {took:.0f} s: {MAILS / took:.1f} a second")
    print(f"bench   | the link that was asked for in the midst of it left after {sink.at[PASSWORD] - asked:.2f} s")


def say(what: str, found: dict[str, float], number: float) -> None:
    """Print what one part took, as a whole and for each overview."""
    each = f"{1000 * found['cpu'] / number:.1f} ms CPU and {found['statements'] / number:.2f} statements each"
    memory = f"memory {found['before']:.0f} → {found['after']:.0f} MB"
    print(f"bench   | {what}: {found['seconds']:.1f} s, {each}, {memory}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped too
    run()
