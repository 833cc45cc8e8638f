"""A query has only so many rows, bytes and seconds, and so many run at once."""

import concurrent.futures
import threading
import time
from pathlib import Path

import pytest
from django.db import connections as databases

from dqx.errors import TooMany
from tests import steps
from tests.api.conftest import Api, refused
from tests.api.queries.asking import ask, found

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_are_limited(as_author):
    query = "SELECT g FROM generate_series(1, 1000) g"
    assert (lambda told: (told["row_count"], told["truncated"]))(found(as_author, query)) == (100, True)
    told = found(as_author, query, limit=3)
    assert (told["rows"], told["truncated"]) == ([{"g": 1}, {"g": 2}, {"g": 3}], True)
    assert not found(as_author, query, limit=1000)["truncated"]
    assert found(as_author, "SELECT generate_series(1, 100000000000)", limit=1)["row_count"] == 1


def test_the_order_of_a_query_stays(as_author):
    told = found(as_author, "SELECT g FROM generate_series(1, 1000) g ORDER BY -g", limit=3)
    assert [row["g"] for row in told["rows"]] == [1000, 999, 998]


def test_bytes_are_limited(as_author, settings):
    settings.QUERY_BYTES = 10_000
    told = found(as_author, "SELECT repeat('x', 3000) AS v FROM generate_series(1, 100)")
    assert (told["row_count"], told["truncated"]) == (3, True)
    told = found(as_author, "SELECT repeat('x', CASE g WHEN 3 THEN 20000 ELSE 1 END) AS v FROM generate_series(1, 9) g")
    assert (told["row_count"], told["truncated"]) == (2, True)
    refused(ask(as_author, "SELECT repeat('x', 20000)"), 422, "row_too_large")
    # What is short for PostgreSQL is long in JSON.
    refused(
        ask(as_author, "SELECT " + ", ".join(f'true AS "{"x" * 50}{number}"' for number in range(200))),
        422,
        "row_too_large",
    )


def test_a_value_of_half_a_gigabyte_does_not_come_here(as_author):
    before = peak_mb()
    assert ask(as_author, "SELECT repeat('x', 500000000)").status_code == 422
    assert peak_mb() - before < 50


def peak_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM generate_series(1, 100000000000)",
        # This one never looks whether it shall stop.
        "SELECT strpos(repeat('a', 160000 + i), 'b' || repeat('a', 80000)) FROM generate_series(1, 1) i",
    ],
)
def test_time_is_limited(as_author, settings, query):
    settings.QUERY_SECONDS = 1
    started = time.monotonic()
    refused(ask(as_author, query), 422, "time_limit")
    assert time.monotonic() - started < 5


def test_no_more_queries_run_at_once_than_may(author, settings, transactional_db):
    settings.QUERIES_AT_ONCE, settings.QUERY_SECONDS = 2, 3
    slow = "SELECT count(*) FROM generate_series(1, 100000000000)"
    started = threading.Barrier(3)

    def wait_for_it():
        try:
            started.wait()
            return ask(Api(author), slow).status_code
        finally:
            databases.close_all()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(wait_for_it) for _ in range(2)]
        started.wait()
        assert steps.eventually(lambda: running(slow) == 2)
        answer = ask(Api(author), "SELECT 1")
        refused(answer, 429, "too_many_queries")
        assert int(answer["Retry-After"]) > 0
        assert [each.result() for each in waiting] == [422, 422]
    found(Api(author), "SELECT 1")


def running(query):
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database()"
            " AND state = 'active' AND query LIKE 'COPY%%'"
        )
        return cursor.rowcount


def test_too_many_is_an_error_of_ours():
    assert TooMany("too_many_queries", "x").http_status == 429
