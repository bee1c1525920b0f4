"""The line between a process and PostgreSQL: it can hold a statement, or the answer to it, for as long as it is asked.

So a process can be killed, or the database crashed, exactly before or after a commit, and the product knows nothing
of it.
"""

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

NAME = ".s.PGSQL.5432"


@dataclass
class Hold:
    """Hold the first statement with all these words, or the commit of its transaction; or the answer to either.

    `reached` tells that it is held. What is held is dropped in the end, with its connection.
    """

    words: tuple[bytes, ...]
    at_commit: bool
    answer: bool
    seen: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    drop: threading.Event = field(default_factory=threading.Event)

    def matches(self, message: bytes) -> bool:
        """Tell whether this is the message to hold; a statement comes before its commit."""
        if all(word in message for word in self.words):
            self.seen = True
            return not self.at_commit
        return self.seen and self.at_commit and message.startswith(b"Q") and message[5:].startswith(b"COMMIT")


class Wire:
    """A socket of PostgreSQL in a folder of its own, that leads to the real one."""

    def __init__(self, folder: Path, real: Path) -> None:
        self.folder, self._real = folder, real
        self.hold: Hold | None = None
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / NAME))
        self._door.listen(50)
        threading.Thread(target=self._serve, daemon=True).start()

    def hold_at(self, *words: str, at_commit: bool, answer: bool) -> Hold:
        self.hold = Hold(tuple(word.encode() for word in words), at_commit=at_commit, answer=answer)
        return self.hold

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                process, _address = self._door.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self._real))
            except OSError:
                process.close()
                server.close()
                continue
            threading.Thread(target=Talk(self, process, server).run, daemon=True).start()


class Talk:
    """One connection of a process."""

    def __init__(self, wire: Wire, process: socket.socket, server: socket.socket) -> None:
        self._wire, self._process, self._server = wire, process, server
        self._held: Hold | None = None

    def run(self) -> None:
        asking = threading.Thread(target=self._ask, daemon=True)
        asking.start()
        self._answer()
        asking.join()
        self._process.close()
        self._server.close()

    def _ask(self) -> None:
        """Carry statements, whole ones only."""
        buffer, is_first = b"", True
        with suppress(OSError):
            while part := self._process.recv(65536):
                buffer += part
                while message := whole(buffer, is_first):
                    buffer, is_first = buffer[len(message) :], False
                    if self._is_held(message):
                        return
                    self._server.sendall(message)
        self._end()

    def _is_held(self, message: bytes) -> bool:
        """Hold what has to be held; return whether the connection is over."""
        hold = self._wire.hold
        if hold is None or not hold.matches(message):
            return False
        self._wire.hold = None
        if hold.answer:
            self._held = hold
            return False
        hold.reached.set()
        hold.drop.wait()
        self._end()
        return True

    def _answer(self) -> None:
        """Carry answers, until one has to be held."""
        with suppress(OSError):
            while part := self._server.recv(65536):
                if self._held:
                    self._held.reached.set()
                    self._held.drop.wait()
                    break
                self._process.sendall(part)
        self._end()

    def _end(self) -> None:
        for end in (self._process, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def whole(buffer: bytes, is_first: bool) -> bytes:
    """Return the message with which this begins; nothing while it is not whole. The very first has no letter."""
    head = 0 if is_first else 1
    if len(buffer) < head + 4:
        return b""
    (length,) = struct.unpack("!I", buffer[head : head + 4])
    return buffer[: head + length] if len(buffer) >= head + length else b""
