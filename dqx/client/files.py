"""Files that are written whole: one is there as it was before, or as it shall be."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from dqx.client.errors import Failure
from dqx.client.session import Session


def save(session: Session, pieces: Iterator[bytes], target: str, form: str) -> None:
    """Write an export, and tell how large it is.

    Args:
        target: the file; - is standard output, which then has nothing else.
        form: such as csv.

    Raises:
        Failure: it can't be written, or the pieces end early.
    """
    size = _written(session, pieces, target)
    if target == "-":
        return
    if session.as_json:
        session.output.document({"file": str(Path(target).absolute()), "format": form, "bytes": size})
    else:
        session.output.note(f"{size:,} bytes in {target}")


def _written(session: Session, pieces: Iterator[bytes], target: str) -> int:
    """Writes a file in one step: it is there whole, or as it was before; the number of bytes."""
    if target == "-":
        return _pour(session, pieces, sys.stdout.buffer.write)
    path = Path(os.path.realpath(target))
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):  # a device or a pipe is no thing to replace
            with path.open("wb") as file:
                return _pour(session, pieces, file.write)
        return _replaced(session, pieces, path)
    except OSError as exc:
        raise Failure("file", f"{target} can't be written: {exc.strerror}.") from exc


def _replaced(session: Session, pieces: Iterator[bytes], path: Path) -> int:
    mask = os.umask(0)
    os.umask(mask)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            size = _pour(session, pieces, file.write)
            os.fchmod(descriptor, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return size


def _pour(session: Session, pieces: Iterator[bytes], write: Callable[[bytes], object]) -> int:
    size = 0
    with session.output.progress("Export") as tell:
        for piece in pieces:
            write(piece)
            size += len(piece)
            tell(f"{size / 1_000_000:,.1f} MB")
    return size
