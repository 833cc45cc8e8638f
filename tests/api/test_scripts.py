"""Scripts over HTTP: line by line what contract.md says of /api/sql_scripts/."""

import threading

import pytest
from django.db import connection

from dqx import schema_statements as tables
from dqx import sql
from scripts_app.models import Run, Script
from tests import steps
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/sql_scripts/"
FIELDS = {
    "id", "name", "description", "content", "content_hash", "version", "connection", "time_limit", "owner", "created_at",
    "updated_at", "state", "staged", "last_run",
}  # fmt: skip
OTHER = steps.FIVE.replace("'u1'", "'u2'")


def body(name="a script", content=steps.FIVE, **more):
    return {"name": name, "content": content, **more}


def staging_is_there(pk):
    return sql.value(tables.table_exists(), {"schema": "stg", "table": f"dq_script_{pk}"})


def test_the_life_of_a_script(as_author, author):
    made = as_author.post(PATH, body(description="why"))
    assert made.status_code == 201
    script = made.json()
    assert set(script) == FIELDS
    assert (script["name"], script["description"], script["content"]) == ("a script", "why", steps.FIVE)
    assert script["owner"] == {"id": author.pk, "username": "arthur"}
    assert (script["state"], script["last_run"]) == ("never_populated", None)
    assert made["Location"] == f"{PATH}{script['id']}/"
    assert staging_is_there(script["id"])
    assert as_author.get(made["Location"]).json() == script
    assert as_author.get(PATH).json() == [script]

    put = as_author.put(made["Location"], body("other", OTHER)).json()
    assert (put["name"], put["description"], put["content"]) == ("other", "", OTHER)
    assert put["content_hash"] != script["content_hash"]
    patched = as_author.patch(made["Location"], {"description": "new"}).json()
    assert (patched["name"], patched["description"], patched["content"]) == ("other", "new", OTHER)

    gone = as_author.delete(made["Location"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert not staging_is_there(script["id"])
    refused(as_author.get(made["Location"]), 404, "script_not_found")


def test_a_script_has_a_time_limit_that_the_server_allows(as_author, settings):
    settings.POPULATE_SECONDS = 600
    path = as_author.post(PATH, body(time_limit=30))["Location"]
    assert as_author.get(path).json()["time_limit"] == 30
    answer = as_author.patch(path, {"time_limit": 601})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "time_limit_malformed")
    assert "between 1 and 600 seconds" in answer.json()["error"]["message"]
    assert as_author.patch(path, {"time_limit": 0}).status_code == 400
    assert as_author.patch(path, {"time_limit": None}).json()["time_limit"] is None


def test_a_name_that_is_taken_is_409(as_author):
    as_author.post(PATH, body())
    refused(as_author.post(PATH, body()), 409, "script_name_taken")
    other = as_author.post(PATH, body("other")).json()["id"]
    for send in (as_author.put, as_author.patch):
        refused(send(f"{PATH}{other}", body()), 409, "script_name_taken")
    assert as_author.patch(f"{PATH}{other}", {"name": "other"}).status_code == 200
    assert sorted(Script.objects.values_list("name", flat=True)) == ["a script", "other"]


def test_a_script_that_is_refused_tells_line_and_column(as_author):
    answer = as_author.post(PATH, body(content="SELECT 'R1' AS rule_id,\n       nonsense AS source_id"))
    error = refused(answer, 422, "script_refused")
    assert 'column "nonsense" does not exist' in error["message"]
    assert (error["details"]["line"], error["details"]["column"]) == (2, 8)
    assert not Script.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "script_empty"),
        ("DELETE FROM x", "script_not_select"),
        ("SELECT 1 AS rule_id", "script_columns"),
        (f"{steps.FIVE}; {steps.FIVE}", "script_refused"),
        ("x" * 300_000, "script_too_long"),
    ],
)
def test_what_is_not_one_select_of_the_five_columns_is_422_and_changes_nothing(as_author, content, code):
    refused(as_author.post(PATH, body(content=content)), 422, code)
    pk = as_author.post(PATH, body()).json()["id"]
    refused(as_author.put(f"{PATH}{pk}", body("new name", content)), 422, code)
    refused(as_author.patch(f"{PATH}{pk}", {"content": content}), 422, code)
    assert [(script.name, script.content) for script in Script.objects.all()] == [("a script", steps.FIVE)]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"name", "content"}),
        ({"name": "x"}, {"content"}),
        (body(name=5), {"name"}),
        (body(name=None), {"name"}),
        (body(content=["SELECT"]), {"content"}),
        (body(content="SELECT \x00"), {"content"}),
        (body(name="\ud800"), {"name"}),
        (body(description=None), {"description"}),
        (body(owner=1, state="published"), {"owner", "state"}),
    ],
)
def test_a_malformed_script_is_400_by_field(as_author, given, wrong):
    assert wrong_fields(as_author.post(PATH, given)) == wrong
    assert not Script.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 256])
def test_a_name_that_is_none_is_400_at_the_field(as_author, name):
    error = refused(as_author.post(PATH, body(name=name)), 400, "script_name")
    assert set(error["details"]["fields"]) == {"name"}


def test_255_characters_and_any_text_come_back_as_they_were(as_author):
    name, description = "ü" * 255, "line\nline\ttab 😀 %s {} :name ? \\ '"
    made = as_author.post(PATH, body(name, description=description)).json()
    assert (made["name"], made["description"]) == (name, description)


def test_the_list_is_by_name_and_in_pages_where_asked(as_author):
    for name in ("c", "a", "b"):
        as_author.post(PATH, body(name))
    assert [script["name"] for script in as_author.get(PATH).json()] == ["a", "b", "c"]
    first = as_author.get(f"{PATH}?page_size=2")
    assert [script["name"] for script in first.json()] == ["a", "b"]
    path = first["Link"].partition(">")[0].strip("<")
    rest = as_author.get(path)
    assert [script["name"] for script in rest.json()] == ["c"]
    assert 'rel="prev"' in rest["Link"] and 'rel="next"' not in rest["Link"]


def names(answer):
    return [script["name"] for script in answer.json()]


def test_the_list_is_searched_in_name_description_and_text(as_author):
    as_author.post(PATH, body("Größe", description="of 100 % things"))
    as_author.post(PATH, body("other", OTHER))
    assert names(as_author.get(f"{PATH}?q=größe")) == names(as_author.get(f"{PATH}?q=100 %")) == ["Größe"]
    assert names(as_author.get(f"{PATH}?q='U2'")) == ["other"]
    assert names(as_author.get(f"{PATH}?q=_")) == ["Größe", "other"]  # every text has rule_id
    assert names(as_author.get(f"{PATH}?q=o_her")) == []
    assert names(as_author.get(f"{PATH}?q=")) == ["Größe", "other"]


def test_the_list_is_filtered_by_state_in_pages(as_author, author):
    for number in range(5):
        script = steps.new_script(author, name=f"script {number}")
        if number % 2:
            ledger(script, author, kind="populate", status="queued")
    assert names(as_author.get(f"{PATH}?state=queued")) == ["script 1", "script 3"]
    assert names(as_author.get(f"{PATH}?state=queued&state=never_populated&q=3")) == ["script 3"]
    first = as_author.get(f"{PATH}?state=never_populated&page_size=2")
    assert names(first) == ["script 0", "script 2"]
    assert names(as_author.get(first["Link"].partition(">")[0].strip("<"))) == ["script 4"]
    assert wrong_fields(as_author.get(f"{PATH}?state=asleep")) == {"state"}
    assert wrong_fields(as_author.get(f"{PATH}?colour=red")) == {"colour"}


def test_the_number_of_statements_does_not_grow(as_author, author, django_assert_num_queries):
    for first in (0, 10):
        for number in range(first, first + 10):
            script = Script.objects.create(name=f"script {number}", content=steps.FIVE, owner=author)
            run = ledger(script, author, kind="populate", status="succeeded")
            Script.objects.filter(pk=script.pk).update(staged_run=run)
            ledger(script, author, kind="publish", status="succeeded")
        with django_assert_num_queries(3):  # who asks, the scripts, their newest runs
            assert len(as_author.get(PATH).json()) == first + 10


def ledger(script, actor, **fields):
    return Run.objects.create(
        script=script,
        script_name=script.name,
        content=script.content,
        content_hash=script.content_hash,
        actor=actor,
        **fields,
    )


def state_of(api, pk):
    found = api.get(f"{PATH}{pk}").json()["state"]
    assert [script["state"] for script in api.get(PATH).json() if script["id"] == pk] == [found]
    return found


def test_the_state_says_how_far_a_script_is(as_author, author):
    script = steps.new_script(author)
    assert state_of(as_author, script.pk) == "never_populated"
    populate = ledger(script, author, kind="populate", status="queued")
    assert state_of(as_author, script.pk) == "queued"
    Run.objects.filter(pk=populate.pk).update(status="running")
    assert state_of(as_author, script.pk) == "running"
    Run.objects.filter(pk=populate.pk).update(status="failed")
    assert state_of(as_author, script.pk) == "failed"
    Run.objects.filter(pk=populate.pk).update(status="cancelled")
    assert state_of(as_author, script.pk) == "never_populated"
    populate = ledger(script, author, kind="populate", status="succeeded")
    Script.objects.filter(pk=script.pk).update(staged_run=populate)
    assert state_of(as_author, script.pk) == "staged"
    publish = ledger(script, author, kind="publish", status="failed")
    assert state_of(as_author, script.pk) == "staged"
    Run.objects.filter(pk=publish.pk).update(status="succeeded")
    assert state_of(as_author, script.pk) == "published"
    populate = ledger(script, author, kind="populate", status="succeeded")
    Script.objects.filter(pk=script.pk).update(staged_run=populate)
    assert state_of(as_author, script.pk) == "staged"
    ledger(script, author, kind="publish", status="succeeded")
    assert state_of(as_author, script.pk) == "published"
    Script.objects.filter(pk=script.pk).update(content=OTHER)
    assert state_of(as_author, script.pk) == "stale"
    ledger(script, author, kind="populate", status="failed")
    assert state_of(as_author, script.pk) == "failed"


def test_a_script_tells_what_is_staged(as_author, author):
    script = steps.new_script(author)
    assert as_author.get(f"{PATH}{script.pk}").json()["staged"] is None
    run = ledger(script, author, kind="populate", status="succeeded", n_rows=7)
    Script.objects.filter(pk=script.pk).update(staged_run=run)
    assert as_author.get(f"{PATH}{script.pk}").json()["staged"] == {"run": run.pk, "rows": 7, "at": None}


@pytest.mark.django_db(transaction=True)
def test_of_two_scripts_saved_at_once_with_one_name_one_is_409(author):
    statuses, barrier = [], threading.Barrier(2)
    apis = [Api(author), Api(author)]

    def save(api):
        barrier.wait()
        statuses.append(api.post(PATH, body()).status_code)
        connection.close()

    threads = [threading.Thread(target=save, args=[api]) for api in apis]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409]


def test_names_to_choose_from_begin_with_those_that_begin_so(as_viewer, author):
    for name in ("late flights", "Flights", "flights by night", "100% other"):
        steps.new_script(author, name=name)

    def found(query):
        return [one["name"] for one in as_viewer.get(f"{PATH}names/?{query}").json()]

    assert found("q=flights") == ["Flights", "flights by night", "late flights"]
    assert found("q=flights&limit=1") == ["Flights"]
    assert found("q=%25") == ["100% other"]
    assert len(found("")) == 4
