"""The ledger over HTTP."""

import pytest

from scripts_app.models import Run, Script
from tests import steps
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/runs/"
FIELDS = {
    "id", "kind", "status", "script", "script_name", "content_hash", "schedule", "trigger", "actor", "connection", "connection_given",
    "created_at", "started_at", "finished_at",
    "cancel_requested_at", "seconds", "progress", "attempt", "attempts", "not_before",
    "pairs", "new", "changed", "resolved", "unchanged", "error",
}  # fmt: skip


@pytest.fixture
def ledger(author):
    scripts = [Script.objects.create(name=name, content=steps.FIVE, owner=author) for name in ("one", "two")]
    statuses = ("succeeded", "failed", "cancelled")
    runs = [
        Run(
            script=scripts[n % 2],
            script_name="x",
            kind="populate",
            status=statuses[n % 3],
            trigger="api",
            content_hash="",
            actor=author,
        )
        for n in range(12)
    ]
    return scripts, Run.objects.bulk_create(runs)


def ids(answer):
    return [run["id"] for run in answer.json()["results"]]


def test_the_newest_come_first(as_viewer, ledger):
    answer = as_viewer.get(PATH)
    assert set(answer.json()) == {"results", "next", "previous"}
    assert ids(answer) == sorted((run.pk for run in ledger[1]), reverse=True)
    assert set(answer.json()["results"][0]) == FIELDS


def test_pages_both_ways(as_viewer, ledger):
    everything = ids(as_viewer.get(PATH))
    pages = [as_viewer.get(f"{PATH}?page_size=5")]
    while pages[-1].json()["next"]:
        pages.append(as_viewer.get(pages[-1].json()["next"]))
    assert [pk for page in pages for pk in ids(page)] == everything
    back = as_viewer.get(pages[2].json()["previous"])
    assert ids(back) == everything[5:10]
    first = as_viewer.get(back.json()["previous"])
    assert (ids(first), first.json()["previous"]) == (everything[:5], None)


def test_a_run_that_is_new_moves_no_page(as_viewer, ledger, author):
    first = as_viewer.get(f"{PATH}?page_size=5")
    Run.objects.create(script=None, script_name="new", kind="publish", trigger="cli", content_hash="", actor=author)
    assert ids(as_viewer.get(first.json()["next"])) == [run.pk for run in reversed(ledger[1])][5:10]


def test_filters(as_viewer, ledger):
    (one, two), runs = ledger
    by_script = {pk: [run.pk for run in reversed(runs) if run.script_id == pk] for pk in (one.pk, two.pk)}
    assert ids(as_viewer.get(f"{PATH}?script={one.pk}")) == by_script[one.pk]
    assert len(ids(as_viewer.get(f"{PATH}?script={one.pk}&script={two.pk}"))) == 12
    assert ids(as_viewer.get(f"{PATH}?status=failed")) == [run.pk for run in reversed(runs) if run.status == "failed"]
    assert len(ids(as_viewer.get(f"{PATH}?status=failed&status=cancelled&script={one.pk}"))) == 4
    assert ids(as_viewer.get(f"{PATH}?script=999999")) == []
    assert len(ids(as_viewer.get(f"{PATH}?script=&status=&cursor=&page_size="))) == 12


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("status=nothing", "status"),
        ("script=x", "script"),
        ("script=0", "script"),
        ("script=99999999999999", "script"),
        ("kind=review", "kind"),
        ("trigger=sun", "trigger"),
        ("schedule=0", "schedule"),
    ],
)
def test_a_filter_that_is_none_is_400(as_viewer, query, wrong):
    assert wrong_fields(as_viewer.get(f"{PATH}?{query}")) == {wrong}


def test_the_number_of_statements_does_not_grow(as_viewer, ledger, author, django_assert_num_queries):
    with django_assert_num_queries(2):  # who asks, and the runs
        assert len(ids(as_viewer.get(PATH))) == 12
    Run.objects.bulk_create(
        Run(script_name="x", kind="populate", status="failed", trigger="api", content_hash="", actor=author)
        for _ in range(50)
    )
    with django_assert_num_queries(2):
        assert len(ids(as_viewer.get(PATH))) == 62


def test_a_cancelled_run_says_so(as_author, author):
    script = steps.new_script(author)
    pk = as_author.post(f"/api/sql_scripts/{script.pk}/populate_table").json()["id"]
    answer = as_author.post(f"{PATH}{pk}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["error"]["code"] == "cancelled"
    assert as_author.get(f"{PATH}{pk}").json() == {**answer.json(), "content": steps.FIVE}
    refused(as_author.post(f"{PATH}{pk}/cancel"), 409, "run_ended")


def test_a_running_one_is_asked_to_stop(as_author, author):
    script = steps.new_script(author)
    pk = as_author.post(f"/api/sql_scripts/{script.pk}/populate_table").json()["id"]
    Run.objects.filter(pk=pk).update(status="running")
    answer = as_author.post(f"{PATH}{pk}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "running")
    assert answer.json()["cancel_requested_at"] is not None


@pytest.mark.django_db(transaction=True)
def test_what_a_publish_did_stands_in_its_run(as_viewer, publisher):
    script = steps.new_script(publisher)
    populate = steps.succeeded(steps.run_populate(script, publisher))
    publish = steps.succeeded(steps.run_publish(script, publisher))
    told = as_viewer.get(f"{PATH}{publish.pk}").json()
    assert {name: told[name] for name in ("pairs", "new", "changed", "resolved", "unchanged")} == {
        "pairs": 1, "new": 1, "changed": 0, "resolved": 0, "unchanged": 0,
    }  # fmt: skip
    assert told["seconds"] >= 0 and told["finished_at"] and told["started_at"]
    told = as_viewer.get(f"{PATH}{populate.pk}").json()
    assert (told["new"], told["progress"]["rows"]) == (None, 1)
    assert told["progress"]["bytes"] > 0


@pytest.mark.django_db(transaction=True)
def test_a_run_that_failed_tells_why(as_author, author):
    script = steps.new_script(author, steps.FIVE.replace("'u1'", "NULL"))
    run = steps.run_populate(script, author)
    told = as_author.get(f"{PATH}{run.pk}").json()
    assert (told["status"], told["error"]["code"]) == ("failed", "key_missing")
    assert set(told["error"]) == {"code", "message", "details"}


def test_the_text_as_it_was_stands_in_the_run_alone(as_author, author):
    script = steps.new_script(author)
    pk = as_author.post(f"/api/sql_scripts/{script.pk}/populate_table").json()["id"]
    steps.set_text(script, "SELECT 2")
    assert as_author.get(f"{PATH}{pk}").json()["content"] == steps.FIVE
    assert "content" not in as_author.get(PATH).json()["results"][0]


def test_filters_narrow_the_ledger_together(as_viewer, ledger):
    (one, two), runs = ledger
    Run.objects.filter(pk=runs[0].pk).update(kind="publish", trigger="cli")
    assert ids(as_viewer.get(f"{PATH}?kind=publish")) == [runs[0].pk]
    assert ids(as_viewer.get(f"{PATH}?trigger=cli&trigger=person")) == [runs[0].pk]
    assert ids(as_viewer.get(f"{PATH}?kind=publish&script={two.pk}")) == []
    assert ids(as_viewer.get(f"{PATH}?schedule=1")) == []
    assert len(ids(as_viewer.get(f"{PATH}?script={one.pk}&status=succeeded&status=failed"))) == 4


def test_the_runs_of_a_deleted_script_stay(as_author, author):
    script = steps.new_script(author)
    pk = as_author.post(f"/api/sql_scripts/{script.pk}/populate_table").json()["id"]
    as_author.post(f"{PATH}{pk}/cancel")
    as_author.delete(f"/api/sql_scripts/{script.pk}")
    told = as_author.get(f"{PATH}{pk}").json()
    assert (told["script"], told["script_name"]) == (None, "a script")
