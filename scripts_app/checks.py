"""What only the tables of scripts can tell of a deployment; asked by `manage.py check --database default` and by `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from scripts_app.scheduling import mirror

MOST_NAMED = 5


@register(Tags.database)
def schedules_are_mirrored(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Beat has to know each active schedule, and no other."""
    if not databases or "default" not in databases:
        return []
    try:
        found = mirror.differences()
    except DatabaseError:
        return []  # the tables are not there yet, or the server is not, which dqx.E003 tells
    if not found:
        return []
    named = ", ".join(f"{difference.name} ({difference.what})" for difference in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    hint = "manage.py mend_mirror makes them equal; beat does so every hour, and no due time is lost meanwhile."
    return [Warning(f"Beat's entries are not what the schedules say: {named}{more}.", hint=hint, id="dqx.W005")]
