"""Every refusal has the one shape, whatever raised it."""

import json

import pytest
from django.db import OperationalError, connection
from django.test import Client

from badDetail_app import reports
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db
RULE = {"rule_id": "R1", "rule_name": "a rule"}


def raw(api, data, content_type="application/json", path="/api/reference_tables/rules/", method="POST", **more):
    return api.client.generic(method, path, data, content_type=content_type, headers=api.headers, **more)


@pytest.mark.parametrize(
    "data",
    [b"{", b"", b" ", b"nonsense", b'{"a": NaN}', b"\xff\xfe\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}"],
)
def test_malformed_json_is_400(as_author, data):
    answer = raw(as_author, data)
    if data:
        error = refused(answer, 400, "malformed")
        assert len(error["message"]) <= 2_000
    else:
        assert wrong_fields(answer) == {"rule_id", "rule_name"}


def test_what_is_none_of_several_words_is_told_with_them(as_author):
    error = refused(as_author.get("/api/runs/?status=fine"), 400, "invalid")
    assert error["message"] == 'status: "fine" is none of these: queued, running, succeeded, failed, cancelled.'


@pytest.mark.parametrize("data", [b"[]", b'"text"', b"5", b"null", b"true", b"[[1]]"])
def test_json_that_is_no_object_is_400(as_author, data):
    assert wrong_fields(raw(as_author, data)) == {"non_field_errors"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/b", "/", ""],
)
def test_another_type_of_content_is_415(as_author, content_type):
    refused(raw(as_author, b"rule_id=R1", content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "rot13", "base64", "nonsense"])
def test_json_is_utf_8_whatever_the_header_says(as_author, charset):
    body = json.dumps({**RULE, "rule_name": "größer"}, ensure_ascii=False).encode()
    answer = raw(as_author, body, f"application/json; charset={charset}")
    assert answer.status_code == 201
    assert answer.json()["rule_name"] == "größer"


def test_a_body_that_is_too_large_is_400(as_author):
    refused(raw(as_author, b'{"a": "' + b"x" * 3_000_000 + b'"}'), 400, "too_large")


def test_a_body_of_unknown_length_is_not_taken_for_none(as_author):
    answer = as_author.client.generic(
        "POST", "/api/reference_tables/rules/", headers={**as_author.headers, "Transfer-Encoding": "chunked"}
    )
    refused(answer, 400, "length_required")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY"])
def test_an_unknown_method_is_405_and_says_what_there_is(as_author, method):
    answer = as_author.send(method, "/api/sql_scripts/")
    refused(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}


def test_unknown_fields_are_named(as_author):
    answer = as_author.post("/api/reference_tables/rules/", {**RULE, "colour": "red", "size": 3})
    assert wrong_fields(answer) == {"colour", "size"}
    assert as_author.get("/api/reference_tables/rules/").json() == []


def test_unknown_fields_and_wrong_ones_are_told_together(as_author):
    assert wrong_fields(as_author.post("/api/reference_tables/rules/", {"colour": 1, "rule_id": 5})) == {
        "colour",
        "rule_id",
        "rule_name",
    }


def test_a_thousand_unknown_fields_make_no_long_answer(as_author):
    answer = as_author.post("/api/reference_tables/rules/", {f"{'x' * 1000}{number}": 1 for number in range(1000)})
    assert len(answer.content) < 10_000


def test_a_name_with_half_a_character_is_told_as_well(as_author):
    assert wrong_fields(as_author.post("/api/reference_tables/rules/", {**RULE, "\ud800": 1})) == {"\\ud800"}


def test_too_many_parameters_are_400(as_viewer):
    refused(as_viewer.get(f"/api/bad_detail/?{'rule_id=R1&' * 1001}"), 400, "malformed")


def test_no_cache_keeps_an_answer(as_viewer, as_nobody):
    for answer in (as_viewer.get("/api/auth/me"), as_nobody.get("/api/auth/me")):
        assert answer["Cache-Control"] == "no-store"


def test_options_says_what_there_is(as_viewer):
    answer = as_viewer.send("OPTIONS", "/api/sql_scripts/")
    assert answer.status_code == 200
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


GETS = [
    "auth/me", "sql_scripts/", "sql_scripts/1/", "sql_scripts/1/staging", "sql_scripts/1/review", "runs/", "runs/1/",
    "reference_tables/rules/", "reference_tables/rules/R1", "reference_tables/sources/", "bad_detail/", "bad_detail/filters",
]  # fmt: skip


@pytest.mark.parametrize("path", GETS)
def test_unknown_parameters_are_named(as_admin, path):
    assert wrong_fields(as_admin.get(f"/api/{path}?colour=red&format=json")) == {"colour", "format"}


@pytest.mark.parametrize(
    "path", ["sql_scripts/1/populate_table", "sql_scripts/1/publish", "runs/1/cancel", "sql_scripts/"]
)
def test_unknown_parameters_of_a_post_are_named(as_admin, path):
    assert wrong_fields(as_admin.post(f"/api/{path}?colour=red", {})) == {"colour"}


@pytest.mark.parametrize("path", ["sql_scripts/1/publish", "runs/1/cancel"])
def test_a_field_where_none_belongs_is_named(as_admin, path):
    assert wrong_fields(as_admin.post(f"/api/{path}", {"force": True})) == {"force"}


@pytest.mark.parametrize(
    "query", ["page_size=0", "page_size=1001", "page_size=x", "page_size=1&page_size=2", "page_size=%00"]
)
@pytest.mark.parametrize("path", ["sql_scripts/", "runs/", "bad_detail/", "reference_tables/sources/"])
def test_a_malformed_page_size_is_400(as_viewer, path, query):
    assert wrong_fields(as_viewer.get(f"/api/{path}?{query}")) == {"page_size"}


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/nothing/", "/api/", "/api/sql_scripts/x/", "/api/sql_scripts/-1", "/api/auth"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_404(as_nobody, path, method):
    refused(Client(enforce_csrf_checks=True).generic(method, path), 404, "not_found")


def test_the_unknown_address_is_told_the_same_when_debugging(as_nobody, settings):
    settings.DEBUG = True
    refused(as_nobody.get("/api/nothing"), 404, "not_found")


@pytest.mark.parametrize("pk", ["0", "1", "99999999999999999999", "9" * 1000])
def test_what_is_not_there_is_404(as_admin, pk):
    refused(as_admin.get(f"/api/sql_scripts/{pk}"), 404, "script_not_found")
    refused(as_admin.get(f"/api/runs/{pk}"), 404, "run_not_found")
    refused(as_admin.delete(f"/api/sql_scripts/{pk}"), 404, "script_not_found")
    refused(as_admin.post(f"/api/runs/{pk}/cancel"), 404, "run_not_found")


def test_a_host_that_is_not_ours_is_400(as_viewer, settings):
    settings.ALLOWED_HOSTS = ["dqx.example.org"]
    refused(as_viewer.client.get("/api/sql_scripts/", headers={"Host": "evil.example.org"}), 400, "malformed")


def broken(**_):
    raise RuntimeError("the secret inside: SELECT 1")


def test_a_defect_is_500_in_the_same_shape_without_a_word_of_its_inside(as_viewer, monkeypatch):
    monkeypatch.setattr(reports, "choices", broken)
    answer = as_viewer.get("/api/bad_detail/filters")
    refused(answer, 500, "internal")
    assert b"secret" not in answer.content and b"Traceback" not in answer.content and b"SELECT" not in answer.content


def test_a_database_that_is_away_is_503(as_viewer, monkeypatch):
    def away(**_):
        raise OperationalError('connection to server at "10.1.2.3" failed')

    monkeypatch.setattr(reports, "choices", away)
    answer = as_viewer.get("/api/bad_detail/filters")
    refused(answer, 503, "database_away")
    assert b"10.1.2.3" not in answer.content


def test_json_comes_whatever_is_asked_for(as_viewer):
    answer = as_viewer.client.get("/api/sql_scripts/", headers={**as_viewer.headers, "Accept": "text/html"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_messages_are_cut(as_author):
    answer = as_author.post(
        "/api/sql_scripts/", {"name": "x", "content": f'SELECT "{"x" * 60}", 1/0, nothing_{"y" * 5000} FROM z'}
    )
    assert len(refused(answer, 422, "script_refused")["message"]) <= 2_000


def test_head_answers_as_get_without_a_body(as_viewer):
    answer = as_viewer.send("HEAD", "/api/sql_scripts/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_nobody_gets_401_everywhere(as_nobody):
    for path in GETS:
        answer = as_nobody.get(f"/api/{path}")
        refused(answer, 401, "not_signed_in")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_refused_request_leaves_the_connection_usable(as_author):
    as_author.post("/api/reference_tables/rules/", RULE)
    refused(as_author.post("/api/reference_tables/rules/", RULE), 409, "rule_taken")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_nobody_learns_whether_their_field_would_be_right(as_nobody):
    refused(Api().post("/api/reference_tables/rules/", {"colour": 1}), 401, "not_signed_in")
