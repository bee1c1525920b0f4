"""Locks that a database connection holds and that die with it: one that is free has no owner who is still at work."""

from django.db import connection


def take(space: int, number: int = 0) -> bool:
    """Hold this lock until it is released or the connection ends; return False when another connection has it."""
    return _ask("SELECT pg_try_advisory_lock(%s, %s)", space, number % 2**31) == 1


def release(space: int, number: int = 0) -> None:
    _ask("SELECT pg_advisory_unlock(%s, %s)", space, number % 2**31)


def session() -> int:
    """Return which connection this is: another one holds none of our locks."""
    return _ask("SELECT pg_backend_pid()")


def _ask(question: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return int(cursor.fetchone()[0])
