"""Front ends that other people serve: closed, and open to the origins that are named."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from dqx import environment
from tests.conftest import PASSWORD

OURS, FOREIGN = "https://app.example.org", "https://evil.example.org"
ASKS = {
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "DELETE",
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "authorization, content-type",
}
EXPOSED = {"link", "location", "retry-after", "content-disposition", "x-request-id"}

pytestmark = pytest.mark.django_db


def told(response):
    """The headers that a browser looks at."""
    return {name.lower(): value for name, value in response.items() if name.lower().startswith("access-control-")}


@pytest.fixture
def opened(settings):
    settings.CORS_ALLOWED_ORIGINS = [OURS]


def test_without_a_setting_it_is_closed(as_viewer):
    for method, asks in (("GET", {}), ("OPTIONS", ASKS)):
        assert told(as_viewer.send(method, "/api/bad_detail/", HTTP_ORIGIN=OURS, **asks)) == {}


def test_a_preflight_says_what_may_be_sent(opened, as_nobody):
    answer = as_nobody.send("OPTIONS", "/api/sql_scripts/1", HTTP_ORIGIN=OURS, **ASKS)
    found = told(answer)
    assert answer.status_code == 200
    assert found["access-control-allow-origin"] == OURS
    assert {"DELETE", "PATCH", "PUT", "POST", "GET"} <= set(found["access-control-allow-methods"].split(", "))
    assert {"authorization", "content-type", "x-request-id"} <= set(found["access-control-allow-headers"].split(", "))
    assert "x-csrftoken" not in found["access-control-allow-headers"]


def test_an_answer_may_be_read_with_its_headers(opened, as_viewer, as_nobody):
    for who, status in ((as_viewer, 200), (as_nobody, 401)):
        answer = who.send("GET", "/api/bad_detail/", HTTP_ORIGIN=OURS)
        found = told(answer)
        assert (answer.status_code, found["access-control-allow-origin"]) == (status, OURS)
        assert {name.lower() for name in found["access-control-expose-headers"].split(", ")} >= EXPOSED
        assert "origin" in answer["Vary"].lower()


def test_a_session_does_not_go_along(opened, as_viewer, as_nobody, viewer):
    for method, asks in (("GET", {}), ("OPTIONS", ASKS)):
        answer = as_viewer.send(method, "/api/auth/me", HTTP_ORIGIN=OURS, **asks)
        assert "access-control-allow-credentials" not in told(answer)
    as_nobody.client.post("/accounts/login", {"username": viewer.username, "password": PASSWORD})
    cookie = as_nobody.client.cookies["sessionid"]
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", f"{OURS}.evil.example.org", "http://app.example.org", f"{OURS}:444"]
)
def test_a_foreign_origin_gets_nothing(opened, as_viewer, origin):
    for method, asks in (("GET", {}), ("OPTIONS", ASKS)):
        assert told(as_viewer.send(method, "/api/bad_detail/", HTTP_ORIGIN=origin, **asks)) == {}


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/healthz", "/metrics"])
def test_nothing_but_the_api_is_open(opened, as_viewer, path):
    assert told(as_viewer.send("GET", path, HTTP_ORIGIN=OURS)) == {}


@pytest.mark.parametrize(
    "value",
    ["*", "https://*.example.org", "app.example.org", "https://app.example.org/", "https://a.example.org/x", "ftp://a.example.org",
     "https://u:p@a.example.org", "null", "https://a.example.org?x", "https://a.example.org:port", "https://a b"],
)  # fmt: skip
def test_what_is_no_origin_is_refused_by_name(value, monkeypatch):
    monkeypatch.setenv("DQX_CORS_ORIGINS", f"https://good.example.org,{value}")
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.origins("DQX_CORS_ORIGINS")
    assert "DQX_CORS_ORIGINS" in str(refused.value) and f"'{value}'" in str(refused.value)


def test_what_a_browser_writes_otherwise_is_understood(monkeypatch):
    monkeypatch.setenv("DQX_CORS_ORIGINS", "HTTPS://App.example.org:443, http://localhost:3000,http://[::1]:80")
    assert environment.origins("DQX_CORS_ORIGINS") == [OURS, "http://localhost:3000", "http://[::1]"]
