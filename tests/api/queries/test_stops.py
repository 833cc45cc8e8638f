"""A query that somebody waits for is stopped by that person and nobody else, in the database itself, through any process."""

import concurrent.futures
import time
from datetime import timedelta

import pytest
from django.db import connections as databases
from django.db.models.functions import Now

from scripts_app.models import QueryStop
from tests import steps
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db(transaction=True)
QUERY, STOP = "/api/query/", "/api/query/stop"
ENDLESS = "SELECT count(*) FROM generate_series(1, 100000000000) AS stoppable"


@pytest.fixture
def asked():
    """Ask for a query and let it be; its answer comes later."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:

        def ask(api, **body):
            return pool.submit(answer, api, body)

        yield ask


def answer(api, body):
    try:
        return api.post(QUERY, body)
    finally:
        databases.close_all()


def test_a_stop_ends_the_query_in_the_database_soon(as_author, asked):
    waiting = asked(as_author, query=ENDLESS, tag="mine")
    assert steps.eventually(lambda: steps.copies_at_work("stoppable"))
    began = time.monotonic()
    assert as_author.post(STOP, {"tag": "mine"}).status_code == 204
    error = refused(waiting.result(), 409, "cancelled")
    assert error["message"] == "The query was stopped." and time.monotonic() - began < 2.5
    assert steps.copies_at_work("stoppable") == 0 and not QueryStop.objects.exists()


def test_nobody_stops_the_query_of_another_person(as_author, make_user, asked, settings):
    settings.QUERY_SECONDS = 2
    other = Api(make_user("oscar", role="admin"))
    waiting = asked(as_author, query=ENDLESS, tag="mine"), asked(other, query=ENDLESS, tag="other's")
    assert steps.eventually(lambda: steps.copies_at_work("stoppable") == 2)
    assert other.post(STOP, {"tag": "mine"}).status_code == 204
    assert as_author.post(STOP, {"tag": "Other's"}).status_code == 204
    for each in waiting:
        refused(each.result(), 422, "time_limit")


def test_a_stop_that_comes_first_is_not_lost_and_holds_once(as_author):
    assert as_author.post(STOP, {"tag": "mine"}).status_code == as_author.post(STOP, {"tag": "mine"}).status_code == 204
    script = steps.FIVE + " FROM generate_series(1, 100000000000) AS stoppable WHERE stoppable < 0"
    refused(as_author.post("/api/sql_scripts/execute", {"script_content": script, "tag": "mine"}), 409, "cancelled")
    assert as_author.post(QUERY, {"query": "SELECT 1", "tag": "mine"}).status_code == 200


def test_stops_that_nobody_heard_are_forgotten(as_author, author):
    QueryStop.objects.create(person=author, tag="old", at=Now() - timedelta(minutes=11))
    as_author.post(STOP, {"tag": "new"})
    assert [stop.tag for stop in QueryStop.objects.all()] == ["new"]


@pytest.mark.parametrize("tag", ["", "x" * 65, 7, None, "a\x00"])
def test_a_tag_that_is_none_is_refused(as_author, tag):
    assert wrong_fields(as_author.post(STOP, {"tag": tag})) == {"tag"}
