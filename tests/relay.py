"""A mail server over a real line: it refuses and stalls where it is told to, remembers what it took, and can be asked.

In front of it stands a `Line` that can be cut at any byte.
"""

import asyncio
import json
import logging
import os
import random
import select
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import suppress
from email import message_from_string
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells of each command


class Ledger:
    """Every mail that was taken, as a line in a file: on disk before the sender hears of it."""

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, threading.Lock()
        self.mails: list[dict[str, str]] = [json.loads(line) for line in self._whole_lines()]
        self.ids: Counter[str] = Counter(mail["id"] for mail in self.mails)
        self._file = path.open("a", encoding="utf-8")

    def _whole_lines(self) -> list[str]:
        """Return the lines that were finished; what a crash cut short was never answered for."""
        kept = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        whole = kept[: kept.rfind("\n") + 1]
        self.path.write_text(whole, encoding="utf-8")
        return whole.splitlines()

    def write(self, to: str, body: str) -> None:
        message = message_from_string(body, policy=default)
        mail = {"id": str(message["Message-ID"]), "to": to, "body": body}
        with self._lock:
            self._file.write(json.dumps(mail) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.mails.append(mail)
            self.ids[mail["id"]] += 1

    def forget(self) -> None:
        with self._lock:
            self._file.truncate(0)
            self.mails.clear()
            self.ids.clear()

    def close(self) -> None:
        self._file.close()


class Stop:
    """A place where the server waits: `reached` tells that somebody stands there, `go_on` lets them pass."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    async def wait(self) -> None:
        self.reached.set()
        while not self.go_on.is_set():
            await asyncio.sleep(0.005)


class Talk(SMTP):
    """The conversation; before each answer the relay has a say."""

    relay: "Relay"

    async def _handle_client(self) -> None:
        self.relay.open += 1
        try:
            if not await self._refused("CONNECT"):
                await super()._handle_client()
        finally:
            self.relay.open -= 1
            if self.transport is not None:
                self.transport.close()

    async def _refused(self, step: str) -> bool:
        """Wait where the relay says so; answer in its words where it has some."""
        if self.relay.slowness:
            await asyncio.sleep(random.uniform(0, self.relay.slowness))
        if stop := self.relay.stops.get(step):
            await stop.wait()
        answer = self.relay.answers.get(step, "")
        if answer:
            await self.push(answer)
        return bool(answer)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._refused("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._refused("EHLO"):
            await super().smtp_HELO(hostname)

    async def smtp_MAIL(self, arg: str) -> None:
        if not await self._refused("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self._refused("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._refused("DATA"):
            await super().smtp_DATA(arg)


class Relay(Controller):
    """The server. `answers` and `stops` go by step: CONNECT, EHLO, MAIL, RCPT, DATA, DOT (not yet taken), TAKEN.

    Each takes up to `slowness` seconds.
    """

    def __init__(self, ledger: Ledger, *, tls: ssl.SSLContext | None = None) -> None:
        self.ledger, self.tls = ledger, tls
        self.open, self.slowness = 0, 0.0
        self.answers: dict[str, str] = {}
        self.stops: dict[str, Stop] = {}
        super().__init__(self, hostname=HOST, port=free_port())

    def factory(self) -> SMTP:
        talk = Talk(self, hostname="relay.example", tls_context=self.tls)
        talk.relay = self
        return talk

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._pass("DOT")
        answer = self.answers.get("DOT", "250 taken")
        if answer.startswith("250"):
            content = envelope.original_content or b""
            self.ledger.write(envelope.rcpt_tos[0], content.decode("ascii", "replace"))
        await self._pass("TAKEN")
        return answer

    async def _pass(self, step: str) -> None:
        if self.slowness:
            await asyncio.sleep(random.uniform(0, self.slowness))
        if stop := self.stops.get(step):
            await stop.wait()

    def stop_at(self, step: str) -> Stop:
        return self.stops.setdefault(step, Stop())

    def end(self) -> None:
        """Stop, when everybody has gone."""
        self.heal()
        ends = time.monotonic() + 5
        while self.open and time.monotonic() < ends:
            time.sleep(0.005)
        self.stop()

    def heal(self) -> None:
        """Let everybody pass, and answer as a server should."""
        self.answers.clear()
        for stop in self.stops.values():
            stop.go_on.set()
        self.stops.clear()


class Enquiry:
    """Answers over HTTP whether a mail was taken; `knows` may be switched off."""

    def __init__(self, ledger: Ledger) -> None:
        self.knows, self.asked = True, 0
        desk = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                desk.asked += 1
                (wanted,) = parse_qs(urlsplit(self.path).query)["message_id"]
                said = json.dumps({"taken": ledger.ids[wanted] > 0 if desk.knows else None}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_words: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Answer)
        self.url = f"http://{HOST}:{self._server.server_port}/taken"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Line:
    """What lies between the two: carries bytes, and is cut for good after so many of them, both ways counted.

    Sender and server speak in turns, so the same number is always the same place in the conversation.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self.cut_at: int | None = None
        self.carried: list[tuple[str, bytes]] = []
        self._door = socket.create_server((HOST, 0))
        self.port = int(self._door.getsockname()[1])
        self._quiet = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()

    @property
    def said(self) -> bytes:
        """Return what the server got."""
        return b"".join(part for who, part in self.carried if who == "sender")

    def wait(self) -> None:
        """Return when the last conversation is over, also for the server."""
        assert self._quiet.wait(10)

    def _serve(self) -> None:
        while True:
            try:
                sender, _address = self._door.accept()
            except OSError:
                return
            self._quiet.clear()
            self.carried = []
            with sender, socket.create_connection((HOST, self._to)) as server:
                for end in (sender, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with suppress(OSError):
                    self._carry(sender, server)
                sender.close()
                if self.has_dot and self.is_cut:
                    with suppress(OSError):
                        server.settimeout(5)
                        server.recv(1000)  # the server has it all, and answers to nobody
            self._quiet.set()

    @property
    def has_dot(self) -> bool:
        return b"\r\n.\r\n" in self.said.partition(b"DATA\r\n")[2]

    @property
    def is_cut(self) -> bool:
        return self.cut_at is not None and sum(len(part) for _who, part in self.carried) >= self.cut_at

    def _carry(self, sender: socket.socket, server: socket.socket) -> None:
        """Carry until one of both is gone or the line is cut."""
        ends = {sender: ("sender", server), server: ("server", sender)}
        pair = list(ends)
        while not self.is_cut:
            for end in readable(pair):
                who, other = ends[end]
                part = end.recv(self._room())
                if not part:
                    return
                self.carried.append((who, part))
                other.sendall(part)
                if self.is_cut:
                    return

    def _room(self) -> int:
        return 65536 if self.cut_at is None else self.cut_at - sum(len(part) for _who, part in self.carried)


def readable(ends: list[socket.socket]) -> list[socket.socket]:
    return select.select(ends, [], [], 10)[0]


def free_port() -> int:
    with socket.socket() as line:
        line.bind((HOST, 0))
        return int(line.getsockname()[1])
