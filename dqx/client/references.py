"""What rules and sources are called: list, missing, create, edit, delete, and files of them out and in."""

from typing import Any

import click

from dqx.client import files, listing
from dqx.client.output import counted
from dqx.client.session import Session, command, read_text
from dqx.client.things import RULE, SOURCE, Thing, delete, yes_option

KINDS = {"rules": RULE, "sources": SOURCE}
HEADS = ("id", "name", "description")
MOST_SHOWN = 20

kind_argument = click.argument("kind", metavar="rules|sources", type=click.Choice(list(KINDS)))
id_argument = click.argument("pk", metavar="ID")


@click.group()
def references() -> None:
    """What rules and sources are called: list, missing, create, edit, delete, export, import."""


@command(references, "list")
@kind_argument
@click.option("--q", metavar="TEXT", help="Only with this text in id, name or description.")
def list_references(session: Session, kind: str, q: str | None) -> None:
    """All rules or sources, by id."""
    thing = KINDS[kind]
    listing.whole(session, HEADS, lambda one: _cells(thing, one), session.api.get(thing.path, {"q": q}))


def _cells(thing: Thing, one: dict[str, Any]) -> tuple[object, ...]:
    return one[thing.key], one[thing.name], one["description"]


@command(references, "missing")
@kind_argument
def missing(session: Session, kind: str) -> None:
    """Ids that bad rows have and that are no rule or source, those with the most bad rows first."""
    found = session.api.get("reference_tables/missing", {"kind": kind})
    if session.as_json:
        session.output.document(found)
        return
    told = found["results"]
    listing.whole(session, ("id", "bad rows"), lambda one: (one["id"], one["bad_rows"]), told, "None is missing.")
    if found["total"] > len(told):
        session.output.note(f"{len(told):,} of {found['total']:,}.")


@command(references, "create")
@kind_argument
@id_argument
@click.argument("name")
@click.option("--description", default="", help="What it means.")
def create(session: Session, kind: str, pk: str, name: str, description: str) -> None:
    """Give an ID that scripts return a NAME."""
    thing = KINDS[kind]
    body = {thing.key: pk, thing.name: name, "description": description}
    _show(session, thing, session.api.send("POST", thing.path, body))


@command(references, "edit")
@kind_argument
@id_argument
@click.option("--name", help="Another name.")
@click.option("--description", help="Another description.")
def edit(session: Session, kind: str, pk: str, name: str | None, description: str | None) -> None:
    """Change the name or description of the one with this ID, which it keeps."""
    thing = KINDS[kind]
    given = {thing.name: name, "description": description}
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise click.UsageError("Say what to change.")
    _show(session, thing, session.api.send("PATCH", thing.at(pk), changes))


def _show(session: Session, thing: Thing, one: dict[str, Any]) -> None:
    listing.single(session, one, zip(HEADS, _cells(thing, one), strict=True))


@command(references, "delete")
@kind_argument
@id_argument
@yes_option
def delete_reference(session: Session, kind: str, pk: str, yes: bool) -> None:
    """Delete the one with this ID, for Admins. Its bad rows stay, and show the id alone."""
    found = session.api.get(KINDS[kind].at(pk))
    (uses,) = session.api.get("reference_tables/uses", {"kind": kind, "id": pk})
    used = f"{counted(uses['bad_rows'], 'bad row')} and {counted(uses['scripts'], 'script')} with this id stay."
    delete(session, KINDS[kind], found, yes, used)


@command(references, "export")
@kind_argument
@click.argument("file")
def export(session: Session, kind: str, file: str) -> None:
    """Write all rules or sources into a CSV FILE, by id; - is standard output."""
    files.save(session, session.api.download("reference_tables/export", {"kind": kind}), file, "csv")


@command(references, "import")
@kind_argument
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Only show what it would do.")
@yes_option
def import_file(session: Session, kind: str, file: str, dry_run: bool, yes: bool) -> None:
    """Add and change rules or sources by a CSV FILE; - is standard input. Shows what it would do and asks first.

    The first line names the columns. Ids that the file does not name stay, and where a line is wrong nothing is done.
    """
    text = read_text(file)
    if dry_run or not yes:
        _preview(session, KINDS[kind], _imported(session, kind, text, dry_run=True), as_json=dry_run)
    if not dry_run:
        if not yes:
            session.confirm("Import?")
        done = _imported(session, kind, text, dry_run=False)
        if session.as_json:
            session.output.document(done)
        else:
            session.output.note(f"Imported: {_counts(done)}")


def _imported(session: Session, kind: str, text: str, *, dry_run: bool) -> dict[str, Any]:
    path = f"reference_tables/import?kind={kind}"
    return dict(session.api.send("POST", path, {"csv": text, "dry_run": dry_run}))


def _preview(session: Session, thing: Thing, would: dict[str, Any], *, as_json: bool) -> None:
    """What an import would do: as JSON only where nothing but that is asked for, since an import answers with its own."""
    if session.as_json and as_json:
        session.output.document(would)
        return
    session.output.note(f"It would be: {_counts(would)}")
    changes = would["changes"][:MOST_SHOWN]
    if changes and not session.as_json:
        session.output.table(("line", "", *HEADS), [_change(thing, change) for change in changes])
        left = would["added"] + would["changed"] - len(changes)
        if left:
            session.output.note(f"And {counted(left, 'line')} more.")


def _counts(outcome: dict[str, Any]) -> str:
    return f"{outcome['added']:,} new, {outcome['changed']:,} changed, {outcome['unchanged']:,} as before."


def _change(thing: Thing, change: dict[str, Any]) -> tuple[object, ...]:
    before = change["before"]
    cells = _cells(thing, change["after"])
    if before is None:
        return change["line"], "new", *cells
    was = _cells(thing, before)
    return (
        change["line"],
        "changed",
        *(new if new == old else f"{old} → {new}" for old, new in zip(was, cells, strict=True)),
    )


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    root.add_command(references)
