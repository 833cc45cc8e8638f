"""Scripts that have something to review."""

from django.db import transaction

from dqx import sql
from scripts_app import scripts, statements
from scripts_app.models import Run, Scope, Script, Version
from tests import steps


def world(actor):
    """Script 900001 has a review with everything, 900002 was never run, and of 900003 nothing is left to do."""
    _known_as(900_002, steps.new_script(actor, name="Never run <b>so far</b>"))
    _known_as(900_003, published(script_of(actor, 3, "Nothing left", value="x", prefix="D"), actor))
    _known_as(900_001, one_of_each(actor))


def _known_as(pk, script):
    """Under an id that an address can name."""
    with transaction.atomic():
        Script.objects.filter(pk=pk).delete()
        ours = Script.objects.get(pk=script.pk)
        name, ours.name = ours.name, f"{ours.name} before"
        ours.save()
        ours.pk, ours.name = pk, name
        ours.save(force_insert=True)
        for model in (Version, Run, Scope):
            model.objects.filter(script_id=script.pk).update(script_id=pk)
        sql.execute(statements.rename_staging(script.staging, ours.staging))
        Script.objects.filter(pk=script.pk).delete()


def script_of(actor, pairs, name="many pairs", value="v", rows=9, prefix="R"):
    """A script that finds `rows` bad rows in each of so many pairs."""
    text = (
        f"SELECT '{prefix}' || lpad(r::text, 3, '0') AS rule_id, 'S1' AS source_id, 'rec-' || r || '-' || u AS source_uid,"
        f" '{value} ' || u AS data_value, DATE '2024-01-01' + u AS txn_date"
        f"  FROM generate_series(1, {pairs}) r, generate_series(1, {rows}) u"
    )
    return steps.new_script(actor, text, name)


def change(script, actor, old, new):
    """Another text, and its rows staged."""
    scripts.update(script.pk, actor=actor, content=script.content.replace(old, new))
    script.refresh_from_db()
    steps.succeeded(steps.run_populate(script, actor))


def published(script, actor):
    """Populate and publish here and now."""
    steps.succeeded(steps.run_populate(script, actor))
    steps.succeeded(steps.run_publish(script, actor))
    return script


def one_of_each(actor):
    """A script whose review has new, changed, resolved and unchanged rows, and a pair of another one."""
    script = published(script_of(actor, 4), actor)
    published(steps.new_script(actor, steps.FIVE.replace("R1", "R002"), "<b>the other</b>"), actor)
    swap = "CASE WHEN r = 1 AND u = 2 THEN 'w' WHEN r = 1 AND u = 3 THEN NULL ELSE 'v ' || u END AS data_value"
    change(script, actor, "'v ' || u AS data_value", swap)
    change(
        script,
        actor,
        "generate_series(1, 9) u",
        "generate_series(CASE r WHEN 1 THEN 2 ELSE 1 END, CASE r WHEN 1 THEN 17 ELSE 9 END) u",
    )
    return script
