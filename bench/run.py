"""One run: databases, servers, interleaved batches, one table and `var/bench.json`."""

import json
import signal
import subprocess
import sys
import time
from typing import Any

from bench import compare, databases
from bench.measure import Measured, Server, median, percentile

ROUNDS, BATCH, BARE_BATCH = 15, 6, 12
LEAST_ROUNDS = 3
CONNECTIONS, EACH = 8, 5
DIGESTS = 60
SECONDS = 240
"""After so many seconds of measuring no new round begins."""
OUT = databases.BASE / "var" / "bench.json"


def run(sizes: list[int]) -> None:
    reports = {size: prepare(size) for size in sizes}
    servers = {size: Server(size) for size in sizes}
    try:
        for server in servers.values():
            server.wait()
        measured = {
            size: [Measured(size, page) for page in reports[size]["pages"] if size == max(sizes) or not page["home"]]
            for size in sizes
        }
        measure(servers, measured)
    finally:
        for server in servers.values():
            server.stop()
    bares = {size: median(pages[0].cpu) for size, pages in measured.items()}
    rows = [row(one) for pages in measured.values() for one in pages]
    rows += [digest_row(size, reports[size]["digests"], bares[size], rows) for size in sizes]
    rows = compare.with_times(rows, compare.times(measured[max(sizes)]))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=1))
    print(table([row for row in rows if not row["home"]], growth(measured), sizes))
    print(f"\n{compare.table(rows)}")
    for slug, ms in reports[max(sizes)]["figures"].items():
        say(f"the figures of {slug}, counted anew: {median(ms):.0f} ms")


def prepare(size: int) -> dict[str, Any]:
    """Make the database, migrations and static files ready; return what is known inside the process."""
    databases.ready(size)
    env = databases.env(size, LOG_LEVEL="ERROR")
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=databases.BASE, env=env, check=True)
    command = [sys.executable, "manage.py", "bench_pages", str(DIGESTS)]
    printed = subprocess.run(command, cwd=databases.BASE, env=env, check=True, stdout=subprocess.PIPE).stdout
    report: dict[str, Any] = json.loads(printed)
    absent = [page for page in report["pages"] if page["status"] != 200]
    for page in absent:
        say(f"left out: {page['page']} for {page['who']} answers {page['status']}")
    report["pages"] = [page for page in report["pages"] if page not in absent]
    return report


def say(line: str) -> None:
    print(f"bench   | {line}", flush=True)


# --- measuring --------------------------------------------------------------------------------------------------


def measure(servers: dict[int, Server], measured: dict[int, list[Measured]]) -> None:
    """Go round all pages of all sizes many times, so that what else the machine does hits them alike."""
    began = time.monotonic()
    for number in range(ROUNDS):
        for size, server in servers.items():
            one_round(server, measured[size])
        if time.monotonic() - began > SECONDS and number + 1 >= LEAST_ROUNDS:
            say(f"stopped after {number + 1} of {ROUNDS} rounds: it takes too long")
            break
    for size, server in servers.items():
        crowd(server, measured[size])


def crowd(server: Server, pages: list[Measured]) -> None:
    """Ask each page over several connections at once, and see how large the worker has become after all of it."""
    for one in pages:
        one.rush_ms, one.rps = server.rush(one.page["path"], one.page["cookie"], CONNECTIONS, EACH)
    for one in pages:
        one.rss_mb = server.rss_mb


def one_round(server: Server, pages: list[Measured]) -> None:
    """Measure the bare page, then some pages against it, and again."""
    first, *others = pages
    for start in range(0, len(others), 4):
        bare = server.batch(first.page["path"], "", BARE_BATCH)
        first.take(bare, bare)
        for one in others[start : start + 4]:
            one.take(server.batch(one.page["path"], one.page["cookie"], BATCH), bare)


# --- what comes out ---------------------------------------------------------------------------------------------


def row(one: Measured) -> dict[str, Any]:
    names = ("page", "who", "home", "queries", "bytes", "bytes_gzip")
    return {
        "size": one.size,
        "cache": "none",
        **{name: one.page[name] for name in names},
        "ratio": round(median(one.ratios), 2),
        "p50_ms": round(median(one.ms), 1),
        "p95_ms": round(percentile(one.ms, 95), 1),
        "rps": round(one.rps, 1),
        "rss_mb": round(one.rss_mb, 1),
        "cpu_ms": round(median(one.cpu), 2),
        "db_ms": round(median(one.db), 2),
        "p50_ms_at_8": round(median(one.rush_ms), 1),
        "p95_ms_at_8": round(percentile(one.rush_ms, 95), 1),
    }


def digest_row(size: int, digests: dict[str, Any], bare: float, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the composing of one overview in the form of a page; `rps` is overviews per second in one process."""
    like = next(row for row in rows if row["size"] == size)
    return {
        **like,
        "page": "digest",
        "home": "",
        "who": f"{digests['items']:.0f} items",
        "queries": digests["queries"],
        "bytes": round(digests["bytes"]),
        "bytes_gzip": 0,
        "ratio": round(digests["cpu_ms"] / bare, 2),
        "p50_ms": round(median(digests["ms"]), 1),
        "p95_ms": round(percentile(digests["ms"], 95), 1),
        "rps": round(1000 * len(digests["ms"]) / sum(digests["ms"]), 1),
        "cpu_ms": round(digests["cpu_ms"], 2),
        "db_ms": 0,
        "p50_ms_at_8": 0,
        "p95_ms_at_8": 0,
    }


def growth(measured: dict[int, list[Measured]]) -> dict[tuple[str, str], float]:
    """Return how many times slower each page is in the largest size: the median over the rounds."""
    smallest, largest = measured[min(measured)], {one.key: one for one in measured[max(measured)]}
    found = {}
    for one in smallest:
        if one.key in largest:
            pairs = zip(one.medians, largest[one.key].medians, strict=False)
            found[one.key] = median(later / before for before, later in pairs)
    return found


HEAD = ("page", "who", "size", "× bare", "CPU ms", "db ms", "p50", "p95", "req/s", "p50 at 8", "p95 at 8")
HEAD_2 = ("queries", "kB", "gzip kB", "MB", "growth")


def table(rows: list[dict[str, Any]], grown: dict[tuple[str, str], float], sizes: list[int]) -> str:
    """Return the table as Markdown, the sizes of a page below each other."""
    keys = list(dict.fromkeys((row["page"], row["who"]) for row in rows))
    ordered = sorted(rows, key=lambda row: (keys.index((row["page"], row["who"])), row["size"]))
    lines = [[*HEAD, *HEAD_2], ["---"] * 2 + ["---:"] * (len(HEAD) + len(HEAD_2) - 2)]
    lines += [cells(row, grown, is_last=row["size"] == max(sizes) != min(sizes)) for row in ordered]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cells(row: dict[str, Any], grown: dict[tuple[str, str], float], *, is_last: bool) -> list[str]:
    key = (row["page"], row["who"])
    numbers = [row[name] for name in ("ratio", "cpu_ms", "db_ms", "p50_ms", "p95_ms", "rps")]
    numbers += [row["p50_ms_at_8"], row["p95_ms_at_8"], row["queries"]]
    sizes = [f"{row['bytes'] / 1000:.1f}", f"{row['bytes_gzip'] / 1000:.1f}", f"{row['rss_mb']:.0f}"]
    last = f"{grown[key]:.2f}" if is_last and key in grown else ""
    return [*key, f"{row['size']:,}", *map(str, numbers), *sizes, last]


def plans(sizes: list[int]) -> None:
    """Write how the database does its work, the heaviest statements first: `var/bench-plans-SIZE.md`."""
    for size in sizes:
        databases.ready(size)
        out = OUT.with_name(f"bench-plans-{size}.md")
        command = [sys.executable, "manage.py", "bench_plans", str(out)]
        env = databases.env(size, LOG_LEVEL="ERROR")
        subprocess.run([sys.executable, "manage.py", "prepare"], cwd=databases.BASE, env=env, check=True)
        subprocess.run(command, cwd=databases.BASE, env=env, check=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the web processes are stopped too
    {"pages": run, "plans": plans}[sys.argv[1]]([int(size) for size in sys.argv[2:]])
