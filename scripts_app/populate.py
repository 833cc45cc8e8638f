"""Populate: run a script and fill its staging table, all or nothing."""

from collections.abc import Callable
from typing import Any

import psycopg2
from django.conf import settings
from django.db import transaction

from dqx import sql
from dqx.errors import DQXError, Refused
from dqx.sql import Reader
from dqx.users.permissions import Actor
from scripts_app import columns, statements
from scripts_app.columns import Select
from scripts_app.databases import reading
from scripts_app.databases.details import Details
from scripts_app.databases.reading import Choice
from scripts_app.ledger import endings, runs
from scripts_app.ledger.watch import Progress, Watch, time_limit
from scripts_app.models import Connection, Run, Script
from scripts_app.permissions import get_script_for
from scripts_app.server_errors import misfit, refusal
from scripts_app.stream import ReadingFailed, Stream


def request(
    pk: int,
    *,
    actor: Actor,
    trigger: str,
    dispatch: bool = True,
    connection: Choice = None,
    **recorded: Any,
) -> Run:
    """Queue a populate of script `pk`; see `runs.open_run`.

    Args:
        connection: the database to read this time; the script's own where None.

    Raises:
        As `reading.choose`.
    """
    script = get_script_for(actor, pk, "scripts.populate_script")
    chosen = reading.choose(connection, actor=actor) or script.connection
    once = chosen if isinstance(chosen, Details) else None
    read = {"connection_name": chosen.name if isinstance(chosen, Connection) else "", "connection_given": bool(once)}
    return runs.open_run(
        Run.Kind.POPULATE, script, actor=actor, trigger=trigger, dispatch=dispatch, once=once, **read, **recorded
    )


def populate(
    run: Run,
    report: Callable[[Progress], None] | None = None,
    sealed: str = "",
    then: Callable[[Run], None] = lambda run: None,
) -> None:
    """Stream the rows of the run's text into a new table, check it, and let it take the place of the staging table.

    Readers never wait for the load and never see half of it; a failure changes nothing.

    Args:
        sealed: details of the connection where they are used once.
        then: called with the run once it has succeeded, in the transaction that makes it so.

    Raises:
        DQXError: what is wrong with the text or its rows, a limit that was passed, or a cancel.
    """
    script = Script.objects.get(runs=run)
    database = reading.of_run(run, sealed)
    select = columns.check(run.content, database)
    seconds = time_limit(script)
    with Reader(seconds, database) as reader:
        stream = Stream(reader, settings.POPULATE_ROWS, settings.POPULATE_BYTES)
        stop_writer = sql.stopper()

        def stop(reason: DQXError) -> None:
            stream.stop(reason)
            if stream.drained:
                stop_writer()

        def figures() -> Progress:
            return {"n_rows": stream.n_rows, "n_bytes": stream.n_bytes}

        with Watch(run, seconds, stop, figures, report), transaction.atomic():
            _stage(run, script, select, stream)
            endings.succeed(run, **figures())
            then(run)


def _stage(run: Run, script: Script, select: Select, stream: Stream) -> None:
    loading = f"{script.staging}_load"
    sql.execute(statements.create_staging(loading))
    _load(run, select, stream, loading)
    sql.execute(statements.analyze_fast())
    sql.execute(statements.analyze(loading))
    _check_keys(loading, stream.n_rows)
    sql.execute(statements.drop_staging(script.staging))
    sql.execute(statements.rename_staging(loading, script.staging))
    Script.objects.filter(pk=script.pk).update(staged_run=run)


def _load(run: Run, select: Select, stream: Stream, table: str) -> None:
    unload, ours = statements.unload(select.names, select.statement)
    sql.execute(statements.strict_dates())
    try:
        stream.flow(unload, statements.load(table))
    except ReadingFailed as exc:
        raise refusal(exc.cause, run.content, ours - select.skipped) from exc
    except psycopg2.Error as exc:
        raise misfit(exc) from exc


def _check_keys(table: str, n_rows: int) -> None:
    sql.execute(statements.sort_in_memory(settings.WORK_MEM_MB))
    keys = sql.row(statements.count_keys(table))
    if keys["has_nulls"]:
        nulls = sql.rows(statements.null_keys(table))
        raise Refused(
            "key_missing",
            "Every row needs rule_id, source_id and source_uid, but some are NULL, such as "
            f"{_example(nulls[0])}. Leave such rows out or give them a key.",
            examples=nulls,
        )
    doubles = sql.rows(statements.double_keys(table)) if keys["n_keys"] < n_rows else []
    if doubles:
        raise Refused(
            "key_doubled",
            f"Two rows or more have one key: {_example(doubles[0])} comes {doubles[0]['times']:,} times. "
            "A key may come once; add what tells the rows apart to source_uid, or group them.",
            examples=doubles,
        )


def _example(row: dict[str, object]) -> str:
    return ", ".join(f"{name}={'NULL' if row[name] is None else repr(row[name])}" for name in columns.COLUMNS[:3])
