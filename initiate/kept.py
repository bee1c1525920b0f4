"""What each process keeps for a minute: small tables that staff rarely changes and every page needs."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")
SECONDS = 60


class Kept(Generic[T]):
    """A value that is read anew once a minute; call it to get the value."""

    all: ClassVar[list["Kept[Any]"]] = []

    def __init__(self, read: Callable[[], T]) -> None:
        self.read = read
        self.until = 0.0
        Kept.all.append(self)

    def __call__(self) -> T:
        now = time.monotonic()
        if now >= self.until:
            self.value = self.read()
            self.until = now + SECONDS
        return self.value

    @classmethod
    def forget(cls) -> None:
        """Read everything anew: a test begins with an empty database."""
        for kept in cls.all:
            kept.until = 0.0
