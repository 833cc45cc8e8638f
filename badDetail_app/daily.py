"""The daily counts, proven or made again."""

from typing import Any

from django.db import transaction

from badDetail_app import table_statements as statements
from dqx import sql


def differences(most: int = 20) -> list[dict[str, Any]]:
    """The days whose kept count is not the counted one: rule_id, source_id, txn_date, counted, kept. Empty means proven."""
    return sql.rows(statements.wrong_daily(), {"most": most})


def rebuild() -> int:
    """Count all rows again, while nobody writes; returns the number of counts."""
    with transaction.atomic():
        sql.execute(statements.lock_writers_out())
        sql.execute(statements.empty_daily())
        return sql.execute(statements.fill_daily())
