"""Connections at the command line: kept, tried, changed and deleted by an Admin, and no password is ever shown."""

import json

import pytest

from tests.api import elsewhere
from tests.api.contract.caller import new_name, select

pytestmark = pytest.mark.django_db


def test_one_is_kept_tried_read_and_deleted(ada, far, there):
    shown = ada.does("connections", "show", far)
    told = {
        "host": there.host,
        "port": str(there.port),
        "user": there.user,
        "tls": "prefer",
        "at once": "4",
        "password": "kept",
    }
    assert shown.facts.items() >= told.items() and there.password not in shown.out
    tried = ada.does("connections", "test", far).facts
    assert (tried["database"], tried["user"]) == (there.dbname, there.user)
    name = new_name("reads")
    ada.does("scripts", "create", name, "-f", "-", "--connection", far, given=elsewhere.SCRIPT)
    assert ada.does("connections", "show", far).facts["read by"] == name
    refused = ada("connections", "delete", far, "--yes")
    assert refused.code == 1 and name in refused.err
    ada.does("scripts", "edit", name, "--connection", "", "-f", "-", given=select("HERE", "u1"))
    ada.does("connections", "delete", far, "--yes")


def test_one_is_changed_and_a_password_that_is_wrong_is_told(ada, far, there):
    changed = ada.does("connections", "edit", far, "--runs-at-once", 2, "--name", f"{far}x", "--json").document
    assert (changed["runs_at_once"], changed["name"], changed["has_password"]) == (2, f"{far}x", True)
    leads = f"{there.user}@{there.host}:{there.port}/{there.dbname}"
    assert ada.does("connections").line(f"{far}x")[2:] == [leads, "prefer", "2", "0"]
    shown = ada.seen("connections", "edit", f"{far}x", "--password", answers={"Password: ": "wrong\r"})
    assert shown.code == 0 and "wrong" not in shown.out
    tried = ada("connections", "test", f"{far}x", "--json")
    assert (tried.code, tried.document["ok"]) == (1, False)
    assert json.loads(tried.err)["error"]["message"] == tried.document["message"]
    assert ada.does("connections", "edit", f"{far}x", "--no-password").facts["password"] == "none"


def test_what_is_wrong_is_told_and_repeats_no_password(ada, far):
    done = ada("connections", "create", "x", "--host", "169.254.169.254", "--dbname", "d", "--user", "u")
    assert done.code == 1 and done.err.endswith("  option: --host\n")
    assert "dbname: This field is required." in ada("connections", "create", "x", "--host", "db.example.org").err
    given = ["--password", "s3cret"]
    for words in (["create", "x", *given], ["edit", far, *given], ["edit", far], ["edit", far, "--password"]):
        done = ada("connections", *words)
        assert done.code == 2 and "s3cret" not in done.err, words


def test_they_are_for_admins(dqx):
    done = dqx("connections", "--json")
    assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_allowed")
