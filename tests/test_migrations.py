"""Migrations go forwards and backwards, on an empty database and on one that an older DQX left."""

import contextlib
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory

from dqx import sql
from dqx.users.models import User
from scripts_app.models import Schedule, Script, Version
from tests import steps

pytestmark = pytest.mark.database
LEGACY = (Path(__file__).parent / "data" / "legacy.sql").read_text()
OLD_TABLES = ("dq_sql_scripts", "bad_detail", "rule_ref", "source_ref", "dq_schedules", "users")


# --- Databases ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def database(*scripts):
    """A database of its own, in which the scripts were run by the superuser and then deploy/roles.sql; Django speaks with it."""
    name = f"migrations_{uuid.uuid4().hex[:12]}"
    usual = connection.settings_dict["NAME"]
    with steps.superuser("postgres") as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        with steps.superuser(name) as cursor:
            for script in scripts:
                cursor.execute(script)
        steps.apply_roles(name)
        use(name)
        yield
    finally:
        use(usual)
        with steps.superuser("postgres") as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def use(name):
    connection.close()
    connection.settings_dict["NAME"] = settings.RUNNER_DATABASE["NAME"] = name


@pytest.fixture
def empty_database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), database():
        yield


@pytest.fixture
def old_database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), database(LEGACY):
        yield


# --- Steps ----------------------------------------------------------------------------------------------------------------


def migrate(*arguments):
    call_command("migrate", *arguments, verbosity=0)


def migrate_back():
    for app in sorted({app for app, _ in MigrationRecorder(connection).applied_migrations()}):
        migrate(app, "zero")


def catalog():
    """Every relation, column, index, constraint, trigger and function of DQX, and of what it must leave alone."""
    return sql.rows(
        "SELECT n.nspname, c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,"
        "       pg_get_expr(d.adbin, d.adrelid) AS default,"
        "       (SELECT array_agg(pg_get_constraintdef(o.oid) ORDER BY o.conname) FROM pg_constraint o WHERE o.conrelid = c.oid),"
        "       (SELECT array_agg(t.tgname ORDER BY t.tgname) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)::text[],"
        "       (SELECT array_agg(p.proname ORDER BY p.proname) FROM pg_proc p WHERE p.pronamespace = n.oid)::text[] AS functions"
        "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('dq', 'stg', 'dqx', 'public')"
        "  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        "  LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)"
        # Going back keeps these: what was done, and what was there before.
        " WHERE c.relname !~ '^(django_migrations|adopted_tables)'"
        " ORDER BY 1, 2, a.attname"
    )


def old_rows():
    """The rows of the older DQX's tables, in its columns."""
    with steps.superuser() as cursor:
        found = {}
        for table in OLD_TABLES:
            cursor.execute(f"SELECT {OLD_COLUMNS[table]} FROM dq.{table} ORDER BY 1, 2, 3")
            found[table] = cursor.fetchall()
        return found


OLD_COLUMNS = {
    "dq_sql_scripts": "id, name, description, content, created_at, updated_at",
    "bad_detail": "rule_id, source_id, source_uid, data_value, txn_date",
    "rule_ref": "rule_id, rule_name, description",
    "source_ref": "source_id, source_name, description",
    "dq_schedules": "id, job_name, script_id, cron_schedule, is_active, created_at, updated_at",
    "users": "id, username, email, hashed_password, is_active, is_admin, created_at",
}


def columns_of(table):
    return [
        found["column_name"]
        for found in sql.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'dq' AND table_name = %(table)s ORDER BY 1",
            {"table": table},
        )
    ]


# --- An empty database ------------------------------------------------------------------------------------------------------


def test_they_go_forwards_backwards_and_forwards_again(empty_database):
    before = catalog()
    migrate()
    there = catalog()
    assert {row["nspname"] for row in there} == {"dq", "dqx"}
    migrate_back()
    assert catalog() == before == []
    migrate()
    assert catalog() == there


def test_every_table_of_dq_and_stg_is_where_it_belongs(empty_database):
    migrate()
    tables = sql.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'dq' ORDER BY 1")
    assert {found["tablename"] for found in tables} >= {
        *OLD_TABLES,
        "bad_detail_daily",
        "bad_detail_events",
        "dq_connections",
        "dq_runs",
        "dq_script_scope",
        "dq_script_versions",
    }


def test_migrating_again_changes_nothing(empty_database):
    migrate()
    there = catalog()
    migrate()
    assert catalog() == there


def test_no_model_is_without_its_migration(empty_database):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- What an older DQX left ---------------------------------------------------------------------------------------------------


def test_nothing_of_an_older_dqx_is_lost(old_database):
    before = old_rows()
    migrate()
    after = old_rows()
    assert after["bad_detail"] == before["bad_detail"]
    for table, place in (("rule_ref", 2), ("source_ref", 2)):
        assert after[table] == [(*row[:place], row[place] or "") for row in before[table]]
    assert [(row[0], row[2], *row[3:]) for row in after["dq_sql_scripts"]] == [
        (row[0], row[2] or "", *row[3:]) for row in before["dq_sql_scripts"]
    ]
    assert [row[:4] for row in after["dq_schedules"]] == [row[:4] for row in before["dq_schedules"]]
    assert [row[:3] for row in after["users"]] == [row[:3] for row in before["users"]]


def test_what_was_null_gets_the_default(old_database):
    migrate()
    assert dict(Schedule.objects.values_list("job_name", "is_active")) == {
        "nightly": True,
        "of nothing": False,
        "unsure": True,
    }
    assert dict(User.objects.values_list("username", "is_active")) == {
        "anna": True,
        "otto": True,
        "gone": False,
        "lost": True,
    }
    assert list(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == ["anna"]
    assert {user.role for user in User.objects.all()} == {"viewer"}
    assert Schedule.objects.get(pk=1).created_at == datetime(2021, 1, 1, tzinfo=UTC)
    assert Schedule.objects.filter(created_at=None).count() == User.objects.filter(created_at=None).count() == 0


def test_the_text_of_each_script_is_its_first_version(old_database):
    migrate()
    kept = {version.script_id: version for version in Version.objects.all()}
    for script in Script.objects.all():
        first = kept.pop(script.pk)
        assert (first.n, first.content, first.content_hash) == (1, script.content, script.content_hash)
        assert (first.name, first.author, first.created_at) == (script.name, None, script.updated_at)
        assert (first.n_added, first.n_removed) == (script.content.count("\n") + 1, 0)
    assert kept == {}
    assert {schedule.frequency for schedule in Schedule.objects.all()} == {"cron"}


def test_doubled_names_of_scripts_are_numbered(old_database):
    migrate()
    names = dict(Script.objects.values_list("pk", "name"))
    assert (names[1], names[2], names[3], names[4]) == ("x", "x (2, script 2)", "x (2)", "x (3)")
    assert names[5] == "long " * 51
    assert names[6] != names[5]
    assert names[6].startswith("long long")
    assert len(set(names.values())) == 6


def test_an_old_password_signs_in_and_is_made_stronger(old_database):
    migrate()
    request = RequestFactory().post("/")
    assert authenticate(request, username="anna", password="another password") is None
    assert authenticate(request, username="anna", password="an old password").username == "anna"
    assert User.objects.get(username="anna").password.startswith("pbkdf2_sha256$")
    assert authenticate(request, username="anna", password="an old password") is not None


def test_nobody_is_let_in_with_a_hash_that_can_not_be_used(old_database):
    migrate()
    request = RequestFactory().post("/")
    for password in ("an old password", "", "lost"):
        assert authenticate(request, username="lost", password=password) is None
    assert authenticate(request, username="gone", password="an old password") is None


def test_the_rows_that_were_there_are_counted(old_database):
    migrate()
    assert steps.daily_counts_are_right()
    assert sql.value("SELECT sum(n_rows) FROM dq.bad_detail_daily") == 4
    with steps.superuser() as cursor:
        cursor.execute("UPDATE dq.bad_detail SET txn_date = DATE '2020-02-02' WHERE source_uid = '8'")
        cursor.execute("DELETE FROM dq.bad_detail WHERE source_uid = '2'")
    assert steps.daily_counts_are_right()


def test_the_next_populate_puts_an_odd_staging_table_right(old_database):
    migrate()
    anna = User.objects.get(username="anna")
    for pk, uid, value in ((1, "7", "1.5"), (2, "u", "v")):
        script = Script.objects.get(pk=pk)
        steps.succeeded(steps.run_populate(script, anna))
        assert [row[2:4] for row in steps.staged(script)] == [(uid, value)]
    types = sql.rows(
        "SELECT column_name, data_type, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = 'stg' AND table_name = 'dq_script_1' ORDER BY ordinal_position"
    )
    assert [tuple(found.values()) for found in types] == [
        ("rule_id", "character varying", 20),
        ("source_id", "character varying", 20),
        ("source_uid", "character varying", 500),
        ("data_value", "character varying", 2000),
        ("txn_date", "date", None),
    ]


def test_rows_of_an_older_dqx_are_published_over(old_database):
    migrate()
    anna = User.objects.get(username="anna")
    script = Script.objects.get(pk=1)
    steps.succeeded(steps.run_populate(script, anna))
    run = steps.succeeded(steps.run_publish(script, anna))
    assert (run.n_changed, run.n_resolved, run.n_new) == (1, 1, 0)
    assert [row[:4] for row in steps.bad_rows()] == [
        ("R1", "S1", "7", "1.5"),
        ("R9", "S9", "2", "v"),
        ("R9", "S9", "Größe 日本", ""),
    ]
    assert steps.daily_counts_are_right()


def test_staged_rows_of_an_older_dqx_can_not_be_published(old_database):
    migrate()
    with pytest.raises(Exception, match="not been populated"):
        steps.run_publish(Script.objects.get(pk=2), User.objects.get(username="anna"))


def test_going_back_leaves_the_tables_as_they_came_with_all_their_rows(old_database):
    columns = {table: columns_of(table) for table in OLD_TABLES}
    migrate()
    forwards = old_rows()
    migrate_back()
    assert {table: columns_of(table) for table in OLD_TABLES} == columns
    back = old_rows()
    assert [row[3] for row in back["users"]] == ["$2b$05$qvBSc1p5a1vr/C8KzuJgn.RLq61afwFrr/VtokIXB71DPqz5IJq3u"] * 3 + [
        "an old password"
    ]
    assert {**back, "users": [(*row[:3], *row[4:]) for row in back["users"]]} == {
        **forwards,
        "users": [(*row[:3], *row[4:]) for row in forwards["users"]],
    }
    assert {row["relname"] for row in catalog() if row["relkind"] == "r"} == {*OLD_TABLES, "dq_script_1", "dq_script_2"}
    with steps.superuser() as cursor:  # an older DQX lives on
        cursor.execute(
            "INSERT INTO dq.rule_ref VALUES ('R2', 'The second', NULL); INSERT INTO dq.bad_detail VALUES ('R2', 'S1', '1')"
        )
        cursor.execute("INSERT INTO dq.dq_sql_scripts (name, description, content) VALUES ('x', NULL, 'SELECT 1')")
    migrate()
    assert Script.objects.count() == 7
    assert steps.daily_counts_are_right()


def test_a_central_table_without_the_five_columns_is_named(django_db_setup, django_db_blocker):
    table = "CREATE SCHEMA dq; CREATE TABLE dq.bad_detail (rule_id varchar(20), source_id varchar(20), uid text)"
    with (
        django_db_blocker.unblock(),
        database(table),
        pytest.raises(RuntimeError, match="data_value, source_uid, txn_date"),
    ):
        migrate()
