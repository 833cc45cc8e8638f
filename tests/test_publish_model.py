"""Publish against a model of it in plain Python: two scripts that share and lose pairs, and another program that writes between."""

import io
import uuid
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badDetail_app.models import Event
from dqx import sql
from scripts_app import review
from scripts_app.models import Scope
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
moderately = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# --- What scripts find --------------------------------------------------------------------------------------------------

odd = st.sampled_from(
    ["", " ", "\\N", "\\.", "a\tb", "a\nb", "a\r\nb", "'", '"', "é", "e\u0301", "日本", "😀", "%s", "|", "NULL"]
)
texts = odd | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
# Few and many times the same, or anything.
keys = st.tuples(*map(st.sampled_from, (["R1", "R2"], ["S1", "S2"], ["1", "2", "3"]))) | st.tuples(texts, texts, texts)
dates = st.none() | st.sampled_from([date(2024, 1, 1), date(2024, 2, 29), date.min, date.max]) | st.dates()
values = st.tuples(st.none() | st.sampled_from(["a", "b"]) | texts, dates)
found = st.dictionaries(keys, values, max_size=12)

# --- What another program does --------------------------------------------------------------------------------------------


def insert_each(rows):
    for key, value in rows.items():
        sql.execute("INSERT INTO dq.bad_detail VALUES %(row)s ON CONFLICT DO NOTHING", {"row": (*key, *value)})


def upsert(rows):
    steps.fill_source_table(as_rows(rows), "others")
    sql.execute(
        "INSERT INTO dq.bad_detail TABLE dq_src.others ON CONFLICT (rule_id, source_id, source_uid)"
        " DO UPDATE SET txn_date = EXCLUDED.txn_date"
    )


def copy(rows):
    new = {key: value for key, value in rows.items() if key not in bad_rows()}
    lines = ["\t".join(map(copied, row)) + "\n" for row in as_rows(new)]
    sql.copy_in("COPY dq.bad_detail FROM STDIN", io.BytesIO("".join(lines).encode()))


def copied(value):
    escapes = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
    return r"\N" if value is None else str(value).translate(escapes)


def delete(rows):
    sql.execute("DELETE FROM dq.bad_detail WHERE source_uid = ANY(%(uids)s)", {"uids": [uid for _, _, uid in rows]})


def change_dates(rows):
    sql.execute(
        "UPDATE dq.bad_detail SET txn_date = NULL WHERE rule_id = ANY(%(rules)s)", {"rules": [key[0] for key in rows]}
    )


def move_to_another_pair(rows):
    sql.execute(
        "UPDATE dq.bad_detail b SET source_id = 'S3' WHERE rule_id = ANY(%(rules)s) AND NOT EXISTS (SELECT FROM dq.bad_detail o"
        "  WHERE (o.rule_id, o.source_uid) = (b.rule_id, b.source_uid) AND o.source_id <> b.source_id)",
        {"rules": [key[0] for key in rows]},
    )


def touch(_):
    sql.execute("UPDATE dq.bad_detail SET data_value = data_value")


def truncate(_):
    sql.execute("TRUNCATE dq.bad_detail")


programs = st.sampled_from([insert_each, upsert, copy, delete, change_dates, move_to_another_pair, touch, truncate])
writes = st.tuples(programs, found)
# Script 0 or 1 finds rows and publishes them; or another program writes.
publishes = st.tuples(st.sampled_from([0, 1]), found)

# --- The model ------------------------------------------------------------------------------------------------------------


class Model:
    """The bad rows by key, the script that published each pair last, and the keys that were ever resolved."""

    def __init__(self):
        self.rows, self.publisher, self.resolved = {}, {}, set()

    def publish(self, script, staged):
        """Publish what a script found; returns the events, and for each pair how many rows are new, changed, resolved and unchanged."""
        pairs = {key[:2] for key in staged}
        scope = pairs | {pair for pair, last in self.publisher.items() if last == script}
        before = {key: value for key, value in self.rows.items() if key[:2] in scope}
        events, counts = [], {pair: Counter() for pair in scope}
        for key in before.keys() | staged.keys():
            old, new = before.get(key), staged.get(key)
            kind = "unchanged" if old == new else "new" if old is None else "resolved" if new is None else "changed"
            counts[key[:2]][kind] += 1
            if kind != "unchanged":
                action = ("reopened" if key in self.resolved else "opened") if kind == "new" else kind
                events.append((action, *key, *(old or (None, None)), *(new or (None, None))))
        self.resolved |= {event[1:4] for event in events if event[0] == "resolved"}
        self.rows = {key: value for key, value in self.rows.items() if key not in before} | staged
        self.publisher = {pair: last for pair, last in self.publisher.items() if last != script}
        self.publisher |= dict.fromkeys(pairs, script)
        return events, counts


# --- What is there --------------------------------------------------------------------------------------------------------


def as_rows(rows):
    return [(*key, *value) for key, value in rows.items()]


def bad_rows():
    return {row[:3]: row[3:] for row in steps.bad_rows()}


def events_of(run):
    fields = ("action", "rule_id", "source_id", "source_uid", "old_value", "old_date", "new_value", "new_date")
    return list(Event.objects.filter(publication=run.pk).values_list(*fields))


def publishers():
    return {(rule, source): pk for rule, source, pk in Scope.objects.values_list("rule_id", "source_id", "script")}


def counted(counts):
    return {
        pair: tuple(kinds[kind] for kind in ("new", "changed", "resolved", "unchanged"))
        for pair, kinds in counts.items()
    }


@pytest.fixture
def publisher(db):
    return steps.somebody(role="publisher")


@pytest.fixture
def source(db):
    for name in ("rows", "others"):
        steps.make_source_table(name)
    yield
    for name in ("rows", "others"):
        steps.drop_source_table(name)


@pytest.fixture
def two_scripts(publisher, source):
    return [steps.new_script(publisher, steps.all_of(), name) for name in ("first", "second")]


@moderately
@given(st.lists(publishes | writes, min_size=1, max_size=6))
def test_every_publish_does_what_the_model_does(two_scripts, publisher, history):
    steps.clear_unmanaged_tables()
    Scope.objects.all().delete()
    model = Model()
    for who, rows in history:
        if callable(who):
            who(rows)
            model.rows = bad_rows()
        else:
            publish_and_compare(two_scripts[who], rows, model, publisher)
        assert steps.daily_counts_are_right()


def publish_and_compare(script, rows, model, publisher):
    steps.fill_source_table(as_rows(rows))
    steps.succeeded(steps.run_populate(script, publisher))
    last = dict(model.publisher)
    told = review.review(script.pk, actor=publisher)
    run = steps.succeeded(steps.run_publish(script, publisher))
    events, counts = model.publish(script.pk, rows)
    assert sorted(events_of(run), key=repr) == sorted(events, key=repr)
    assert bad_rows() == model.rows
    assert publishers() == model.publisher
    compare_review(told, run, counts, last)
    assert_again_changes_nothing(script, publisher, counts)


def compare_review(told, run, counts, last):
    """What the review promised is what the publish did."""
    pairs = {(pair["rule_id"], pair["source_id"]): pair for pair in told["pairs"]}
    promised = {
        pair: tuple(said[kind] for kind in ("new", "changed", "resolved", "unchanged")) for pair, said in pairs.items()
    }
    assert promised == counted(counts)
    assert {pair: said["last_publisher"] and said["last_publisher"]["id"] for pair, said in pairs.items()} == {
        pair: last.get(pair) for pair in counts
    }
    done = {
        "pairs": run.n_pairs,
        "new": run.n_new,
        "changed": run.n_changed,
        "resolved": run.n_resolved,
        "unchanged": run.n_unchanged,
    }
    assert told["totals"] == done
    for pair, said in pairs.items():
        assert {action: len(rows) for action, rows in said["samples"].items()} == {
            kind: min(number, 5) for kind, number in counts[pair].items()
        }


def assert_again_changes_nothing(script, publisher, counts):
    before = steps.bad_rows(), Event.objects.count(), publishers()
    again = steps.succeeded(steps.run_publish(script, publisher))
    assert (again.n_new, again.n_changed, again.n_resolved) == (0, 0, 0)
    assert again.n_unchanged == sum(kinds["new"] + kinds["changed"] + kinds["unchanged"] for kinds in counts.values())
    assert (steps.bad_rows(), Event.objects.count(), publishers()) == before


@moderately
@given(st.lists(writes, min_size=1, max_size=8))
def test_the_daily_counts_are_a_group_by_whoever_writes(source, history):
    truncate({})
    for program, rows in history:
        program(rows)
        assert steps.daily_counts_are_right()


def test_the_counts_are_kept_for_a_login_that_may_write_bad_rows_and_nothing_else(db):
    name = f"other_program_{uuid.uuid4().hex[:12]}"
    with steps.superuser() as cursor:
        cursor.execute(
            f"CREATE ROLE {name}; GRANT USAGE ON SCHEMA dq TO {name};"
            f" GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON dq.bad_detail TO {name}"
        )
        try:
            cursor.execute(f"SET ROLE {name}")
            for statement in (
                "INSERT INTO dq.bad_detail SELECT 'R' || n % 3, 'S', n, NULL, DATE '2024-01-01' + n % 2 FROM generate_series(1, 9) n",
                "UPDATE dq.bad_detail SET txn_date = NULL, rule_id = 'R9' WHERE rule_id = 'R1'",
                "DELETE FROM dq.bad_detail WHERE rule_id = 'R2'",
                "TRUNCATE dq.bad_detail",
            ):
                cursor.execute(statement)
                assert steps.daily_counts_are_right()
        finally:
            cursor.execute(f"RESET ROLE; DROP OWNED BY {name}; DROP ROLE {name}")
