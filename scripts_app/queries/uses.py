"""What uses a rule or a source: the bad rows that carry its id, and the scripts that published them."""

from collections.abc import Sequence
from typing import Any

from badDetail_app import unnamed
from dqx import sql
from dqx.users.permissions import Actor, require
from reference_app.permissions import Reference, require_for
from scripts_app.queries import use_statements as statements

MOST_NAMES = 10


def uses(kind: type[Reference], ids: Sequence[str], *, actor: Actor) -> list[dict[str, Any]]:
    """What uses each of these rules or sources, in their order, whether or not there is such a reference.

    Returns:
        Each {id, bad_rows, scripts, script_names}: two numbers, and the first ten names.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require_for(actor, kind, "view")
    require(actor, "scripts.view_scope")
    bad_rows = unnamed.counts_of(kind, ids, actor=actor)
    found = sql.rows(statements.scripts_of(kind._meta.pk.name), {"ids": list(ids), "most": MOST_NAMES})
    scripts = {row["id"]: row for row in found}
    none = {"scripts": 0, "script_names": []}
    return [{**none, **scripts.get(pk, {}), "id": pk, "bad_rows": bad_rows.get(pk, 0)} for pk in ids]
