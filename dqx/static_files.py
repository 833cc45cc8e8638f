"""The static files, collected only when one of them has changed: to compress them takes longer than all else of a start."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected"
# Of packages, and on no page of ours; to compress it alone takes a quarter of a minute.
UNUSED = ["redoc"]


def collect() -> bool:
    """Collect where a file came, went or changed since; returns whether it was needed."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    digest = hashlib.sha256("\n".join(sorted(_files())).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    stamp.write_text(digest)
    return True


def _files() -> Iterator[str]:
    """Each file with its size and time, and how it will be stored."""
    yield str(settings.STORAGES["staticfiles"])
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            yield f"{path} {facts.st_size} {facts.st_mtime_ns}"
