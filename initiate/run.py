"""`make run`: the whole product in one terminal, on this machine only, as in production but with demo people.

Each part runs in a process session of its own, so that Ctrl-C reaches this process alone, which then stops
the parts in the order that lets them finish. A part that dies is started again. What a `kill -9` leaves is
ended by the next start.
"""

import errno
import importlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from initiate import embedded, environment

HOME = environment.HOME
START_SECONDS = 60
SHORT_LIFE = 5  # seconds
PATIENCE = 5  # short lives in a row
# What `manage.py` in a second terminal needs to know.
SERVERS = ["DATABASE_URL", "REDIS_URL", "CACHE_URL"]
SHARED = [*SERVERS, "SITE_URL", "SECRET_KEY", "EMAIL_URL", "DEMO", "REQUIRE_SECOND_FACTOR"]

PYTHON = sys.executable
# On a laptop root is a choice; Celery would fill the first screen with a warning about it.
NO_ROOT_WARNING = {"PYTHONWARNINGS": "ignore::Warning:celery.platforms"}
CELERY = [PYTHON, "-m", "celery", "--quiet", "-A", "initiate"]
QUIET = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
GUNICORN_SETTINGS = environment.BASE_DIR / "initiate" / "gunicorn.py"
WEB = [PYTHON, "-m", "gunicorn", "initiate.wsgi", "-c", str(GUNICORN_SETTINGS)]


@dataclass
class Part:
    """A process of ours: how to start it, how long it may take to stop."""

    name: str
    command: list[str]
    stop_seconds: float
    short_lives: int = 0
    began: float = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self, env: dict[str, str]) -> None:
        self.began = time.monotonic()
        self.process = speak(self.name, self.command, env)

    def keep(self, env: dict[str, str]) -> None:
        """Start it again if it died. Raises CannotStart if it keeps dying."""
        if self.process is None or self.process.poll() is None:
            return
        self.short_lives = self.short_lives + 1 if time.monotonic() - self.began < SHORT_LIFE else 0
        if self.short_lives == PATIENCE:
            raise embedded.CannotStart(f"{self.name} ends each time it starts; its lines above say why.")
        say("run", f"{self.name} ended with {self.process.returncode}; it starts again")
        self.start(env)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.stop_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


# --- output ---------------------------------------------------------------------------------------------


def say(name: str, line: str) -> None:
    try:
        print(f"{name:<8}| {line}", flush=True)
    except OSError:  # the terminal is gone; the parts go on until someone stops us
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the end of the process


def speak(name: str, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; each line it prints comes out under its name."""
    process = subprocess.Popen(
        command,
        env=env,
        cwd=environment.BASE_DIR,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if process.stdout:
        threading.Thread(target=repeat, args=(name, process.stdout), daemon=True).start()
    return process


def repeat(name: str, stream: IO[bytes]) -> None:
    for line in stream:
        say(name, line.decode(errors="replace").rstrip())


# --- settings -------------------------------------------------------------------------------------------


def secret_key() -> str:
    path = HOME / "secret.key"
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(50))
    return path.read_text()


def write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise embedded.CannotStart(f"port {port} is not for you; choose one above 1023.") from error
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            raise embedded.CannotStart(f"port {port} is taken; choose another: make run PORT={other}") from error


def demo_settings(port: int) -> dict[str, str]:
    """What the environment does not say otherwise."""
    return {
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": secret_key(),
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        "DEMO": "true",
        "REQUIRE_SECOND_FACTOR": "false",
        "LOG_FORMAT": "text",
    }


def check_settings(env: dict[str, str]) -> None:
    """Load the settings here, before anything starts: a wrong one stops us with its sentence."""
    placeholder = {"DATABASE_URL": "postgresql:///x", "REDIS_URL": "unix:///x", "CACHE_URL": "unix:///x"}
    os.environ |= placeholder | env
    importlib.import_module("initiate.settings")


# --- the parts ------------------------------------------------------------------------------------------


def parts(port: int, env: dict[str, str], given: dict[str, str]) -> list[Part]:
    """In the order to stop them; they start the other way round."""
    ours = [
        Part("beat", [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile="], 5),
        Part("worker", [*CELERY, "worker", "--concurrency", "2", *QUIET], 20),
        Part("web", [*WEB, "--bind", f"127.0.0.1:{port}"], 10),
    ]
    sink = Part("mail", [PYTHON, "-m", "initiate.sink", env["EMAIL_URL"].rpartition(":")[2]], 5)
    return ours if "EMAIL_URL" in given else [*ours, sink]


def finish(part: Part) -> None:
    """Wait for a part that has an end. Raises CannotStart where it ends badly."""
    if part.process and part.process.wait():
        time.sleep(0.2)  # its last line is still on its way to the terminal
        raise embedded.CannotStart("the product cannot be made ready; the lines above say why.")


def wait_for_page(port: int, web: Part) -> None:
    deadline = time.monotonic() + START_SECONDS
    while web.process and web.process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise embedded.CannotStart("the web process does not come up; its lines above say why.")


def welcome(port: int, env: dict[str, str]) -> None:
    """Say where to look and who can sign in."""
    say("run", "")
    say("run", f"Initiate is at http://127.0.0.1:{port}/   (Ctrl-C stops it)")
    people = environment.BASE_DIR / "demo" / "people.toml"
    if environment.truth(env["DEMO"]):
        say("run", f"Mail is at http://127.0.0.1:{port}/demo/mail/ and in {HOME / 'mail'}")
        say("run", "Sign in with the password initiate-demo as")
        for person in tomllib.loads(people.read_text(encoding="utf-8"))["person"][:9]:
            say("run", f"    {person['email']:<27} {person['function']}")
    say("run", "")


def first_tick(env: dict[str, str]) -> None:
    """Wake the worker now; beat would do so in a minute."""
    command = [*CELERY, "call", "digests.tasks.tick", "--expires=55"]
    subprocess.Popen(command, env=env, cwd=environment.BASE_DIR, stdout=subprocess.DEVNULL, start_new_session=True)


# --- from start to stop ---------------------------------------------------------------------------------


def serve(port: int, given: dict[str, str]) -> None:
    env = demo_settings(port) | given | {"INITIATE_HOME": str(HOME), "PYTHONUNBUFFERED": "1", **NO_ROOT_WARNING}
    check_settings(env)
    say("run", f"data is in {HOME}")
    servers, addresses = embedded.start(HOME, given)
    running = [Part("prepare", [PYTHON, "manage.py", "prepare"], 2)]
    try:
        env |= addresses | {"INITIATE_RUN": str(HOME)}
        write_secret(HOME / "env", "".join(f"{name}={env[name]}\n" for name in SHARED))
        running[0].start(env)
        finish(running[0])
        running = parts(port, env, given)
        for part in reversed(running):
            part.start(env)
        wait_for_page(port, running[2])
        welcome(port, env)
        first_tick(env)
        keep(running, servers, env)
    finally:
        stop(running, servers)


def keep(running: list[Part], servers: list[embedded.Server], env: dict[str, str]) -> None:
    """Watch over all of them until a signal ends this."""
    while True:
        time.sleep(0.5)
        for server in servers:
            server.keep()
        for part in running:
            part.keep(env)


def stop(running: list[Part], servers: list[embedded.Server]) -> None:
    listen(signal.SIG_IGN)  # once is enough
    say("run", "stopping")
    for part in running:
        part.stop()
    embedded.stop(servers)
    (HOME / "env").unlink(missing_ok=True)
    say("run", "stopped")


def interrupt(number: int, frame: FrameType | None) -> None:
    listen(signal.SIG_IGN)
    sys.exit(0)


def listen(answer: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, answer)


def main() -> None:
    given = {name: value for name, value in os.environ.items() if value.strip()}
    listen(interrupt)
    try:
        port = environment.setting("PORT", environment.between(1, 65535), "a number from 1 to 65535", "8000")
        embedded.prepare_home(HOME)
        with embedded.lock(HOME):
            embedded.end_leftovers(HOME)
            refuse_taken(port)
            try:
                serve(port, given)
            finally:
                embedded.end_leftovers(HOME)  # what was being started at the very moment of the signal
    except embedded.CannotStart as error:
        environment.stop(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        environment.stop(f"the disk that holds {HOME} is full; free some space and start again.")


if __name__ == "__main__":
    main()
