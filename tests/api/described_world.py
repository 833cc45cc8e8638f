"""One of everything that an address of the API may name, under ids that nothing made later can get."""

from reference_app.models import Rule, Source
from scripts_app.models import (
    AlertRule,
    Channel,
    Connection,
    Incident,
    Message,
    RuleChannel,
    Run,
    Schedule,
    Script,
    Version,
)
from tests import steps

ID = 900_001
# By the word of the address that stands before an id.
KNOWN = {"rules": "R1", "sources": "S1", "versions": 1}


def ids(path, names):
    """The values of an address's parameters that name what is there; empty for an address that has none."""
    parts = path.strip("/").split("/")
    return {name: KNOWN.get(parts[parts.index(f"{{{name}}}") - 1], ID) for name in names}


def make(actor):
    """Fill the database for `ids`."""
    script = steps.new_script(actor)
    Script.objects.filter(pk=script.pk).update(id=ID)
    Version.objects.filter(script_id=script.pk).update(script_id=ID)
    Run.objects.create(
        id=ID, script_id=ID, script_name=script.name, content=script.content, content_hash=script.content_hash,
        kind="populate", status="queued", trigger="api", actor=actor,
    )  # fmt: skip
    Schedule.objects.create(id=ID, job_name="nightly", script_id=ID, cron_schedule="5 2 * * *", owner=actor)
    Connection.objects.create(id=ID, name="c", host="127.0.0.1", port=1, dbname="d", username="u")
    channel = Channel.objects.create(id=ID, name="c", kind="mail", addresses=["x@example.org"])
    rule = AlertRule.objects.create(id=ID, name="r", on=["run_failed"], owner=actor)
    RuleChannel.objects.create(rule=rule, channel=channel)
    Incident.objects.create(alert_rule=rule, kind="run_failed", subject="x", title="x", script_id=ID)
    Message.objects.create(channel=channel, title="x", content={"version": 1})
    Rule.objects.create(rule_id="R1", rule_name="x")
    Source.objects.create(source_id="S1", source_name="x")
