"""Publish: the central table holds, for every pair in staging, exactly the staged rows."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from badDetail_app import publication
from badDetail_app.publication import Pair, PairDiff
from dqx import schema_statements as tables
from dqx import sql
from dqx.errors import Conflict, DQXError
from dqx.users.permissions import Actor
from scripts_app import statements
from scripts_app.ledger import endings, runs
from scripts_app.ledger.watch import Progress, Watch, time_limit
from scripts_app.models import Run, Scope, Script
from scripts_app.permissions import get_script_for


def request(
    pk: int, *, actor: Actor, trigger: str, dispatch: bool = True, seen: int | None = None, **recorded: Any
) -> Run:
    """Queue a publish of script `pk`; see `runs.open_run`.

    Args:
        seen: the populate whose rows were reviewed, so that nobody publishes what they have not seen; None for what is staged.

    Raises:
        Conflict: there is nothing staged, it is older than the script's text, or it is not what was seen.
    """
    script = get_script_for(actor, pk, "scripts.publish_script")
    staged = check_staged(script)
    if seen not in (None, staged.pk):
        raise Conflict(
            "staging_changed",
            "The script was populated again since you reviewed it. Look at the new review first.",
            run=staged.pk,
        )
    return runs.open_run(Run.Kind.PUBLISH, script, actor=actor, trigger=trigger, dispatch=dispatch, **recorded)


def publish(run: Run, report: Callable[[Progress], None] | None = None) -> None:
    """Apply the diff of the script's staging table, with its events, in one transaction under a lock per pair.

    Raises:
        Conflict: nothing is staged, or it is older than the text, or another program wrote the same rows meanwhile.
    """
    stop_writer = sql.stopper()

    def stop(_: DQXError) -> None:
        stop_writer()

    limit = time_limit(Script.objects.get(runs=run))
    with Watch(run, limit, stop, report=report), transaction.atomic():
        # The text and the staging table stay as they are until the rows are published.
        script = Script.objects.select_for_update(no_key=True, of=("self",)).get(runs=run)
        check_staged(script)
        publication.lock(script.staging, scope_of(script))
        # Once more: a pair that another script took over while we waited is no longer ours to resolve.
        diffs = publication.compute(script.staging, scope_of(script))
        totals = publication.totals(diffs)
        publication.apply(script.staging, run.pk, totals)
        _remember(script, run, [diff for diff in diffs if diff.staged])
        endings.succeed(run, n_rows=sum(diff.staged for diff in diffs), **_counts(totals))


def _remember(script: Script, run: Run, staged: list[PairDiff]) -> None:
    by = {"script": script.pk, "publication": run.pk}
    pairs = {"rules": [diff.rule_id for diff in staged], "sources": [diff.source_id for diff in staged]}
    sql.execute(statements.remember_scope(), by | pairs)
    sql.execute(statements.forget_scope(), by)


def _counts(totals: publication.Totals) -> dict[str, int]:
    return {f"n_{name}": number for name, number in totals._asdict().items()}


def scope_of(script: Script) -> list[Pair]:
    """The pairs that the script published last."""
    return list(Scope.objects.filter(script=script).values_list("rule_id", "source_id"))


def check_filled(script: Script) -> Run:
    """The populate whose rows are staged.

    Raises:
        Conflict: nothing_populated, or staging_lost.
    """
    run = script.staged_run
    if run is None:
        raise Conflict("nothing_populated", "The script has not been populated yet. Populate it, review, then publish.")
    if run.n_rows and not _has_rows(script.staging):
        raise Conflict(
            "staging_lost", "The staged rows were lost when the database stopped. Populate the script again."
        )
    return run


def check_staged(script: Script) -> Run:
    """The populate whose rows are staged, if they may be published.

    Raises:
        Conflict: nothing_populated, staging_lost or staging_is_older_than_script.
    """
    run = check_filled(script)
    if run.content_hash != script.content_hash:
        raise Conflict(
            "staging_is_older_than_script",
            "The script was changed after it was populated. Populate it again, so that what is published is what it says.",
        )
    return run


def _has_rows(table: str) -> bool:
    there = sql.value(tables.table_exists(), {"schema": "stg", "table": table})
    return bool(there) and not sql.value(statements.is_empty(table))
