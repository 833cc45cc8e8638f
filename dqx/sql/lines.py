"""Lines to a server: how long they may take, and how one is made and cut."""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg2
from psycopg2 import sql

Query = sql.Composable | str
Parameters = Mapping[str, Any] | None
CHUNK = 1 << 18  # bytes that go through a COPY at once
# How long a server may take to answer a cancel before its line is cut.
PATIENCE = 5.0
CONNECT_SECONDS = 10


def insister(ask: Callable[[], None], force: Callable[[], None]) -> Callable[[], None]:
    """A function to be called again and again until something ends: it asks, and from `PATIENCE` seconds on it forces."""
    began: float | None = None

    def insist() -> None:
        nonlocal began
        began = began or time.monotonic()
        if time.monotonic() - began < PATIENCE:
            ask()
        else:
            force()

    return insist


def cut(line: Any) -> None:
    """Cut a line to a server that does not answer a cancel; the server notices by itself."""
    with contextlib.suppress(OSError, psycopg2.Error), socket.socket(fileno=line.fileno()) as wire:
        try:
            wire.shutdown(socket.SHUT_RDWR)
        finally:
            wire.detach()


def connect_in_time(**parameters: Any) -> Any:
    """Connect, but don't wait for a server that lets one in and then says nothing: libpq's own limit ends with the login.

    Raises:
        psycopg2.Error: it can't connect, or it took too long.
    """
    made: queue.SimpleQueue[Any] = queue.SimpleQueue()
    given_up = threading.Event()

    def connect() -> None:
        try:
            line = psycopg2.connect(**parameters)
        except Exception as exc:
            made.put(exc)
        else:
            made.put(line)
            if given_up.is_set():
                line.close()

    threading.Thread(target=connect, daemon=True).start()
    try:
        found = made.get(timeout=CONNECT_SECONDS + 2)
    except queue.Empty:
        given_up.set()
        raise psycopg2.OperationalError("timeout expired") from None
    if isinstance(found, Exception):
        raise found
    return found
