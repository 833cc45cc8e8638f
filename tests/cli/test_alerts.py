"""Alerts at the command line: what is wrong, what was told and whether it arrived, and the test of a channel."""

import json

import pytest

from dqx.users.models import User
from tests.alerts import receivers, story
from tests.api import servers
from tests.cli.terminal import STYLE
from tests.conftest import PASSWORD
from tests.pages import alerts

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def told(address, django_db_blocker):
    """What is open and over, and messages that arrived, wait and failed."""
    with django_db_blocker.unblock():
        alerts.world(User.objects.get(username="ada"), story.script_row("orders"))


def test_where_nothing_is_wrong_it_says_so(dqx):
    done = dqx.does("alerts")
    assert (done.out, done.err) == ("", "Nothing that a rule asks for is wrong.\n")
    assert dqx.does("alerts", "--json").out == ""


def documents(done):
    return [json.loads(line) for line in done.out.splitlines()]


def test_what_is_open_and_what_is_over(dqx, told):
    rows, late, failed = dqx.does("alerts").out.splitlines()[2:]
    assert "R1 – <b>x</b> in S1: 12 new rows: such as very-" in rows and rows.startswith("new bad rows")
    assert "nightly: Missed while DQX was down." in late and "Night <script>" in late
    assert "Populate of orders: column very-" in failed and "…" in failed
    assert [one["title"] for one in documents(dqx.does("alerts", "--over", "--json"))] == ["Publish of old"]
    found = documents(dqx.does("alerts", "--kind", "run_failed", "--limit", 1, "--json"))
    assert [(one["kind"], one["closed_at"]) for one in found] == [("run_failed", None)]


def test_what_was_told_and_whether_it_arrived(dqx, told):
    waits, failed, sent = dqx.does("alerts", "messages").out.splitlines()[2:]
    assert "waiting" in waits and "The server answered 500. 2 attempts. The next at 20" in waits
    assert "failed" in failed and "Slack did not take the message. It answered 404. 5 attempts." in failed
    assert sent.split()[:3] == ["Data", "team", "sent"] and sent.endswith("DQX: 1 run failed, 12 new bad rows")
    (only,) = documents(dqx.does("alerts", "messages", "--status", "failed", "--json"))
    assert only["channel"]["name"] == "Room" and len(only["content"]["events"]) == 3
    assert dqx("alerts", "messages", "--status", "lost").code == 2


def test_an_admin_tests_a_channel_and_hears_how_it_went(ada, told):
    http = servers.Http(ada.address)
    http.sign_in("ada", PASSWORD)
    with receivers.web() as web:
        hook = {"name": "hook", "kind": "webhook", "url": web.url("/t0ken")}
        pk = http("POST", "/api/alerts/channels/", hook).body["id"]
        assert "A test message was handed over to http://127.0.0.1:" in ada.does("alerts", "test", "hook").err
        assert web.posted[0].json["test"] is True
        web.status = 503
        done = ada("alerts", "test", pk, "--json")
    assert done.code == 1 and done.document["ok"] is False
    assert json.loads(done.err)["error"]["message"] == "The server answered 503." == done.document["message"]
    assert "Did you mean 'hook'?" in ada("alerts", "test", "hooks").err


def test_a_test_is_for_admins(dqx, told):
    assert "Data team" in dqx.does("alerts", "channels").out
    done = dqx("alerts", "test", "Data team", "--json")
    assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_allowed")


def test_at_80_columns_no_word_and_no_time_is_broken(dqx, told):
    shown = STYLE.sub("", dqx.seen("alerts", "messages").out)
    assert max(map(len, shown.splitlines())) <= 80
    assert all(word in shown for word in ("<script>alert(3)</script>", "waiting", "attempts.", "message.")), shown
