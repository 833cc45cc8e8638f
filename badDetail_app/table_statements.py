"""SQL that makes the central table, its history and its counts, and proves the counts. Composed here, run elsewhere."""

from psycopg2 import sql


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


def index_events_by_time() -> sql.SQL:
    """Block ranges find the events of the last days; next to nothing to keep, and made by one look at all events."""
    return sql.SQL("CREATE INDEX bad_detail_events_at ON dq.bad_detail_events USING brin (at)")


def forget_events_by_time() -> sql.SQL:
    """Take that index away."""
    return sql.SQL("DROP INDEX dq.bad_detail_events_at")
