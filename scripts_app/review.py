"""Review: what a publish would change, before it does."""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import ProgrammingError, transaction
from psycopg2 import errorcodes

from badDetail_app import publication
from badDetail_app.publication import PairDiff
from dqx import keyset, sql
from dqx.errors import NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor
from reference_app import references
from reference_app.models import Rule, Source
from scripts_app import statements
from scripts_app.models import Scope, Script
from scripts_app.permissions import get_script_for
from scripts_app.publish import check_filled, check_staged, scope_of

# Samples are for people to look at: of so many pairs, those with the most changes.
MOST_SAMPLED_PAIRS = 50
# By pair, then by action.
Samples = dict[tuple[str, str], dict[str, list[dict[str, Any]]]]


def review(pk: int, *, actor: Actor) -> dict[str, Any]:
    """The diff of a script's staging table with the central table. Changes nothing.

    Returns:
        `totals` {pairs, new, changed, resolved, unchanged}; `pairs`, each with rule_id, source_id, their names (or None), the four counts,
        `last_publisher` ({id, name} of the script that published it last, or None) and `samples` (lists of rows by action, five at most);
        `populated_at`; `populated_by`, {id, username} (or None); `run`, the populate's id; `n_rows` staged.

    Raises:
        Conflict: nothing is staged, or it is older than the text.
    """
    script = get_script_for(actor, pk, "scripts.review_script")
    with _while_it_is_there(script), transaction.atomic():
        run = check_staged(script)
        diffs = publication.compute(script.staging, scope_of(script))
        sampled = sorted(diffs, key=_changes, reverse=True)[:MOST_SAMPLED_PAIRS]
        samples = _by_pair(publication.samples(script.staging, [(diff.rule_id, diff.source_id) for diff in sampled]))
    publishers = _last_publishers(diffs)
    return {
        "script": script.pk,
        "run": run.pk,
        "populated_at": run.finished_at,
        "populated_by": run.actor and {"id": run.actor.pk, "username": run.actor.username},
        "n_rows": run.n_rows,
        "totals": publication.totals(diffs)._asdict(),
        "pairs": with_names([_pair(diff, publishers, samples) for diff in diffs]),
    }


@contextlib.contextmanager
def _while_it_is_there(script: Script) -> Iterator[None]:
    """Somebody may delete the script, and its staging table with it, between the look at it and the reading of it."""
    try:
        yield
    except ProgrammingError as exc:
        if getattr(exc.__cause__, "pgcode", None) != errorcodes.UNDEFINED_TABLE:
            raise
        raise NotFound("script_not_found", f"Script {script.pk} was deleted.") from exc


def _changes(diff: PairDiff) -> int:
    return diff.new + diff.changed + diff.resolved


def _last_publishers(diffs: list[PairDiff]) -> dict[tuple[str, str], dict[str, Any]]:
    rules = {diff.rule_id for diff in diffs}
    scopes = Scope.objects.filter(rule_id__in=rules).values_list("rule_id", "source_id", "script_id", "script__name")
    return {(rule, source): {"id": pk, "name": name} for rule, source, pk, name in scopes}


def _by_pair(samples: list[dict[str, Any]]) -> Samples:
    found: Samples = {}
    for sample in samples:
        row = {key: value for key, value in sample.items() if key not in ("rule_id", "source_id", "action")}
        found.setdefault((sample["rule_id"], sample["source_id"]), {}).setdefault(sample["action"], []).append(row)
    return found


def _pair(diff: PairDiff, publishers: dict[tuple[str, str], dict[str, Any]], samples: Samples) -> dict[str, Any]:
    key = (diff.rule_id, diff.source_id)
    return {**diff._asdict(), "last_publisher": publishers.get(key), "samples": samples.get(key, {})}


def with_names(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the `rule_name` and `source_name` of its ids; None where there is no reference."""
    rules = references.names(Rule, (row["rule_id"] for row in rows))
    sources = references.names(Source, (row["source_id"] for row in rows))
    return [
        {**row, "rule_name": rules.get(row["rule_id"]), "source_name": sources.get(row["source_id"])} for row in rows
    ]


def staged_rows(pk: int, *, actor: Actor, place: Place = FIRST, size: int = 100) -> Page:
    """A page of the staged rows of a script in key order, the five columns each and the names of rule and source.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: nothing was populated yet, or the rows were lost.
    """
    script = get_script_for(actor, pk, "scripts.review_script")
    statement = statements.staged_rows(script.staging, bounded=place.key is not None, forward=place.forward)
    rule, source, uid = place.key or ("", "", "")
    with _while_it_is_there(script):
        check_filled(script)
        found = sql.rows(statement, {"rule": rule, "source": source, "uid": uid, "most": size + 1})
    page = keyset.page_of(found, place, size, lambda row: (row["rule_id"], row["source_id"], row["source_uid"]))
    return page._replace(rows=with_names(page.rows))
