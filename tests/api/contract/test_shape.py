"""contract.md, its head and its last lines: both forms of each path, one shape of refusal, and what needs no sign-in."""

import http.client
import json
import re
from urllib.parse import urlencode

import pytest

from tests.api.contract.caller import Caller, select, shaped
from tests.conftest import PASSWORD

# A transaction of this process in which nothing happens: what the tests look at was made by others.
pytestmark = pytest.mark.django_db
LOOKS = [
    "auth/me",
    "auth/users",
    "auth/users/{person}",
    "tables",
    "tables/rule_ref/structure",
    "tables/rule_ref/data",
    "sql_scripts",
    "sql_scripts/{script}",
    "sql_scripts/{script}/staging",
    "sql_scripts/{script}/review",
    "sql_scripts/{script}/versions",
    "sql_scripts/{script}/versions/1",
    "runs",
    "runs/{run}",
    "bad_detail",
    "bad_detail/filters",
    "stats/by_date",
    "stats/by_rule",
    "stats/by_source",
    "stats/summary",
    "scheduler",
    "scheduler/{schedule}",
    "scheduler/{schedule}/next_runs",
    "scheduler/{schedule}/due_times",
    "reference_tables/rules",
    "reference_tables/rules/SHAPE",
    "reference_tables/sources",
    "connections",
    "schema",
]
CALLS = [
    "auth/register",
    "auth/login",
    "auth/refresh",
    "auth/logout",
    "auth/me/password",
    "tables/rule_ref/data/x",
    "query",
    "sql_scripts/execute",
    "sql_scripts/{script}/populate_table",
    "sql_scripts/{script}/publish",
    "sql_scripts/{script}/versions/1/restore",
    "runs/{run}/cancel",
    "scheduler/{schedule}/toggle",
    "scheduler/{schedule}/run_now",
    "connections/1/test",
]
OTHERS = ("bad_detail/export?format=csv", "bad_detail/history?rule_id=SHAPE&source_id=S1&source_uid=u1", "docs")


@pytest.fixture(scope="module")
def ids(world):
    """One of everything."""
    script = world.publisher.published(select("SHAPE", "u1"))
    world.author.does("POST", "/api/reference_tables/rules", {"rule_id": "SHAPE", "rule_name": "x"}, 201)
    schedule = {"job_name": "x", "script_id": script, "cron_schedule": "0 4 * * *"}
    return {
        "script": script,
        "run": world.viewer.gets(f"/api/runs/?script={script}")["results"][0]["id"],
        "schedule": world.publisher.does("POST", "/api/scheduler/", schedule, 201)["id"],
        "person": world.admin.gets("/api/auth/me")["id"],
    }


def test_every_path_answers_with_and_without_the_slash(admin, ids):
    for address in LOOKS:
        path = f"/api/{address.format(**ids)}"
        plain, slashed = (admin.raw("GET", form, Authorization=f"Bearer {admin.token}") for form in (path, f"{path}/"))
        assert (plain[0], plain[2]) == (slashed[0], slashed[2]) and plain[0] == 200, (path, plain[0], slashed[0])
    for address in OTHERS:
        path, _, query = f"/api/{address}".partition("?")
        forms = (f"{path}?{query}", f"{path}/?{query}")
        assert [admin.raw("GET", form, Authorization=f"Bearer {admin.token}")[0] for form in forms] == [200, 200], path


def test_a_method_that_a_path_lacks_is_405_in_both_forms(admin, ids):
    for address in CALLS:
        for form in ("", "/"):
            path = f"/api/{address.format(**ids)}{form}"
            answer = admin.raw("GET", path, Authorization=f"Bearer {admin.token}")
            assert shaped(answer, 405, "method_not_allowed"), path
            assert "POST" in answer[1]["Allow"] or "PUT" in answer[1]["Allow"], path


def test_whoever_is_not_signed_in_gets_401(nobody, ids):
    for address in (*LOOKS[:-1], *OTHERS[:2]):  # the description is for everybody
        answer = nobody("GET", f"/api/{address.format(**ids)}")
        assert shaped(answer, 401, "not_signed_in"), address
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    bad = Caller(nobody.address)
    for token in ("nonsense", "a.b.c", "é"):
        bad.token = token
        bad.refused(401, "token_not_valid", "GET", "/api/auth/me")


def test_each_status_in_its_shape(admin, author, viewer, nobody):
    signed = {"Authorization": f"Bearer {author.token}"}
    for text in (b"{", b"\xff", b"nonsense", b'{"a": NaN}'):
        shaped(author.raw("POST", "/api/query", text, Content_Type="application/json", **signed), 400, "malformed")
    fields = author.refused(400, "invalid", "POST", "/api/query", {"nonsense": 1})["details"]["fields"]
    assert set(fields) == {"query", "nonsense"}
    assert set(author.refused(400, "invalid", "GET", "/api/bad_detail/?colour=red")["details"]["fields"]) == {"colour"}
    viewer.refused(403, "not_allowed", "POST", "/api/query", {"query": "SELECT 1"})
    author.refused(403, "not_allowed", "GET", "/api/connections/")
    for path in (
        "sql_scripts/999999999",
        "runs/999999999",
        "scheduler/999999999",
        "reference_tables/rules/none",
        "nothing",
        "a/b/c",
    ):
        answer = admin("GET", f"/api/{path}")
        assert answer.status == 404 and shaped(answer, 404, answer.body["error"]["code"]), path
    shaped(
        author.raw("POST", "/api/query", b"query=1", Content_Type="text/plain", **signed), 415, "unsupported_media_type"
    )
    author.refused(422, "query_refused", "POST", "/api/query", {"query": "SELECT nonsense"})


@pytest.mark.parametrize(
    "path", ["/api/sql_scripts/99999999999999999999", "/api/runs/-1", "/api/runs/x", "/api/%00", "/api/%ff%fe"]
)
def test_an_address_that_can_be_none_is_404(author, path):
    status, _, body = author.raw("GET", path, Authorization=f"Bearer {author.token}")
    assert status == 404, body
    assert set(json.loads(body)) == {"error"}


def test_what_django_refuses_itself_has_the_shape_too(author):
    signed = {"Authorization": f"Bearer {author.token}"}
    shaped(author.raw("GET", "/api/sql_scripts", Host="evil.example", **signed), 400, "malformed")
    for query in ("q=%00", "q=%ff", "rule_id=%00"):
        status, _, body = author.raw("GET", f"/api/bad_detail?{query}", **signed)
        assert status in (200, 400) and (status == 200 or "error" in json.loads(body)), (query, status, body)
    many = "&".join(f"rule_id={n}" for n in range(250))
    assert author.raw("GET", f"/api/bad_detail?{many}", **signed)[0] == 200


def test_a_service_that_is_away_is_503(author, lonely):
    alone = Caller(lonely)
    alone.token = author.token
    pk = author.script(select("AWAY", "u1"))
    alone.refused(503, "broker_away", "POST", f"/api/sql_scripts/{pk}/populate_table")


def _page_session(address):
    """Signs in on the page; the cookies and the CSRF token."""
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    line.request("GET", "/accounts/login")
    answer = line.getresponse()
    cookie = re.search("csrftoken=([^;]+)", str(answer.headers))[1]
    page = answer.read().decode()
    assert answer.status == 200, (answer.status, page[:500])
    form = re.search('csrfmiddlewaretoken" value="([^"]+)', page)[1]
    body = urlencode({"username": "arthur", "password": PASSWORD, "csrfmiddlewaretoken": form, "next": "/"})
    given = {"Cookie": f"csrftoken={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/accounts/login", body, given)
    answer = line.getresponse()
    assert answer.status == 302, answer.read()
    told = str(answer.headers)
    line.close()
    token = re.search("csrftoken=([^;]+)", told)
    return re.search("sessionid=([^;]+)", told)[1], token[1] if token else cookie


def test_the_sites_session_is_enough_to_look_and_needs_csrf_to_change(nobody):
    session, token = _page_session(nobody.address)
    cookies = f"sessionid={session}; csrftoken={token}"
    status, _, body = nobody.raw("GET", "/api/auth/me", Cookie=cookies)
    assert (status, json.loads(body)["username"]) == (200, "arthur")
    text, kind = (
        json.dumps({"query": "SELECT 1 AS a"}).encode(),
        {"Content_Type": "application/json", "Cookie": cookies},
    )
    shaped(nobody.raw("POST", "/api/query", text, **kind), 403, "not_allowed")
    assert nobody.raw("POST", "/api/query", text, X_CSRFToken=token, **kind)[0] == 200


def test_the_description_and_its_page(nobody, viewer):
    description = viewer.gets("/api/schema/")
    assert description["openapi"].startswith("3.")
    told = {path.removeprefix("/api/").rstrip("/") for path in description["paths"]}
    wanted = {
        re.sub(r"\{\w+\}|SHAPE|rule_ref|(?<=versions/)1|(?<=connections/)1|(?<=data/)x", "{}", path)
        for path in (*LOOKS, *CALLS)
    }
    assert {re.sub(r"\{\w+\}", "{}", path) for path in told} >= wanted - {"schema"}
    status, _, page = viewer.raw("GET", "/api/docs/", Authorization=f"Bearer {viewer.token}")
    assert status == 200 and not re.search(rb'(src|href)="https?://', page)


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_it_says_that_it_is_alive(nobody, path):
    assert nobody.gets(path) == {"status": "ok"}
