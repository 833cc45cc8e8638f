"""A front end that somebody else serves, in a real browser: what the API lets it do, and what it does not."""

import functools
import http.server
import json
import threading

import pytest

from tests.api import servers
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
TALK = """
async ([site, path, options]) => {
    try {
        const answer = await fetch(site + path, options);
        const headers = Object.fromEntries(answer.headers);
        return {status: answer.status, headers, body: await answer.text()};
    } catch (error) {
        return {status: 0, headers: {}, body: String(error)};
    }
}
"""


@pytest.fixture(scope="module")
def front_ends(tmp_path_factory):
    """The addresses of two pages of others."""
    folder = tmp_path_factory.mktemp("front")
    (folder / "index.html").write_text("<!doctype html><title>Somebody else's</title>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    running = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    for one in running:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{one.server_port}" for one in running]
    for one in running:
        one.shutdown()
        one.server_close()


@pytest.fixture(scope="module")
def site(django_db_setup, front_ends, tmp_path_factory):
    with servers.web(tmp_path_factory.mktemp("servers"), DQX_CORS_ORIGINS=front_ends[0]) as http:
        yield http.address


def talk(page, site, path, method="GET", body=None, **options):
    """What a page's script gets when it fetches from DQX; status 0 where the browser keeps the answer from it."""
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    given = {"body": body} if body else {}
    return page.evaluate(TALK, [site, path, {"method": method, "headers": headers, **given, **options}])


def signed_in(page, site):
    """What a front end sends after it has signed in."""
    answer = talk(page, site, "/api/auth/login", "POST", json.dumps({"username": "ada", "password": PASSWORD}))
    assert answer["status"] == 200, answer
    return {"Authorization": f"Bearer {json.loads(answer['body'])['access']}", "X-Request-ID": "from-the-front-end"}


def test_a_named_front_end_signs_in_writes_and_reads_headers(page, site, front_ends, admin):
    page.goto(front_ends[0])
    headers = signed_in(page, site)
    rule = json.dumps({"rule_id": "R1", "rule_name": "x"})
    made = talk(page, site, "/api/reference_tables/rules", "POST", rule, headers=headers)
    assert (made["status"], made["headers"]["location"]) == (201, "/api/reference_tables/rules/R1/")
    assert made["headers"]["x-request-id"] == "from-the-front-end"
    export = talk(page, site, "/api/bad_detail/export?format=csv", headers=headers)
    assert "attachment" in export["headers"]["content-disposition"]
    assert talk(page, site, "/api/reference_tables/rules/R1", "DELETE", headers=headers)["status"] == 204
    refused = talk(page, site, "/api/nothing", headers=headers)
    assert (refused["status"], json.loads(refused["body"])["error"]["code"]) == (404, "not_found")


def test_a_session_of_the_pages_is_no_use_to_it(page, site, front_ends, admin):
    page.goto(front_ends[0])
    assert talk(page, site, "/api/auth/me")["status"] == 401
    assert talk(page, site, "/api/auth/me", credentials="include")["status"] == 0


def test_another_front_end_gets_nothing(page, site, front_ends, admin):
    page.goto(front_ends[1])
    assert talk(page, site, "/api/auth/me")["status"] == 0
    body = json.dumps({"username": "ada", "password": PASSWORD})
    assert talk(page, site, "/api/auth/login", "POST", body)["status"] == 0


def test_what_is_not_the_api_is_kept_from_a_named_one_too(page, site, front_ends):
    page.goto(front_ends[0])
    for path in ("/healthz", "/metrics"):
        assert talk(page, site, path)["status"] == 0
