"""Making what a moderator asked for: claim, write, finish; and what becomes of it when the one who wrote was lost.

There is one lock for all: whoever holds it writes, so one is written at a time and the worker has hands for mail. It
is a session lock, which dies with its owner: an export that is running while the lock is free has lost its writer.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import current_app
from django.db import DatabaseError, transaction

from accounts.models import Person
from challenges.export.scope import Scope
from challenges.export.write import write
from initiate import locks
from regions.errors import NotYours
from regions.models import Export
from regions.rules import can_moderate_region

log = structlog.get_logger("initiate.export")

LOCKS = 0x6578706F
"""The number of the advisory lock."""


def wake(export: int) -> None:
    """Wake a worker once this transaction stands. When that fails the next tick finds it."""
    transaction.on_commit(lambda: _publish(export), robust=True)


def wake_all() -> None:
    """Wake a worker for all that is asked and not finished; where one is at work it changes nothing."""
    for pk in Export.objects.unfinished().values_list("pk", flat=True):
        wake(pk)


def _publish(export: int) -> None:
    current_app.send_task("digests.tasks.write_export", args=[export], expires=55)


def run(pk: int) -> None:
    """Make the file of this export, unless somebody is at work; a next tick comes back to it."""
    with claimed(pk) as export:
        if export is not None:
            _make(export)


@contextmanager
def claimed(pk: int) -> Iterator[Export | None]:
    """Hold this export, begun anew; None when another one is being written, or there is nothing to do."""
    if not locks.take(LOCKS):
        yield None
        return
    try:
        yield _begin(pk)
    finally:
        locks.release(LOCKS)


@transaction.atomic(durable=True)
def _begin(pk: int) -> Export | None:
    export = Export.objects.unfinished().select_for_update(of=("self",)).filter(pk=pk).first()
    return export if export is not None and export.begin() else None


def _make(export: Export) -> None:
    """Write it, for who may have it when it begins and when it is done."""
    try:
        person = _owner(export)
        sha256 = _write(export, Scope(export.region, person)) if person else ""
        if not sha256 or _owner(export) is None:
            export.fail()
            return
        export.half_path.replace(export.path)
        export.finish(size=export.path.stat().st_size, sha256=sha256)
        log.info("export ready", export=export.pk, size=export.size)
    except NotYours:
        log.warning("export was begun anew by another", export=export.pk)
    except DatabaseError:
        raise
    except Exception:
        log.exception("export not made", export=export.pk, attempt=export.attempts)
        export.drop_files()


def _owner(export: Export) -> Person | None:
    """Return who asked, as they stand at this moment, while they moderate the region."""
    person = Person.objects.get(pk=export.by_id)
    return person if can_moderate_region(person, export.region) else None


def _write(export: Export, scope: Scope) -> str:
    """Write the half file, all the way to the disk, and return its hash."""
    descriptor = os.open(export.half_path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        write(scope, file, export.half_path.parent, export.note)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
