"""Bad rows for the tests of the API, and what a page of them should hold."""

import itertools
import random

from psycopg2 import sql as pg

from dqx import sql

PATH = "/api/bad_detail/"
COLUMNS = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")
KEY = COLUMNS[:3]
ORDERINGS = [sign + column for column in COLUMNS for sign in ("", "-")]


def insert(*rows):
    """Bad rows as another program may write them."""
    values = pg.SQL(", ").join(pg.Literal(tuple(row)) for row in rows)
    sql.execute(
        pg.SQL("INSERT INTO dq.bad_detail (rule_id, source_id, source_uid, data_value, txn_date) VALUES {}").format(
            values
        )
    )


def row(uid="u1", rule="R1", source="S1", value="v", day="2024-01-01"):
    return rule, source, uid, value, day


def insert_many():
    """Rows in which every column has doubles, NULLs and characters of all kinds."""
    dice = random.Random(5)
    values = [None, "", "a", "B", "é", "😀", "%", "_", "\\", "'", "a,b"]
    days = [None, None, "2024-01-01", "2024-01-02", "2023-12-31", "0001-01-01", "9999-12-31"]
    keys = list(itertools.product(["R1", "R2", "Ü"], ["S1", "S/2"], [f"u{n}" for n in range(11)] + ["%", "日本", " "]))
    rows = [(*key, dice.choice(values), dice.choice(days)) for key in keys]
    insert(*rows)
    return [dict(zip(COLUMNS, found, strict=True)) for found in rows]


def in_order(rows, ordering):
    """What a page should hold, by Python's own sort: NULLs last, ties by the rest of the key in the same direction."""
    column, down = ordering.removeprefix("-"), ordering.startswith("-")
    columns = [column, *(name for name in KEY if name != column)]
    there = sorted(
        (row for row in rows if row[column] is not None), key=lambda row: [row[name] for name in columns], reverse=down
    )
    none = sorted(
        (row for row in rows if row[column] is None), key=lambda row: [row[name] for name in columns[1:]], reverse=down
    )
    return there + none


def plain(results):
    return [{name: result[name] for name in COLUMNS} for result in results]
