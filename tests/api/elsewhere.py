"""A database beside the tests' own, on the same server, with a login of its own: for connections to lead to."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from tests import steps

KEY = "8" * 43 + "="
ROWS = 5


class Elsewhere(NamedTuple):
    """How to reach it."""

    host: str
    port: int
    dbname: str
    user: str
    password: str

    @property
    def details(self) -> dict[str, Any]:
        """As the API takes them."""
        return {**self._asdict(), "sslmode": "prefer"}


@contextlib.contextmanager
def database() -> Iterator[Elsewhere]:
    """A database with a table of `ROWS` rows that its login may read, and a password that is nowhere else."""
    name = f"elsewhere_{connection.settings_dict['NAME']}_{os.getpid()}"[:60]
    password = f"S3CRET-{secrets.token_hex(8)}"
    runner = settings.RUNNER_DATABASE
    with steps.superuser("postgres") as cursor:
        cursor.execute(f'CREATE ROLE "{name}" LOGIN PASSWORD %s', (password,))
        cursor.execute(f'CREATE DATABASE "{name}" OWNER "{name}" TEMPLATE template0')
    try:
        with steps.superuser(name) as cursor:
            cursor.execute(
                "CREATE TABLE rows AS SELECT 'R1' AS rule_id, 'ELSEWHERE' AS source_id, g::text AS source_uid, 'v' AS data_value,"
                f" DATE '2024-01-01' AS txn_date FROM generate_series(1, {ROWS}) g; GRANT SELECT ON rows TO PUBLIC"
            )
        yield Elsewhere(runner["HOST"], int(runner["PORT"]), name, name, password)
    finally:
        with steps.superuser("postgres") as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            cursor.execute(f'DROP ROLE "{name}"')


SCRIPT = "SELECT rule_id, source_id, source_uid, data_value, txn_date FROM rows"
