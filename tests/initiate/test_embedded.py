"""The parts of the embedded servers that need no server; tests/faults starts and kills real ones."""

import os
import stat
from pathlib import Path

import pytest

from initiate import embedded


def test_socket_path_stays_short(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    home.mkdir()
    folder = embedded.socket_folder(home)
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 100
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sockets").symlink_to("/tmp")
    with pytest.raises(embedded.CannotStart):
        embedded.socket_folder(tmp_path)


@pytest.mark.parametrize("owner", ["another process", "nobody"])
def test_stale_number_in_a_lock_file_is_not_believed(tmp_path: Path, owner: str) -> None:
    number = 2**22 - 1 if owner == "nobody" else os.getpid()
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (tmp_path / name).write_text(f"{number}\n{tmp_path}\n")
    embedded.clear_stale_pid(tmp_path, tmp_path / ".s.PGSQL.5432")
    assert list(tmp_path.iterdir()) == []


def test_home_is_for_one_process(tmp_path: Path) -> None:
    with embedded.lock(tmp_path), pytest.raises(embedded.CannotStart, match=f"process {os.getpid()}"):
        embedded.lock(tmp_path)
    embedded.lock(tmp_path).close()


def test_full_disk_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LEAST_FREE_MB", 10**9)
    with pytest.raises(embedded.CannotStart, match=r"is full: \d+ MB free, \d+ MB needed\.$"):
        embedded.prepare_home(tmp_path)


def test_home_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(embedded.CannotStart, match="cannot be used: Not a directory"):
        embedded.prepare_home(tmp_path / "file" / "home")


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("x\nFATAL:  could not map memory\nshutting down\n", "FATAL:  could not map memory"),
        ("write: No space left on device\nFATAL: y\n", "the disk is full."),
        ("", "it says nothing"),
    ],
)
def test_reason_is_the_line_that_says_most(tmp_path: Path, log: str, reason: str) -> None:
    path = tmp_path / "log"
    path.write_text(log)
    assert embedded.reason(path).startswith(reason)
