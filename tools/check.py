"""Runs every check, the cheap ones first; stops at the first that fails. pytest comes last and has the last word.

`python tools/check.py quick` needs no servers; `… all` starts its own PostgreSQL and Valkey in var/test, or uses those
of DATABASE_URL, REDIS_URL and CACHE_URL.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

BASE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ROOMS = ["accounts", "regions", "challenges", "digests", "initiate"]
BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"]
# The checks that start Django and ask no server anything.
NO_SERVERS = {
    "SECRET_KEY": "for-checks-only-" + "0123456789" * 5,
    "DATABASE_URL": "postgresql:///none",
    "REDIS_URL": "unix:///none",
    "CACHE_URL": "unix:///none",
    "SITE_URL": "https://initiate.example",
}


def run(name: str, *command: str | Path, **env: str) -> None:
    print(f"check   | {name}", flush=True)
    code = subprocess.run([str(part) for part in command], cwd=BASE, env=os.environ | env, check=False).returncode
    if code:
        sys.exit(f"initiate: {name} failed.")


def quick() -> None:
    templates = sorted(str(path.relative_to(BASE)) for path in (BASE / "templates").rglob("*.html"))
    run("ruff", BIN / "ruff", "check", "--quiet")
    run("ruff format", BIN / "ruff", "format", "--check", "--quiet")
    run("djade", BIN / "djade", "--target-version", "5.2", "--check", *templates)
    run("mypy", BIN / "mypy", "--no-error-summary", **NO_SERVERS)
    run("import-linter", BIN / "lint-imports", "--no-logo", "--cache-dir", "var/import-linter", **NO_SERVERS)
    run("message catalogue", sys.executable, "tools/messages.py", "check")
    run("check --deploy", sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **NO_SERVERS)


def chromium() -> str:
    """The path of a browser; installs the system's where that is missing and may be done."""
    for path in [os.environ.get("CHROMIUM", ""), *BROWSERS]:
        if path and Path(path).exists():
            return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get update", "apt-get", "update", "-qq")
        run("installing Chromium", "apt-get", "install", "-y", "-qq", "chromium", DEBIAN_FRONTEND="noninteractive")
        return BROWSERS[0]
    sys.exit("initiate: the browser tests need Chromium; install it, or set CHROMIUM to its path.")


def everything() -> None:
    quick()
    with_servers(__file__, "served", *sys.argv[2:])


def screenshots() -> None:
    with_servers("-m", "pytest", "-q", "--show-capture=no", "tests/browser/screenshots.py")


def with_servers(*arguments: str) -> NoReturn:
    """Start the servers of the tests, and let Python with these arguments take over this process."""
    env = os.environ | {"CHROMIUM": chromium(), "INITIATE_HOME": test_home()}
    servers = [sys.executable, "-m", "initiate.embedded", "run", "--"]
    os.execve(sys.executable, [*servers, sys.executable, *arguments], env)  # noqa: S606


def served() -> None:
    """What needs a database; pytest takes over this process."""
    run("migrations", sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "0")
    print("check   | pytest", flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[2:]])  # noqa: S606


def test_home() -> str:
    """A home of its own: tests write files, and never into someone's demo."""
    home = os.environ.get("INITIATE_HOME")
    return str(Path(home).absolute() / "test" if home else BASE / "var" / "test")


if __name__ == "__main__":
    {"quick": quick, "all": everything, "served": served, "screenshots": screenshots}[sys.argv[1]]()
