"""Waiting that ends at once when somebody asks us to stop or a child ends."""

import select
import signal
import socket
import time
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C, SIGTERM or the end of the terminal."""


class Signals:
    """Listens to the signals of this process. One for a process, made in its main thread."""

    def __init__(self) -> None:
        self.stopping = False
        self.impatient = False
        self._asked_at = 0.0
        self._inbox, outbox = socket.socketpair()
        self._outbox = outbox
        for end in (self._inbox, outbox):
            end.setblocking(False)
        # The number of each signal is written there, so that select() returns; a handler alone would not wake it.
        signal.set_wakeup_fd(outbox.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOPPING:
            # nohup asks for the end of the terminal to be ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)

    def wait(self, seconds: float) -> None:
        """Waits up to that many seconds, less when a child ends.

        Raises:
            Stopped: somebody asked us to stop, now or before.
        """
        if not self.stopping:
            self._sleep(seconds)
        if self.stopping:
            raise Stopped

    def pause(self, seconds: float) -> bool:
        """Waits up to that many seconds while stopping, and tells whether somebody has pressed Ctrl-C again."""
        if not self.impatient:
            self._sleep(seconds)
        return self.impatient

    def _sleep(self, seconds: float) -> None:
        if select.select([self._inbox], [], [], seconds)[0]:
            self._inbox.recv(4096)

    def _note(self, number: int, frame: FrameType | None) -> None:
        # One wish to stop may come as several signals at once, say from the terminal and from make.
        now = time.monotonic()
        if self.stopping and number == signal.SIGINT and now - self._asked_at > 1:
            self.impatient = True
        self.stopping = True
        self._asked_at = now
