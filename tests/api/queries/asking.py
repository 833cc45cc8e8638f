"""A query over HTTP, and its answer."""

import json

import pytest


def ask(api, query, **more):
    return api.post("/api/query/", {"query": query, **more})


def found(api, query, **more):
    """The answer, which has to be strict JSON that says what it holds."""
    answer = ask(api, query, **more)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content, parse_constant=pytest.fail)
    assert set(body) == {"columns", "rows", "row_count", "truncated", "duration_ms"}
    assert body["row_count"] == len(body["rows"])
    assert all([column["name"] for column in body["columns"]] == list(row) for row in body["rows"])
    return body


def value(api, expression):
    return found(api, f"SELECT {expression} AS v")["rows"][0]["v"]
