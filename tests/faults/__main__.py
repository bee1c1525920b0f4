"""`make faults`: death at eleven points, and a storm of kills; prints what became of the mail.

TIMES is how often each point is tried in each way (5), KILLS how long the storm lasts (300).
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import points, storm
from tests.faults.world import World

TIMES, KILLS = int(os.environ.get("TIMES", "5")), int(os.environ.get("KILLS", "300"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with World(Path(folder) / "home") as world:
            readers = world.do("people", points.READERS)
            good = [at_points(world, readers), in_storm(world, readers)]
    if not all(good):
        sys.exit("initiate: mail was lost or doubled.")


def at_points(world: World, readers: list[str]) -> bool:
    """Die at each point; where the relay cannot be asked, once."""
    began, good = time.monotonic(), True
    for url, title, times in ((world.desk.url, "can", TIMES), ("", "cannot", min(TIMES, 1))):
        world.changed["RELAY_QUERY_URL"] = url
        found = points.run_all(world, readers, times)
        say(f"Where the relay {title} be asked ({time.monotonic() - began:.0f} s)", points.table(found))
        good = good and all(one.is_good for runs in found.values() for one in runs)
    return good


def in_storm(world: World, readers: list[str]) -> bool:
    began = time.monotonic()
    made = storm.Storm(world, readers)
    made.blow(KILLS)
    counted = made.count()
    say(f"In a storm ({time.monotonic() - began:.0f} s)", storm.table(made.killed, counted))
    return storm.is_good(counted)


def say(title: str, table: str) -> None:
    print(f"\n{title}\n{table}", flush=True)  # noqa: T201 - it talks to the person at the terminal


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped too
    main()
