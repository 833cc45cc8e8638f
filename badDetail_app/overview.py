"""What is wrong now, in figures."""

from typing import Any

from badDetail_app import overview_statements as statements
from dqx import sql
from dqx.users.permissions import Actor, require

MOST_WORST = 10
EXAMPLE_PAIRS, EXAMPLES_EACH = 7, 3


def overview(*, actor: Actor) -> dict[str, Any]:
    """The figures of the first page.

    Returns:
        `totals` {bad_rows, rules, sources, first_date, last_date}; `worst_rules` and `worst_sources`, each with id, name, count and
        share (of the largest, 0 to 1); `examples`, some rows of the worst pairs with the names of rule and source.
    """
    require(actor, "bad_detail.view_baddetail")
    return {
        "totals": sql.row(statements.totals()),
        "worst_rules": _with_shares(sql.rows(statements.worst_rules(), {"most": MOST_WORST})),
        "worst_sources": _with_shares(sql.rows(statements.worst_sources(), {"most": MOST_WORST})),
        "examples": sql.rows(statements.examples(), {"most": EXAMPLE_PAIRS, "each": EXAMPLES_EACH}),
    }


def _with_shares(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    largest = max((row["count"] for row in found), default=0)
    return [{**row, "share": row["count"] / largest if largest else 0} for row in found]


def rules_and_sources() -> tuple[list[str], list[str]]:
    """Ids of the rules and of the sources that have bad rows, for filters."""
    pairs = sql.rows(statements.pairs_known())
    return sorted({pair["rule_id"] for pair in pairs}), sorted({pair["source_id"] for pair in pairs})
