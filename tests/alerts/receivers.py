"""Servers that take what channels send, in threads of the tests: of mail, and of HTTP."""

import contextlib
import email
import email.policy
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller

from dqx.embedded import ports


class Posted(NamedTuple):
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


class WebServer:
    """Answers every POST with `status`, after `seconds`; keeps what came."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.status, self.seconds = 200, 0.0
        self.headers: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                outer.posted.append(Posted(self.path, dict(self.headers), body))
                time.sleep(outer.seconds)
                with contextlib.suppress(OSError):
                    self.send_response(outer.status)
                    for name, value in outer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str = "/hook") -> str:
        """An address of it."""
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        """From now on nothing listens there."""
        self._server.shutdown()
        self._server.server_close()


class MailServer:
    """Takes every mail but those that `answer` refuses; keeps what came."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.to: list[list[str]] = []
        self.answer = "250 OK"
        self._controller = Controller(self, hostname="127.0.0.1", port=ports.choose())
        self._controller.start()
        self.port = self._controller.port

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """What aiosmtpd calls."""
        if self.answer.startswith("2"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.to.append(envelope.rcpt_tos)
        return self.answer

    def stop(self) -> None:
        """From now on nothing listens there."""
        self._controller.stop(no_assert=True)


@contextlib.contextmanager
def web() -> Iterator[WebServer]:
    """An HTTP server."""
    server = WebServer()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            server.stop()


@contextlib.contextmanager
def mail() -> Iterator[MailServer]:
    """An SMTP server."""
    server = MailServer()
    try:
        yield server
    finally:
        server.stop()
