"""The data that is measured with: orders of a shop, some of which are bad."""

from tests.bench import psql

MILLION = 1_000_000

# Eleven columns of the usual kinds, 127 bytes a row. Every 500th amount is negative; every fifth has no currency.
_ORDERS = """
CREATE TABLE public.orders AS
SELECT i AS id, i % 70000 AS customer_id, md5(i::text) AS token, 'person' || i % 900000 || '@example.org' AS email,
       CASE WHEN i % 500 = 0 THEN -1 ELSE i::bigint * 7919 % 100000 / 100.0 END::numeric(10, 2) AS amount,
       CASE WHEN i % 5 <> 0 THEN (ARRAY['EUR', 'USD', 'GBP'])[1 + i % 3] END AS currency,
       (ARRAY['open', 'paid', 'sent', 'returned'])[1 + i % 4] AS status, (i % 9 + 1)::smallint AS quantity,
       DATE '2024-01-01' + i % 365 AS ordered_on, TIMESTAMPTZ '2024-01-01 08:00+00' + i * INTERVAL '7 seconds' AS created_at,
       i % 11 = 0 AS is_gift
  FROM generate_series(1, 5000000) AS i;
VACUUM (ANALYZE, FREEZE) public.orders;
"""
# A million findings, to be published.
_FINDINGS = """
CREATE TABLE public.findings WITH (autovacuum_enabled = off) AS
SELECT i AS id, (i::bigint * 7919 % 100000 / 100.0)::numeric(10, 2) AS amount, DATE '2024-01-01' + i % 365 AS found_on
  FROM generate_series(1, 1000000) AS i;
VACUUM (ANALYZE, FREEZE) public.findings;
"""


def make_orders() -> None:
    """Five million orders, unless they are there."""
    _make("orders", _ORDERS)


def make_findings() -> None:
    """One million findings, unless they are there."""
    _make("findings", _FINDINGS)


def change_findings(nth: int) -> None:
    """Give one in a hundred of the findings another value, spread evenly, each time to others."""
    psql.run(f"UPDATE public.findings SET amount = amount + 1 WHERE id % 100 = {nth}; VACUUM public.findings;")


def bad_orders(condition: str) -> str:
    """A script that finds the orders for which a condition holds."""
    return (
        "SELECT 'ORDER_OK' AS rule_id, 'SHOP' AS source_id, id::text AS source_uid, amount::text AS data_value,"
        f" ordered_on AS txn_date FROM public.orders WHERE {condition}"
    )


def findings_of(rule: str) -> str:
    """A script that finds the million findings, for a rule."""
    return (
        f"SELECT '{rule}' AS rule_id, 'SHOP' AS source_id, id::text AS source_uid, amount::text AS data_value,"
        " found_on AS txn_date FROM public.findings"
    )


def _make(table: str, script: str) -> None:
    if psql.run(f"SELECT to_regclass('public.{table}') IS NULL").strip() == "t":
        psql.run(script)
