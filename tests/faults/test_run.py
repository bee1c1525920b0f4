"""`make run` as real processes: one start, every way to end it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from initiate.run import free_port

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("run")]
SERVERS = {"DATABASE_URL", "REDIS_URL", "CACHE_URL"}


class Product:
    """One home, and the runner in it."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.runner: subprocess.Popen[str] | None = None
        self.launches = 0

    @property
    def log(self) -> Path:
        """What the last launch prints; an earlier one may still be printing."""
        return self.home.parent / f"output-{self.launches}"

    def launch(self, **env: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if name not in SERVERS | {"SITE_URL"}}
        own = {"INITIATE_HOME": str(self.home), "PORT": str(self.port), "DEMO": "0"}
        command = [sys.executable, "-m", "initiate.run"]
        self.launches += 1
        with self.log.open("w") as output:
            return subprocess.Popen(command, env=inherited | own | env, stdout=output, stderr=output, text=True)

    def start(self) -> None:
        self.runner = self.launch()
        for _ in range(1800):  # a first start on a busy machine
            if self.status("/readyz") == 200 and "Ctrl-C" in self.output():
                return
            if self.runner.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.output())

    def refused(self, **env: str) -> tuple[int, str]:
        """How a start ends that should not succeed: exit code and last line."""
        code = self.launch(**env).wait(60)
        return code, self.output().splitlines()[-1]

    def output(self) -> str:
        return self.log.read_text()

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self.owns(process)]

    def postmasters(self) -> list[psutil.Process]:
        """The PostgreSQL server itself, without its backends: those have a title of their own."""
        found = []
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                if process.name() == "postgres" and "-D" in process.cmdline() and process.ppid() == self.runner_pid:
                    found.append(process)
        return found

    @property
    def runner_pid(self) -> int:
        return self.runner.pid if self.runner else 0

    def owns(self, process: psutil.Process) -> bool:
        try:
            environ, words = process.environ(), process.cmdline()
        except psutil.Error:
            return False
        return environ.get("INITIATE_HOME") == str(self.home) or str(self.home / "postgres") in words

    def kill(self) -> None:
        for process in self.processes():
            process.kill()
        if self.runner:
            self.runner.wait(10)
        psutil.wait_procs(self.processes(), timeout=10)


def eventually(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so; two minutes at most, on a busy machine."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    made = Product(tmp_path / "home")
    yield made
    made.kill()


def test_product_starts_recovers_and_stops(product: Product) -> None:
    product.start()
    assert product.refused(PORT=str(free_port()))[1].startswith(f"initiate: Initiate already runs in {product.home}")

    product.kill()  # the whole tree, the servers in mid-sentence
    product.start()

    assert product.runner
    product.runner.kill()  # the runner alone: everything else goes on without it
    product.runner.wait()
    assert product.status("/livez") == 200
    product.start()

    (killed,) = product.postmasters()
    killed.kill()
    assert eventually(lambda: product.postmasters() not in ([], [killed]))  # only then is the old one really gone
    assert eventually(lambda: product.status("/readyz") == 200)

    product.runner.send_signal(signal.SIGINT)
    assert product.runner.wait(60) == 0
    assert product.processes() == []
    assert not (product.home / "env").exists()


def test_wrong_setting_is_one_sentence(product: Product) -> None:
    code, line = product.refused(SITE_URL="example")
    sentence = (
        "initiate: the setting SITE_URL has a wrong value; it must be as in https://initiate.example, without a path."
    )
    assert (code, line, product.processes()) == (1, sentence, [])


def test_taken_port_is_one_sentence(product: Product) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", str(product.port), "--bind", "127.0.0.1"], stderr=subprocess.DEVNULL
    ) as other:
        while not product.status("/"):
            time.sleep(0.1)
        code, line = product.refused()
        other.kill()
    sentence = f"initiate: port {product.port} is taken; choose another: make run PORT={product.port + 1}"
    assert (code, line) == (1, sentence)


def test_database_that_does_not_answer_is_one_sentence(product: Product) -> None:
    code, line = product.refused(DATABASE_URL="postgresql://x@127.0.0.1:1/x")
    assert code == 1
    assert line == "initiate: the product cannot be made ready; the lines above say why."
    assert "CommandError: the database of DATABASE_URL does not answer" in product.output()
    assert product.processes() == []
