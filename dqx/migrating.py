"""How migrations change tables that others read and write meanwhile."""

import contextlib
from collections.abc import Iterator

import psycopg2
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import Error
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from dqx import migrating_statements as statements
from dqx import sql

# A migration that changes several tables waits so long for each, and those who read the first wait for all of them together.
LOCK_TIMEOUT = "200ms"


class AddIndexInPeace(AddIndexConcurrently):
    """AddIndex while everybody reads and writes the table; in a migration with `atomic = False`.

    It waits, in nobody's way, for transactions that are older. One that was interrupted leaves an index that is of no use, which
    the next attempt makes anew.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the index, unless it is there."""
        found = sql.rows(statements.index_state(), {"index": self.index.name})
        if found and found[0]["is_valid"]:
            return
        with patient():
            if found:
                sql.execute(statements.drop_index(self.index.name))
            super().database_forwards(app_label, schema_editor, from_state, to_state)


@contextlib.contextmanager
def patient() -> Iterator[None]:
    """Wait for as long as it takes: for statements that wait in nobody's way."""
    usual = sql.value(statements.lock_timeout())
    sql.execute(statements.set_lock_timeout("0"))
    try:
        yield
    finally:
        sql.execute(statements.set_lock_timeout(usual))


@contextlib.contextmanager
def impatient() -> Iterator[None]:
    """Give up a lock that is not to be had at once: who waits for a table lets all others wait that come after."""
    sql.execute(statements.set_lock_timeout(LOCK_TIMEOUT))
    try:
        yield
    finally:
        # A migration that failed may have left the session in any state; the next one sets it again.
        with contextlib.suppress(Error):
            sql.execute(statements.set_lock_timeout("0"))


def is_held_up(exc: BaseException) -> bool:
    """Whether a statement gave up waiting for a lock."""
    return isinstance(exc.__cause__, psycopg2.errors.LockNotAvailable)
