"""How PostgreSQL carries out the statements of each page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.pages import CONTROL, HOST, Page, cookie_of, paths

LARGE = 1_000
"""A sequential scan that reads more rows than this belongs to no page."""


@dataclass
class Plan:
    page: str
    who: str
    sql: str
    ms: float
    buffers: int
    scans: list[str]
    text: str


def plans() -> list[Plan]:
    """Return the plans of all statements of all pages, the heaviest first, each for the first page that makes it."""
    found: dict[str, Plan] = {}
    for page in list(paths()):
        for plan in _of_page(page):
            found.setdefault(plan.sql, plan)
    return sorted(found.values(), key=lambda plan: plan.ms, reverse=True)


def _of_page(page: Page) -> Iterator[Plan]:
    client = Client(raise_request_exception=False, headers={"host": HOST, "cookie": cookie_of(page.person)})
    client.get(page.path)
    with CaptureQueriesContext(connection) as captured:
        client.get(page.path)
    for query in captured.captured_queries:
        if not query["sql"].startswith((*CONTROL, "UPDATE", "INSERT", "DELETE")):
            yield _explained(page.page, page.who, query["sql"])


def _explained(page: str, who: str, statement: str) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        told = cursor.fetchone()[0][0]
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}")
        text = "\n".join(line for (line,) in cursor.fetchall())
    root = told["Plan"]
    buffers = root["Shared Hit Blocks"] + root["Shared Read Blocks"]
    return Plan(page, who, statement, told["Execution Time"], buffers, list(_scans(root)), text)


def _scans(node: dict[str, Any]) -> Iterator[str]:
    """Yield the tables that a plan reads from end to end, if they are large."""
    rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    if node["Node Type"] == "Seq Scan" and rows > LARGE:
        yield f"{node['Relation Name']} ({rows:,.0f} rows)"
    for part in node.get("Plans", []):
        yield from _scans(part)


def as_markdown(found: list[Plan], number: int = 10) -> str:
    """Return a table of the heaviest statements, and their plans below it."""
    lines = ["| page | who | ms | buffers | read from end to end |", "| --- | --- | ---: | ---: | --- |"]
    for plan in found[:number]:
        scans = ", ".join(plan.scans)
        lines.append(f"| {plan.page} | {plan.who} | {plan.ms:.1f} | {plan.buffers:,} | {scans} |")
    for plan in found[:number]:
        lines += ["", f"## {plan.page}, {plan.who}", "", "```sql", plan.sql, "```", "", "```", plan.text, "```"]
    return "\n".join(lines) + "\n"
