"""Reads settings from the environment; one that is missing or wrong stops the process with one sentence.

What the environment lacks is looked up in the file `env` in INITIATE_HOME (lines NAME=value). `make run`
writes it, so that `manage.py` in a second terminal talks to the same servers.
"""

import os
import re
import sys
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

T = TypeVar("T")
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("INITIATE_HOME") or BASE_DIR / "var").absolute()


def env_file(path: Path) -> dict[str, str]:
    """The settings that stand in `path`; none where there is no such file, or where it is someone else's."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return {}
    return {name: value for name, sign, value in (line.partition("=") for line in lines) if sign}


FILE = env_file(HOME / "env")


def stop(sentence: str) -> NoReturn:
    sys.exit(f"initiate: {sentence}")


def setting(name: str, parse: Callable[[str], T], shape: str, default: str | None = None) -> T:
    """The value of `name`, as `parse` reads it. Never prints what it cannot read: that may be a secret."""
    raw = os.environ.get(name, "").strip() or FILE.get(name, default)
    if raw is None:
        stop(f"the setting {name} is missing; it must be {shape}.")
    try:
        return parse(raw)
    except ValueError:
        stop(f"the setting {name} has a wrong value; it must be {shape}.")


def truth(raw: str) -> bool:
    if raw.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
        raise ValueError
    return raw.lower() in {"1", "true", "yes", "on"}


def secret(raw: str) -> str:
    if len(raw) < 50 or len(set(raw)) < 5:
        raise ValueError
    return raw


def token(raw: str) -> str:
    if raw and (len(raw) < 20 or not raw.isascii() or not raw.isprintable() or " " in raw):
        raise ValueError
    return raw


def one_of(*names: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.upper() not in names:
            raise ValueError
        return raw.upper()

    return parse


def between(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not low <= int(raw) <= high:
            raise ValueError
        return int(raw)

    return parse


def site_url(raw: str) -> SplitResult:
    url = urlsplit(raw.rstrip("/"))
    if url.scheme not in {"http", "https"} or not url.hostname or url.path or url.query or url.username:
        raise ValueError
    url.port  # noqa: B018 - raises ValueError where the port is no number
    return url


def database(raw: str) -> tuple[dict[str, object], dict[str, object]]:
    """Django's form of a libpq address, a folder with a socket as host included; and what more it says."""
    if not raw.startswith(("postgresql://", "postgres://")):
        raise ValueError
    try:
        parts = conninfo_to_dict(raw)
    except ProgrammingError as error:
        raise ValueError from error
    if not parts.get("dbname"):
        raise ValueError
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    known: dict[str, object] = {key: parts.pop(name) for name, key in names.items() if name in parts}
    return known, dict(parts)


def redis(raw: str) -> str:
    """An address in the form of redis-py: unix:// for a socket, whichever of both names it came under."""
    raw = raw.replace("redis+socket://", "unix://", 1)
    url = urlsplit(raw)
    if url.scheme == "unix":
        if not url.path.startswith("/"):
            raise ValueError
        return raw
    if url.scheme not in {"redis", "rediss"} or not url.hostname:
        raise ValueError
    url.port  # noqa: B018 - raises ValueError where the port is no number
    return raw


def smtp(raw: str) -> dict[str, object]:
    """smtp:// plain, smtp+tls:// with STARTTLS, smtps:// encrypted from the start."""
    url = urlsplit(raw)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if url.scheme not in ports or not url.hostname:
        raise ValueError
    return {
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or ports[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }


def enquiry(raw: str) -> str:
    """A web address that takes a question mark, or nothing."""
    url = urlsplit(raw)
    if raw and (url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment):
        raise ValueError
    url.port  # noqa: B018 - raises ValueError where the port is no number
    return raw


def contact(raw: str) -> str:
    if raw and not raw.startswith(("mailto:", "https://")):
        raise ValueError
    return raw


def link(raw: str) -> str:
    if raw and not raw.startswith("https://"):
        raise ValueError
    return raw


def name(raw: str) -> str:
    if not 1 <= len(raw) <= 60 or not raw.isprintable():
        raise ValueError
    return raw


def folder(raw: str) -> Path | None:
    """A folder that is there, or nothing."""
    if raw and not Path(raw).is_dir():
        raise ValueError
    return Path(raw).absolute() if raw else None


def mail_from(raw: str) -> str:
    if "@" not in parseaddr(raw)[1] or not raw.isprintable():
        raise ValueError
    return raw


def mail_domain(raw: str) -> str:
    """The part of a mail address after the @, in small letters; nothing is allowed."""
    name = raw.lower()
    if name and not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", name):
        raise ValueError
    return name
