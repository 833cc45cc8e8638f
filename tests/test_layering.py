"""Imports point one way, one module executes SQL, and one asks for permissions: told from the syntax trees."""

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from dqx.environment import BASE_DIR

# From the kernel upwards; a module may import from its own layer and from those below.
LAYERS = ("dqx", "reference_app", "badDetail_app", "scripts_app")
# Where the parts are put together.
ROOTS = {"dqx/urls.py", "dqx/api.py", "dqx/settings.py"}
DOORS = ("admin.py", "views.py", "api.py")
SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|TRUNCATE|COPY|WITH|GRANT|REVOKE|LOCK TABLE|SET LOCAL)\s+[\w\"{%*(]"
)
# The embedded server's own database and logins, made through psql before Django can speak with it; the names are constants.
SQL_FOR_PSQL = {"dqx/embedded/postgres.py"}

FILES = {
    file.relative_to(BASE_DIR).as_posix(): file.read_text()
    for layer in LAYERS
    for file in sorted((BASE_DIR / layer).rglob("*.py"))
}
TREES = {path: ast.parse(text) for path, text in FILES.items()}


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def path_of(module: str) -> str:
    return module.replace(".", "/") + ".py"


def layer_of(module: str) -> int | None:
    """How high a module is; None where it is not ours."""
    top = module.split(".")[0]
    return len(LAYERS) if path_of(module) in ROOTS else LAYERS.index(top) if top in LAYERS else None


def is_door(path: str) -> bool:
    return path in FILES and path not in ROOTS and (path.endswith(DOORS) or "/management/commands/" in path)


def is_statements(path: str) -> bool:
    return path.endswith("statements.py")


def imports(path: str) -> list[str]:
    """Dotted names of all that a file imports; of `from a import b` both a and a.b, since b may be a module."""
    found = []
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def offenders(offences: Callable[[str], list[Any]], paths: Iterable[str] = FILES) -> dict[str, list[Any]]:
    """What is wrong in each file in which something is."""
    return {path: found for path in paths if (found := offences(path))}


def lines_with(pattern: str) -> Callable[[str], list[str]]:
    return lambda path: [line.strip() for line in FILES[path].splitlines() if re.search(pattern, line)]


# --- Imports --------------------------------------------------------------------------------------------------------------


def test_no_import_points_upwards():
    assert not offenders(
        lambda path: [name for name in imports(path) if (layer_of(name) or 0) > layer_of(module_of(path))]
    )


def test_no_import_is_relative():
    assert not offenders(
        lambda path: [node.lineno for node in ast.walk(TREES[path]) if isinstance(node, ast.ImportFrom) and node.level]
    )


def test_every_import_is_at_the_top():
    """Not in a function, not under a condition, not for type checkers only."""
    assert not offenders(
        lambda path: [
            part.lineno
            for node in ast.walk(TREES[path])
            for part in ast.iter_child_nodes(node)
            if isinstance(part, ast.Import | ast.ImportFrom) and not isinstance(node, ast.Module)
        ]
    )


def test_a_door_imports_no_other_door():
    assert not offenders(
        lambda path: [name for name in imports(path) if is_door(path_of(name))], filter(is_door, FILES)
    )


def test_nothing_below_imports_a_door_or_a_task():
    below = [path for path in FILES if not is_door(path) and path not in ROOTS]
    assert not offenders(
        lambda path: [
            name
            for name in imports(path)
            if is_door(path_of(name)) or (name.endswith(".tasks") and path_of(name) in FILES)
        ],
        below,
    )


# --- SQL ------------------------------------------------------------------------------------------------------------------


def test_only_one_folder_opens_a_cursor_or_a_connection():
    found = offenders(
        lines_with(r"\.cursor\(|psycopg2\.connect|copy_expert|copy_from\(|copy_to\(|\.raw\(|RawSQL|\.extra\(")
    )
    assert {name.rpartition("/")[0] for name in found} == {"dqx/sql"}


def test_statements_execute_nothing():
    executors = ("dqx.sql", "django.db")
    statements = [*filter(is_statements, FILES)]
    assert not offenders(lambda path: [name for name in imports(path) if name.startswith(executors)], statements)
    assert not offenders(lines_with(r"\.execute\("), statements)


def test_no_sql_is_put_together_outside_statements():
    elsewhere = [path for path in FILES if not is_statements(path) and path not in SQL_FOR_PSQL]
    assert not offenders(lambda path: [text for text in composed_texts(TREES[path]) if SQL.match(text)], elsewhere)


def composed_texts(tree):
    """The texts with a place for a value: f-strings, the left of %, and what .format is called on; psycopg2's sql.SQL(…) quotes its own."""
    quoted = {id(node.args[0]) for node in ast.walk(tree) if is_quoting(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add) and is_text(node.left):
            yield node.left.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
            and is_text(node.func.value)
            and id(node.func.value) not in quoted
        ):
            yield node.func.value.value


def is_quoting(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "SQL"
        and bool(node.args)
    )


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


# --- Permissions ------------------------------------------------------------------------------------------------------------


def test_only_permissions_ask_who_may():
    asks = lines_with(r"has_perms?\b|has_module_perms|permission_required|user_passes_test|PermissionRequiredMixin")
    elsewhere = [path for path in FILES if not path.endswith("/permissions.py") and path != "dqx/users/models.py"]
    assert not offenders(asks, elsewhere)


# --- The test itself --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('f"SELECT {a} FROM b"', True),
        ('"DELETE FROM %s" % a', True),
        ('"UPDATE {} SET a = 1".format(a)', True),
        ('"DROP TABLE " + a', True),
        ('f"Select a script for {a}"', False),
        ('"SELECT a FROM b WHERE c = %(c)s"', False),
        ('sql.SQL("DELETE FROM {}").format(a)', False),
    ],
)
def test_sql_that_is_put_together_is_seen(text, answer):
    assert any(SQL.match(part) for part in composed_texts(ast.parse(text))) == answer


def test_layers_are_told_apart():
    assert (
        layer_of("dqx.sql")
        < layer_of("reference_app.models")
        < layer_of("scripts_app.ledger.runs")
        < layer_of("dqx.urls")
    )
    assert layer_of("django.db") is None
    assert len(FILES) > 80
