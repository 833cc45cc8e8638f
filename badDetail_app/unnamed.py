"""The bad rows that rules and sources have, and those whose rule or source has no name."""

from collections.abc import Sequence
from typing import Any

from badDetail_app import reference_statements as statements
from badDetail_app.reports import VIEW
from dqx import sql
from dqx.users.permissions import Actor, require
from reference_app.permissions import Reference, require_for


def counts_of(kind: type[Reference], ids: Sequence[str], *, actor: Actor) -> dict[str, int]:
    """How many bad rows each of these rules or sources has, by id; those without any are left out.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    found = sql.rows(statements.counts_of(kind._meta.pk.name), {"ids": list(ids)})
    return {row["id"]: row["bad_rows"] for row in found}


def missing(kind: type[Reference], *, actor: Actor, most: int) -> dict[str, Any]:
    """The ids that occur in bad rows and are no reference of a kind.

    Returns:
        `total`, how many there are, and `results`: up to `most` of them, those with the most bad rows first, each {id, bad_rows}.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    require_for(actor, kind, "view")
    found = sql.rows(statements.missing(kind._meta.pk.name), {"most": most})
    results = [{"id": row["id"], "bad_rows": row["bad_rows"]} for row in found]
    return {"total": found[0]["total"] if found else 0, "results": results}
