"""The migrations of a release, from the state of the one before, while a ledger of 100,000 runs is read and written."""

import contextlib
import threading
import time

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dqx import sql
from dqx.users.management.commands import migrate as command
from tests import steps
from tests.beside import Task
from tests.test_migrations import database, migrate

pytestmark = pytest.mark.database
# The apps' states in the release before. What they were then has the others' latest.
BEFORE = [("monitoring", "zero"), ("scripts", "0004")]
BIG = ("dq.dq_runs", "dq.bad_detail", "dq.bad_detail_events")
N_RUNS = 100_000
LEDGER = (
    "INSERT INTO dq.dq_sql_scripts (name, description, content, created_at, updated_at)"
    " SELECT 's' || i, '', repeat('x', 200), now(), now() FROM generate_series(1, 100) i;"
    "INSERT INTO dq.dq_runs (script_id, kind, script_name, content, content_hash, trigger, status, created_at,"
    " n_rows, n_bytes, n_pairs, n_new, n_changed, n_resolved, n_unchanged)"
    " SELECT (SELECT min(id) FROM dq.dq_sql_scripts) + i % 100, 'populate', 's', repeat('x', 200), 'h', 'api', 'failed',"
    "       now(), 0, 0, 0, 0, 0, 0, 0"
    f"  FROM generate_series(1, {N_RUNS}) i"
)
# Tells, after each DDL statement, how many rows of a big table its transaction has read while it keeps everybody out of it. The server's
# figure also has what the session read in transactions shortly before, so what it is without the lock is taken off.
WITNESS = """
CREATE TABLE public.witnessed (command text, of text, n_read bigint, rewritten boolean);
CREATE TABLE public.before_it (pid int, of oid, n_read bigint, PRIMARY KEY (pid, of));
CREATE FUNCTION public.look() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.before_it
  SELECT pg_backend_pid(), big, pg_stat_get_xact_tuples_returned(big) FROM unnest('{BIG}'::regclass[]) AS big
   WHERE NOT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock' AND granted AND relation = big)
  ON CONFLICT (pid, of) DO UPDATE SET n_read = EXCLUDED.n_read;
END $$;
CREATE EVENT TRIGGER looks ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION public.look();
CREATE FUNCTION public.witness() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.witnessed
  SELECT tg_tag, relation::regclass::text, pg_stat_get_xact_tuples_returned(relation) - coalesce(b.n_read, 0), tg_event = 'table_rewrite'
    FROM pg_locks l LEFT JOIN public.before_it b ON b.pid = l.pid AND b.of = l.relation
   WHERE l.pid = pg_backend_pid() AND mode = 'AccessExclusiveLock' AND granted AND locktype = 'relation'
     AND relation = ANY ('{BIG}'::regclass[]);
END $$;
CREATE EVENT TRIGGER witness ON ddl_command_end EXECUTE FUNCTION public.witness();
CREATE EVENT TRIGGER rewrites ON table_rewrite EXECUTE FUNCTION public.witness();
""".replace("{BIG}", "{" + ",".join(BIG) + "}")


def go_back():
    """To the release before."""
    for app, state in BEFORE:
        migrate(app, state)


@pytest.fixture
def before(django_db_setup, django_db_blocker):
    """A database of the release before, with its ledger."""
    with django_db_blocker.unblock(), database():
        migrate()
        go_back()
        with connection.cursor() as cursor:
            cursor.execute(LEDGER)
            cursor.execute("ANALYZE dq.dq_runs")
        with steps.superuser() as cursor:
            cursor.execute(WITNESS)
        yield


# Whoever has to share the processor with many others may be late once; a lock that lasts a second does so each time.
TRIES = 3


class Client(threading.Thread):
    """Does one thing again and again, as the web and the workers of the release before do, and waits a second for a lock at most.

    Not a second in all, which a machine that has much to do may take for anything.

    Attributes:
        n: how often it was done.
        failure: what ended it, such as a lock that it waited for.
    """

    def __init__(self, statement):
        super().__init__(daemon=True)
        self.statement, self.n, self.failure = statement, 0, None
        self.over = threading.Event()
        self.line = psycopg2.connect(**connection.get_connection_params())
        self.line.autocommit = True

    def run(self):
        try:
            with self.line.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
                while not self.over.is_set():
                    cursor.execute(self.statement)
                    self.n += 1
                    time.sleep(0.01)
        except psycopg2.Error as exc:
            self.failure = exc
        finally:
            self.line.close()


@contextlib.contextmanager
def clients(*statements):
    """All of them, as long as the block runs."""
    found = [Client(statement) for statement in statements]
    for client in found:
        client.start()
    try:
        yield found
    finally:
        for client in found:
            client.over.set()
            client.join(20)


@contextlib.contextmanager
def somebody_reads(table):
    """A transaction that has read a table and goes on, as an export or a dump does."""
    line = psycopg2.connect(**connection.get_connection_params())
    try:
        with line.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
            yield line
    finally:
        line.close()


READS = "SELECT status, script_name FROM dq.dq_runs ORDER BY id DESC LIMIT 50"
SUMS = "SELECT count(*) FROM dq.dq_schedules"
WRITES = "UPDATE dq.dq_runs SET n_rows = n_rows + 1 WHERE id = (SELECT max(id) FROM dq.dq_runs)"


def upgraded_among(*statements):
    """The clients that did these things during an upgrade, which first had to wait for somebody."""
    with clients(*statements) as found:
        with somebody_reads("dq.dq_runs") as line:
            going_on = Task(migrate)
            # It asks for the ledger and gives up again, as long as somebody has it.
            assert steps.eventually(lambda: waits_for("dq_runs"), 20)
            assert not steps.eventually(lambda: not going_on.is_alive(), 1.5)
            line.rollback()
        going_on.done(90)
    return found


def test_nobody_waits_for_it(before, monkeypatch):
    for left in reversed(range(TRIES)):
        found = upgraded_among(READS, SUMS, WRITES)
        failures = [client.failure for client in found if client.failure]
        if not left or not any(isinstance(failure, psycopg2.errors.LockNotAvailable) for failure in failures):
            break
        go_back()
        with steps.superuser() as cursor:
            cursor.execute("DELETE FROM public.witnessed")
    assert failures == []
    assert all(client.n > 20 for client in found)
    with steps.superuser() as cursor:
        cursor.execute("SELECT * FROM public.witnessed WHERE n_read > 0 OR rewritten")
        assert cursor.fetchall() == [], "rows were read or written anew while nobody else could"
        cursor.execute("SELECT count(*) FROM public.witnessed")
        assert cursor.fetchone()[0] > 0, "nothing was witnessed"
    call_command("makemigrations", check=True, verbosity=0)
    assert sql.value("SELECT count(*) FROM dq.dq_runs WHERE attempt = 1 AND noticed") == N_RUNS


def waits_for(table):
    return bool(
        sql.rows(
            "SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND relation = %(table)s::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            {"table": f"dq.{table}"},
        )
    )


def test_the_witness_sees_what_keeps_people_out(before):
    """Else the test above would find nothing because it can't."""
    sql.execute("ALTER TABLE dq.dq_runs ADD COLUMN a int DEFAULT 1 CHECK (a > 0)")
    sql.execute("ALTER TABLE dq.dq_runs ALTER COLUMN n_pairs TYPE bigint")
    with steps.superuser() as cursor:
        cursor.execute("SELECT bool_or(n_read > 0), bool_or(rewritten) FROM public.witnessed")
        assert cursor.fetchone() == (True, True)


def test_it_gives_up_with_a_sentence(before, monkeypatch):
    monkeypatch.setattr(command, "PATIENCE", 0.0)
    with somebody_reads("dq.dq_runs"), pytest.raises(CommandError, match="in use all the time"):
        migrate()


def test_an_index_that_was_interrupted_is_made_anew(before):
    migrate("scripts", "0005")
    with somebody_reads("dq.dq_sql_scripts") as line:
        line.cursor().execute(WRITES)  # which an index has to wait for
        with steps.superuser() as cursor:
            cursor.execute("SET statement_timeout = '300ms'")
            with pytest.raises(psycopg2.errors.QueryCanceled):
                cursor.execute("CREATE INDEX CONCURRENTLY dq_runs_queued ON dq.dq_runs (id)")
        assert is_valid("dq_runs_queued") is False
        line.rollback()
    migrate()
    assert is_valid("dq_runs_queued") is True


def is_valid(index):
    return sql.value(f"SELECT indisvalid FROM pg_index WHERE indexrelid = 'dq.{index}'::regclass")
