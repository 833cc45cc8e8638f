"""The diff between a staging table and the central table, and its application. One pass serves the review, the publish and the history."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError
from psycopg2 import sql as pg

from badDetail_app import statements
from dqx import sql
from dqx.errors import Conflict
from dqx.locks import Space

# The server's table of locks is finite; above this many pairs a publish works alone.
MOST_LOCKS = 1_000
# Rows of a pair among which samples of unchanged ones are looked for.
LOOKED_AT = 200

Pair = tuple[str, str]


class PairDiff(NamedTuple):
    """What a publish does to one (rule_id, source_id) pair, in rows."""

    rule_id: str
    source_id: str
    new: int
    changed: int
    resolved: int
    unchanged: int

    @property
    def staged(self) -> int:
        """How many rows of the pair are staged."""
        return self.new + self.changed + self.unchanged


class Totals(NamedTuple):
    """The same over all pairs."""

    pairs: int
    new: int
    changed: int
    resolved: int
    unchanged: int


def staging_table(name: str) -> pg.Identifier:
    """The staging table of that name as SQL."""
    return pg.Identifier("stg", name)


def compute(staging: str, published_before: Sequence[Pair] = ()) -> list[PairDiff]:
    """Compare a staging table with the central table's rows of its pairs.

    Leaves the differences in temporary tables of this transaction, which `samples`, `apply` and `record` read.

    Args:
        staging: name of the table in schema stg; no key is NULL or double there.
        published_before: pairs that are compared too, though staging may have none of their rows.

    Returns:
        One entry a pair, by id.
    """
    table, pairs = staging_table(staging), _columns(published_before)
    sql.execute(statements.limit_memory(settings.WORK_MEM_MB))
    sql.execute(statements.find_pairs(table))
    sql.execute(statements.make_pairs(), pairs)
    sql.execute(statements.analyze_pairs())
    sql.execute(statements.make_diff(table))
    sql.execute(statements.analyze_diff())
    return [
        PairDiff(**{field: found[field] for field in PairDiff._fields})
        for found in sql.rows(statements.counts_by_pair())
    ]


def lock(staging: str, published_before: Sequence[Pair] = ()) -> None:
    """Wait until no other publish of one of the pairs is under way, and keep others waiting until the transaction ends."""
    sql.execute(statements.find_pairs(staging_table(staging)))
    alone = sql.value(statements.count_pairs()) + len(published_before) > MOST_LOCKS
    sql.execute(statements.lock_all(shared=not alone), {"space": Space.PUBLISHES})
    if not alone:
        sql.execute(statements.lock_each_pair(), {"space": Space.PUBLISHES, **_columns(published_before)})


def apply(staging: str, publication: int, expected: "Totals") -> None:
    """Make the central table hold exactly the staged rows of the pairs last computed, and record what happened to each row.

    Args:
        staging: the table that was computed.
        publication: id of the run, kept with the events.
        expected: what was computed.

    Raises:
        Conflict: another program wrote the same rows since; the transaction has to be rolled back.
    """
    table = staging_table(staging)
    reopened = sql.value(statements.resolved_before())
    sql.execute(statements.record(table, reopened), {"publication": publication})
    try:
        done = (
            sql.execute(statements.resolve()),
            sql.execute(statements.change()),
            sql.execute(statements.open_new(table)),
        )
    except IntegrityError as exc:
        raise _written_meanwhile() from exc
    if done != (expected.resolved, expected.changed, expected.new):
        raise _written_meanwhile()


def _written_meanwhile() -> Conflict:
    return Conflict(
        "written_meanwhile",
        "Another program wrote these bad rows while they were published. Nothing was changed; publish again.",
    )


def samples(staging: str, pairs: Sequence[Pair], most: int = 5) -> list[dict[str, object]]:
    """Up to `most` rows of each action of each of the pairs last computed: key, action, old and new value and date. Those that stay as
    they are, whose action is "unchanged", come last.
    """
    wanted = {**_columns(pairs), "most": most, "looked_at": LOOKED_AT}
    return sql.rows(statements.samples(staging_table(staging)), wanted)


def totals(diffs: Sequence[PairDiff]) -> Totals:
    """Sums over all pairs."""
    return Totals(
        len(diffs),
        sum(diff.new for diff in diffs),
        sum(diff.changed for diff in diffs),
        sum(diff.resolved for diff in diffs),
        sum(diff.unchanged for diff in diffs),
    )


def _columns(pairs: Sequence[Pair]) -> dict[str, list[str]]:
    return {"rules": [rule for rule, _ in pairs], "sources": [source for _, source in pairs]}
