"""The life of one bad row."""

from typing import Any

import click

from dqx.client.output import moment
from dqx.client.session import Session, shared

HEADS = ("when", "what", "run", "old value", "new value", "old date", "new date")


def add_to(root: click.Group) -> None:
    """Put this command where `dqx` finds it."""
    root.add_command(history)


@click.command()
@click.argument("rule")
@click.argument("source")
@click.argument("record")
@shared
def history(session: Session, rule: str, source: str, record: str) -> None:
    """What became of a bad row, by its three ids: when publishes opened, changed, resolved and reopened it."""
    key = {"rule_id": rule, "source_id": source, "source_uid": record}
    found = session.api.get("bad_detail/history", key)
    if session.as_json:
        session.output.document(found)
        return
    session.output.facts(_facts(found))
    if found["events"]:
        session.output.text("\n")
        session.output.table(HEADS, map(_line, found["events"]))
    if not found["is_complete"]:
        session.output.note(f"The newest {len(found['events']):,} events; there were more before.")


def _facts(found: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        ("rule", _labelled(found["rule_id"], found["rule_name"])),
        ("source", _labelled(found["source_id"], found["source_name"])),
        ("record", found["source_uid"]),
        ("now", "bad" if found["is_bad"] else "resolved"),
        ("value", found["data_value"]),
        ("date", found["txn_date"]),
        ("first seen", moment(found["first_seen"])),
        ("last changed", moment(found["last_changed"])),
    ]


def _labelled(pk: str, name: str | None) -> str:
    return f"{pk} – {name}" if name else pk


def _line(event: dict[str, Any]) -> tuple[object, ...]:
    """What is not there on one side has no value, which is something else than NULL."""
    old, new = (event["old_value"], event["old_date"] or ""), (event["new_value"], event["new_date"] or "")
    if event["action"] in ("opened", "reopened"):
        old = ("", "")
    if event["action"] == "resolved":
        new = ("", "")
    return moment(event["at"]), event["action"], event["publication"], old[0], new[0], old[1], new[1]
