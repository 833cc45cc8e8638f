"""Scripts as files, for a repository: the SELECT of each in one of its own, and a list with what else there is to them.

What an import reads is what an export writes; done twice it changes nothing.
"""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import click

from dqx.client.errors import Failure
from dqx.client.output import counted
from dqx.client.session import Session, place_in, read_text, shared
from dqx.client.things import SCRIPT, find, yes_option

LIST = "scripts.json"
SETTINGS = ("description", "connection", "time_limit")
LONGEST_STEM = 80


class Change(NamedTuple):
    """What an import does with a script: the one that is there (None for a new one), and the fields that get other values."""

    name: str
    there: dict[str, Any] | None
    fields: dict[str, Any]


def add_to(scripts: click.Group) -> None:
    """Put these commands where `dqx scripts` finds them."""
    scripts.add_command(export)
    scripts.add_command(import_folder)


# --- Out --------------------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("folder")
@click.option("--script", multiple=True, metavar="SCRIPT", help="Only this one (id or name); may be repeated.")
@shared
def export(session: Session, folder: str, script: tuple[str, ...]) -> None:
    """Write all scripts into a FOLDER: the SELECT of each into a file, and what else there is to them into scripts.json."""
    found = [find(session, SCRIPT, word) for word in script] or list(session.api.get(SCRIPT.path))
    entries: list[dict[str, Any]] = []
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for one in found:
            file = _file_of(one["name"], {entry["file"].lower() for entry in entries})
            entries.append({"file": file, "name": one["name"], **{name: one[name] for name in SETTINGS}})
            (place / file).write_bytes(f"{one['content']}\n".encode())
        (place / LIST).write_text(json.dumps(entries, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as exc:
        raise Failure("file", f"{exc.filename or folder} can't be written: {exc.strerror}.") from exc
    if session.as_json:
        session.output.document({"folder": str(place.absolute()), "scripts": entries})
    else:
        session.output.note(f"{counted(len(found), 'script')} in {folder}")


def _file_of(name: str, taken: set[str]) -> str:
    """A name for a file that a script's name leads to, and that no other has."""
    stem = re.sub(r"[^\w-]+", "_", name).strip("_")[:LONGEST_STEM] or "script"
    tries = (f"{stem}{f'_{n}' if n > 1 else ''}.sql" for n in range(1, len(taken) + 2))
    return next(file for file in tries if file.lower() not in taken)


# --- In ---------------------------------------------------------------------------------------------------------------------


@click.command("import")
@click.argument("folder")
@click.option("--dry-run", is_flag=True, help="Only show what it would do.")
@yes_option
@shared
def import_folder(session: Session, folder: str, dry_run: bool, yes: bool) -> None:
    """Add and change scripts by a FOLDER that an export wrote. Shows what it would do and asks first.

    Scripts are known by their names; those that the folder does not name stay.
    """
    known = {one["name"]: one for one in session.api.get(SCRIPT.path)}
    changes = [_change(entry, known.get(entry["name"])) for entry in _read(Path(folder))]
    wanted = [change for change in changes if change.fields]
    if not session.as_json:
        _preview(session, wanted, len(changes))
    if wanted and not dry_run:
        if not yes:
            session.confirm("Import?")
        for change in wanted:
            _save(session, change)
    if session.as_json:
        told = [{"name": one.name, "new": one.there is None, "fields": sorted(one.fields)} for one in wanted]
        session.output.document({"changes": told, "unchanged": len(changes) - len(wanted)})
    elif wanted and not dry_run:
        session.output.note(f"Imported: {counted(len(wanted), 'script')}.")


def _read(folder: Path) -> list[dict[str, Any]]:
    """The scripts of a folder, each with its name, content and settings."""
    wrong = Failure("file", f"{folder / LIST} is no list of scripts as an export writes it.")
    try:
        entries = json.loads(read_text(str(folder / LIST)))
        if not isinstance(entries, list):
            raise wrong
        for entry in entries:
            file = entry.pop("file")
            if Path(file).name != file or not isinstance(entry["name"], str) or entry.keys() - {"name", *SETTINGS}:
                raise wrong
            entry["content"] = read_text(str(folder / file)).strip()
    except (ValueError, TypeError, AttributeError, KeyError) as exc:
        raise wrong from exc
    if len({entry["name"] for entry in entries}) < len(entries):
        raise wrong
    return entries


def _change(entry: dict[str, Any], there: dict[str, Any] | None) -> Change:
    if there is None:
        return Change(entry["name"], None, entry)
    return Change(entry["name"], there, {field: value for field, value in entry.items() if there[field] != value})


def _preview(session: Session, wanted: list[Change], n: int) -> None:
    rows = [(one.name, "new" if one.there is None else f"other {_fields(one)}") for one in wanted]
    if rows:
        session.output.table(("script", "it would be"), rows)
    session.output.note(f"{counted(len(wanted), 'script')} of {n:,} to add or change.")


def _fields(change: Change) -> str:
    return ", ".join(field.replace("_", " ") for field in sorted(change.fields))


def _save(session: Session, change: Change) -> None:
    try:
        if change.there is None:
            session.api.send("POST", SCRIPT.path, change.fields)
        else:
            body = {**change.fields, "version": change.there["version"]}
            session.api.send("PATCH", SCRIPT.at(change.there["id"]), body)
    except Failure as failure:
        session.output.note(f"'{change.name}' is refused; those before it are saved.", "yellow")
        raise place_in(change.fields.get("content", ""), failure) from failure
