"""A table of somebody's own, with values that are hard to show."""

import contextlib

from dqx import sql

TABLE = "odd things"
LONG = "word " * 400


@contextlib.contextmanager
def odd_table():
    """dq."odd things" with three rows, for as long as the block runs."""
    sql.execute(
        f'CREATE TABLE dq."{TABLE}" (id bigint PRIMARY KEY, code varchar(5), note text, amount numeric(8, 2) DEFAULT 1.5,'
        " ok boolean, born date, more jsonb, tags text[], seen timestamptz DEFAULT now() NOT NULL,"
        " twice numeric GENERATED ALWAYS AS (amount * 2) STORED)"
    )
    try:
        sql.execute(
            f"INSERT INTO dq.\"{TABLE}\" VALUES (1, 'a', '<script>alert(1)</script>', 12.5, true, '2024-02-29',"
            " '{\"a\": [1, {\"b\": null}]}', '{x,\"y z\",NULL}'), (2, '', NULL, NULL, NULL, NULL, NULL, NULL),"
            " (9007199254740993, 'long', %(long)s, -1, false, '0044-03-15 BC', '\"text\"', '{}')",
            {"long": f"one\ntwo\n{LONG}"},
        )
        yield TABLE
    finally:
        sql.execute(f'DROP TABLE dq."{TABLE}"')
