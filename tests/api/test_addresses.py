"""Every address answers with and without the slash at its end."""

import re

import pytest
from django.urls import URLPattern

from dqx import api

ROUTES = sorted(
    {str(address.pattern).rstrip("/") for address in api.urlpatterns if isinstance(address, URLPattern)} - {""}
)
CONTRACT = {
    "auth/register", "auth/login", "auth/refresh", "auth/logout", "auth/me", "auth/me/password", "auth/users", "auth/users/<int:pk>",
    "tables", "tables/<str:table>/structure", "tables/<str:table>/data", "tables/<str:table>/data/<anything:record_id>", "query",
    "query/stop",
    "sql_scripts", "sql_scripts/execute", "sql_scripts/catalogue", "sql_scripts/catalogue/columns", "sql_scripts/format",
    "sql_scripts/<int:pk>", "sql_scripts/<int:pk>/populate_table", "sql_scripts/<int:pk>/staging",
    "sql_scripts/<int:pk>/review", "sql_scripts/<int:pk>/publish", "sql_scripts/<int:pk>/versions",
    "sql_scripts/<int:pk>/versions/<int:n>", "sql_scripts/<int:pk>/versions/<int:n>/restore", "runs", "runs/<int:pk>",
    "runs/<int:pk>/cancel", "bad_detail", "bad_detail/filters", "bad_detail/export", "bad_detail/history", "stats/by_date",
    "stats/by_rule", "stats/by_source", "stats/summary", "stats/worst_records", "stats/activity", "stats/changes",
    "scheduler", "scheduler/preview", "scheduler/<int:pk>",
    "scheduler/<int:pk>/toggle", "scheduler/<int:pk>/run_now", "scheduler/<int:pk>/next_runs", "scheduler/<int:pk>/due_times",
    "reference_tables/rules", "reference_tables/rules/<anything:pk>", "reference_tables/sources",
    "reference_tables/sources/<anything:pk>", "connections", "connections/<int:pk>",
    "connections/<int:pk>/test", "audit", "schema", "^docs/?$",
    "reference_tables/export", "reference_tables/import", "reference_tables/missing", "reference_tables/uses", "sql_scripts/names",
    "alerts/channels", "alerts/channels/names", "alerts/channels/<int:pk>", "alerts/channels/<int:pk>/test", "alerts/rules",
    "alerts/rules/<int:pk>", "alerts/incidents", "alerts/messages",
}  # fmt: skip
# A page and a file; the rest is JSON.
PLAIN = sorted(CONTRACT - {"^docs/?$", "bad_detail/export"})


def address_of(route):
    """The route with something in the place of each parameter."""
    return "/api/" + re.sub(r"<int:\w+>", "4711", re.sub(r"<(str|anything):\w+>", "nothing", route))


def test_these_are_all_addresses():
    assert set(ROUTES) == CONTRACT


@pytest.mark.django_db
@pytest.mark.parametrize("route", PLAIN)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_forms_answer_the_same(as_admin, route, method):
    path = address_of(route)
    one, other = as_admin.send(method, path), as_admin.send(method, f"{path}/")
    assert one.status_code == other.status_code
    assert one.json() == other.json()
    assert "There is no such address." not in one.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/docs", "/healthz"])
def test_both_forms_of_what_is_no_json(as_admin, path):
    assert as_admin.get(path).status_code == as_admin.get(f"{path}/").status_code == 200
