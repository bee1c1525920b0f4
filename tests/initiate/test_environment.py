"""A wrong or missing setting stops the process and says the right form."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from initiate import environment

WRONG: list[tuple[Callable[[str], Any], str]] = [
    (environment.truth, "perhaps"),
    (environment.secret, "too short"),
    (environment.secret, "a" * 60),
    (environment.between(0, 5), "6"),
    (environment.between(0, 5), "two"),
    (environment.one_of("INFO", "ERROR"), "LOUD"),
    (environment.site_url, "initiate.example"),
    (environment.site_url, "ftp://initiate.example"),
    (environment.site_url, "https://initiate.example/path"),
    (environment.site_url, "https://user@initiate.example"),
    (environment.site_url, "https://initiate.example:port"),
    (environment.database, "mysql://host/name"),
    (environment.database, "postgresql://host"),
    (environment.database, "postgresql://host/name?no_such_word=1"),
    (environment.redis, "http://host"),
    (environment.redis, "redis://"),
    (environment.redis, "unix://relative"),
    (environment.smtp, "host:25"),
    (environment.smtp, "smtp://"),
    (environment.enquiry, "relay.example/taken"),
    (environment.enquiry, "file:///etc/passwd"),
    (environment.enquiry, "https://relay.example/taken?id="),
    (environment.contact, "security@initiate.example"),
    (environment.token, "short"),
    (environment.token, "with a blank in its middle"),
    (environment.token, "zonder-ascïi-teken-is-het"),
    (environment.mail_domain, "antwoord@initiate.example"),
    (environment.mail_domain, "initiate"),
    (environment.mail_domain, "-x.example"),
    (environment.name, "Two\nlines"),
    (environment.name, "a" * 61),
    (environment.folder, "/no/such/folder"),
    (environment.mail_from, "nobody"),
    (environment.mail_from, "Initiate <post@initiate.example>\nBcc: x@y.example"),
]


@pytest.mark.parametrize(("parse", "raw"), WRONG)
def test_wrong_value_stops_the_process(parse: Callable[[str], Any], raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", raw)
    with pytest.raises(SystemExit) as stopped:
        environment.setting("A_SETTING", parse, "of the right form")
    sentence = "initiate: the setting A_SETTING has a wrong value; it must be of the right form."
    assert stopped.value.code == sentence


RIGHT: list[tuple[Callable[[str], Any], str, Any]] = [
    (environment.truth, "Yes", True),
    (environment.truth, "0", False),
    (environment.token, "0123456789abcdefghij", "0123456789abcdefghij"),
    (
        environment.database,
        "postgresql://me:pa%20ss@db:5433/name?sslmode=require",
        ({"NAME": "name", "USER": "me", "PASSWORD": "pa ss", "HOST": "db", "PORT": "5433"}, {"sslmode": "require"}),
    ),
    (environment.database, "postgresql:///name?host=%2Frun", ({"NAME": "name", "HOST": "/run"}, {})),
    (environment.mail_domain, "Antwoord.initiate.example", "antwoord.initiate.example"),
    (environment.redis, "redis+socket:///run/valkey.sock", "unix:///run/valkey.sock"),
    (environment.redis, "rediss://host:6380/1", "rediss://host:6380/1"),
    (
        environment.smtp,
        "smtp+tls://me:p%40ss@relay",
        {
            "EMAIL_HOST": "relay",
            "EMAIL_PORT": 587,
            "EMAIL_HOST_USER": "me",
            "EMAIL_HOST_PASSWORD": "p@ss",
            "EMAIL_USE_TLS": True,
            "EMAIL_USE_SSL": False,
        },
    ),
]


@pytest.mark.parametrize(("parse", "raw", "value"), RIGHT)
def test_right_value_is_read(
    parse: Callable[[str], Any], raw: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SETTING", raw)
    assert environment.setting("A_SETTING", parse, "") == value


def test_missing_setting_comes_from_the_file_then_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "FILE", {"IN_FILE": "from file"})
    monkeypatch.setenv("IN_FILE", "")
    assert environment.setting("IN_FILE", str, "", "default") == "from file"
    assert environment.setting("IN_NONE", str, "", "default") == "default"


def test_file_of_settings_is_read_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("A=1\n\nnothing\nB=x=y\n")
    assert environment.env_file(tmp_path / "env") == {"A": "1", "B": "x=y"}
    assert environment.env_file(tmp_path / "none") == {}


def start(**env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check"]
    home = {"INITIATE_HOME": "/nonexistent", "PATH": os.environ["PATH"]}
    return subprocess.run(command, env=home | env, capture_output=True, text=True, check=False)


def test_missing_secret_stops_the_process_with_one_sentence() -> None:
    stopped = start()
    sentence = "initiate: the setting SECRET_KEY is missing; it must be at least 50 characters of chance.\n"
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (1, "", sentence)


def test_wrong_value_is_not_printed() -> None:
    stopped = start(SECRET_KEY="s" * 60)
    assert stopped.returncode == 1
    assert "ssss" not in stopped.stdout + stopped.stderr
