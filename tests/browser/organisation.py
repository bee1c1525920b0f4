"""An organisation that lets its people sign in elsewhere with its own account: OpenID Connect over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Organisation:
    url: str
    person: dict[str, object]
    """Who signs in there, as OpenID Connect tells it (`sub`, `name`, `email`, `email_verified`)."""


@contextmanager
def organisation() -> Iterator[Organisation]:
    person: dict[str, object] = {"sub": "7"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, person))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Organisation(f"http://127.0.0.1:{server.server_port}", person)
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, person: dict[str, object], *args: Any) -> None:
        self.person = person
        super().__init__(*args)

    def do_GET(self) -> None:
        here = f"http://{self.headers['Host']}"
        parts = urlsplit(self.path)
        if parts.path == "/authorize":
            asked = parse_qs(parts.query)
            back = f"{asked['redirect_uri'][0]}?{urlencode({'code': 'once', 'state': asked['state'][0]})}"
            self._say("text/html", f"<!doctype html><title>x</title><h1>Gemeente</h1><a href='{back}'>Ik ben het</a>")
        elif parts.path == "/userinfo":
            self._say("application/json", json.dumps(self.person))
        else:
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
            config = {name: f"{here}/{path}" for name, path in ends.items()}
            self._say("application/json", json.dumps(config | {"issuer": here}))

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        known = sent["code"] == ["once"] and "code_verifier" in sent
        self._say("application/json", json.dumps({"access_token": "x", "token_type": "Bearer"} if known else {}))

    def _say(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words: object) -> None:
        """Say nothing: the test tells what it saw."""
