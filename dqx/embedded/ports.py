"""TCP ports: is one free, and which one do we take."""

import contextlib
import errno
import random
import socket
import time

LOOPBACK = "127.0.0.1"
# Below the ports that Linux and macOS give to outgoing connections, so that none of those is in the way later.
RANGE = range(20_000, 30_000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now.

    Raises:
        OSError: the host is not one of this machine, or the port is not for us.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
        # As servers do: connections that ended a moment ago are not in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def becomes_free(port: int, seconds: float, host: str = LOOPBACK) -> bool:
    """Whether the port is free now or within the time: a server that was killed may take a moment to go."""
    deadline = time.monotonic() + seconds
    while not is_free(port, host):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def choose() -> int:
    """A free port of the loopback address."""
    while True:
        port = random.choice(RANGE)  # noqa: S311 (not a secret)
        if is_free(port):
            return port
