"""Scripts from a folder: one .sql file a script, its name and description in its leading comment."""

import csv
from pathlib import Path
from typing import NamedTuple

from dqx.errors import Invalid
from dqx.users.permissions import Actor
from reference_app.models import Rule, Source
from scripts_app import scripts, text
from scripts_app.models import Script


class Imported(NamedTuple):
    """What became of one file: "created", "changed" or "unchanged"."""

    file: Path
    script: Script
    outcome: str


def import_folder(folder: Path, *, actor: Actor) -> list[Imported]:
    """Save every .sql file of a folder as the script of its name; running it again changes nothing.

    Names of rules and sources come from rules.csv and sources.csv, where the folder has them; names that are there already stay.

    Raises:
        Invalid: there is no such folder, no file in it, a file is not UTF-8, or two files have one name.
        Refused: a file is not one SELECT of the five columns; the message names the file. Files before it are saved.
    """
    files = sorted(folder.glob("*.sql"))
    if not files:
        raise Invalid("nothing_to_import", f"There is no .sql file in {folder}.")
    parts = {file: read(file) for file in files}
    _refuse_doubled_names(parts)
    imported = [_save(file, *parts[file], actor=actor) for file in files]
    import_references(folder)
    return imported


def read(file: Path) -> tuple[str, str, str]:
    """Name, description and text of a file: the first line of its leading comment, the lines that follow, everything.

    A file without such a comment is called as the file is.

    Raises:
        Invalid: the file is not UTF-8.
    """
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Invalid("not_utf8", f"{file.name} is not UTF-8. Save it as UTF-8.", file=file.name) from exc
    comment = []
    for line in content.lstrip().splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    name = comment[0] if comment and comment[0] else file.stem
    return name[: scripts.LONGEST_NAME], "\n".join(comment[1:]).strip(), content


def import_references(folder: Path) -> None:
    """Names of rules and sources from rules.csv and sources.csv (id, name, description, with a head)."""
    Rule.objects.bulk_create([Rule(**row) for row in _csv(folder / "rules.csv")], ignore_conflicts=True)
    Source.objects.bulk_create([Source(**row) for row in _csv(folder / "sources.csv")], ignore_conflicts=True)


def _csv(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _refuse_doubled_names(parts: dict[Path, tuple[str, str, str]]) -> None:
    seen: dict[str, Path] = {}
    for file, (name, _, _) in parts.items():
        if name in seen:
            raise Invalid(
                "name_doubled", f"{seen[name].name} and {file.name} both are called '{name}'. Change one's first line."
            )
        seen[name] = file


def _save(file: Path, name: str, description: str, content: str, *, actor: Actor) -> Imported:
    script = Script.objects.filter(name=name).first()
    try:
        if script is None:
            saved = scripts.create(actor=actor, name=name, description=description, content=content)
            return Imported(file, saved, "created")
        if (script.description, script.content) == (description, text.clean(content)):
            return Imported(file, script, "unchanged")
        return Imported(
            file, scripts.update(script.pk, actor=actor, description=description, content=content), "changed"
        )
    except Exception as exc:
        exc.add_note(file.name)
        raise
