"""Every address answers with and without the slash at its end."""

import pytest
from django.urls import URLPattern

from dqx import api

ROUTES = sorted(
    {str(address.pattern).rstrip("/") for address in api.urlpatterns if isinstance(address, URLPattern)} - {""}
)
CONTRACT = {
    "auth/login", "auth/refresh", "auth/me", "sql_scripts", "sql_scripts/<int:pk>", "sql_scripts/<int:pk>/populate_table",
    "sql_scripts/<int:pk>/staging", "sql_scripts/<int:pk>/review", "sql_scripts/<int:pk>/publish", "runs", "runs/<int:pk>",
    "runs/<int:pk>/cancel", "bad_detail", "bad_detail/filters", "reference_tables/rules", "reference_tables/rules/<anything:pk>",
    "reference_tables/sources", "reference_tables/sources/<anything:pk>",
}  # fmt: skip


def test_these_are_all_addresses():
    assert set(ROUTES) == CONTRACT


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_forms_answer_the_same(as_admin, route, method):
    path = "/api/" + route.replace("<int:pk>", "4711").replace("<anything:pk>", "nothing")
    one, other = as_admin.send(method, path), as_admin.send(method, f"{path}/")
    assert one.status_code == other.status_code
    assert one.json() == other.json()
    assert "There is no such address." not in one.content.decode()
