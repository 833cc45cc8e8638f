"""A million bad rows to look at: 20 rules, 10 sources, 365 dates."""

from reference_app.models import Rule, Source
from tests.bench import psql
from tests.bench.source import MILLION

RULES, SOURCES = 20, 10
_FILL = f"""
TRUNCATE dq.bad_detail;
INSERT INTO dq.bad_detail (rule_id, source_id, source_uid, data_value, txn_date)
SELECT 'RULE_' || lpad((i % {RULES})::text, 2, '0'), 'SOURCE_' || i / {RULES} % {SOURCES}, 'record ' || lpad(i::text, 9, '0'),
       (i::bigint * 7919 % 1000000 / 100.0 - 1000)::text, DATE '2024-01-01' + i % 365
  FROM generate_series(1, {MILLION}) AS i ORDER BY 1, 2, 3;
VACUUM (ANALYZE) dq.bad_detail;
VACUUM (ANALYZE) dq.bad_detail_daily;
"""


def fill() -> None:
    """Let the central table hold them, and nothing else."""
    psql.run(_FILL)
    Rule.objects.bulk_create(
        [Rule(rule_id=f"RULE_{n:02}", rule_name=f"What rule {n} says") for n in range(RULES)], ignore_conflicts=True
    )
    Source.objects.bulk_create(
        [Source(source_id=f"SOURCE_{n}", source_name=f"Where source {n} comes from") for n in range(SOURCES)],
        ignore_conflicts=True,
    )
