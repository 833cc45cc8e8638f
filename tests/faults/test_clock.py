"""Beat's clock is wrong, and put right: it rings at the wrong times, and then not at all, and each due time is still run once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.installation import Installation, Worker, start_installation, wait_until
from tests.faults.night import Night

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


@pytest.fixture(scope="module")
def night():
    with start_installation() as installation:
        night = Night(installation)
        try:
            night.world.make()
            night.world.next_version()
            night.worker.start()
            night.clock.start()
            yield night
        finally:
            night.end()


def beat_of(installation: Installation, number: int, clock: str) -> Worker:
    """A beat whose clock is not that of the others."""
    there = {
        **installation.environment,
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": clock,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    elsewhere = Installation(installation.cluster, installation.broker, there)
    return Worker(elsewhere, "beat", number)


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed (package faketime)")
def test_a_beat_whose_clock_was_a_day_ahead_costs_no_due_time_and_doubles_none(night):
    world = night.world
    schedule = night.schedule(cron="0 0 1 1 *", operation="populate")
    # Half an hour from now, so that the real clock does not ring for it while the test goes on.
    cron = f"{(datetime.now(UTC).minute + 30) % 60} * * * *"
    hourly = night.schedule(
        cron=cron, operation="populate", script=world.ask("new_script", name="hourly", content=ONE)["done"]
    )
    rung = f"SELECT last_run_at > now() + INTERVAL '12 hours' FROM dqx.django_celery_beat_periodictask WHERE name = 'schedule {hourly}'"
    ahead = beat_of(night.installation, 2, "+1d")
    ahead.start()
    # It rings for what its clock says is long due, and nothing is: no due time has come by the clock of the database.
    wait_until(lambda: world.rows(rung) == [(True,)], 60, ahead.last_words)
    ahead.stop()
    assert world.rows(f"SELECT count(*) FROM dq.dq_due_times WHERE schedule_id = {hourly} AND due_at > now()") == [(0,)]
    night.beat.start()
    night.make_due(schedule, hourly)
    night.until(lambda: night.n_ran(schedule) == 1 and night.n_ran(hourly) == 1 and night.is_quiet())
    night.check()


ONE = "SELECT 'R9' AS rule_id, 'S9' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date"
