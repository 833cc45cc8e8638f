"""Schedules and jobs survive the night: real processes, servers that go away, and all that is due is done once."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api.servers import Http
from tests.faults.installation import Web, Worker, start_installation, wait_until
from tests.faults.night import Night

TRIVIAL = (
    "SELECT 'R{n}' AS rule_id, 'S{n}' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date"
)
SLOW = "SELECT 'R' AS rule_id, 'S' AS source_id, i::text AS source_uid, repeat('x', 500) AS data_value, NULL::date AS txn_date FROM {from_}"
MANY = "generate_series(1, 20000000) i"


@pytest.fixture(scope="module")
def night():
    with start_installation() as installation:
        night = Night(installation)
        try:
            night.begin()
            yield night
        finally:
            night.end()


@pytest.fixture(autouse=True)
def morning(night):
    yield
    night.switch_off()
    for pk, *_ in night.world.active_runs():
        night.world.ask("cancel", run=pk)
    night.until(night.is_quiet)


def is_at_work(night, pattern="COPY%"):
    active = f"SELECT FROM pg_stat_activity WHERE state = 'active' AND usename = 'dqx_owner' AND query LIKE '{pattern}'"
    return lambda: bool(night.world.rows(active))


def new_script(night, name, content):
    answer = night.world.ask("new_script", name=name, content=content)
    assert "done" in answer, answer
    return int(answer["done"])


# --- What rings goes away -------------------------------------------------------------------------------------------------------


def test_beat_is_killed_when_a_schedule_is_due_and_the_next_beat_makes_up_for_it(night):
    schedule = night.schedule()
    night.beat.kill()
    night.make_due(schedule)
    night.beat.start()
    night.until(lambda: night.n_ran(schedule) == 1 and night.is_quiet())
    night.check()
    assert night.world.central_holds(night.world.version)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_broker_goes_away_and_comes_back(night, how, request):
    """With --long for a minute. What is due meanwhile is done once it is back; who asks by hand is told, and nothing is left behind."""
    world, broker = night.world, night.installation.broker
    schedule = night.schedule()
    world.next_version()
    getattr(broker, how)()
    try:
        night.make_due(schedule)
        assert world.ask("request", kind="populate", script=world.script) == {"refused": "broker_away"}
        gone = 60 if request.config.getoption("--long") else 5
        time.sleep(gone)  # it is the time without a broker that is tried
    finally:
        broker.start()
    night.until(lambda: night.n_ran(schedule) == 1 and night.is_quiet(), 120)
    night.check()
    assert world.central_holds(world.version)


def test_the_broker_loses_every_message(night):
    world = night.world
    world.next_version()
    night.worker.kill()
    run = world.ask("request", kind="populate", script=world.script)["done"]
    subprocess.run([*redis_cli(night), "FLUSHALL"], check=True, capture_output=True)
    night.worker.start()
    night.until(lambda: world.run(run).succeeded)
    night.check()


def redis_cli(night):
    """A Python that does one command: the wheel of the broker brings no client."""
    program = "import sys, redis; redis.Redis.from_url(sys.argv[1]).execute_command(*sys.argv[2:])"
    return [sys.executable, "-c", program, night.installation.broker.url]


def test_two_beats_at_once_fire_once_when_the_minute_comes(night):
    """In real time: beat itself rings, at the next full minute."""
    second = Worker(night.installation, "beat", 2)
    second.start()
    try:
        schedule = night.schedule(cron="* * * * *", operation="populate")
        night.until(lambda: night.n_ran(schedule) >= 1, 80)
        night.switch_off()
        night.until(night.is_quiet)
        due = night.world.rows(f"SELECT due_at, outcome FROM dq.dq_due_times WHERE schedule_id = {schedule}")
        assert len({at for at, _ in due}) == len(due) and {outcome for _, outcome in due} == {"ran"}
        night.check()
    finally:
        second.kill()


# --- What works goes away ---------------------------------------------------------------------------------------------------------


def test_a_worker_is_killed_and_the_schedule_s_run_is_done_by_its_next_attempt(night):
    world = night.world
    script = new_script(night, "killed", SLOW.format(from_=MANY.replace("20000000", "1500000")))
    schedule = night.schedule(script, operation="populate")
    night.come_due(schedule)
    wait_until(is_at_work(night), 60, night.told)
    night.worker.kill()
    night.worker.start()
    night.until(lambda: night.n_ran(schedule) == 1 and night.is_quiet(), 120)
    ((pk, status),) = world.rows(f"SELECT id, status FROM dq.dq_runs WHERE schedule_id = {schedule}")
    assert (status, world.attempts(pk)) == ("succeeded", ["worker_died"])
    night.check()


def test_every_connection_to_the_database_is_cut(night):
    world = night.world
    script = new_script(night, "cut", SLOW.format(from_=MANY.replace("20000000", "1500000")))
    schedule = night.schedule(script, operation="populate")
    night.come_due(schedule)
    wait_until(is_at_work(night), 60, night.told)
    world.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'dqx%' AND pid <> pg_backend_pid()"
    )
    night.until(lambda: night.n_ran(schedule) == 1 and night.is_quiet(), 120)
    ((pk, status),) = world.rows(f"SELECT id, status FROM dq.dq_runs WHERE schedule_id = {schedule}")
    assert status == "succeeded" and set(world.attempts(pk)) <= {"database_away", "worker_died"} and world.attempts(pk)
    night.check()


def test_the_database_is_restarted_in_order(night):
    cluster, world = night.installation.cluster, night.world
    world.next_version()
    schedule = night.schedule()
    night.make_due(schedule)
    cluster.stop()
    cluster.start()
    night.until(lambda: night.n_ran(schedule) == 1 and night.is_quiet(), 120)
    night.check()
    assert world.central_holds(world.version)


def test_who_asked_goes_away_and_the_run_goes_on(night):
    world = night.world
    world.next_version()
    run = world.ask("request", kind="populate", script=world.script)["done"]
    world.close()
    night.until(lambda: world.run(run).succeeded)
    night.check()


def test_the_web_is_killed_while_a_run_that_was_asked_for_there_goes_on(night):
    world = night.world
    script = new_script(night, "web gone", SLOW.format(from_=MANY.replace("20000000", "1500000")))
    with Web(night.installation) as web:
        http = Http(web.site.address.rstrip("/"))
        http.token = world.ask("token")["done"]
        asked = http("POST", f"/api/sql_scripts/{script}/populate_table")
        wait_until(is_at_work(night), 60, night.told)
        web.kill()
        assert world.run(asked.body["id"]).status == "running"
    night.until(lambda: world.run(asked.body["id"]).succeeded)
    night.check()


# --- Too much -----------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(night, folder: Path):
    """Let staging tables be made on a disk of 16 megabytes."""
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0777", "none", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("a small disk can't be mounted here; it needs root")
    world = night.world
    account = night.installation.home.account
    place = folder / "small"
    place.mkdir(mode=0o700)
    if account:
        account.own(place)
    world.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
    try:
        world.execute("GRANT CREATE ON TABLESPACE small TO dqx_owner")
        world.execute("ALTER ROLE dqx_owner SET default_tablespace = small")
        yield
    finally:
        world.execute("ALTER ROLE dqx_owner RESET default_tablespace")
        world.execute("DROP TABLESPACE small")
        subprocess.run(["umount", folder], check=True)


def test_the_disk_is_full_while_rows_are_staged(night):
    world = night.world
    script = new_script(night, "full", TRIVIAL.format(n=0))
    schedule = night.schedule(script, operation="populate")
    night.come_due(schedule)
    night.until(lambda: night.n_ran(schedule) == 1 and night.is_quiet())
    before = world.rows(f"SELECT * FROM stg.dq_script_{script}")
    big = SLOW.format(from_=MANY.replace("20000000", "200000")).replace("'", "''")
    world.execute(f"UPDATE dq.dq_sql_scripts SET content = '{big}' WHERE id = {script}")
    with small_disk(night, night.installation.home.folder.parent / "disk"):
        restart_workers(night)  # a role's settings are those of new sessions
        run = world.ask("request", kind="populate", script=script)["done"]
        night.until(lambda: world.run(run).status == "failed")
        assert (world.run(run).error, world.attempts(run)) == ("disk_full", [])
        assert world.rows(f"SELECT * FROM stg.dq_script_{script}") == before
        restart_workers(night)
    run = world.ask("request", kind="populate", script=script)["done"]
    night.until(lambda: world.run(run).succeeded)
    night.check()


def restart_workers(night):
    night.worker.stop()
    night.worker.start()


def test_200_schedules_are_due_in_one_minute_on_two_workers(night):
    second = Worker(night.installation, "worker", 2)
    second.start()
    try:
        scripts = [new_script(night, f"of many {n}", TRIVIAL.format(n=n)) for n in range(200)]
        made = [night.schedule(script) for script in scripts]
        night.come_due(*made)
        night.until(lambda: night.n_ran(*made) == 200 and night.is_quiet(), 180)
        night.check()
        every = ", ".join(map(str, made))
        done = f"SELECT kind, status, count(*) FROM dq.dq_runs WHERE schedule_id IN ({every}) GROUP BY 1, 2 ORDER BY 1"
        assert night.world.rows(done) == [("populate", "succeeded", 200), ("publish", "succeeded", 200)]
    finally:
        second.kill()
