"""What a page has to know of a table to offer changes of its rows."""

from typing import NamedTuple

from dqx.tables import changes, policy
from dqx.tables.browsing import table_for
from dqx.users.permissions import Actor, may

NO_KEY = "Rows can be added here, but not changed or deleted: no column names a row by itself."


class Offer(NamedTuple):
    """What somebody may do with the rows of a table.

    Attributes:
        may: verbs among add, change and delete.
        key: the column that names a row; empty where there is none.
        generated: the columns that the server writes.
        reason: a sentence that says why there is less than one might expect; empty where there is no such reason.
    """

    may: list[str]
    key: str
    generated: list[str]
    reason: str


def offered(name: str, *, actor: Actor) -> Offer:
    """What an actor may do with the rows of a table.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    table = table_for(actor, name)
    key = changes.row_key(table)
    verbs = [verb for verb in ("add", "change", "delete") if may(actor, f"tables.{verb}_row")]
    generated = [column["column_name"] for column in table.columns if column["is_generated"]]
    if name in policy.KEPT:
        return Offer([], key, generated, policy.KEPT[name][1])
    if not key:
        return Offer([verb for verb in verbs if verb == "add"], "", generated, NO_KEY if verbs else "")
    return Offer(verbs, key, generated, "")
