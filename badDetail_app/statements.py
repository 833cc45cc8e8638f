"""SQL of the central table, its history and its counts. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql

KEY = ("rule_id", "source_id", "source_uid")
COLUMNS = (*KEY, "data_value", "txn_date")


def create_bad_detail() -> sql.SQL:
    """The central table: five columns, for ever."""
    return sql.SQL(
        "CREATE TABLE dq.bad_detail ("
        " rule_id varchar(20), source_id varchar(20), source_uid varchar(500), data_value varchar(2000), txn_date date,"
        " PRIMARY KEY (rule_id, source_id, source_uid))"
    )


def drop_bad_detail() -> sql.SQL:
    """Take the central table away."""
    return sql.SQL("DROP TABLE dq.bad_detail")


def create_bad_row() -> sql.SQL:
    """A view that has the key in one column, as a JSON list of three texts."""
    return sql.SQL(
        "CREATE VIEW dqx.bad_row AS"
        " SELECT jsonb_build_array(rule_id, source_id, source_uid)::text AS key,"
        "        rule_id, source_id, source_uid, data_value, txn_date"
        "   FROM dq.bad_detail"
    )


def drop_bad_row() -> sql.SQL:
    """Take the view away."""
    return sql.SQL("DROP VIEW dqx.bad_row")


# The function runs with its owner's rights, since other programs that write bad_detail need none on the counts. It adds what came and
# takes away what went in one upsert, in key order so that two writers can't wait for each other, and drops the days that fell to zero.
_COUNT = """
CREATE FUNCTION dq.bad_detail_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO dq.bad_detail_daily AS d (rule_id, source_id, txn_date, n_rows)
    SELECT rule_id, source_id, txn_date, count(*) FROM added GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (rule_id, source_id, txn_date) DO UPDATE SET n_rows = d.n_rows + EXCLUDED.n_rows;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO dq.bad_detail_daily AS d (rule_id, source_id, txn_date, n_rows)
    SELECT rule_id, source_id, txn_date, -count(*) FROM gone GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (rule_id, source_id, txn_date) DO UPDATE SET n_rows = d.n_rows + EXCLUDED.n_rows;
    DELETE FROM dq.bad_detail_daily d USING (SELECT DISTINCT rule_id, source_id FROM gone) p
     WHERE d.rule_id = p.rule_id AND d.source_id = p.source_id AND d.n_rows = 0;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO dq.bad_detail_daily AS d (rule_id, source_id, txn_date, n_rows)
    SELECT rule_id, source_id, txn_date, sum(n) FROM (
      SELECT rule_id, source_id, txn_date, 1 AS n FROM added UNION ALL SELECT rule_id, source_id, txn_date, -1 FROM gone) moved
     GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (rule_id, source_id, txn_date) DO UPDATE SET n_rows = d.n_rows + EXCLUDED.n_rows;
    DELETE FROM dq.bad_detail_daily d USING (SELECT DISTINCT rule_id, source_id FROM gone) p
     WHERE d.rule_id = p.rule_id AND d.source_id = p.source_id AND d.n_rows = 0;
  ELSE
    DELETE FROM dq.bad_detail_daily;
  END IF;
  RETURN NULL;
END $$
"""


def create_daily() -> sql.SQL:
    """The daily counts and the statement-level triggers that keep them, whoever writes the central table."""
    return sql.SQL(
        "CREATE TABLE dq.bad_detail_daily ("
        " rule_id varchar(20) NOT NULL, source_id varchar(20) NOT NULL, txn_date date, n_rows bigint NOT NULL,"
        " CONSTRAINT bad_detail_daily_key UNIQUE NULLS NOT DISTINCT (rule_id, source_id, txn_date)) WITH (fillfactor = 70);"
        + _COUNT
        + ";"
        " CREATE TRIGGER bad_detail_added AFTER INSERT ON dq.bad_detail REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION dq.bad_detail_count();"
        " CREATE TRIGGER bad_detail_moved AFTER UPDATE ON dq.bad_detail REFERENCING OLD TABLE AS gone NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION dq.bad_detail_count();"
        " CREATE TRIGGER bad_detail_gone AFTER DELETE ON dq.bad_detail REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION dq.bad_detail_count();"
        " CREATE TRIGGER bad_detail_emptied AFTER TRUNCATE ON dq.bad_detail"
        " FOR EACH STATEMENT EXECUTE FUNCTION dq.bad_detail_count()"
    )


def drop_daily() -> sql.SQL:
    """Take the triggers and the counts away."""
    return sql.SQL(
        "DROP TRIGGER bad_detail_added ON dq.bad_detail; DROP TRIGGER bad_detail_moved ON dq.bad_detail;"
        " DROP TRIGGER bad_detail_gone ON dq.bad_detail; DROP TRIGGER bad_detail_emptied ON dq.bad_detail;"
        " DROP FUNCTION dq.bad_detail_count(); DROP TABLE dq.bad_detail_daily"
    )


def lock_writers_out() -> sql.SQL:
    """Nobody writes the central table until the transaction ends; readers go on."""
    return sql.SQL("LOCK TABLE dq.bad_detail IN SHARE ROW EXCLUSIVE MODE")


def empty_daily() -> sql.SQL:
    """Forget all counts."""
    return sql.SQL("DELETE FROM dq.bad_detail_daily")


def fill_daily() -> sql.SQL:
    """Count all rows."""
    return sql.SQL(
        "INSERT INTO dq.bad_detail_daily (rule_id, source_id, txn_date, n_rows)"
        " SELECT rule_id, source_id, txn_date, count(*) FROM dq.bad_detail GROUP BY 1, 2, 3"
    )


def wrong_daily() -> sql.SQL:
    """The days whose kept count is not the counted one; %(most)s rows at the most."""
    return sql.SQL(
        "WITH counted AS (SELECT rule_id, source_id, txn_date, count(*) AS n_rows FROM dq.bad_detail GROUP BY 1, 2, 3),"
        "     kept AS (SELECT rule_id, source_id, txn_date, n_rows FROM dq.bad_detail_daily),"
        "     both_ways AS ((TABLE counted EXCEPT TABLE kept) UNION (TABLE kept EXCEPT TABLE counted))"
        " SELECT DISTINCT rule_id, source_id, txn_date,"
        "        (SELECT c.n_rows FROM counted c WHERE (c.rule_id, c.source_id) = (w.rule_id, w.source_id)"
        "            AND c.txn_date IS NOT DISTINCT FROM w.txn_date) AS counted,"
        "        (SELECT k.n_rows FROM kept k WHERE (k.rule_id, k.source_id) = (w.rule_id, w.source_id)"
        "            AND k.txn_date IS NOT DISTINCT FROM w.txn_date) AS kept"
        "   FROM both_ways w ORDER BY 1, 2, 3 LIMIT %(most)s"
    )


# No unique index on id: a publish of a million rows pays for each index. The key finds the life of one row, and the block ranges
# find a publication or an id, since events are only ever appended.
_EVENTS = """
CREATE TABLE dq.bad_detail_events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  publication bigint NOT NULL,
  at timestamptz NOT NULL,
  action varchar(8) NOT NULL,
  rule_id varchar(20) NOT NULL, source_id varchar(20) NOT NULL, source_uid varchar(500) NOT NULL,
  old_value varchar(2000), new_value varchar(2000), old_date date, new_date date
);
CREATE INDEX bad_detail_events_key ON dq.bad_detail_events (rule_id, source_id, source_uid);
CREATE INDEX bad_detail_events_resolved ON dq.bad_detail_events (rule_id, source_id, source_uid) WHERE action = 'resolved';
CREATE INDEX bad_detail_events_order ON dq.bad_detail_events USING brin (id, publication)
"""


def create_events() -> sql.SQL:
    """The life of every bad row."""
    return sql.SQL(_EVENTS)


def drop_events() -> sql.SQL:
    """Take the history away."""
    return sql.SQL("DROP TABLE dq.bad_detail_events")


# --- A publish. `staging` is the table whose rows shall be the truth for every pair in it. -----------------------------------------------


def limit_memory(megabytes: int) -> sql.Composed:
    """Memory of each sort and hash of this transaction."""
    return sql.SQL("SET LOCAL work_mem = {}").format(sql.Literal(f"{megabytes}MB"))


def make_pairs(staging: sql.Composable) -> sql.Composed:
    """Temporary dqx_pairs: the pairs in staging with their staged rows, and those of %(rules)s, %(sources)s that staging lacks.

    A pair is new when the central table has no row of it; then there is nothing to compare.
    """
    return sql.SQL(
        "CREATE TEMP TABLE dqx_pairs ON COMMIT DROP AS"
        " SELECT rule_id, source_id, sum(n)::bigint AS n_staged,"
        "        NOT EXISTS (SELECT FROM dq.bad_detail b WHERE b.rule_id = p.rule_id AND b.source_id = p.source_id) AS is_new"
        "   FROM (SELECT rule_id, source_id, count(*) AS n FROM {staging} GROUP BY 1, 2"
        "         UNION ALL SELECT *, 0 FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[])) p"
        "  GROUP BY 1, 2"
    ).format(staging=staging)


def lock_all(shared: bool) -> sql.Composed:
    """The lock that every publish takes: shared, or alone when it has very many pairs."""
    function = sql.SQL("pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock")
    return sql.SQL("SELECT {}(%(space)s, 0)").format(function)


def lock_each_pair(staging: sql.Composable) -> sql.Composed:
    """A lock for each pair in one order, so that two publishes never wait for each other both. A shared hash only waits too much."""
    return sql.SQL(
        "SELECT count(pg_advisory_xact_lock(%(space)s, lock)) FROM (SELECT DISTINCT hashtext(rule_id || '/' || source_id) AS lock"
        "  FROM (SELECT DISTINCT rule_id, source_id FROM {staging}"
        "         UNION SELECT * FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[])) p ORDER BY 1) ordered"
    ).format(staging=staging)


def count_pairs(staging: sql.Composable) -> sql.Composed:
    """How many pairs staging has."""
    return sql.SQL("SELECT count(*) FROM (SELECT DISTINCT rule_id, source_id FROM {staging}) p").format(staging=staging)


def analyze_pairs() -> sql.SQL:
    """Tell the planner how few or many pairs there are."""
    return sql.SQL("ANALYZE dqx_pairs")


def make_diff(staging: sql.Composable) -> sql.Composed:
    """Temporary dqx_diff: what a publish changes in the pairs that are not new. Unchanged rows are left out."""
    return sql.SQL(
        "CREATE TEMP TABLE dqx_diff ON COMMIT DROP AS"
        " SELECT coalesce(s.rule_id, b.rule_id) AS rule_id, coalesce(s.source_id, b.source_id) AS source_id,"
        "        coalesce(s.source_uid, b.source_uid) AS source_uid,"
        "        CASE WHEN b.rule_id IS NULL THEN 'new' WHEN s.rule_id IS NULL THEN 'resolved' ELSE 'changed' END AS action,"
        "        b.data_value AS old_value, s.data_value AS new_value, b.txn_date AS old_date, s.txn_date AS new_date"
        "   FROM (SELECT r.rule_id, r.source_id, r.source_uid, r.data_value, r.txn_date FROM {staging} r"
        "           JOIN dqx_pairs p ON p.rule_id = r.rule_id AND p.source_id = r.source_id AND NOT p.is_new) s"
        "   FULL JOIN (SELECT r.rule_id, r.source_id, r.source_uid, r.data_value, r.txn_date FROM dq.bad_detail r"
        "           JOIN dqx_pairs p ON p.rule_id = r.rule_id AND p.source_id = r.source_id AND NOT p.is_new) b"
        "     ON s.rule_id = b.rule_id AND s.source_id = b.source_id AND s.source_uid = b.source_uid"
        "  WHERE s.rule_id IS NULL OR b.rule_id IS NULL"
        "     OR s.data_value IS DISTINCT FROM b.data_value OR s.txn_date IS DISTINCT FROM b.txn_date"
    ).format(staging=staging)


def analyze_diff() -> sql.SQL:
    """Tell the planner how many differences there are."""
    return sql.SQL("ANALYZE dqx_diff")


def counts_by_pair() -> sql.SQL:
    """What a publish does to each pair of dqx_pairs, by id."""
    return sql.SQL(
        "SELECT p.rule_id, p.source_id, p.n_staged, p.is_new,"
        "       CASE WHEN p.is_new THEN p.n_staged ELSE coalesce(d.n_new, 0) END AS new, coalesce(d.n_changed, 0) AS changed,"
        "       coalesce(d.n_resolved, 0) AS resolved,"
        "       CASE WHEN p.is_new THEN 0 ELSE p.n_staged - coalesce(d.n_new, 0) - coalesce(d.n_changed, 0) END AS unchanged"
        "  FROM dqx_pairs p"
        "  LEFT JOIN (SELECT rule_id, source_id, count(*) FILTER (WHERE action = 'new') AS n_new,"
        "                    count(*) FILTER (WHERE action = 'changed') AS n_changed,"
        "                    count(*) FILTER (WHERE action = 'resolved') AS n_resolved"
        "               FROM dqx_diff GROUP BY 1, 2) d USING (rule_id, source_id)"
        " ORDER BY 1, 2"
    )


def samples(staging: sql.Composable) -> sql.Composed:
    """Up to %(most)s rows of each action of each pair among %(rules)s, %(sources)s, by key."""
    return sql.SQL(
        "SELECT d.* FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[]) AS w (rule_id, source_id)"
        " CROSS JOIN LATERAL ("
        "   (SELECT rule_id, source_id, source_uid, 'new' AS action, NULL::varchar AS old_value, data_value AS new_value,"
        "           NULL::date AS old_date, txn_date AS new_date FROM {staging} s"
        "     WHERE s.rule_id = w.rule_id AND s.source_id = w.source_id AND EXISTS"
        "           (SELECT FROM dqx_pairs p WHERE p.rule_id = w.rule_id AND p.source_id = w.source_id AND p.is_new)"
        "     ORDER BY source_uid LIMIT %(most)s)"
        "   UNION ALL (SELECT rule_id, source_id, source_uid, action, old_value, new_value, old_date, new_date"
        "      FROM (SELECT *, row_number() OVER (PARTITION BY action ORDER BY source_uid) AS nth FROM dqx_diff"
        "             WHERE rule_id = w.rule_id AND source_id = w.source_id) n WHERE nth <= %(most)s)) d"
        " ORDER BY d.rule_id, d.source_id, d.action, d.source_uid"
    ).format(staging=staging)


def resolve() -> sql.SQL:
    """Delete what staging no longer has."""
    return sql.SQL(
        "DELETE FROM dq.bad_detail b USING dqx_diff d WHERE d.action = 'resolved'"
        "   AND b.rule_id = d.rule_id AND b.source_id = d.source_id AND b.source_uid = d.source_uid"
    )


def change() -> sql.SQL:
    """Give the changed rows their new value and date."""
    return sql.SQL(
        "UPDATE dq.bad_detail b SET data_value = d.new_value, txn_date = d.new_date FROM dqx_diff d WHERE d.action = 'changed'"
        "   AND b.rule_id = d.rule_id AND b.source_id = d.source_id AND b.source_uid = d.source_uid"
    )


def open_new(staging: sql.Composable) -> sql.Composed:
    """Insert the new rows in key order: the primary key then grows at its end and not all over (measured: 0.6 × the time)."""
    return sql.SQL(
        "INSERT INTO dq.bad_detail (rule_id, source_id, source_uid, data_value, txn_date)"
        " SELECT rule_id, source_id, source_uid, new_value, new_date FROM dqx_diff WHERE action = 'new'"
        " UNION ALL SELECT s.rule_id, s.source_id, s.source_uid, s.data_value, s.txn_date FROM {staging} s"
        "   JOIN dqx_pairs p ON p.rule_id = s.rule_id AND p.source_id = s.source_id AND p.is_new"
        " ORDER BY 1, 2, 3"
    ).format(staging=staging)


def resolved_before() -> sql.SQL:
    """Whether a row of the pairs was ever resolved; if not, none can be reopened and nothing needs to be looked up."""
    return sql.SQL(
        "SELECT EXISTS (SELECT FROM dq.bad_detail_events e JOIN dqx_pairs p USING (rule_id, source_id) WHERE e.action = 'resolved')"
    )


def record(staging: sql.Composable, reopened: bool) -> sql.Composed:
    """Write the events of publication %(publication)s, in key order. With `reopened` a new row that was resolved before is reopened."""
    again = sql.SQL(
        "CASE WHEN EXISTS (SELECT FROM dq.bad_detail_events e WHERE e.rule_id = n.rule_id AND e.source_id = n.source_id"
        " AND e.source_uid = n.source_uid AND e.action = 'resolved') THEN 'reopened' ELSE 'opened' END"
    )
    return sql.SQL(
        "INSERT INTO dq.bad_detail_events"
        " (publication, at, action, rule_id, source_id, source_uid, old_value, new_value, old_date, new_date)"
        " SELECT %(publication)s, now(), CASE n.action WHEN 'new' THEN {opened} ELSE n.action END,"
        "        n.rule_id, n.source_id, n.source_uid, n.old_value, n.new_value, n.old_date, n.new_date"
        "   FROM (SELECT action, rule_id, source_id, source_uid, old_value, new_value, old_date, new_date FROM dqx_diff"
        "         UNION ALL SELECT 'new', s.rule_id, s.source_id, s.source_uid, NULL, s.data_value, NULL, s.txn_date"
        "           FROM {staging} s JOIN dqx_pairs p ON p.rule_id = s.rule_id AND p.source_id = s.source_id AND p.is_new"
        "        ) n"
        "  ORDER BY n.rule_id, n.source_id, n.source_uid"
    ).format(opened=again if reopened else sql.Literal("opened"), staging=staging)
