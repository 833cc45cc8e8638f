"""The versions of a script's text over HTTP, and the difference of two texts."""

import difflib
import random
import threading
import time

import pytest
from django.db import connection
from django.utils.dateparse import parse_datetime

from dqx.users.models import User
from scripts_app.models import Connection, Script, Version
from scripts_app.versions.difference import difference
from tests import steps
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/sql_scripts/"
OTHER = steps.FIVE.replace("'u1'", "'u2'")
THIRD = f"-- a comment\n{OTHER}"


@pytest.fixture
def script(author):
    return steps.new_script(author)


def versions(api, pk, **query):
    return api.get(f"{PATH}{pk}/versions").json()["results"]


def texts(pk):
    return list(Version.objects.filter(script=pk).order_by("n").values_list("n", "content"))


# --- Kept -------------------------------------------------------------------------------------------------------------------


def test_every_saved_text_is_a_version_with_who_and_when(as_author, as_admin, author, script):
    as_admin.patch(f"{PATH}{script.pk}", {"content": OTHER})
    as_author.put(f"{PATH}{script.pk}", {"name": "renamed", "content": THIRD})
    newest, middle, first = versions(as_author, script.pk)
    assert set(newest) == {
        "n", "name", "content_hash", "connection", "author", "created_at", "restored_from", "added", "removed", "is_current",
    }  # fmt: skip
    assert [(v["n"], v["author"]["username"], v["name"], v["is_current"]) for v in (newest, middle, first)] == [
        (3, "arthur", "renamed", True),
        (2, "ada", "a script", False),
        (1, "arthur", "a script", False),
    ]
    assert [(v["added"], v["removed"]) for v in (newest, middle, first)] == [(1, 0), (1, 1), (1, 0)]
    assert parse_datetime(first["created_at"]) <= parse_datetime(middle["created_at"])
    assert first["author"]["id"] == author.pk
    assert as_author.get(f"{PATH}{script.pk}").json()["version"] == 3
    assert [found["version"] for found in as_author.get(PATH).json()] == [3]


def test_what_leaves_the_text_as_it_is_makes_no_version(as_author, script):
    for change in ({"description": "x"}, {"name": "y"}, {"content": steps.FIVE}, {"content": f"\n {steps.FIVE}  "}, {}):
        assert as_author.patch(f"{PATH}{script.pk}", change).status_code == 200
    assert len(versions(as_author, script.pk)) == 1


def test_a_refused_text_makes_no_version(as_author, script):
    refused(as_author.patch(f"{PATH}{script.pk}", {"content": "SELECT 1"}), 422, "script_columns")
    as_author.post(PATH, {"name": "second", "content": OTHER})
    refused(as_author.patch(f"{PATH}{script.pk}", {"content": OTHER, "name": "second"}), 409, "script_name_taken")
    assert texts(script.pk) == [(1, steps.FIVE)]


def test_versions_go_with_the_script_and_stay_without_their_author(as_admin, admin, author, script):
    other = steps.new_script(author, name="other")
    as_admin.delete(f"{PATH}{script.pk}")
    refused(as_admin.get(f"{PATH}{script.pk}/versions"), 404, "script_not_found")
    assert texts(script.pk) == []
    User.objects.filter(pk=author.pk).delete()
    assert versions(as_admin, other.pk)[0]["author"] is None


def test_another_connection_is_another_version(admin):
    script = steps.new_script(admin)
    far = Connection.objects.create(name="far", host="h", dbname="d", username="u")
    Version.objects.filter(script=script.pk).update(connection_name="")
    Script.objects.filter(pk=script.pk).update(connection=far)  # as an admin does it, without a server to ask
    script = Script.objects.get(pk=script.pk)
    before = Script.objects.get(pk=script.pk)
    before.connection = None
    steps.scripts.versions.keep(script, before, author=admin)
    told = versions(Api(admin), script.pk)
    assert [(v["n"], v["connection"], v["added"], v["removed"]) for v in told] == [(2, "far", 0, 0), (1, None, 1, 0)]


def test_a_script_that_another_program_wrote_begins_its_history_at_its_first_change(as_author, author):
    script = Script.objects.create(name="x", content=steps.FIVE, owner=author)
    assert (as_author.get(f"{PATH}{script.pk}").json()["version"], versions(as_author, script.pk)) == (1, [])
    as_author.patch(f"{PATH}{script.pk}", {"content": OTHER, "version": 1})
    assert texts(script.pk) == [(1, steps.FIVE), (2, OTHER)]


def test_pages_of_versions(as_author, author, script):
    Version.objects.bulk_create(
        Version(script=script, n=n, name="x", content=str(n), content_hash="", author=author, n_added=1, n_removed=1)
        for n in range(2, 8)
    )
    first = as_author.get(f"{PATH}{script.pk}/versions?page_size=4").json()
    assert [v["n"] for v in first["results"]] == [7, 6, 5, 4]
    second = as_author.get(first["next"]).json()
    assert [v["n"] for v in second["results"]] == [3, 2, 1]
    assert as_author.get(second["previous"]).json()["results"] == first["results"]
    assert [v["is_current"] for v in first["results"]] == [True, False, False, False]


def test_the_number_of_statements_does_not_grow_with_the_versions(as_author, author, script, django_assert_num_queries):
    for last in (10, 30):
        Version.objects.bulk_create(
            Version(script=script, n=n, name="x", content="", content_hash="", author=author, n_added=0, n_removed=0)
            for n in range(last - 8, last)
        )
        with django_assert_num_queries(3):  # who asks, whether there is such a script, the versions
            versions(as_author, script.pk)


# --- Looked at ----------------------------------------------------------------------------------------------------------------


def test_a_version_tells_its_text_and_what_it_changed(as_author, script):
    as_author.patch(f"{PATH}{script.pk}", {"content": f"-- why\n{steps.FIVE}"})
    told = as_author.get(f"{PATH}{script.pk}/versions/2").json()
    assert (told["content"], told["against"]) == (f"-- why\n{steps.FIVE}", 1)
    assert told["diff"] == f"--- version 1\n+++ version 2\n@@ -1 +1,2 @@\n+-- why\n {steps.FIVE}\n"
    first = as_author.get(f"{PATH}{script.pk}/versions/1").json()
    assert (first["against"], first["diff"]) == (None, f"--- nothing\n+++ version 1\n@@ -0,0 +1 @@\n+{steps.FIVE}\n")


def test_any_two_versions_are_compared_either_way(as_author, script):
    for content in (OTHER, THIRD):
        as_author.patch(f"{PATH}{script.pk}", {"content": content})
    back = as_author.get(f"{PATH}{script.pk}/versions/1?against=3").json()
    assert (back["against"], back["diff"].splitlines()[3:]) == (3, ["--- a comment", f"-{OTHER}", f"+{steps.FIVE}"])
    same = as_author.get(f"{PATH}{script.pk}/versions/2?against=2").json()
    assert (same["against"], same["diff"]) == (2, "")


@pytest.mark.parametrize("n", [0, 2, 999_999_999_999, 2**70])
def test_a_version_that_is_not_there_is_404(as_author, script, n):
    refused(as_author.get(f"{PATH}{script.pk}/versions/{n}"), 404, "version_not_found")
    refused(as_author.post(f"{PATH}{script.pk}/versions/{n}/restore"), 404, "version_not_found")
    refused(as_author.get(f"{PATH}{n + 10**6}/versions/1"), 404, "version_not_found")
    refused(as_author.get(f"{PATH}{n + 10**6}/versions"), 404, "script_not_found")


@pytest.mark.parametrize("query", ["against=0", "against=x", "against=-1", "against=1&against=1", "other=1"])
def test_a_comparison_with_what_is_none_is_400(as_author, script, query):
    assert wrong_fields(as_author.get(f"{PATH}{script.pk}/versions/1?{query}")) == {query.partition("=")[0]}


def test_a_comparison_with_a_version_that_is_not_there_is_404(as_author, script):
    refused(as_author.get(f"{PATH}{script.pk}/versions/1?against=7"), 404, "version_not_found")


# --- Restored -----------------------------------------------------------------------------------------------------------------


def test_a_restore_makes_a_new_version(as_author, as_admin, script):
    as_author.patch(f"{PATH}{script.pk}", {"content": OTHER, "name": "renamed", "description": "new"})
    answer = as_admin.post(f"{PATH}{script.pk}/versions/1/restore")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["content"], told["version"], told["name"], told["description"]) == (steps.FIVE, 3, "renamed", "new")
    assert told == as_author.get(f"{PATH}{script.pk}").json()
    newest = versions(as_author, script.pk)[0]
    assert (newest["n"], newest["restored_from"], newest["author"]["username"]) == (3, 1, "ada")
    assert texts(script.pk) == [(1, steps.FIVE), (2, OTHER), (3, steps.FIVE)]


def test_a_restore_of_the_text_that_is_there_changes_nothing(as_author, script):
    assert as_author.post(f"{PATH}{script.pk}/versions/1/restore", {}).json()["version"] == 1
    as_author.patch(f"{PATH}{script.pk}", {"content": OTHER})
    for _ in range(2):
        assert as_author.post(f"{PATH}{script.pk}/versions/1/restore").json()["version"] == 3
    assert len(texts(script.pk)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_text_that_the_server_no_longer_takes_is_not_restored(as_author, author):
    steps.make_source_table("gone")
    script = steps.new_script(author, steps.all_of("gone"))
    as_author.patch(f"{PATH}{script.pk}", {"content": OTHER})
    steps.drop_source_table("gone")
    refused(as_author.post(f"{PATH}{script.pk}/versions/1/restore"), 422, "script_refused")
    assert Script.objects.get().content == OTHER
    assert len(texts(script.pk)) == 2


def test_restored_rows_have_to_be_staged_again(as_publisher, publisher):
    pk = steps.new_script(publisher).pk
    as_publisher.patch(f"{PATH}{pk}", {"content": OTHER})
    run = steps.failed_run(Script.objects.get(pk=pk), publisher)
    type(run).objects.filter(pk=run.pk).update(status="succeeded")
    Script.objects.filter(pk=pk).update(staged_run=run)
    as_publisher.post(f"{PATH}{pk}/versions/1/restore")
    refused(as_publisher.post(f"{PATH}{pk}/publish"), 409, "staging_is_older_than_script")


# --- Two people at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["put", "patch"])
def test_who_saves_over_what_they_have_not_seen_is_told(as_author, as_admin, script, how):
    as_admin.patch(f"{PATH}{script.pk}", {"content": OTHER, "version": 1})
    error = refused(
        getattr(as_author, how)(f"{PATH}{script.pk}", {"name": "mine", "content": THIRD, "version": 1}),
        409,
        "script_changed",
    )
    assert (error["details"]["version"], error["details"]["author"]) == (2, "ada")
    assert parse_datetime(error["details"]["changed_at"])
    assert "version 2, saved by ada" in error["message"]
    assert (Script.objects.get().name, Script.objects.get().content) == ("a script", OTHER)
    assert (
        getattr(as_author, how)(f"{PATH}{script.pk}", {"name": "mine", "content": THIRD, "version": 2}).json()[
            "version"
        ]
        == 3
    )
    refused(as_admin.post(f"{PATH}{script.pk}/versions/1/restore", {"version": 2}), 409, "script_changed")


def test_who_does_not_say_a_version_just_saves(as_author, script):
    as_author.patch(f"{PATH}{script.pk}", {"content": OTHER})
    assert as_author.patch(f"{PATH}{script.pk}", {"content": THIRD, "version": None}).json()["version"] == 3


@pytest.mark.parametrize("version", [0, "1", 1.5, True, [], 2**40])
def test_a_version_is_a_number(as_author, script, version):
    assert wrong_fields(as_author.patch(f"{PATH}{script.pk}", {"version": version})) == {"version"}
    assert wrong_fields(as_author.post(f"{PATH}{script.pk}/versions/1/restore", {"version": version})) == {"version"}


def test_a_new_script_has_no_version_to_say(as_author):
    assert wrong_fields(as_author.post(PATH, {"name": "x", "content": OTHER, "version": 1})) == {"version"}


def saved_at_once(author, bodies, pk):
    statuses, barrier = [], threading.Barrier(len(bodies))

    def save(api, body):
        barrier.wait()
        statuses.append(api.patch(f"{PATH}{pk}", body).status_code)
        connection.close()

    threads = [threading.Thread(target=save, args=[Api(author), body]) for body in bodies]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(statuses)


@pytest.mark.django_db(transaction=True)
def test_texts_saved_at_once_get_numbers_without_gaps(author):
    script = steps.new_script(author)
    bodies = [{"content": f"{steps.FIVE} -- {number}"} for number in range(6)]
    assert saved_at_once(author, bodies, script.pk) == [200] * 6
    kept = texts(script.pk)
    assert [n for n, _ in kept] == list(range(1, 8))
    assert {content for _, content in kept[1:]} == {body["content"] for body in bodies}
    assert Script.objects.get().content == kept[-1][1]


@pytest.mark.django_db(transaction=True)
def test_of_changes_to_one_version_at_once_one_is_taken(author):
    script = steps.new_script(author)
    bodies = [{"content": f"{steps.FIVE} -- {number}", "version": 1} for number in range(5)]
    assert saved_at_once(author, bodies, script.pk) == [200, 409, 409, 409, 409]
    assert len(texts(script.pk)) == 2


# --- The difference -------------------------------------------------------------------------------------------------------------


def applied(old, diff):
    """A text after a unified diff, read as a program reads it."""
    lines, done, at = old.split("\n") if old else [], [], 0
    for line in diff.split("\n")[2:-1]:
        if line.startswith("@@"):
            start, _, length = line.split()[1].lstrip("-").partition(",")
            first = int(start) - (length != "0")
            done += lines[at:first]
            at = first
        elif line[0] == "+":
            done.append(line[1:])
        else:
            assert lines[at] == line[1:]
            done += [line[1:]] if line[0] == " " else []
            at += 1
    return "\n".join(done + lines[at:])


def test_a_difference_leads_from_one_text_to_the_other():
    chance = random.Random(7)
    for _ in range(500):
        old = [str(chance.randrange(chance.choice((2, 5, 50)))) for _ in range(chance.randrange(1, 40))]
        new = old[:]
        for _ in range(chance.randrange(6)):
            place = chance.randrange(len(new) + 1)
            new[place : place + chance.randrange(3)] = [str(chance.randrange(60)) for _ in range(chance.randrange(3))]
        before, after = "\n".join(old), "\n".join(new or ["x"])
        found = difference(before, after)
        assert applied(before, found.unified) == after
        signs = [line[0] for line in found.unified.split("\n")[2:-1]]
        assert (signs.count("+"), signs.count("-")) == (found.n_added, found.n_removed)


def test_an_ordinary_change_reads_as_difflib_has_it():
    old = [f"line {n}" for n in range(60)]
    new = [*old[:10], "changed", *old[11:40], *old[42:], "added"]
    found = difference("\n".join(old), "\n".join(new), "a", "b")
    assert found.unified.splitlines() == list(difflib.unified_diff(old, new, "a", "b", lineterm=""))


def noise(seed, kinds, length):
    chance = random.Random(seed)
    return "\n".join(str(chance.randrange(kinds)) for _ in range(length))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n".join("ab" * 50_000), "\n".join("ba" * 50_000)),
        ("\n" * 199_999, "x" + "\n" * 199_998),
        ("\n".join(map(str, range(30_000))), "\n".join(map(str, reversed(range(30_000))))),
        (noise(1, 3, 60_000), noise(2, 3, 60_000)),
        (noise(1, 50, 60_000), noise(2, 50, 60_000)),
        (noise(1, 1_000, 60_000), noise(2, 1_000, 60_000)),
        (noise(1, 50, 1_400), noise(2, 50, 1_400)),
    ],
    ids=range(7),
)
def test_no_two_texts_of_200_kb_take_long(old, new):
    started = time.process_time()
    found = difference(old[:200_000], new[:200_000])
    # difflib would need minutes to hours; this takes half a second on the slowest.
    assert time.process_time() - started < 5
    assert found.unified
