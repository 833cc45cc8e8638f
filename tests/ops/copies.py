"""What a database that is saved holds, and what DQX says in the copy; each in a process of the database's own, by TELL."""

from datetime import timedelta

from django.contrib.auth import authenticate
from django.test import RequestFactory

from dqx import sql
from dqx.errors import DQXError
from dqx.users.models import User
from scripts_app import publish
from scripts_app.databases import connections, vault
from scripts_app.ledger import claims
from scripts_app.models import Connection, DueTime, Run, Schedule, Script
from scripts_app.scheduling import firing, mirror, schedules
from tests import steps

# For `python -c`; {} is make or look.
TELL = "import django, json; django.setup(); from tests.ops import copies; print(json.dumps(copies.{}()))"

PASSWORD = "correct horse battery"


def make() -> dict[str, object]:
    """A script that is published, a run that goes on, a password that is kept, and schedules whose times have passed."""
    actor = User.objects.create_superuser("ada", "ada@example.org", PASSWORD)
    published, going_on = steps.new_script(actor), steps.new_script(actor, name="another")
    steps.succeeded(steps.run_populate(published, actor))
    steps.succeeded(steps.run_publish(published, actor))
    connections.create(
        actor=actor, name="other", host="db.example.org", port=5432, dbname="d", username="u", password=PASSWORD
    )
    Run.objects.create(
        script=going_on, script_name="another", content="", content_hash="", kind="populate", trigger="api", actor=actor,
        status="running", started_at=sql.now(),
    )  # fmt: skip
    # Its times are missed, and none is just due, while a test looks.
    cron_schedule = f"{(sql.now().minute + 30) % 60} * * * *"
    for catch_up in ("run_last", "skip"):
        script = steps.new_script(actor, name=f"nightly {catch_up}")
        made = schedules.create(
            actor=actor,
            job_name=catch_up,
            script_id=script.pk,
            cron_schedule=cron_schedule,
            timezone="UTC",
            catch_up=catch_up,
        )
        then = sql.now() - timedelta(days=2)
        Schedule.objects.filter(pk=made.pk).update(seen_until=then, next_due_at=then)
    return facts()


def facts() -> dict[str, object]:
    """What is the same in the copy."""
    return {
        "bad_rows": len(steps.bad_rows()),
        "events": sql.value("SELECT count(*) FROM dq.bad_detail_events"),
        "daily": steps.daily_counts_are_right(),
        "signs_in": authenticate(RequestFactory().post("/"), username="ada", password=PASSWORD) is not None,
        "password": _kept(),
        "mirror": [difference.what for difference in mirror.differences()],
    }


def look() -> dict[str, object]:
    """What DQX says there, and that it goes on."""
    found, actor = facts(), User.objects.get()
    script = Script.objects.get(name="a script")
    found["n_staged"] = len(steps.staged(script))
    try:
        publish.request(script.pk, actor=actor, trigger="cli", dispatch=False)
    except DQXError as exc:
        found["publish"] = exc.code
    found["died"] = claims.recover()
    found["active"] = Schedule.objects.filter(is_active=True).count()
    firing.sweep()
    outcomes = DueTime.objects.values_list("schedule__job_name", "outcome")
    found["outcomes"] = sorted(set(outcomes))
    found["n_ran"] = list(outcomes).count(("run_last", "ran"))
    steps.succeeded(steps.run_populate(script, actor))
    found["again"] = steps.run_publish(script, actor).status
    return found


def _kept() -> str:
    """The password of the connection, or why it can't be read."""
    try:
        return vault.decrypt(bytes(Connection.objects.get().secret))
    except DQXError as exc:
        return exc.code
