"""The running product — web, worker, beat, PostgreSQL, Valkey, mail — with the demo in it, and a real browser."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from initiate.run import free_port

SERVERS = {"DATABASE_URL", "REDIS_URL", "CACHE_URL", "SITE_URL"}
START_SECONDS = 300
PASSWORD = "initiate-demo"


@dataclass
class Site:
    url: str
    env: dict[str, str]

    def manage(self, *words: str) -> str:
        """Run a management command in a second terminal."""
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, env=self.env, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`make run` in a home of its own."""
    home = tmp_path_factory.mktemp("product") / "home"
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name not in SERVERS}
    env |= {"INITIATE_HOME": str(home), "PORT": str(port)}
    log = home.parent / "output"
    with log.open("w") as output:
        runner = subprocess.Popen([sys.executable, "-m", "initiate.run"], env=env, stdout=output, stderr=output)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", runner, log)
        yield Site(f"http://127.0.0.1:{port}", env)
    finally:
        runner.send_signal(signal.SIGTERM)
        runner.wait(60)


def wait_for(url: str, runner: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Wait until this page answers. Raises AssertionError with what stands in the log."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and runner.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.3)
    raise AssertionError(log.read_text() if log else url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)  # two processes share two cores
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a browser of one's own, signed in as a demo person (`visit("ambtenaar")`) or as nobody (`visit()`)."""
    contexts = []

    def open_as(who: str = "", **options: object) -> Page:
        context = browser.new_context(base_url=site.url, locale="nl-NL", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        if who:
            page.goto("/account/login/")
            page.fill("[name=login]", f"{who}@demo.example")
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda url: "/account/login/" not in url)
        return page

    yield open_as
    for context in contexts:
        context.close()
