"""How many SQL statements a request takes does not depend on how many rows there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reference_app.models import Rule, Source
from scripts_app.models import Connection, DueTime, Run, Schedule, Script, Version
from tests import steps
from tests.api import bad_rows

pytestmark = pytest.mark.django_db
MANY = 30
ADDRESSES = [
    "auth/me", "auth/users", "tables", "tables/rule_ref/structure", "tables/rule_ref/data", "sql_scripts", "sql_scripts/{script}",
    "sql_scripts/{script}/staging", "sql_scripts/{script}/review", "sql_scripts/{script}/versions", "sql_scripts/{script}/versions/1",
    "runs", "runs/{run}", "bad_detail", "bad_detail?q=u", "bad_detail/filters", "bad_detail/history?rule_id=R1&source_id=S1&source_uid=u1",
    "stats/by_date", "stats/by_rule", "stats/by_source", "stats/summary", "scheduler", "scheduler/{schedule}",
    "scheduler/{schedule}/next_runs", "scheduler/{schedule}/due_times", "reference_tables/rules", "reference_tables/sources",
    "connections", "audit",
]  # fmt: skip


def add(first, last, actor):
    """Of everything the ones of these numbers."""
    numbers = range(first, last)
    bad_rows.insert(*(bad_rows.row(rule=f"R{n}", source=f"S{n}", uid=f"u{n}", day=f"2024-01-{n:02}") for n in numbers))
    Rule.objects.bulk_create(Rule(rule_id=f"R{n}", rule_name="x") for n in numbers)
    Source.objects.bulk_create(Source(source_id=f"S{n}", source_name="x") for n in numbers)
    for n in numbers:
        steps.somebody(f"somebody{n}")
        far = Connection.objects.create(name=f"c{n}", host="127.0.0.1", port=1, dbname="d", username="u")
        script = steps.new_script(actor, name=f"script {n}")
        Script.objects.filter(pk=script.pk).update(connection=far)
        run = steps.failed_run(script, actor)
        schedule = Schedule.objects.create(job_name=f"job {n}", script=script, cron_schedule="5 2 * * *", owner=actor)
        Run.objects.filter(pk=run.pk).update(schedule=schedule)
        DueTime.objects.create(schedule=schedule, due_at=run.created_at, outcome="ran", run=run)


def add_to(script, n_rows, actor):
    """Staged rows, and as many versions of the text."""
    content = steps.FIVE.replace("'u1'", "g::text") + f" FROM generate_series(1, {n_rows}) g"
    steps.set_text(script, content)
    steps.succeeded(steps.run_populate(script, actor))
    Version.objects.filter(script=script).exclude(n=1).delete()
    text = {
        "script": script,
        "name": script.name,
        "content": content,
        "content_hash": script.content_hash,
        "author": actor,
        "n_added": 0,
        "n_removed": 0,
    }
    Version.objects.bulk_create(Version(n=n, **text) for n in range(2, n_rows + 1))


def statements(api, ids):
    """By address, what a GET of it sends."""
    sent = {}
    for address in ADDRESSES:
        with CaptureQueriesContext(connection) as captured:
            answer = api.get(f"/api/{address.format(**ids)}")
        assert answer.status_code == 200, (address, answer.content)
        sent[address] = [query["sql"][:100] for query in captured]
    return sent


@pytest.mark.django_db(transaction=True)
def test_one_of_everything_takes_as_many_statements_as_thirty(as_admin, admin):
    add(1, 2, admin)
    script = steps.new_script(admin, name="the script")
    add_to(script, 1, admin)
    ids = {"script": script.pk, "run": Run.objects.latest("id").pk, "schedule": Schedule.objects.get().pk}
    few = statements(as_admin, ids)
    add(2, MANY, admin)
    add_to(script, MANY, admin)
    many = statements(as_admin, ids)
    differ = {
        address: (few[address], many[address]) for address in ADDRESSES if len(few[address]) != len(many[address])
    }
    assert not differ
    too_many = {address: sent for address, sent in many.items() if len(sent) > 20}
    assert not too_many
