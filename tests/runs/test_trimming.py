"""Old runs go, and what was counted of them stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dqx import sql
from scripts_app.ledger import figures, trimming
from scripts_app.models import DueTime, Run, RunCount, Schedule
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
OLD = timedelta(days=100)


@pytest.fixture
def script(publisher):
    steps.clear_of_the_hour()  # what is counted by day is of one day
    return steps.new_script(publisher)


def ended(script, age=OLD, kind="populate", status="succeeded", **fields):
    """A run of the ledger that was asked for so long ago and took two seconds."""
    at = timezone.now() - age
    run = Run.objects.create(
        script=script, script_name="x", content="x", content_hash="x", kind=kind, status=status, trigger="schedule",
        started_at=at, finished_at=at + timedelta(seconds=2), noticed=True, **fields,
    )  # fmt: skip
    Run.objects.filter(pk=run.pk).update(created_at=at)
    return run


def left():
    return set(Run.objects.values_list("pk", flat=True))


def figure(name, **labels):
    """A figure of /metrics."""
    found = [sample for family in figures.families(sql.rows) for sample in family.samples]
    return next(sample.value for sample in found if sample.name == name and labels.items() <= sample.labels.items())


def test_old_runs_are_trimmed_and_counted_by_day(script):
    ended(script, n_rows=10), ended(script, n_rows=20), ended(script, kind="publish", n_new=3, n_resolved=1)
    stay = [ended(script, timedelta(days=1)), ended(script, timedelta(days=1), kind="publish")]
    assert trimming.trim() == 3
    assert left() == {run.pk for run in stay}
    day = (timezone.now() - OLD).date()
    told = RunCount.objects.order_by("kind").values_list(
        "day", "script_id", "kind", "n", "n_rows", "n_new", "n_resolved", "seconds"
    )
    assert list(told) == [(day, script.pk, "populate", 2, 30, 0, 0, 4.0), (day, script.pk, "publish", 1, 0, 3, 1, 2.0)]


def test_counts_of_a_day_add_up_over_several_trims(script):
    for _ in range(2):
        ended(script, n_rows=5)
        ended(script, timedelta(days=1))
        assert trimming.trim() == 1
        Run.objects.all().delete()
    assert list(RunCount.objects.values_list("n", "n_rows")) == [(2, 10)]


def test_the_figures_of_metrics_do_not_fall(script):
    for _ in range(3):
        ended(script, n_rows=7)
        ended(script, kind="publish", n_new=2)
    ended(script, status="failed")
    before = {
        "runs": figure("dqx_runs", kind="populate", status="succeeded"),
        "rows": figure("dqx_rows_populated_total"),
        "new": figure("dqx_rows_published_total", change="new"),
    }
    assert trimming.trim() == 4
    assert before == {"runs": 3, "rows": 21, "new": 6}
    assert before == {
        "runs": figure("dqx_runs", kind="populate", status="succeeded"),
        "rows": figure("dqx_rows_populated_total"),
        "new": figure("dqx_rows_published_total", change="new"),
    }


def test_the_newest_of_a_script_and_what_is_staged_stay_however_old(script, publisher):
    staged = steps.succeeded(steps.run_populate(script, publisher))
    Run.objects.filter(pk=staged.pk).update(created_at=timezone.now() - OLD, noticed=True)
    failed, publish = ended(script, status="failed"), ended(script, kind="publish")
    later = ended(script)
    assert trimming.trim() == 0
    assert left() == {staged.pk, failed.pk, publish.pk, later.pk}


def test_what_nobody_has_been_told_of_and_what_goes_on_stays(script):
    untold = ended(script)
    Run.objects.filter(pk=untold.pk).update(noticed=False)
    ended(script), ended(script, timedelta(0), status="running")
    assert trimming.trim() == 0


def test_runs_of_scripts_that_are_gone_are_trimmed_too():
    ended(None), ended(None)
    assert trimming.trim() == 2
    assert RunCount.objects.get().script_id == 0


def test_due_times_are_trimmed_with_their_runs_and_the_newest_stays(script, publisher):
    schedule = Schedule.objects.create(job_name="x", script=script, cron_schedule="0 0 * * *", owner=publisher)
    run = ended(script)
    ended(script)
    now = timezone.now()
    for days in (100, 99, 1):
        DueTime.objects.create(
            schedule=schedule, due_at=now - timedelta(days=days), outcome="ran", run=run, noticed=True
        )
    DueTime.objects.exclude(due_at__gt=now - timedelta(days=2)).update(recorded_at=now - OLD)
    assert trimming.trim() == 1
    assert list(DueTime.objects.values_list("run", flat=True)) == [None]


def test_a_ledger_of_more_than_one_batch_is_trimmed_in_one_call(script, monkeypatch):
    monkeypatch.setattr(trimming, "BATCH", 3)
    for _ in range(8):
        ended(script)
    assert trimming.trim() == 7
    assert RunCount.objects.get().n == 7


def test_for_ever_is_for_ever(script, settings):
    settings.KEEP_RUNS_DAYS = 0
    ended(script), ended(script)
    assert trimming.trim() == 0
