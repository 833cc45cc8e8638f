"""Rules and sources as files, what uses them, and ids of bad rows that have no name."""

import csv
import io

import pytest

from dqx.audit.models import Entry
from reference_app.models import Rule, Source
from tests import steps
from tests.api.bad_rows import insert, row
from tests.api.conftest import refused, wrong_fields
from tests.api.test_references import AWKWARD

pytestmark = pytest.mark.django_db
EXPORT, IMPORT = "/api/reference_tables/export?kind=rules", "/api/reference_tables/import?kind=rules"
HEAD = "rule_id,rule_name,description\n"
# Each with a cell that a spreadsheet would compute, or that looks as if it were guarded.
FORMULAS = ["=1+1", "+a", "-a", "@a", "\ta", "'=1", "''=1", "'", "''", "-12", "+1,5", "'-12", "a=1", "＝1"]


def exported(api, kind="rules"):
    answer = api.get(f"/api/reference_tables/export?kind={kind}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


def upload(api, text, kind="rules", **more):
    return api.post(f"/api/reference_tables/import?kind={kind}", {"csv": text, **more})


def wrong_lines(answer):
    error = refused(answer, 400, "import_refused")
    return [(one["line"], one["column"]) for one in error["details"]["lines"]]


def rules():
    return {rule.pk: (rule.rule_name, rule.description) for rule in Rule.objects.all()}


# --- Export ---------------------------------------------------------------------------------------------------------------------


def test_an_export_is_a_file_of_all_by_id(as_viewer):
    Source.objects.create(source_id="S2", source_name='a "name", and\nmore', description="ü")
    Source.objects.create(source_id="S1", source_name="x")
    answer = as_viewer.get("/api/reference_tables/export/?kind=sources")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="sources_20')
    text = b"".join(answer.streaming_content).decode()
    assert text == 'source_id,source_name,description\nS1,x,\nS2,"a ""name"", and\nmore",ü\n'


def test_a_spreadsheet_computes_nothing_of_an_export(as_viewer):
    for at, text in enumerate(FORMULAS):
        Rule.objects.create(rule_id=f"R{at:02}", rule_name=text, description=text)
    found = [one["rule_name"] for one in csv.DictReader(io.StringIO(exported(as_viewer), newline=""))]
    guarded = ["'=1+1", "'+a", "'-a", "'@a", "'\ta", "''=1", "'''=1", "'", "''", "-12", "+1,5", "''-12", "a=1", "'＝1"]
    assert found == guarded


def test_what_was_exported_changes_nothing_when_it_is_imported(as_author):
    for at, text in enumerate([*FORMULAS, *AWKWARD, "a\r\nb", 'a"b', "a;b", " "]):
        Rule.objects.create(rule_id=text, rule_name=f"{at}{text}", description=text)
    Rule.objects.filter(rule_id=" ").delete()  # an id that nobody sees is refused in a file
    before, text = rules(), exported(as_author)
    assert upload(as_author, text).json() == {"added": 0, "changed": 0, "unchanged": len(before), "changes": []}
    Rule.objects.all().delete()
    assert upload(as_author, text).json()["added"] == len(before)
    assert rules() == before


def test_the_addresses_of_files_hide_no_rule(as_author):
    for name in ("export", "import", "missing", "uses"):
        as_author.post("/api/reference_tables/rules/", {"rule_id": name, "rule_name": "a rule"})
        assert as_author.get(f"/api/reference_tables/rules/{name}/").json()["rule_name"] == "a rule"


# --- Import ---------------------------------------------------------------------------------------------------------------------


def test_an_import_adds_what_is_new_and_changes_what_differs(as_author, author):
    Rule.objects.create(rule_id="R1", rule_name="old", description="kept")
    Rule.objects.create(rule_id="R2", rule_name="same")
    text = "id,name\nR1,new\nR2,same\n\nR3,added\n"
    outcome = {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
        "changes": [
            {
                "line": 2,
                "id": "R1",
                "before": {"rule_id": "R1", "rule_name": "old", "description": "kept"},
                "after": {"rule_id": "R1", "rule_name": "new", "description": "kept"},
            },
            {
                "line": 5,
                "id": "R3",
                "before": None,
                "after": {"rule_id": "R3", "rule_name": "added", "description": ""},
            },
        ],
    }
    before = rules()
    assert upload(as_author, text, dry_run=True).json() == outcome
    assert rules() == before
    assert Entry.objects.count() == 0

    assert upload(as_author, text).json() == outcome
    assert rules() == {"R1": ("new", "kept"), "R2": ("same", ""), "R3": ("added", "")}
    recorded = Entry.objects.order_by("key").values_list("actor", "action", "key", "before", "after")
    assert list(recorded) == [
        (author.pk, "reference.change_rule", "R1", {"rule_name": "old"}, {"rule_name": "new"}),
        (author.pk, "reference.add_rule", "R3", None, {"rule_id": "R3", "rule_name": "added", "description": ""}),
    ]
    assert upload(as_author, text).json()["unchanged"] == 3


def test_one_wrong_line_and_nothing_is_imported(as_author):
    long = "x" * 101
    text = f'{HEAD}R1,fine,\nR2,,\n,x,\n"R\n3",{long},\nR1,again,\n{"y" * 21},x,\nR4,x\n'
    answer = upload(as_author, text)
    assert wrong_lines(answer) == [(3, "rule_name"), (4, "rule_id"), (5, "rule_name"), (7, ""), (8, "rule_id"), (9, "")]
    error = answer.json()["error"]
    assert error["message"] == "6 lines are wrong; the first is line 3: The rule_name is empty. Nothing was imported."
    assert error["details"]["lines"][3]["message"] == "The id 'R1' stands in line 2 already."
    assert rules() == {}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "The column rule_id lacks."),
        ("rule_id\nR1\n", 1, "The column rule_name lacks."),
        (f"{HEAD[:-1]},colour\n", 1, "The column 'colour' is unknown."),
        ("id,rule_id,name\n", 1, "The column 'id' comes twice."),
        (f'{HEAD}R1,"open', 2, "The line can't be read"),
        (f'{HEAD}R1,"a"b,\n', 2, "The line can't be read"),
        (f"{HEAD}R1,{'x' * 200_000},\n", 2, "The line can't be read"),
    ],
)
def test_a_file_that_is_none_says_why(as_author, text, line, words):
    answer = upload(as_author, text)
    assert wrong_lines(answer) == [(line, "")]
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_spreadsheets_of_all_countries_are_read(as_author, separator, end):
    cells = [["﻿Rule_ID", "RULE_NAME", " description "], ["R1", "a, b", ""], ["R2", "x", "y"]]
    text = end.join(separator.join(f'"{cell}"' if "," in cell else cell for cell in line) for line in cells)
    assert upload(as_author, text).json()["added"] == 2
    assert rules() == {"R1": ("a, b", ""), "R2": ("x", "y")}


def test_thousands_of_lines_are_imported_at_once(as_author, django_assert_max_num_queries):
    text = HEAD + "".join(f"R{n},a rule,\n" for n in range(5_000))
    with django_assert_max_num_queries(30):
        assert upload(as_author, text).json()["added"] == 5_000
    with django_assert_max_num_queries(30):
        assert upload(as_author, text.replace("a rule", "other")).json()["changed"] == 5_000
    assert Rule.objects.filter(rule_name="other").count() == 5_000


def test_a_viewer_imports_nothing(as_viewer):
    refused(upload(as_viewer, f"{HEAD}R1,x,\n", dry_run=True), 403, "not_allowed")
    assert rules() == {}


def test_neither_rules_nor_sources_is_refused(as_author):
    assert wrong_fields(as_author.get("/api/reference_tables/export?kind=people")) == {"kind"}
    assert wrong_fields(as_author.get("/api/reference_tables/missing")) == {"kind"}
    assert wrong_fields(as_author.get("/api/reference_tables/uses?kind=rules")) == {"id"}


# --- Search ---------------------------------------------------------------------------------------------------------------------


def test_a_list_is_searched_in_id_name_and_description(as_viewer):
    for pk, name, description in (
        ("R1", "Customer", ""),
        ("R2", "x", "no CUSTOMER"),
        ("custom", "x", ""),
        ("R4", "%", "_"),
    ):
        Rule.objects.create(rule_id=pk, rule_name=name, description=description)

    def found(words):
        return [one["rule_id"] for one in as_viewer.get(f"/api/reference_tables/rules/?q={words}").json()]

    assert found("custom") == ["R1", "R2", "custom"]
    assert found("%25") == ["R4"]
    assert found("nothing") == []
    page = as_viewer.get("/api/reference_tables/rules/?q=custom&page_size=2")
    assert [one["rule_id"] for one in page.json()] == ["R1", "R2"]
    following = page["Link"].partition(">")[0].removeprefix("<")
    assert [one["rule_id"] for one in as_viewer.get(following).json()] == ["custom"]


# --- Uses and what lacks ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_uses_are_bad_rows_and_the_scripts_that_published_them(as_viewer, admin):
    for name, text in (("b", steps.FIVE), ("a", steps.FIVE.replace("'S1'", "'S2'"))):
        script = steps.new_script(admin, text, name)
        steps.succeeded(steps.run_populate(script, admin))
        steps.succeeded(steps.run_publish(script, admin))
    insert(row("u9", rule="R9"))
    answer = as_viewer.get("/api/reference_tables/uses?kind=rules&id=R9&id=R1&id=R5")
    assert answer.json() == [
        {"id": "R9", "bad_rows": 1, "scripts": 0, "script_names": []},
        {"id": "R1", "bad_rows": 2, "scripts": 2, "script_names": ["a", "b"]},
        {"id": "R5", "bad_rows": 0, "scripts": 0, "script_names": []},
    ]
    assert as_viewer.get("/api/reference_tables/uses?kind=sources&id=S2").json() == [
        {"id": "S2", "bad_rows": 1, "scripts": 1, "script_names": ["a"]}
    ]


def test_ids_of_bad_rows_that_have_no_name_are_told_the_worst_first(as_viewer):
    insert(row("a"), row("b"), row("a", rule="R2"), row("a", rule="R0"), row("a", rule="R3", source="S3"))
    Rule.objects.create(rule_id="R2", rule_name="known")
    answer = as_viewer.get("/api/reference_tables/missing?kind=rules&limit=2")
    assert answer.json() == {"total": 3, "results": [{"id": "R1", "bad_rows": 2}, {"id": "R0", "bad_rows": 1}]}
    Source.objects.create(source_id="S1", source_name="known")
    answer = as_viewer.get("/api/reference_tables/missing/?kind=sources")
    assert answer.json() == {"total": 1, "results": [{"id": "S3", "bad_rows": 1}]}


def test_where_every_id_has_a_name_nothing_lacks(as_viewer):
    assert as_viewer.get("/api/reference_tables/missing?kind=rules").json() == {"total": 0, "results": []}
