"""The product's web server on a port of its own, asked over loopback; what its process and its database spend."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench import databases

START_SECONDS = 60
BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass
class Batch:
    """What some requests of one page took: milliseconds of each, and CPU milliseconds per request."""

    ms: list[float]
    cpu_ms: float
    db_ms: float


class Server:
    """gunicorn as `initiate/gunicorn.py` says, with one worker, on the database of one size."""

    def __init__(self, size: int) -> None:
        self.size, self.port = size, free_port()
        command = [sys.executable, "-m", "gunicorn", "initiate.wsgi", "-c", "initiate/gunicorn.py"]
        command += ["--workers", "1", "--bind", f"127.0.0.1:{self.port}"]
        log = Path(os.environ["INITIATE_HOME"]) / f"gunicorn-{size}.log"
        with log.open("wb") as out:
            env = databases.env(size, LOG_LEVEL="INFO", INITIATE_PROCESS="web")
            self.master = subprocess.Popen(command, cwd=databases.BASE, env=env, stdout=out, stderr=out)
        self.link = psycopg.connect(databases.address(size), autocommit=True)

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                ask(HTTPConnection("127.0.0.1", self.port, timeout=60), "/livez")
            except OSError:
                if self.master.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"initiate: the web process for {self.size} challenges does not start.")
                time.sleep(0.2)
            else:
                break
        self.worker = psutil.Process(self.master.pid).children()[0]

    def stop(self) -> None:
        self.link.close()
        self.master.terminate()
        self.master.wait(20)

    def batch(self, path: str, cookie: str, number: int) -> Batch:
        """Ask a page so many times in a row over one connection, which is open and warm before it counts."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        ask(connection, path, cookie)
        cpu, backends = cpu_ms(self.worker.pid), self._backends()
        times = [ask(connection, path, cookie) for _ in range(number)]
        spent = cpu_ms(self.worker.pid) - cpu
        now = self._backends()
        connection.close()
        db = sum(now[pid] - backends[pid] for pid in now.keys() & backends.keys())
        return Batch(times, spent / number, db / number)

    def rush(self, path: str, cookie: str, connections: int, number: int) -> tuple[list[float], float]:
        """Ask over several connections at once, so many times each; return milliseconds, and requests per second."""
        with ThreadPoolExecutor(connections) as pool:
            began = time.perf_counter()
            jobs = [pool.submit(self._in_a_row, path, cookie, number) for _ in range(connections)]
            times = [ms for job in jobs for ms in job.result()]
            return times, len(times) / (time.perf_counter() - began)

    def _in_a_row(self, path: str, cookie: str, number: int) -> list[float]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        times = [ask(connection, path, cookie) for _ in range(number)]
        connection.close()
        return times

    def _backends(self) -> dict[int, float]:
        """Return what each database process of this size has spent, where these run on this machine."""
        pids = [pid for (pid,) in self.link.execute(BACKENDS)]
        return {pid: cpu_ms(pid) for pid in pids if is_postgres(pid)}

    @property
    def rss_mb(self) -> float:
        return float(self.worker.memory_info().rss / 1_000_000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(connection: HTTPConnection, path: str, cookie: str = "") -> float:
    """Get a page whole; return the milliseconds. Anything but 200 ends the run: it would be fast and mean nothing."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    response.read()
    took = (time.perf_counter() - began) * 1000
    if response.status != 200:
        raise HTTPException(f"{path} answers {response.status}")
    return took


def cpu_ms(pid: int) -> float:
    """Return the CPU time of all threads of a process until now, in milliseconds, as the scheduler counts it."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        total += int(thread.read_text().split()[0])
    return total / 1e6


def is_postgres(pid: int) -> bool:
    try:
        return psutil.Process(pid).name() == "postgres"
    except psutil.Error:
        return False


@dataclass
class Measured:
    """All that was seen of one page for one reader in one size."""

    size: int
    page: dict[str, Any]
    ms: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    db: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    rush_ms: list[float] = field(default_factory=list)
    rps: float = 0
    rss_mb: float = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.page["page"], self.page["who"]

    def take(self, batch: Batch, bare: Batch) -> None:
        self.ms += batch.ms
        self.medians.append(median(batch.ms))
        self.cpu.append(batch.cpu_ms)
        self.db.append(batch.db_ms)
        self.ratios.append(batch.cpu_ms / bare.cpu_ms)


def median(values: Iterable[float]) -> float:
    return percentile(values, 50)


def percentile(values: Iterable[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0
