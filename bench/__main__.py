"""`make bench`, or `make bench SIZE="2000 20000 200000"`; on the servers of DATABASE_URL, or on ones of its own.

`python -m bench plans` writes the query plans of the heaviest statements instead; `python -m bench mails` measures the
mail, on servers of its own.
"""

import os
import secrets
import sys
from pathlib import Path

from bench import databases

SIZES = "2000 20000"
SERVERS = ("DATABASE_URL", "REDIS_URL", "CACHE_URL")
# As in production, but for the second factor: the moderator who is measured has none.
SETTINGS = {"DEMO": "false", "REQUIRE_SECOND_FACTOR": "false", "SITE_URL": "http://127.0.0.1:8000", "DEBUG": "false"}


def main() -> None:
    sizes = sorted({int(size) for size in os.environ.get("SIZE", SIZES).replace(",", " ").split()})
    what = sys.argv[1] if sys.argv[1:] else "pages"
    if what == "mails":
        os.chdir(databases.BASE)
        os.execv(sys.executable, [sys.executable, "-m", "bench.mails"])
    command = [sys.executable, "-m", "bench.run", what, *map(str, sizes)]
    if not all(os.environ.get(name) for name in SERVERS):
        command = [sys.executable, "-m", "initiate.embedded", "run", "--", *command]
    home = Path(os.environ.get("INITIATE_HOME") or databases.BASE / "var").absolute() / "bench"
    home.mkdir(parents=True, exist_ok=True)
    env = os.environ | SETTINGS | {"INITIATE_HOME": str(home), "SECRET_KEY": secrets.token_urlsafe(50)}
    os.chdir(databases.BASE)
    os.execve(sys.executable, command, env)


if __name__ == "__main__":
    main()
