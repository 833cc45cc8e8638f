"""Bad rows and staged ones as a table, as JSON and as a file; queries."""

import contextlib
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dqx.client import counts, files
from dqx.client.errors import Failure
from dqx.client.output import counted
from dqx.client.session import Session, place_in, read_text, several, shared
from dqx.client.things import SCRIPT, find

FORMATS = ("csv", "xlsx", "parquet")
COLUMNS = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")
ORDERINGS = [sign + column for column in COLUMNS for sign in ("", "-")]
MOST_PAGE = 1000
USUAL = 100


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    root.add_command(bad)
    root.add_command(staged)
    root.add_command(query)


def _limited(function: Callable[..., Any]) -> Callable[..., Any]:
    limit = click.option("--limit", type=click.IntRange(1), help=f"So many at most.  [default: {USUAL}]")
    return limit(click.option("--all", "everything", is_flag=True, help="All of them, as they come.")(function))


def _most(limit: int | None, everything: bool) -> int | None:
    if everything and limit:
        raise click.UsageError("--all and --limit do not go together.")
    return None if everything else limit or USUAL


@click.command()
@click.option("--rule", multiple=True, metavar="ID", help="Only of this rule; may be repeated, as may the next three.")
@click.option("--source", multiple=True, metavar="ID", help="Only of this source.")
@click.option("--uid", multiple=True, metavar="ID", help="Only of this record.")
@click.option("--q", multiple=True, metavar="TEXT", help="Only with this text in the record's id or the value.")
@click.option("--from", "start", metavar="DATE", help="Only of this date and later, as 2024-12-31.")
@click.option("--to", "end", metavar="DATE", help="Only of this date and earlier.")
@click.option("--undated", is_flag=True, help="Only without a date.")
@counts.by_option
@click.option("--ordering", type=click.Choice(ORDERINGS), help="By this column; with - the other way round.")
@_limited
@click.option("--export", metavar="FILE", help="Into a .csv, .xlsx or .parquet file; - is standard output.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="What --export writes, where the name does not say it."
)
@shared
def bad(session: Session, export: str | None, by: str | None, limit: int | None, **given: Any) -> None:
    """The bad rows that count now.

    With --json one document a line. An export has all rows that pass the filters.
    """
    most = _most(limit, given["everything"])
    _check_together(export, by, limit, given)
    params = {
        "rule_id": several(given["rule"]),
        "source_id": several(given["source"]),
        "source_uid": several(given["uid"]),
        "q": several(given["q"]),
        "date_from": given["start"],
        "date_to": given["end"],
        "undated": "true" if given["undated"] else None,
        "ordering": given["ordering"],
    }
    if by:
        counts.show(session, by, params, limit)
    elif export:
        _export(session, params, export, given["form"] or Path(export).suffix.lstrip(".").lower())
    else:
        _list(session, "bad_detail", params, most, "bad row")


@click.command()
@click.argument("script")
@_limited
@shared
def staged(session: Session, script: str, limit: int | None, everything: bool) -> None:
    """The rows that SCRIPT (an id or a name) has found, and that a publish would make the bad rows of its rules and sources.

    With --json one document a line.
    """
    most, found = _most(limit, everything), find(session, SCRIPT, script)
    total = found["staged"]["rows"] if found["staged"] else 0
    _list(session, f"{SCRIPT.at(found['id'])}/staging", {}, most, "staged row", total)


def _check_together(export: str | None, by: str | None, limit: int | None, given: dict[str, Any]) -> None:
    if by and (export or given["ordering"]):
        raise click.UsageError("--by only counts; leave --export and --ordering out.")
    if export and limit:
        raise click.UsageError("An export has all rows that pass the filters; leave --limit out.")
    if given["form"] and not export:
        raise click.UsageError("--format says what --export writes; name its FILE.")


def _list(session: Session, path: str, params: dict[str, Any], limit: int | None, thing: str, total: int = 0) -> None:
    """Show rows as they come, and how many of how many that were.

    Args:
        limit: so many at most; None is all.
        thing: what one is called.
        total: how many there are, where the pages do not tell.

    Raises:
        Failure: a page is refused, or does not come.
    """
    left, shown = limit, 0
    for page in session.api.pages(path, {**params, "page_size": min(limit or MOST_PAGE, MOST_PAGE)}):
        rows, total = page["results"][:left], page.get("total", total)
        _show_rows(session, rows)
        shown, left = shown + len(rows), None if left is None else left - len(rows)
        if left == 0:
            break
    if not session.as_json:
        more = "  --all shows every one." if limit is not None and shown < total else ""
        session.output.note(f"{shown:,} of {counted(total, thing)}.{more}")


def _show_rows(session: Session, rows: list[dict[str, Any]]) -> None:
    if session.as_json:
        for row in rows:
            session.output.document(row)
    elif rows:
        heads = ("rule", "source", "record", "value", "date", "rule's name")
        lines = [(*(row[column] for column in COLUMNS), row["rule_name"] or "") for row in rows]
        session.output.table(heads, lines)


def _export(session: Session, params: dict[str, Any], target: str, form: str) -> None:
    if form not in FORMATS:
        raise click.UsageError(
            "Say what to write with --format, or let the file's name end in .csv, .xlsx or .parquet."
        )
    if target == "-" and form != "csv" and sys.stdout.isatty():
        raise click.UsageError(f"A terminal can't show {form}. Name a file.")
    given = {name: value for name, value in params.items() if value is not None}
    pieces = session.api.download("bad_detail/export", {**given, "format": form})
    files.save(session, pieces, target, form)


@click.command()
@click.argument("sql", required=False)
@click.option("-f", "--file", metavar="FILE", help="Take the SELECT from this file; - is standard input.")
@click.option("--limit", type=click.IntRange(1), help="So many rows at most; the server has a limit of its own.")
@click.option("--connection", metavar="NAME", help="Ask the database of this stored connection.")
@shared
def query(session: Session, sql: str | None, file: str | None, limit: int | None, connection: str | None) -> None:
    """Run one SELECT, given as 'SELECT …', by --file, or - for standard input. It can only read, and Ctrl-C stops it."""
    if (sql is None) == (file is None):
        raise click.UsageError("Give one SELECT: dqx query 'SELECT …', or -f FILE, or - for standard input.")
    text = read_text(file or "-") if file or sql == "-" else str(sql)
    body = {"query": text, "limit": limit, "connection": connection, "tag": secrets.token_hex(16)}
    try:
        answer = session.api.send("POST", "query", {name: value for name, value in body.items() if value is not None})
    except Failure as failure:
        raise place_in(text, failure) from failure
    except KeyboardInterrupt:
        with contextlib.suppress(Failure):  # then it ends at its time limit
            session.api.send("POST", "query/stop", {"tag": body["tag"]})
        raise
    if session.as_json:
        session.output.document(answer)
        return
    names = [column["name"] for column in answer["columns"]]
    session.output.table(names, [[row[name] for name in names] for row in answer["rows"]])
    more = " There are more; --limit may ask for them." if answer["truncated"] else ""
    session.output.note(f"{counted(answer['row_count'], 'row')} in {answer['duration_ms']:,} ms.{more}")
