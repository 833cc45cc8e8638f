"""Scripts: list, show, create, edit, delete, versions; files of them hang here."""

import tempfile
from typing import Any

import click

from dqx.client import listing, script_files
from dqx.client.errors import Failure
from dqx.client.output import moment
from dqx.client.session import Session, command, options, place_in, read_text, several, with_options
from dqx.client.things import SCRIPT, delete, find, yes_option

file_option = click.option("-f", "--file", metavar="FILE", help="Take the SELECT from this file; - is standard input.")
_settings = options(
    click.option("--description", help="What it is for."),
    click.option("--connection", metavar="NAME", help="Read this stored connection; '' is this database."),
    click.option("--time-limit", type=int, metavar="SECONDS", help="What a run may take; 0 is what others may."),
)
STATES = click.Choice(["never_populated", "queued", "running", "failed", "staged", "stale", "published"])
_filters = options(
    click.option("--q", metavar="TEXT", help="Only with this text in the name, the description or the SELECT."),
    click.option("--state", multiple=True, type=STATES, help="Only in this state; may be repeated."),
)
EMPTY = "-- One SELECT of rule_id, source_id, source_uid, data_value, txn_date\n"


@click.group(invoke_without_command=True)
@_filters
@with_options
@click.pass_context
def scripts(context: click.Context, **wanted: Any) -> None:
    """Scripts: list (also without a word), show, create, edit, delete, versions, export, import.

    SCRIPT is an id or a name.
    """
    if not context.invoked_subcommand:
        context.invoke(list_scripts, **wanted)


@command(scripts, "list")
@_filters
def list_scripts(session: Session, q: str | None, state: tuple[str, ...]) -> None:
    """All scripts, by name."""
    heads = ("id", "name", "state", "owner", "changed", "last run")
    found = session.api.get("sql_scripts", {"q": q, "state": several(state)})
    listing.whole(session, heads, _line, found, "No script passes the filters." if q or state else "")


def _line(script: dict[str, Any]) -> tuple[object, ...]:
    run, owner = script["last_run"], script["owner"] or {}
    last = f"{run['kind']} {run['status']}" if run else ""
    return script["id"], script["name"], script["state"], owner.get("username", ""), moment(script["updated_at"]), last


@command(scripts, "show")
@click.argument("script")
@click.option("--sql", is_flag=True, help="Only the SELECT, exactly as it is.")
def show_script(session: Session, script: str, sql: bool) -> None:
    """Show a script."""
    found = find(session, SCRIPT, script)
    if session.as_json:
        session.output.document(found)
    elif sql:
        session.output.text(found["content"])
    else:
        _show(session, found)
        session.output.text(f"\n{found['content'].rstrip()}\n")


def _show(session: Session, script: dict[str, Any]) -> None:
    facts = [
        ("id", script["id"]),
        ("name", script["name"]),
        ("description", script["description"] or None),
        ("state", script["state"]),
        ("version", script.get("version")),
        ("connection", script.get("connection")),
        ("time limit", f"{script['time_limit']:,} s" if script.get("time_limit") else None),
        ("owner", (script["owner"] or {}).get("username")),
        ("created", moment(script["created_at"])),
        ("changed", moment(script["updated_at"])),
    ]
    session.output.facts(facts)


def _given(*, description: str | None, connection: str | None, time_limit: int | None) -> dict[str, Any]:
    """What was given of them, in the API's words."""
    told = {"description": description, "connection": connection, "time_limit": time_limit}
    given = {field: value for field, value in told.items() if value is not None}
    return {field: value if field == "description" else value or None for field, value in given.items()}


@command(scripts, "create")
@click.argument("name")
@file_option
@_settings
def create_script(session: Session, name: str, file: str | None, **given: Any) -> None:
    """Save a new script. Without --file an editor opens."""
    content = read_text(file) if file else _edited(session, EMPTY)
    _save(session, "POST", "sql_scripts", {"name": name, "content": content, **_given(**given)}, keep=file is None)


@command(scripts, "edit")
@click.argument("script")
@file_option
@click.option("--name", help="Another name.")
@_settings
def edit_script(session: Session, script: str, file: str | None, name: str | None, **given: Any) -> None:
    """Change what is given of a script. Without an option an editor opens with the text.

    A text that somebody else has saved meanwhile is not overwritten.
    """
    found = find(session, SCRIPT, script)
    changes = _given(**given) | ({} if name is None else {"name": name})
    if file:
        changes["content"] = read_text(file)
    elif not changes:
        changes["content"] = _edited(session, found["content"])
    if "version" in found:
        changes["version"] = found["version"]
    _save(session, "PATCH", f"sql_scripts/{found['id']}", changes, keep=file is None)


def _edited(session: Session, text: str) -> str:
    if not session.asks:
        raise click.UsageError(
            "There is no terminal to open an editor in. Give the text with --file; - is standard input."
        )
    changed = click.edit(text, extension=".sql", require_save=False)
    if changed is None or changed.rstrip() == text.rstrip():
        raise Failure("not_changed", "The text was not changed; nothing was saved.")
    return changed


def _save(session: Session, method: str, path: str, body: dict[str, Any], keep: bool) -> None:
    try:
        saved = session.api.send(method, path, body)
    except Failure as failure:
        if keep and "content" in body:
            session.output.note(f"Your text is in {_kept(body['content'])}")
        raise place_in(body.get("content", ""), failure) from failure
    if session.as_json:
        session.output.document(saved)
    else:
        _show(session, saved)


def _kept(text: str) -> str:
    """A file with what somebody has just written in an editor."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".sql", prefix="dqx-", delete=False) as file:
        file.write(text)
    return file.name


@command(scripts, "delete")
@click.argument("script")
@yes_option
def delete_script(session: Session, script: str, yes: bool) -> None:
    """Delete a script and what it has staged. What it has published stays."""
    delete(session, SCRIPT, find(session, SCRIPT, script), yes)


@command(scripts, "versions")
@click.argument("script")
@click.argument("number", required=False, type=click.IntRange(1))
@click.option("--sql", is_flag=True, help="Only the SELECT of that version, exactly as it was.")
@click.option("--restore", is_flag=True, help="Make that version the text of now, as a new version.")
def versions(session: Session, script: str, number: int | None, sql: bool, restore: bool) -> None:
    """The texts that a script had, newest first; with a NUMBER that one, and what it changed."""
    found = find(session, SCRIPT, script)
    path = f"sql_scripts/{found['id']}/versions"
    if number is None:
        if sql or restore:
            raise click.UsageError("Say which version: its NUMBER comes after the script.")
        _list_versions(session, path)
    elif restore:
        _show_saved(session, session.api.send("POST", f"{path}/{number}/restore"))
    else:
        _show_version(session, session.api.get(f"{path}/{number}"), sql)


def _list_versions(session: Session, path: str) -> None:
    found = [version for page in session.api.pages(path, {}) for version in page["results"]]
    if session.as_json:
        session.output.document(found)
        return
    rows = [
        (each["n"], each["name"], (each["author"] or {}).get("username", ""), moment(each["created_at"]),
         f"+{each['added']} −{each['removed']}", each["restored_from"] or "", "now" if each["is_current"] else "")
        for each in found
    ]  # fmt: skip
    session.output.table(("version", "name", "by", "saved", "lines", "restored from", ""), rows)


def _show_version(session: Session, version: dict[str, Any], sql: bool) -> None:
    if session.as_json:
        session.output.document(version)
    else:
        session.output.text(version["content"] if sql or not version["diff"] else version["diff"])


def _show_saved(session: Session, script: dict[str, Any]) -> None:
    if session.as_json:
        session.output.document(script)
    else:
        _show(session, script)


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    script_files.add_to(scripts)
    root.add_command(scripts)
