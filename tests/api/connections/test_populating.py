"""A populate that reads another database: by the name of a connection, or with details that are used once and leave no trace."""

import base64
import concurrent.futures
import json
import os
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings as configured
from django.utils import timezone

from dqx import sql
from dqx.errors import NotAllowed
from dqx.users.models import User
from scripts_app import populate
from scripts_app.databases import connections, reading, vault
from scripts_app.databases.details import Details
from scripts_app.ledger import claims, execution, runs
from scripts_app.models import Connection, Run, Script
from tests import steps
from tests.api import elsewhere, servers
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = elsewhere.SCRIPT + ", generate_series(1, 100000000000) g WHERE g < 0"


@pytest.fixture
def far(admin, there):
    given = {**there.details, "username": there.user}
    del given["user"]
    return connections.create(actor=admin, name="far", **given)


@pytest.fixture
def script(author):
    """One whose tables are elsewhere only: its save is checked here, so it is written past the check."""
    made = steps.new_script(author)
    Script.objects.filter(pk=made.pk).update(content=elsewhere.SCRIPT)
    made.refresh_from_db()
    return made


def do(script, actor, connection=None, sealed=None):
    """Populate here and now; the ended run."""
    run = populate.request(script.pk, actor=actor, trigger="cli", dispatch=False, connection=connection)
    once = connection if isinstance(connection, Details) else None
    execution.execute(run.pk, sealed=(reading.seal(once, run.pk) if once else "") if sealed is None else sealed)
    run.refresh_from_db()
    return run


# --- By name ------------------------------------------------------------------------------------------------------------


def test_the_rows_of_elsewhere_are_staged_here_and_the_ledger_says_whence(script, author, publisher, far):
    run = steps.succeeded(do(script, author, "far"))
    assert (run.n_rows, run.connection_name, run.connection_given) == (elsewhere.ROWS, "far", False)
    assert [row[1] for row in steps.staged(script)] == ["ELSEWHERE"] * elsewhere.ROWS
    steps.succeeded(steps.run_publish(script, publisher))
    assert len(steps.bad_rows()) == elsewhere.ROWS


def test_a_script_with_a_connection_of_its_own_reads_that(script, author, far):
    Script.objects.filter(pk=script.pk).update(connection=far)
    run = steps.succeeded(do(script, author))
    assert run.connection_name == "far"


def test_without_a_connection_this_database_is_read(author, far):
    run = steps.succeeded(do(steps.new_script(author), author))
    assert (run.connection_name, run.connection_given) == ("", False)


def test_an_unknown_name_is_refused_and_no_run_is_made(script, as_author):
    for name in ("nowhere", "FAR", "x" * 100):
        refused(
            as_author.post(f"/api/sql_scripts/{script.pk}/populate_table", {"connection": name}),
            400,
            "connection_unknown",
        )
    assert not Run.objects.exists()


def test_a_connection_that_went_away_meanwhile_fails_the_run(script, author, far):
    run = populate.request(script.pk, actor=author, trigger="cli", dispatch=False, connection="far")
    Connection.objects.all().delete()
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error["code"]) == ("failed", "connection_unknown")


def test_a_host_is_judged_again_when_it_is_used(script, author, far, settings):
    settings.ALLOWED_DATABASE_HOSTS = ["db.example.org"]
    run = do(script, author, "far")
    assert (run.status, run.error["code"]) == ("failed", "host_not_allowed")


def test_a_database_that_is_away_fails_the_run_and_says_why(script, author, far):
    steps.succeeded(do(script, author, "far"))
    before = steps.staged(script)
    Connection.objects.update(port=1)
    run = do(script, author, "far")
    assert (run.status, run.error["code"]) == ("failed", "database_away")
    assert "nothing listens" in run.error["message"]
    assert steps.staged(script) == before


def test_the_text_is_checked_where_it_runs(author, far):
    here = steps.new_script(author, steps.FIVE + " FROM dq.bad_detail")
    run = do(here, author, "far")
    assert (run.status, run.error["code"]) == ("failed", "script_refused")


def test_the_time_limit_reaches_elsewhere(script, author, far, settings):
    Script.objects.update(content=ENDLESS)
    settings.POPULATE_SECONDS = 1
    run = do(script, author, "far")
    assert (run.status, run.error["code"]) == ("failed", "time_limit")
    assert steps.eventually(lambda: not sessions(far.dbname))


def sessions(dbname):
    with steps.superuser() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE datname = %s AND application_name = 'dqx script'", (dbname,))
        return cursor.rowcount


def test_nothing_is_written_elsewhere(author, far):
    writes = "WITH w AS (DELETE FROM rows RETURNING *) SELECT * FROM w"
    script = steps.new_script(author)
    Script.objects.update(content=writes)
    assert do(script, author, "far").status == "failed"
    with steps.superuser(far.dbname) as cursor:
        cursor.execute("SELECT FROM rows")
        assert cursor.rowcount == elsewhere.ROWS


# --- With details ---------------------------------------------------------------------------------------------------------


def test_details_are_used_once(script, admin, there):
    run = steps.succeeded(do(script, admin, Details(**there.details)))
    assert (run.n_rows, run.connection_name, run.connection_given) == (elsewhere.ROWS, "", True)
    assert not Connection.objects.exists()


def test_names_are_for_authors_and_details_for_admins(script, as_viewer, as_author, as_publisher, there, far):
    path = f"/api/sql_scripts/{script.pk}/populate_table"
    refused(as_viewer.post(path, {"connection": "far"}), 403, "not_allowed")
    for api in (as_author, as_publisher):
        refused(api.post(path, {"connection": there.details}), 403, "not_allowed")
        refused(api.post("/api/query/", {"query": "SELECT 1", "connection": there.details}), 403, "not_allowed")
    assert not Run.objects.exists()


def test_details_that_are_malformed_are_told_by_field_and_never_repeated(script, as_admin, there):
    path = f"/api/sql_scripts/{script.pk}/populate_table"
    for connection in (7, [], {**there.details, "port": "x", "nonsense": 1}, {"password": "S3CRET"}):
        answer = as_admin.post(path, {"connection": connection})
        assert wrong_fields(answer) == {"connection"}
        assert b"S3CRET" not in answer.content
    refused(as_admin.post(path, {"connection": {**there.details, "host": "169.254.169.254"}}), 400, "host_refused")
    assert not Run.objects.exists()


def test_a_role_that_is_taken_away_counts_for_details_too(script, admin, there):
    run = populate.request(script.pk, actor=admin, trigger="cli", dispatch=False, connection=Details(**there.details))
    User.objects.filter(pk=admin.pk).update(is_superuser=False, role="author")
    execution.execute(run.pk, sealed=reading.seal(Details(**there.details), run.pk))
    run.refresh_from_db()
    assert (run.status, run.error["code"]) == ("failed", "not_allowed")


@pytest.mark.parametrize("sealed", ["", "nonsense"])
def test_details_that_did_not_arrive_fail_the_run(script, admin, there, sealed):
    run = do(script, admin, Details(**there.details), sealed=sealed)
    assert (run.status, run.error["code"]) == ("failed", "details_lost")
    assert "again" in run.error["message"]


def test_details_of_another_run_and_old_ones_do_not_open(script, admin, there, monkeypatch):
    details = Details(**there.details)
    assert do(script, admin, details, sealed=reading.seal(details, 0)).error["code"] == "details_lost"
    monkeypatch.setattr(vault, "DETAILS_LIVE", timedelta(seconds=-1))
    assert do(script, admin, details).error["code"] == "details_lost"


def test_a_run_whose_message_was_lost_is_not_sent_without_its_details_but_ended_in_time(
    script, admin, there, monkeypatch
):
    run = populate.request(script.pk, actor=admin, trigger="api", dispatch=False, connection=Details(**there.details))
    sent = []
    monkeypatch.setattr(claims, "ring", lambda **options: sent.append(options))
    assert claims.recover(unheard_after=timedelta(0)) == 0
    run.refresh_from_db()
    assert (run.status, sent) == ("queued", [])
    Run.objects.update(created_at=timezone.now() - vault.DETAILS_LIVE - timedelta(seconds=1))
    assert claims.recover() == 0
    run.refresh_from_db()
    assert (run.status, run.error["code"], sent) == ("failed", "details_lost", [])


def test_a_query_reads_elsewhere_too(as_author, as_admin, there, far):
    query = "SELECT count(*) AS n, current_database()::text AS d FROM rows"
    for api, connection in ((as_author, "far"), (as_admin, there.details)):
        answer = api.post("/api/query/", {"query": query, "connection": connection})
        assert answer.json()["rows"] == [{"n": elsewhere.ROWS, "d": there.dbname}], answer.content
    answer = as_author.post("/api/sql_scripts/execute", {"script_content": elsewhere.SCRIPT, "connection": "far"})
    assert answer.json()["row_count"] == elsewhere.ROWS
    wrong = as_admin.post(
        "/api/query/", {"query": query, "connection": {**there.details, "password": there.password + "x"}}
    )
    refused(wrong, 503, "database_away")
    assert there.password.encode() not in wrong.content


def test_a_query_by_somebody_who_may_not_is_told_nothing(make_user, monkeypatch):
    with pytest.raises(NotAllowed):
        reading.choose("nowhere", actor=make_user("somebody"))


# --- The message, and real servers ----------------------------------------------------------------------------------------


def broker(url):
    return redis.Redis.from_url(url)


def contents(url):
    """All that the broker holds, with what is wrapped in base64 beside it."""
    found = b""
    line = broker(url)
    for name in line.scan_iter():
        kind = line.type(name).decode()
        read = {
            "list": lambda n: line.lrange(n, 0, -1),
            "set": line.smembers,
            "hash": lambda n: line.hgetall(n).values(),
        }
        values = [line.get(name)] if kind == "string" else read.get(kind, lambda n: [])(name)
        for value in values:
            found += value
            with_body = json.loads(value) if value.startswith(b"{") else {}
            if isinstance(with_body, dict) and "body" in with_body:
                found += base64.b64decode(with_body["body"])
    return found


def test_the_message_holds_the_password_for_nobody_but_a_worker(script, as_admin, there):
    line = broker(configured.CELERY_BROKER_URL)
    line.delete("runs")
    answer = as_admin.post(f"/api/sql_scripts/{script.pk}/populate_table", {"connection": there.details})
    assert answer.status_code == 202, answer.content
    assert (answer.json()["connection"], answer.json()["connection_given"]) == (None, True)
    (message,) = [json.loads(one) for one in line.lrange("runs", 0, -1)]
    body = base64.b64decode(message["body"]).decode()
    assert "gAAAA" in body  # Fernet's first characters: it is there, and sealed
    for part in (json.dumps(message), body):
        for trace in traces(there):
            assert trace not in part
    assert "gAAAA" not in json.dumps(message["headers"])
    line.delete("runs")
    runs.cancel(answer.json()["id"], actor=User.objects.get(username="ada"))


def traces(there):
    """The password in the clothes that it may wear."""
    word = there.password
    return [
        word,
        word[::-1],
        base64.b64encode(word.encode()).decode().rstrip("="),
        word.encode().hex(),
        repr(word)[1:-1],
    ]


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    os.environ["DQX_ENCRYPTION_KEYS"] = elsewhere.KEY
    try:
        with servers.worker(folder), servers.web(folder) as http:
            http.folder = folder
            yield http
    finally:
        del os.environ["DQX_ENCRYPTION_KEYS"]


@pytest.fixture
def http(web, admin):
    web.sign_in("ada", "correct horse battery")
    return web


def test_details_leave_no_trace_anywhere(http, script, there):
    path = f"/api/sql_scripts/{script.pk}/populate_table?wait=60"
    good = http("POST", path, {"connection": there.details})
    assert (good.status, good.body["status"], good.body["progress"]["rows"]) == (200, "succeeded", elsewhere.ROWS), (
        good.body
    )
    wrong = http("POST", path, {"connection": {**there.details, "dbname": "nowhere"}})
    assert wrong.body["error"]["details"]["reason"] == "database_unknown", wrong.body
    query = http("POST", "/api/query/", {"query": "SELECT nothing", "connection": there.details})
    assert query.status == 422
    places = {
        "database": everything(),
        "broker": contents(servers.own_broker()).decode("latin-1"),
        "answers": json.dumps([good.body, wrong.body, query.body]),
        **{log.name: log.read_text() for log in http.folder.glob("*.log")},
        "processes": processes(),
    }
    assert "scripts_app.tasks.execute" in places["worker.log"] and good.body["script_name"] in places["database"]
    for name, text in places.items():
        assert not [trace for trace in traces(there) if trace in text], name


def everything():
    """Every row of every table of this database, and what the server shows of its sessions."""
    tables = sql.rows(
        "SELECT format('%%I.%%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'",
        {},
    )
    found = [sql.rows(f"SELECT t::text FROM {table['name']} t") for table in tables]
    with steps.superuser() as cursor:
        cursor.execute("SELECT a::text FROM pg_stat_activity a")
        return json.dumps([found, cursor.fetchall()], ensure_ascii=False)


def processes():
    """The arguments and environments of all processes that may be read."""
    found = []
    for folder in os.listdir("/proc"):
        if folder.isdecimal() and int(folder) != os.getpid():
            for name in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{folder}/{name}", "rb") as file:
                        found.append(file.read().decode("latin-1"))
                except OSError:
                    continue
    return "\n".join(found)


def test_a_cancel_reaches_elsewhere_within_two_seconds(http, script, far):
    Script.objects.update(content=ENDLESS)
    started = http("POST", f"/api/sql_scripts/{script.pk}/populate_table", {"connection": "far"})
    assert started.body["connection"] == "far", started.body
    path = f"/api/runs/{started.body['id']}"
    http.until(path, lambda run: run["status"] == "running" and sessions(far.dbname) > 0)
    asked = time.monotonic()
    assert http("POST", f"{path}/cancel").status in (200, 202)
    http.until(path, lambda run: run["status"] == "cancelled")
    assert time.monotonic() - asked < 2.5
    assert steps.eventually(lambda: not sessions(far.dbname))


def test_a_stop_of_a_query_reaches_elsewhere(http, far):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(http, "POST", "/api/query/", {"query": ENDLESS, "connection": "far", "tag": "mine"})
        assert steps.eventually(lambda: sessions(far.dbname) > 0)
        assert http("POST", "/api/query/stop", {"tag": "mine"}).status == 204
        assert waiting.result().body["error"]["code"] == "cancelled"
    assert steps.eventually(lambda: not sessions(far.dbname))
