"""A file that several processes append to: they take turns by a lock on it, and what is appended is there whole or not at all."""

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK_SECONDS = 5.0


def append(path: Path, data: bytes) -> None:
    """Write at the end of the file, which is made where there is none, for its owner alone. Begins a new line where the last one is half.

    Raises:
        OSError: it can't be written, or another process keeps it locked; the file is then as it was.
    """
    with _locked(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as descriptor:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":  # the half line of a power cut
            data = b"\n" + data
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except BaseException:
            os.ftruncate(descriptor, size)
            raise


def clear(path: Path) -> None:
    """Empty the file. It stays where it is, for those who are about to append.

    Raises:
        OSError: there is none, it can't be written, or another process keeps it locked.
    """
    with _locked(path, os.O_RDWR) as descriptor:
        os.ftruncate(descriptor, 0)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """The file for reading, while others may append.

    Raises:
        OSError: there is none, or it can't be read.
    """
    with os.fdopen(_open(path, os.O_RDONLY), "rb") as file:
        yield file


def _open(path: Path, flags: int) -> int:
    # Not blocking: a pipe would wait for somebody at its other end.
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a file")
    return descriptor


@contextlib.contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    """The file's descriptor, for this process alone."""
    deadline = time.monotonic() + LOCK_SECONDS
    descriptor = _lock(path, flags, deadline)
    while not _is_at(path, descriptor):  # it was moved or deleted while we waited; what is there now is another
        os.close(descriptor)
        descriptor = _lock(path, flags, deadline)
    try:
        yield descriptor
    finally:
        fcntl.flock(
            descriptor, fcntl.LOCK_UN
        )  # in so many words: a child that was forked meanwhile has the file open too
        os.close(descriptor)


def _lock(path: Path, flags: int, deadline: float) -> int:
    descriptor = _open(path, flags)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise TimeoutError(errno.ETIMEDOUT, "Another process keeps it locked") from None
            time.sleep(0.005)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
