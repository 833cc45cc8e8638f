"""SQL about the types of values. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def value_types() -> sql.SQL:
    """The types %(oids)s and those that they are made of: of a domain its base, of an array its element and what stands between two."""
    return sql.SQL(
        "WITH RECURSIVE t AS ("
        "  SELECT oid, typtype, typbasetype, typelem, typinput FROM pg_type WHERE oid = ANY(%(oids)s::oid[])"
        "  UNION"
        "  SELECT p.oid, p.typtype, p.typbasetype, p.typelem, p.typinput FROM t JOIN pg_type p"
        "      ON p.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype WHEN t.typinput::text = 'array_in' THEN t.typelem END)"
        " SELECT t.oid::bigint AS oid, CASE WHEN t.typtype = 'd' THEN t.typbasetype::bigint END AS base,"
        "        CASE WHEN t.typtype <> 'd' AND t.typinput::text = 'array_in' THEN t.typelem::bigint END AS element,"
        "        (SELECT e.typdelim::text FROM pg_type e WHERE e.oid = t.typelem) AS delimiter"
        "   FROM t"
    )
