"""The conversation with the mail server, in two phases: the body first, and the dot that makes it count last."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from django.conf import settings

BROKEN = (smtplib.SMTPException, OSError)


class Later(Exception):
    """It was not taken; a next try may succeed. `is_down` when the server did not even want to talk."""

    def __init__(self, reply: str, *, is_down: bool = False) -> None:
        super().__init__(reply)
        self.is_down = is_down


class Never(Exception):
    """The server refuses this mail for good."""


class NoRecipient(Never):
    """The server refuses whom it is for, before it has seen the mail."""


class Unknown(Exception):
    """The line broke after the dot: the server may have taken it or not."""


@dataclass(frozen=True)
class Letter:
    """A composed mail: the envelope's two addresses and the bytes between them, with CRLF."""

    sender: str
    recipient: str
    body: bytes


class Relay:
    """One open line to the mail server that EMAIL_URL names, used for letter after letter."""

    def __init__(self) -> None:
        self._line: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def hand_over(self, letter: Letter, before_dot: Callable[[], None]) -> str:
        """Give a letter to the server and return its answer. Raises Later, Never or Unknown.

        `before_dot` is called when the server has the whole body and does not have it yet; if it raises, it never will.
        """
        line = self._open()
        try:
            self._offer(line, letter)
            before_dot()
        except BaseException:
            self.close(at_once=True)  # the server forgets what had no dot
            raise
        return self._finish(line)

    def close(self, *, at_once: bool = False) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(*BROKEN):
                line.close() if at_once else line.quit()

    def _open(self) -> smtplib.SMTP:
        """Return a line that works: the open one, or a new one."""
        if self._line is not None:
            try:
                if self._line.rset()[0] == 250:
                    return self._line
            except BROKEN:
                pass
            self.close(at_once=True)
        try:
            self._line = _connect()
        except BROKEN as error:
            raise Later(_words(error), is_down=True) from error
        return self._line

    def _offer(self, line: smtplib.SMTP, letter: Letter) -> None:
        """Go as far as the last byte before the dot."""
        try:
            _expect(line.mail(letter.sender), 250, Later)
            _expect(line.rcpt(letter.recipient), 250, NoRecipient)
            _expect(line.docmd("DATA"), 354, Never)
            line.send(_stuffed(letter.body))
        except BROKEN as error:
            raise Later(_words(error)) from error

    def _finish(self, line: smtplib.SMTP) -> str:
        try:
            line.send(b".\r\n")
            answer = line.getreply()
        except BROKEN as error:
            self.close(at_once=True)
            raise Unknown(_words(error)) from error
        if answer[0] not in (250, 251) and not 400 <= answer[0] < 600:
            # A line that broke off within the code, or another mishap: it says neither yes nor no.
            self.close(at_once=True)
            raise Unknown(f"{answer[0]} {answer[1].decode('utf-8', 'replace')}")
        return _expect(answer, 250, Never)


def _connect() -> smtplib.SMTP:
    """Open a line with the certificate checked, and sign in where EMAIL_URL says so."""
    host, port, patience = str(settings.EMAIL_HOST), int(str(settings.EMAIL_PORT)), settings.EMAIL_TIMEOUT
    if settings.EMAIL_USE_SSL:
        line: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=patience, context=ssl.create_default_context())
    else:
        line = smtplib.SMTP(host, port, timeout=patience)
    try:
        if line.sock is not None:
            # Else the dot, which goes apart, waits 40 ms for the server to acknowledge the body.
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if settings.EMAIL_USE_TLS:
            line.starttls(context=ssl.create_default_context())
        line.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            line.login(str(settings.EMAIL_HOST_USER), str(settings.EMAIL_HOST_PASSWORD))
    except BaseException:
        line.close()
        raise
    return line


def _expect(answer: tuple[int, bytes], code: int, hard: type[Later | Never]) -> str:
    """Return the server's words. Raises Later for 4xx, `hard` for what is refused for good.

    A sender that is refused is our own fault, not the letter's: it waits until that is mended.
    """
    words = f"{answer[0]} {answer[1].decode('utf-8', 'replace')}"
    if answer[0] == code or (code == 250 and answer[0] == 251):
        return words
    if 500 <= answer[0] < 600:
        raise hard(words)
    raise Later(words)


def _stuffed(body: bytes) -> bytes:
    """Return the body as it goes over the line: dots at the start doubled, a line end last (RFC 5321, 4.5.2)."""
    dotted = re.sub(rb"(?m)^\.", b"..", body)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
