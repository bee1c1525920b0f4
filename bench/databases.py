"""One database per size, kept and used again as long as what would be put into it is the same."""

import ast
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

BASE = Path(__file__).resolve().parent.parent
SEED_VERSION = 4
"""Count on when `seed.py` or what it imports makes other rows."""


def name(size: int) -> str:
    return f"initiate_bench_{size}"


def address(size: int) -> str:
    """Return the address of the database of this size, on the server of DATABASE_URL."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(given._replace(path=f"/{name(size)}"))


def stamp() -> str:
    """Name what makes the rows: the seed's version and all migrations, however these are laid out."""
    seen = hashlib.sha256()
    for path in sorted(BASE.glob("*/migrations/0*.py")):
        seen.update(ast.dump(ast.parse(path.read_text(encoding="utf-8"))).encode())
    return f"seed {SEED_VERSION}, migrations {seen.hexdigest()[:16]}"


def ready(size: int) -> None:
    """Make the database of this size, unless it is there."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        if _comment(link, size) == stamp():
            return
        link.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name(size))))
        link.execute(sql.SQL("create database {}").format(sql.Identifier(name(size))))
        began = time.monotonic()
        subprocess.run([sys.executable, "manage.py", "bench_seed", str(size)], cwd=BASE, env=env(size), check=True)
        link.execute(sql.SQL("comment on database {} is {}").format(sql.Identifier(name(size)), stamp()))
        print(f"bench   | {size:,} challenges seeded in {time.monotonic() - began:.0f} s", flush=True)


def _comment(link: psycopg.Connection, size: int) -> str:
    question = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
    row = link.execute(question, [name(size)]).fetchone()
    return row[0] or "" if row else ""


def env(size: int, **more: str) -> dict[str, str]:
    """Return the environment of a process of ours that works in the database of this size."""
    ours = {"DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": address(size)}
    return os.environ | ours | more
