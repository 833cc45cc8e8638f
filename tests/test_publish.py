"""Review and publish: works, refused and nothing changed, repeated."""

import pytest

from badDetail_app.models import Event
from dqx import sql
from dqx.errors import Conflict, NotAllowed
from scripts_app import publish, review, scripts
from scripts_app.models import Run, Scope
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)


def rows(*values: tuple[str, str, str]) -> str:
    """A script that returns (rule, record, value) of source S1."""
    listed = ", ".join(f"('{rule}', '{uid}', '{value}')" for rule, uid, value in values)
    return (
        "SELECT r AS rule_id, 'S1' AS source_id, u AS source_uid, v AS data_value, DATE '2024-01-01' AS txn_date"
        f" FROM (VALUES {listed}) AS x (r, u, v)"
    )


NOTHING = steps.FIVE + " WHERE false"


def put(script, actor, content):
    """Change the text, populate and publish; the publish's run."""
    scripts.update(script.pk, actor=actor, content=content)
    script.refresh_from_db()
    steps.succeeded(steps.run_populate(script, actor))
    script.refresh_from_db()
    return steps.succeeded(steps.run_publish(script, actor))


def history() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("id").values_list("source_uid", "action"))


def test_a_bad_row_has_a_life(publisher):
    script = steps.new_script(publisher)
    put(script, publisher, rows(("R1", "1", "a")))
    put(script, publisher, rows(("R1", "1", "b")))
    put(script, publisher, NOTHING)
    put(script, publisher, rows(("R1", "1", "c")))
    assert history() == [("1", "opened"), ("1", "changed"), ("1", "resolved"), ("1", "reopened")]
    assert steps.daily_counts_are_right()


def test_a_script_that_finds_nothing_resolves_what_it_published(publisher):
    script = steps.new_script(publisher)
    put(script, publisher, rows(("R1", "1", "a"), ("R1", "2", "b")))
    run = put(script, publisher, NOTHING)
    assert (run.n_resolved, steps.bad_rows()) == (2, [])


def test_a_failed_populate_resolves_nothing(publisher):
    script = steps.new_script(publisher)
    put(script, publisher, rows(("R1", "1", "a")))
    scripts.update(script.pk, actor=publisher, content=steps.FIVE.replace("'v'", "(1/(random()*0)::int)::text"))
    script.refresh_from_db()
    assert steps.run_populate(script, publisher).status == Run.Status.FAILED
    assert len(steps.bad_rows()) == 1


def test_a_pair_that_the_script_no_longer_finds_is_resolved_and_its_others_stay(publisher):
    script = steps.new_script(publisher)
    put(script, publisher, rows(("R1", "1", "a"), ("R2", "2", "b")))
    put(script, publisher, rows(("R2", "2", "b")))
    assert [row[0] for row in steps.bad_rows()] == ["R2"]


def test_a_pair_that_another_script_took_over_is_not_resolved_by_the_first(publisher):
    first, second = steps.new_script(publisher, name="first"), steps.new_script(publisher, name="second")
    put(first, publisher, rows(("R1", "1", "a")))
    put(second, publisher, rows(("R1", "2", "b")))
    assert [row[2] for row in steps.bad_rows()] == ["2"]
    put(first, publisher, NOTHING)
    assert [row[2] for row in steps.bad_rows()] == ["2"]
    assert Scope.objects.get().script == second


def test_the_review_names_the_script_that_published_the_pair_last(publisher, viewer):
    first, second = steps.new_script(publisher, name="first"), steps.new_script(publisher, name="second")
    put(first, publisher, rows(("R1", "1", "a")))
    scripts.update(second.pk, actor=publisher, content=rows(("R1", "2", "b")))
    second.refresh_from_db()
    steps.succeeded(steps.run_populate(second, publisher))
    found = review.review(second.pk, actor=viewer)
    (pair,) = found["pairs"]
    assert pair["last_publisher"] == {"id": first.pk, "name": "first"}
    assert {action: [row["source_uid"] for row in rows] for action, rows in pair["samples"].items()} == {
        "new": ["2"],
        "resolved": ["1"],
    }


def test_a_review_changes_nothing(publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    assert review.review(script.pk, actor=publisher)["totals"] == {
        "pairs": 1, "new": 1, "changed": 0, "resolved": 0, "unchanged": 0
    }  # fmt: skip
    assert steps.bad_rows() == [] == history()


def test_what_was_never_populated_is_not_published(publisher):
    script = steps.new_script(publisher)
    with pytest.raises(Conflict) as refused:
        publish.request(script.pk, actor=publisher, trigger="cli", dispatch=False)
    assert refused.value.code == "nothing_populated"


def test_staging_older_than_the_text_is_not_published(publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    scripts.update(script.pk, actor=publisher, content=rows(("R1", "1", "a")))
    for operation in (
        lambda: publish.request(script.pk, actor=publisher, trigger="cli", dispatch=False),
        lambda: review.review(script.pk, actor=publisher),
    ):
        with pytest.raises(Conflict) as refused:
            operation()
        assert refused.value.code == "staging_is_older_than_script"
    assert steps.bad_rows() == []


def test_a_text_changed_while_the_publish_was_queued_is_not_published(publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    run = publish.request(script.pk, actor=publisher, trigger="cli", dispatch=False)
    scripts.update(script.pk, actor=publisher, content=rows(("R1", "1", "a")))
    steps.execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error["code"]) == (Run.Status.FAILED, "staging_is_older_than_script")


def test_staging_that_a_crash_emptied_is_not_taken_for_nothing_bad(publisher):
    script = steps.new_script(publisher)
    put(script, publisher, rows(("R1", "1", "a")))
    sql.execute(f"TRUNCATE stg.{script.staging}")
    with pytest.raises(Conflict) as refused:
        publish.request(script.pk, actor=publisher, trigger="cli", dispatch=False)
    assert refused.value.code == "staging_lost"
    assert len(steps.bad_rows()) == 1


def test_an_author_populates_and_does_not_publish(author):
    script = steps.new_script(author)
    steps.succeeded(steps.run_populate(script, author))
    with pytest.raises(NotAllowed):
        steps.run_publish(script, author)
    assert steps.bad_rows() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"role": "viewer"}, "paula, who asked for it, may no longer publish a script."),
        ({"is_active": False}, "paula, who asked for it, is deactivated."),
        (None, "Who asked for it is not there any more."),
    ],
)
def test_who_may_no_longer_do_it_ends_the_run_that_waits(publisher, changes, told):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    run = publish.request(script.pk, actor=publisher, trigger="cli", dispatch=False)
    if changes is None:
        publisher.delete()
    else:
        type(publisher).objects.filter(pk=publisher.pk).update(**changes)
    steps.execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error["code"], run.error["message"]) == (Run.Status.FAILED, "not_allowed", told)
    assert steps.bad_rows() == []
