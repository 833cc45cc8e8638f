"""What is bad now, to look at: pages of rows, how many there are, and what can be filtered by."""

from typing import Any

from badDetail_app import report_statements as statements
from badDetail_app.report_statements import Filters, Ordering
from dqx import keyset, sql
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require

VIEW = "bad_detail.view_baddetail"


def rows(*, actor: Actor, filters: Filters, ordering: Ordering, place: Place = FIRST, size: int = 100) -> Page:
    """A page of bad rows, each {rule_id, rule_name, source_id, source_name, source_uid, data_value, txn_date}.

    Names are None where there is no reference; the date is ISO text.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    found = sql.rows(statements.page(filters, ordering, place, size + 1))
    return keyset.page_of(found, place, size, lambda row: tuple(row[name] for name in ordering.columns))


def total(*, actor: Actor, filters: Filters) -> int:
    """How many bad rows there are.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    return int(sql.value(statements.count(filters)))


def choices(*, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """The `rules` and `sources` that have bad rows or a reference, by id, each {id, name, label}.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    known = {"rules": statements.known_rules(), "sources": statements.known_sources()}
    return {kind: [{**row, "label": _label(**row)} for row in sql.rows(statement)] for kind, statement in known.items()}


def _label(id: str, name: str | None) -> str:
    return f"{id} – {name}" if name else id
