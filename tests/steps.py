"""Steps that tests share: each does through the operations what a person does."""

import contextlib
import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg2 import sql as pg
from psycopg2.extensions import parse_dsn

from dqx import sql
from dqx.environment import BASE_DIR
from dqx.users.models import User
from scripts_app import populate, publish, scripts
from scripts_app.ledger import execution
from scripts_app.models import Run, Script

FIVE = "SELECT 'R1' AS rule_id, 'S1' AS source_id, 'u1' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date"


def make_source_schema(name: str) -> None:
    """A schema that the runner may read, tables made later included."""
    sql.execute(
        pg.SQL(
            "CREATE SCHEMA IF NOT EXISTS {0}; GRANT USAGE ON SCHEMA {0} TO dqx_runner;"
            " ALTER DEFAULT PRIVILEGES IN SCHEMA {0} GRANT SELECT ON TABLES TO dqx_runner"
        ).format(pg.Identifier(name))
    )


def forbid_temporary_tables() -> None:
    """As deploy/roles.sql does; a copy of a template database does not inherit it."""
    name = pg.Identifier(connection.settings_dict["NAME"])
    sql.execute(pg.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(name))


def clear_unmanaged_tables() -> None:
    """Empty the bad rows and their history, and drop the staging tables."""
    sql.execute("TRUNCATE dq.bad_detail, dq.bad_detail_events")
    _drop_staging()


def _drop_staging() -> None:
    for found in sql.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'stg'"):
        sql.execute(pg.SQL("DROP TABLE {}").format(pg.Identifier("stg", found["tablename"])))


# What migrations fill, and no test changes.
KEPT = ["django_migrations", "django_content_type", "auth_permission"]
# A larger table is emptied sooner by TRUNCATE, a smaller one by DELETE.
LARGE = 1 << 20  # bytes


def empty_tables() -> None:
    """Empty every table of DQX, and drop the staging tables; a test that failed may have left an export under way.

    Django's flush takes half a second: it writes anew even what is empty, makes the permissions again, and knows managed tables only.
    As that does, this waits for those who are just writing.
    """
    sql.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'dqx export'"
    )
    found = sql.rows(
        "SELECT name, pg_relation_size(name::regclass) AS size FROM pg_tables, format('%%I.%%I', schemaname, tablename) AS name"
        " WHERE schemaname IN ('dq', 'dqx') AND tablename <> ALL (%(kept)s)",
        {"kept": KEPT},
    )
    # TRUNCATE is refused where a row that was deleted before it in the transaction has yet to be looked for in the table.
    filled = sorted((table for table in found if table["size"]), key=lambda table: table["size"] <= LARGE)
    if filled:
        emptying = [
            f"TRUNCATE {table['name']} CASCADE" if table["size"] > LARGE else f"DELETE FROM {table['name']}"
            for table in filled
        ]
        emptying.append(
            "DELETE FROM dq.bad_detail_daily"
        )  # a trigger takes bad rows away from it, even where it is empty
        locking = ", ".join(table["name"] for table in filled)
        with transaction.atomic():
            sql.execute(f"LOCK TABLE {locking} IN SHARE ROW EXCLUSIVE MODE; {'; '.join(emptying)}")
    _drop_staging()


def new_script(actor: Any, content: str = FIVE, name: str = "a script") -> Script:
    """A saved script."""
    return scripts.create(actor=actor, name=name, content=content)


def set_text(script: Script, content: str) -> None:
    """As after an edit of the text, without the wait for its check."""
    script.content = content
    script.save(update_fields=["content"])


def run_populate(script: Script, actor: Any) -> Run:
    """Populate here and now; the ended run, however it ended."""
    return _execute(populate.request(script.pk, actor=actor, trigger=Run.Trigger.CLI, dispatch=False))


def run_publish(script: Script, actor: Any) -> Run:
    """Publish here and now; the ended run, however it ended."""
    return _execute(publish.request(script.pk, actor=actor, trigger=Run.Trigger.CLI, dispatch=False))


def _execute(run: Run) -> Run:
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


def failed_run(script: Script, actor: Any, **fields: Any) -> Run:
    """A populate of the ledger that the server refused."""
    error = {
        "code": "script_refused",
        "message": "column <b>x</b> does not exist (line 1, column 8).",
        "details": {"line": 1},
    }
    return Run.objects.create(
        script=script, script_name=script.name, content=script.content, content_hash=script.content_hash, actor=actor,
        kind="populate", status="failed", trigger="person", error=error, started_at=timezone.now(), finished_at=timezone.now(), **fields,
    )  # fmt: skip


def succeeded(run: Run) -> Run:
    """The run, which has to have ended well."""
    assert run.status == Run.Status.SUCCEEDED, run.error
    return run


def staged(script: Script) -> list[tuple[Any, ...]]:
    """The five columns of the staging table, by key."""
    return _rows(pg.Identifier("stg", script.staging))


def bad_rows() -> list[tuple[Any, ...]]:
    """The five columns of the central table, by key."""
    return _rows(pg.Identifier("dq", "bad_detail"))


def _rows(table: pg.Identifier) -> list[tuple[Any, ...]]:
    found = sql.rows(
        pg.SQL("SELECT rule_id, source_id, source_uid, data_value, txn_date FROM {} ORDER BY 1, 2, 3").format(table)
    )
    return [tuple(row.values()) for row in found]


def checksum(rows: Iterable[tuple[Any, ...]]) -> str:
    r"""MD5 over the sorted lines of values joined by |, NULL as \N, as the expected results of the data sets have it."""
    lines = sorted("|".join("\\N" if value is None else str(value) for value in row).encode() for row in rows)
    return hashlib.md5(b"\n".join(lines)).hexdigest()


def daily_counts_are_right() -> bool:
    """Whether the kept counts equal a GROUP BY of the rows."""
    counted = "SELECT rule_id, source_id, txn_date, count(*) AS n FROM dq.bad_detail GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    kept = "SELECT rule_id, source_id, txn_date, n_rows AS n FROM dq.bad_detail_daily ORDER BY 1, 2, 3"
    return sql.rows(counted) == sql.rows(kept)


def somebody(name: str = "arthur", role: str = "author") -> User:
    """A person without a password, which is quickly made."""
    return User.objects.create_user(name, f"{name}@example.org", role=role)


@contextlib.contextmanager
def superuser(database: str = "") -> Iterator[Any]:
    """A cursor of the superuser's, each statement of which commits; in the database of the tests, or another."""
    line = psycopg2.connect(os.environ["DQX_TEST_ADMIN_URL"], dbname=database or connection.settings_dict["NAME"])
    line.autocommit = True
    try:
        with line.cursor() as cursor:
            yield cursor
    finally:
        line.close()


def apply_roles(database: str = "") -> None:
    """Run deploy/roles.sql in the database of the tests, or another; one process of the tests at a time, since logins are shared."""
    psql = Path(os.environ["DQX_TEST_POSTGRES_BIN"]) / "psql"
    admin = parse_dsn(os.environ["DQX_TEST_ADMIN_URL"])
    environment = {
        f"PG{name.upper()}": admin[name] for name in ("host", "port", "user", "password") if name in admin
    } | {
        "PGDATABASE": database or connection.settings_dict["NAME"],
        "DQX_OWNER_PASSWORD": connection.settings_dict["PASSWORD"],
        "DQX_RUNNER_PASSWORD": settings.RUNNER_DATABASE["PASSWORD"],
        "DQX_SOURCE_SCHEMAS": "public",
    }
    with superuser("postgres") as cursor:
        cursor.execute("SELECT pg_advisory_lock(7021099)")
        roles = BASE_DIR / "deploy" / "roles.sql"
        subprocess.run(
            [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", roles], env={**os.environ, **environment}, check=True
        )


def clear_of_the_hour() -> None:
    """Wait where the next hour is less than a minute away: what is due within half a minute may be taken up already."""
    assert eventually(lambda: time.time() % 3_600 < 3_540, 70)


def eventually(fact: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether a fact becomes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def copies_at_work(words: str) -> int:
    """How many COPYs in whose text these words stand, `%` for any between, this database is busy with."""
    with superuser() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() AND query LIKE %s",
            (f"COPY%{words}%",),
        )
        return int(cursor.rowcount)


def make_source_table(name: str = "rows") -> None:
    """A table of the five columns for scripts to read, in which everything may be NULL, double or too long."""
    sql.execute(
        pg.SQL(
            "CREATE TABLE IF NOT EXISTS {} (rule_id text, source_id text, source_uid text, data_value text, txn_date date)"
        ).format(pg.Identifier("dq_src", name))
    )


def fill_source_table(rows: Iterable[tuple[Any, ...]], name: str = "rows") -> None:
    """Let the table hold these rows."""
    columns = list(zip(*rows, strict=True)) or [()] * 5
    table = pg.Identifier("dq_src", name)
    sql.execute(
        pg.SQL(
            "DELETE FROM {}; INSERT INTO {} SELECT * FROM"
            " unnest(%(a)s::text[], %(b)s::text[], %(c)s::text[], %(d)s::text[], %(e)s::date[])"
        ).format(table, table),
        {letter: list(column) for letter, column in zip("abcde", columns, strict=True)},
    )


def drop_source_table(name: str = "rows") -> None:
    """Take the table away."""
    sql.execute(pg.SQL("DROP TABLE {}").format(pg.Identifier("dq_src", name)))


def all_of(name: str = "rows") -> str:
    """A script that finds every row of the table."""
    return f"SELECT rule_id, source_id, source_uid, data_value, txn_date FROM dq_src.{name}"
