"""The bad rows as a file: exactly the filtered ones, whole or visibly cut, and nothing in them that a spreadsheet computes."""

import contextlib
import csv
import http.client
import io
import queue
import re
import sys
import zipfile
from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import psycopg2
import pytest
from django.conf import settings
from pyarrow import parquet

from badDetail_app import export, workbook
from dqx import sql
from reference_app.models import Rule, Source
from tests import steps
from tests.api import servers
from tests.api.bad_rows import COLUMNS, ORDERINGS, in_order, insert, insert_many, row
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/bad_detail/export"
HEADS = ["rule_id", "rule_name", "source_id", "source_name", "source_uid", "data_value", "txn_date"]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def download(api, **query):
    answer = api.get(f"{PATH}?{urlencode(query, doseq=True)}")
    assert answer.status_code == 200, getattr(answer, "content", b"")
    return b"".join(answer.streaming_content)


def rows_of(text):
    heads, *rows = csv.reader(io.StringIO(text.decode(), newline=""))
    assert heads == HEADS
    return [dict(zip(heads, one, strict=True)) for one in rows]


def sheets(data):
    """The cells of each sheet, by the types and the shared texts of the workbook."""
    book = zipfile.ZipFile(io.BytesIO(data))
    names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    return [[cells(row) for row in ElementTree.parse(book.open(name)).iter(f"{SHEET}row")] for name in names]


def cells(row):
    """What stands in the cells by their letter: texts with ST_Xstring's escapes undone, days as numbers."""
    found = {}
    for cell in row.iter(f"{SHEET}c"):
        assert cell.find(f"{SHEET}f") is None
        letter = cell.get("r").rstrip("0123456789")
        if cell.get("t") == "inlineStr":
            text = "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
            found[letter] = re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), text)
        else:
            assert (letter, cell.get("s")) == ("G", "2")
            found[letter] = date(1899, 12, 30) + timedelta(days=int(cell.find(f"{SHEET}v").text))
    return found


def test_a_file_holds_exactly_what_the_filters_let_through(as_viewer):
    rows = insert_many()
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    Source.objects.create(source_id="S1", source_name="Bill; ing, é")
    found = rows_of(download(as_viewer, rule_id=["R1", "Ü"], source_id="S1", date_from="2023-12-31"))
    wanted = [
        one
        for one in rows
        if one["rule_id"] != "R2" and one["source_id"] == "S1" and (one["txn_date"] or "") >= "2023-12-31"
    ]
    assert {one["source_uid"] for one in found} == {one["source_uid"] for one in wanted}
    assert len(found) == len(wanted) > 0
    assert {one["rule_name"] for one in found} == {"Customer missing", ""}
    undated = rows_of(download(as_viewer, undated="true"))
    assert len(undated) == sum(one["txn_date"] is None for one in rows) and {one["txn_date"] for one in undated} == {""}
    assert {one["source_name"] for one in found} == {"Bill; ing, é"}


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_file_has_the_order_that_was_asked_for(as_viewer, ordering):
    rows = in_order(insert_many(), ordering)
    found = rows_of(download(as_viewer, ordering=ordering))
    assert [tuple(one[name] for name in COLUMNS) for one in found] == [
        tuple(one[name] or "" for name in COLUMNS) for one in rows
    ]


def test_the_answer_is_a_file_to_keep(as_viewer):
    answer = as_viewer.get(PATH + "/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="bad_rows_20')
    assert answer["Cache-Control"] == "no-store"
    assert rows_of(b"".join(answer.streaming_content)) == []


FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "=",
    "-",
    "+",
    "-1-1",
    "--1",
    "+a",
]
HARMLESS = ["-12.5", "+49", "-0", "+1,5", "1=1", " =1", "'=1", "a@b", "", "1-1"]


def test_what_looks_like_a_formula_is_not_computed(as_viewer):
    insert(*(row(f"u{at:02}", value=value) for at, value in enumerate([*FORMULAS, *HARMLESS])))
    found = [one["data_value"] for one in rows_of(download(as_viewer, ordering="source_uid"))]
    assert found == [f"'{value}" for value in FORMULAS] + HARMLESS
    cells_found = [one.get("F", "") for one in sheets(download(as_viewer, ordering="source_uid", format="xlsx"))[0][1:]]
    assert cells_found == [*FORMULAS, *HARMLESS]


def test_formulas_in_ids_and_names_are_guarded_too(as_viewer):
    insert(row("=1", rule="=2", source="@3"))
    Rule.objects.create(rule_id="=2", rule_name="+a")
    Source.objects.create(source_id="@3", source_name="-b")
    (found,) = rows_of(download(as_viewer))
    assert [found[name] for name in HEADS[:5]] == ["'=2", "'+a", "'@3", "'-b", "'=1"]


def test_parquet_keeps_every_value_as_it_is(as_viewer):
    rows = insert_many()
    insert(row("odd", value='"\\N",\r\n=1', day="infinity"), row("null", value="\\N"))
    table = parquet.read_table(io.BytesIO(download(as_viewer, format="parquet")))
    assert table.column_names == HEADS
    assert str(table.schema.field("txn_date").type) == "date32[day]"
    found = {(one["rule_id"], one["source_id"], one["source_uid"]): one for one in table.to_pylist()}
    assert len(found) == len(rows) + 2
    for one in rows:
        told = found[one["rule_id"], one["source_id"], one["source_uid"]]
        assert (told["data_value"], str(told["txn_date"] or "")) == (one["data_value"], one["txn_date"] or "")
    odd = found["R1", "S1", "odd"]
    assert (odd["data_value"], odd["txn_date"]) == ('"\\N",\r\n=1', None)
    assert found["R1", "S1", "null"]["data_value"] == "\\N"


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_there_may_be_no_row(as_viewer, form):
    data = download(as_viewer, format=form)
    if form == "xlsx":
        assert [list(one.values()) for one in sheets(data)[0]] == [HEADS]
    elif form == "parquet":
        assert parquet.read_table(io.BytesIO(data)).num_rows == 0


def test_a_sheet_that_is_full_is_followed_by_another(as_viewer, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    insert(*(row(f"u{n}") for n in range(5)))
    found = sheets(download(as_viewer, format="xlsx", ordering="source_uid"))
    assert [[one["E"] for one in sheet[1:]] for sheet in found] == [["u0", "u1"], ["u2", "u3"], ["u4"]]
    assert [list(sheet[0].values()) for sheet in found] == [HEADS] * 3


ODD = [
    "a\x01b\x1fc", "_x0041_", "_x005F_", "_", "\ufffe\uffff", "<r><t>x</t><boom></r>", "&amp;<>\"'", "a\tb\nc\rd\\n\\N", "\\N", "\\.",
    " a ", "\n", "😀", "",
]  # fmt: skip


def test_a_workbook_keeps_every_text_as_it_is(as_viewer):
    insert(*(row(f"u{at:02}", value=value) for at, value in enumerate(ODD)), row("u99", value=None))
    *found, last = sheets(download(as_viewer, format="xlsx", ordering="source_uid"))[0][1:]
    assert [one["F"] for one in found] == ODD
    assert "F" not in last


def test_days_of_a_workbook_are_days_where_its_calendar_has_them(as_viewer):
    days = ["infinity", "0044-03-15 BC", "1900-02-28", "1900-03-01", "2024-02-29", "9999-12-31", "10000-01-01", None]
    insert(*(row(f"u{at}", day=day) for at, day in enumerate(days)))
    found = [one.get("G") for one in sheets(download(as_viewer, format="xlsx", ordering="source_uid"))[0][1:]]
    calendar = {day: date.fromisoformat(day) for day in days[3:6]}
    assert found == [calendar.get(day, day) for day in days]


def test_cells_that_look_like_a_formula_stay_text_when_they_are_edited(as_viewer):
    insert(row(value="=1"), row("=u2", value="1"))
    book = zipfile.ZipFile(io.BytesIO(download(as_viewer, format="xlsx", ordering="source_uid")))
    text = book.read("xl/worksheets/sheet1.xml").decode()
    assert {found[1] for found in re.finditer(r'r="(\w+)" s="1"', text)} == {"E2", "F3"}
    styles = list(ElementTree.parse(book.open("xl/styles.xml")).find(f"{SHEET}cellXfs"))
    assert [style.get("quotePrefix") for style in styles] == [None, "1", None]


def test_a_text_longer_than_a_cell_is_cut(monkeypatch):
    assert workbook._cut("a" * 32_767) == "a" * 32_767
    assert workbook._cut("a" * 32_768) == "a" * 32_766 + "…"
    assert workbook._cut("😀" * 20_000) == "😀" * 16_383 + "…"


def test_a_server_without_pyarrow_says_so(as_viewer, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused(as_viewer.get(f"{PATH}?format=parquet"), 400, "format_unavailable")


def test_what_is_asked_for_wrongly_is_400(as_viewer):
    assert wrong_fields(as_viewer.get(f"{PATH}?format=pdf&page_size=5&ordering=x")) == {
        "format",
        "page_size",
        "ordering",
    }


def test_one_who_is_not_signed_in_gets_no_file(as_nobody):
    refused(as_nobody.get(PATH), 401, "not_signed_in")


def exports_at_work():
    return sql.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^COPY' AND state <> 'idle'"
    )


def insert_much():
    sql.execute(
        "INSERT INTO dq.bad_detail SELECT 'R1', 'S1', g::text, repeat('x', 1000), NULL FROM generate_series(1, 60000) g"
    )


def test_one_who_goes_away_ends_the_statement(as_viewer):
    insert_much()
    answer = as_viewer.get(PATH)
    next(iter(answer.streaming_content))
    assert exports_at_work() == 1
    answer.close()
    del answer
    assert steps.eventually(lambda: exports_at_work() == 0)


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_look_at_the_head_reads_nothing(as_viewer, form):
    for _ in range(settings.EXPORTS_AT_ONCE + 1):
        answer = as_viewer.send("HEAD", f"{PATH}?format={form}")
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, export.FORMATS[form].media_type)
        assert "Content-Length" not in answer
    assert as_viewer.send("HEAD", f"{PATH}?format=pdf").status_code == 400


def test_only_so_many_are_exported_at_once(as_viewer, monkeypatch):
    monkeypatch.setattr(settings, "EXPORTS_AT_ONCE", 2)
    insert_much()
    with contextlib.ExitStack() as under_way:
        first, _ = (
            under_way.enter_context(contextlib.closing(as_viewer.get(f"{PATH}?format={form}")))
            for form in ("csv", "xlsx")
        )
        refused(as_viewer.get(PATH), 429, "too_many")
        first.close()
        assert steps.eventually(lambda: begins(as_viewer))


def begins(api):
    with contextlib.closing(api.get(PATH)) as answer:
        return answer.status_code == 200


def test_one_that_takes_too_long_before_it_begins_is_refused(as_viewer, monkeypatch):
    monkeypatch.setattr(settings, "EXPORT_SECONDS", 0.001)
    insert_much()
    refused(as_viewer.get(f"{PATH}?ordering=data_value"), 422, "time_limit")


def test_one_who_takes_nothing_keeps_no_snapshot(as_viewer, monkeypatch):
    monkeypatch.setattr(settings, "EXPORT_SECONDS", 1)
    insert_much()
    answer = as_viewer.get(PATH)
    pieces = iter(answer.streaming_content)
    next(pieces)
    assert exports_at_work() == 1
    assert steps.eventually(lambda: exports_at_work() == 0)
    with pytest.raises((psycopg2.Error, queue.Full)):
        list(pieces)


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_a_file_that_can_not_be_finished_is_not_ended_either(as_viewer, form):
    insert_much()
    pieces = iter(as_viewer.get(f"{PATH}?format={form}").streaming_content)
    next(pieces)
    end_exports()
    with pytest.raises(psycopg2.Error):
        list(pieces)


def end_exports():
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^COPY'"
        )


def test_a_file_is_as_one_moment_saw_the_rows(as_viewer):
    insert_much()
    pieces = iter(as_viewer.get(f"{PATH}?format=csv").streaming_content)
    first = next(pieces)
    sql.execute("DELETE FROM dq.bad_detail")
    assert len(rows_of(first + b"".join(pieces))) == 60_000


@pytest.fixture
def web(django_db_setup, tmp_path):
    with servers.web(tmp_path) as found:
        yield found


def test_a_file_comes_in_pieces_and_one_that_breaks_off_is_no_whole_file(web, viewer):
    insert_much()
    web.sign_in("vera", "correct horse battery")
    line = http.client.HTTPConnection(urlsplit(web.address).netloc, timeout=30)
    line.request("GET", PATH, headers={"Authorization": f"Bearer {web.token}"})
    answer = line.getresponse()
    assert answer.getheader("Transfer-Encoding") == "chunked"
    assert answer.read(1000).startswith(b"rule_id,")
    end_exports()
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    assert web("GET", "/api/bad_detail/?page_size=1").status == 200
