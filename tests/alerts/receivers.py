"""Servers that take what channels send, in threads of the tests: of mail, and of HTTP."""

import contextlib
import email
import email.policy
import json
import ssl
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
    """Answers every POST with `status` and `body`, after `seconds`; keeps what came.

    Args:
        tls: what it shows to who asks it, as a proxy, for a line to another server: it plays that one itself.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.posted: list[Posted] = []
        self.asked_for: list[str] = []
        self.status, self.seconds, self.body = 200, 0.0, b""
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
                    self.wfile.write(outer.body)

            do_GET = do_POST

            def do_CONNECT(self) -> None:
                assert tls is not None
                outer.asked_for.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.request = tls.wrap_socket(self.connection, server_side=True)
                self.setup()
                self.handle()

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
    """Takes every mail but those that `answer` refuses, and for whom it is not in `unknown`; keeps what came."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.to: list[list[str]] = []
        self.answer = "250 OK"
        self.unknown: set[str] = set()
        self._controller = Controller(self, hostname="127.0.0.1", port=ports.choose())
        self._controller.start()
        self.port = self._controller.port

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """What aiosmtpd calls."""
        if address in self.unknown:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

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
def web(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """An HTTP server."""
    server = WebServer(tls)
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
