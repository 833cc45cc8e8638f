"""The life of one bad row: what it is now, and what each publish did to it."""

from typing import Any

from badDetail_app import history_statements as statements
from dqx import sql
from dqx.errors import NotFound
from dqx.users.permissions import Actor, require

VIEW = "bad_detail.view_event"
MOST_EVENTS = 1_000


def life(*, actor: Actor, rule_id: str, source_id: str, source_uid: str) -> dict[str, Any]:
    """What is known of the row with this key.

    Returns:
        the key, `rule_name` and `source_name` (or None), `is_bad` now, then with `data_value` and `txn_date` (else None), `first_seen`
        (None for a row that no publish opened), `last_changed` (None without events), and `events`, oldest first, each {at, action,
        publication, old_value, new_value, old_date, new_date}: the newest thousand, where `is_complete` is False. A row that was there
        before DQX has no events.

    Raises:
        NotSignedIn, NotAllowed.
        NotFound: it is not bad and never was.
    """
    require(actor, VIEW)
    key = {"rule_id": rule_id, "source_id": source_id, "source_uid": source_uid}
    present = next(iter(sql.rows(statements.present(), key)), None)
    found = sql.rows(statements.events(), {**key, "most": MOST_EVENTS + 1})
    if present is None and not found:
        raise NotFound("bad_row_not_found", "This record is not bad under this rule and source, and never was.")
    return {
        **key,
        **sql.row(statements.names(), key),
        "is_bad": present is not None,
        **(present or {"data_value": None, "txn_date": None}),
        **sql.row(statements.span(), key),
        "is_complete": len(found) <= MOST_EVENTS,
        "events": found[:MOST_EVENTS][::-1],
    }
