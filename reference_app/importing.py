"""Many rules or sources at once, from a file: all of it or nothing, after a look at what it would do."""

from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from dqx.audit import log
from dqx.errors import Conflict
from dqx.users.permissions import Actor
from reference_app import csv_files
from reference_app.csv_files import Line
from reference_app.permissions import Reference, require_for
from reference_app.references import values_of

BATCH = 1_000
MOST_SHOWN = 200


class Change(NamedTuple):
    """What a line does to a reference: its values before (None where it is new) and after."""

    line: int
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class Outcome(NamedTuple):
    """How many references an import adds, changes and leaves, and the first changes, by line."""

    added: int
    changed: int
    unchanged: int
    changes: list[Change]


def import_csv(kind: type[Reference], text: str, *, actor: Actor, dry_run: bool) -> Outcome:
    """Add the references of a CSV that are new and change those that differ; others stay. All of it or nothing.

    Args:
        text: as `csv_files.read` has it; where it has no description, those that are there stay.
        dry_run: only say what would happen.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: lines are wrong, each by its number.
        Conflict: somebody made one of them at this moment.
    """
    require_for(actor, kind, "add")
    require_for(actor, kind, "change")
    lines = csv_files.read(kind, text)
    try:
        with transaction.atomic():
            changes = _changes(kind, lines)
            if not dry_run:
                _apply(kind, changes, actor)
    except IntegrityError as exc:
        raise Conflict(
            "written_meanwhile", "Somebody added one of them at this moment. Import the file again."
        ) from exc
    n_added = sum(change.before is None for change in changes)
    return Outcome(n_added, len(changes) - n_added, len(lines) - len(changes), changes[:MOST_SHOWN])


def _changes(kind: type[Reference], lines: list[Line]) -> list[Change]:
    key = kind._meta.pk.name
    ids = [line.values[key] for line in lines]
    there = kind._default_manager.select_for_update().in_bulk(ids)
    found = []
    for line, pk in zip(lines, ids, strict=True):
        before = values_of(there[pk]) if pk in there else None
        after = {"description": "", **(before or {}), **line.values}
        if before != after:
            found.append(Change(line.number, pk, before, after))
    return found


def _apply(kind: type[Reference], changes: list[Change], actor: Actor) -> None:
    name, table = kind._meta.model_name, kind._meta.db_table
    new = [change for change in changes if change.before is None]
    old = [change for change in changes if change.before is not None]
    kind._default_manager.bulk_create([kind(**change.after) for change in new], batch_size=BATCH)
    kind._default_manager.bulk_create(
        [kind(**change.after) for change in old],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[kind._meta.pk.name],
        update_fields=csv_files.columns_of(kind)[1:],
    )
    for verb, some in (("add", new), ("change", old)):
        records = ((change.id, change.before, change.after) for change in some)
        log.record_several(actor=actor, action=f"reference.{verb}_{name}", thing=f"dq.{table}", changes=records)
