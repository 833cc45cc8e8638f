"""Statements that somebody waits for, and that end when it has taken too long."""

import contextlib
from collections.abc import Iterator

from django.db import OperationalError, transaction
from psycopg2 import errorcodes

from dqx import sql
from dqx.errors import Refused


@contextlib.contextmanager
def limited(limits: sql.Query, sentence: str) -> Iterator[None]:
    """A transaction that begins with `limits`, a statement that sets its statement_timeout.

    Raises:
        Refused: a statement took longer; the sentence says so.
    """
    try:
        with transaction.atomic():
            sql.execute(limits)
            yield
    except OperationalError as exc:
        if getattr(exc.__cause__, "pgcode", None) != errorcodes.QUERY_CANCELED:
            raise
        raise Refused("time_limit", sentence) from exc
