"""SQL of scripts, staging tables and the ledger. Every function returns composed SQL and executes nothing."""

from collections.abc import Sequence

from psycopg2 import sql


def open_cursor() -> sql.SQL:
    """Have the server parse and plan %(script)s and tell its columns. Only a single SELECT can be opened as a cursor."""
    return sql.SQL(
        "SET LOCAL dqx.script = %(script)s;"
        " DO $$ DECLARE script refcursor := 'dqx_script';"
        " BEGIN OPEN script NO SCROLL FOR EXECUTE current_setting('dqx.script'); END $$;"
        " FETCH 0 FROM dqx_script"
    )


# In front of the script's text in `unload`; the server counts an error's place from the start of the statement.
_UNLOAD = "COPY (SELECT q.{}::text, q.{}::text, q.{}::text, q.{}::text, q.{} FROM (\n"


def unload(names: Sequence[str], statement: str) -> tuple[sql.Composed, int]:
    """Send the five columns of a checked script to the client in our order, and the length of what stands before its text.

    The statement was opened as a cursor, so it is one SELECT whose parentheses, quotes and comments are closed; the line breaks end a
    comment at its end. The four texts are cast as INSERT would, the date is read by the staging table.
    """
    head = sql.SQL(_UNLOAD).format(*map(sql.Identifier, names))
    length = len(_UNLOAD.replace("{}", "")) + sum(len(name.replace('"', '""')) + 2 for name in names)
    return sql.Composed([head, sql.SQL(statement), sql.SQL("\n) AS q) TO STDOUT")]), length


def create_staging(table: str) -> sql.Composed:
    """A staging table. Unlogged: a crash of the server empties it, which reads as "populate again"."""
    return sql.SQL(
        "CREATE UNLOGGED TABLE {} (rule_id varchar(20), source_id varchar(20), source_uid varchar(500), data_value varchar(2000),"
        " txn_date date CONSTRAINT txn_date_in_calendar CHECK (txn_date BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'))"
    ).format(sql.Identifier("stg", table))


def drop_staging(table: str) -> sql.Composed:
    """Take a staging table away, if it is there."""
    return sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("stg", table))


def rename_staging(old: str, new: str) -> sql.Composed:
    """Let a loaded table take the place of the one before."""
    return sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier("stg", old), sql.Identifier(new))


def load(table: str) -> sql.Composed:
    """Fill a table that this transaction made. Frozen rows need no second writing when they are first read."""
    return sql.SQL(
        "COPY {} (rule_id, source_id, source_uid, data_value, txn_date) FROM STDIN WITH (FREEZE true)"
    ).format(sql.Identifier("stg", table))


def strict_dates() -> sql.SQL:
    """Let the load read dates as the runner's session writes them, and refuse others: 02.01.2024 is two days, by the server's settings."""
    return sql.SQL("SET LOCAL datestyle = 'ISO, YMD'")


def analyze_fast() -> sql.SQL:
    """Let ANALYZE look at a tenth of its usual sample; it is enough to know how many pairs there are."""
    return sql.SQL("SET LOCAL default_statistics_target = 10")


def analyze(table: str) -> sql.Composed:
    """Tell the planner of a staging table's rows."""
    return sql.SQL("ANALYZE {}").format(sql.Identifier("stg", table))


def sort_in_memory(megabytes: int) -> sql.Composed:
    """Let this transaction find equal values by sorting, with so much memory: of a million it takes half the time of a hash table."""
    return sql.SQL("SET LOCAL enable_hashagg = off; SET LOCAL work_mem = {}").format(sql.Literal(f"{megabytes}MB"))


def count_keys(table: str) -> sql.Composed:
    """How many keys differ in a hash of 64 bits, which sorts faster than three texts, and whether there are some with a NULL.

    Equal keys have equal hashes: with as many hashes as rows no key comes twice.
    """
    return sql.SQL(
        "SELECT count(hash) AS n_keys, count(*) > count(hash) AS has_nulls FROM (SELECT DISTINCT"
        " hashtextextended(source_uid, hashtextextended(source_id, hashtext(rule_id))) AS hash FROM {}) k"
    ).format(sql.Identifier("stg", table))


def null_keys(table: str) -> sql.Composed:
    """Up to five rows whose key is not complete."""
    return sql.SQL(
        "SELECT rule_id, source_id, source_uid, data_value FROM {}"
        " WHERE rule_id IS NULL OR source_id IS NULL OR source_uid IS NULL LIMIT 5"
    ).format(sql.Identifier("stg", table))


def double_keys(table: str) -> sql.Composed:
    """Up to five keys that more than one row has, with how often and two of the values."""
    return sql.SQL(
        "SELECT rule_id, source_id, source_uid, count(*) AS times, min(data_value) AS one_value, max(data_value) AS other_value"
        "  FROM {} GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1, 2, 3 LIMIT 5"
    ).format(sql.Identifier("stg", table))


def is_empty(table: str) -> sql.Composed:
    """Whether a staging table has no rows."""
    return sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier("stg", table))


def staged_pairs(table: str) -> sql.Composed:
    """The pairs of a staging table."""
    return sql.SQL("SELECT DISTINCT rule_id, source_id FROM {}").format(sql.Identifier("stg", table))


def staged_rows(table: str, *, bounded: bool, forward: bool) -> sql.Composed:
    """%(most)s rows of a staging table, nearest first; where bounded, those beyond the key (%(rule)s, %(source)s, %(uid)s)."""
    sign, way = (">", "ASC") if forward else ("<", "DESC")
    beyond = f" WHERE (rule_id, source_id, source_uid) {sign} (%(rule)s, %(source)s, %(uid)s)" if bounded else ""
    return sql.SQL(
        "SELECT rule_id, source_id, source_uid, data_value, txn_date FROM {table}{beyond}"
        " ORDER BY rule_id {way}, source_id {way}, source_uid {way} LIMIT %(most)s"
    ).format(table=sql.Identifier("stg", table), beyond=sql.SQL(beyond), way=sql.SQL(way))


def remember_scope() -> sql.SQL:
    """Script %(script)s published the pairs %(rules)s, %(sources)s last, by %(publication)s; whoever did before no longer did."""
    return sql.SQL(
        "INSERT INTO dq.dq_script_scope (rule_id, source_id, script_id, publication)"
        " SELECT rule_id, source_id, %(script)s::int, %(publication)s::bigint"
        "   FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[]) AS p (rule_id, source_id) ORDER BY 1, 2"
        " ON CONFLICT (rule_id, source_id) DO UPDATE SET script_id = EXCLUDED.script_id, publication = EXCLUDED.publication"
    )


def forget_scope() -> sql.SQL:
    """Script %(script)s no longer answers for pairs that %(publication)s did not find; their rows were resolved by it."""
    return sql.SQL("DELETE FROM dq.dq_script_scope WHERE script_id = %(script)s AND publication <> %(publication)s")
