"""A query that somebody waits for, stopped by that person: through whichever process it runs, on whichever database.

The stop is a row, by person and tag, and who runs the query looks for it twice a second. So nobody can stop what another person runs,
and a stop that comes before its query is not lost. A process of gunicorn hears nothing of a client that has gone.
"""

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connections
from django.db.models.functions import Now

from dqx.errors import Cancelled, DQXError
from dqx.sql import Reader
from dqx.users.models import User
from dqx.users.permissions import Actor, require
from scripts_app.models import QueryStop

INTERVAL = 0.5  # seconds; most queries are over by then, and cost nothing
FORGOTTEN_AFTER = timedelta(minutes=10)
LONGEST_TAG = 64


def stop(*, actor: Actor, tag: str) -> None:
    """Let the actor's query of this tag end within a second or so; one that has not begun yet, as soon as it has.

    Raises:
        NotSignedIn, NotAllowed.
    """
    person = require(actor, "scripts.run_query")
    QueryStop.objects.filter(at__lt=Now() - FORGOTTEN_AFTER).delete()
    QueryStop.objects.bulk_create([QueryStop(person=person, tag=tag)], ignore_conflicts=True)


@contextlib.contextmanager
def heard(reader: Reader, person: User, tag: str | None) -> Iterator[None]:
    """Let what the reader runs in the block be stopped by the person, by its tag.

    Raises:
        Cancelled: it was.
    """
    if tag is None:
        yield
        return
    ear = _Ear(reader, person, tag)
    ear.start()
    try:
        yield
    except DQXError:
        if ear.was_stopped:
            raise Cancelled("cancelled", "The query was stopped.") from None
        raise
    finally:
        ear.over.set()
        ear.join()


class _Ear(threading.Thread):
    """Listens until the query is over."""

    def __init__(self, reader: Reader, person: User, tag: str) -> None:
        super().__init__(name=f"query of {person.pk}", daemon=True)
        self.end = reader.stopper()
        self.wanted = QueryStop.objects.filter(person=person, tag=tag)
        self.over = threading.Event()
        self.was_stopped = False

    def run(self) -> None:
        """Look twice a second; once it is to be stopped, insist: a statement may have begun just after the last cancel."""
        try:
            while not self.over.wait(INTERVAL):
                # A database that is away for a moment is the query's trouble, not this thread's.
                with contextlib.suppress(DatabaseError, InterfaceError):
                    self.was_stopped = self.was_stopped or self.wanted.delete()[0] > 0
                if self.was_stopped:
                    self.end()
        finally:
            connections.close_all()
