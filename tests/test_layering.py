"""Imports point one way, one module executes SQL, and one asks for permissions: told from the syntax trees."""

import ast
import re
from pathlib import Path

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

FILES = sorted(file for layer in LAYERS for file in (BASE_DIR / layer).rglob("*.py"))
every_file = pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(BASE_DIR)) for file in FILES])


def name_of(file: Path) -> str:
    return file.relative_to(BASE_DIR).as_posix()


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def layer_of(module: str) -> int | None:
    """How high a module is; None where it is not ours."""
    path = module.replace(".", "/") + ".py"
    top = module.split(".")[0]
    return len(LAYERS) if path in ROOTS else LAYERS.index(top) if top in LAYERS else None


def is_door(path: str) -> bool:
    return path not in ROOTS and (path.endswith(DOORS) or "/management/commands/" in path)


def imports(tree: ast.AST) -> list[str]:
    """Dotted names of all that is imported; of `from a import b` both a and a.b, since b may be a module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def exists(module: str) -> bool:
    return (BASE_DIR / (module.replace(".", "/") + ".py")).exists()


# --- Imports --------------------------------------------------------------------------------------------------------------


@every_file
def test_no_import_points_upwards(file):
    own = layer_of(name_of(file).removesuffix(".py").replace("/", "."))
    upward = [module for module in imports(tree_of(file)) if (layer_of(module) or 0) > own]
    assert upward == []


@every_file
def test_every_import_is_absolute_and_at_the_top(file):
    tree = tree_of(file)
    relative = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
    hidden = [
        node.lineno
        for node in ast.walk(tree)
        for part in ast.iter_child_nodes(node)
        if isinstance(part, ast.Import | ast.ImportFrom) and not isinstance(node, ast.Module)
    ]
    assert (relative, hidden) == ([], [])
    assert "TYPE_CHECKING" not in file.read_text()


@pytest.mark.parametrize("file", [file for file in FILES if is_door(name_of(file))], ids=name_of)
def test_a_door_imports_no_other_door(file):
    others = [module for module in imports(tree_of(file)) if exists(module) and is_door(module.replace(".", "/") + ".py")]
    assert others == []


@pytest.mark.parametrize(
    "file", [file for file in FILES if not is_door(name_of(file)) and name_of(file) not in ROOTS], ids=name_of
)
def test_nothing_below_imports_a_door_or_a_task(file):
    above = [
        module
        for module in imports(tree_of(file))
        if exists(module) and (is_door(module.replace(".", "/") + ".py") or module.endswith(".tasks"))
    ]
    assert above == []


# --- SQL ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [file for file in FILES if name_of(file) != "dqx/sql.py"], ids=name_of)
def test_only_one_module_opens_a_cursor_or_a_connection(file):
    assert not re.search(r"\.cursor\(|psycopg2\.connect|copy_expert|copy_from\(|copy_to\(|\.raw\(|RawSQL|\.extra\(", file.read_text())


@pytest.mark.parametrize("file", [file for file in FILES if file.stem.endswith("statements")], ids=name_of)
def test_statements_execute_nothing(file):
    assert not {"dqx.sql", "django.db", "psycopg2"} & {module for module in imports(tree_of(file)) if module != "psycopg2.sql"} - {"psycopg2"}
    assert ".execute(" not in file.read_text()


@pytest.mark.parametrize(
    "file", [file for file in FILES if not file.stem.endswith("statements") and name_of(file) not in SQL_FOR_PSQL], ids=name_of
)
def test_no_sql_is_put_together_outside_statements(file):
    put_together = [part for part in composed_texts(tree_of(file)) if SQL.match(part)]
    assert put_together == []


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
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "SQL" and bool(node.args)


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


# --- Permissions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_only_permissions_ask_who_may(file):
    if file.name != "permissions.py" and name_of(file) != "dqx/users/models.py":  # where the answer is
        assert not re.search(r"has_perms?\b|has_module_perms|permission_required|user_passes_test|PermissionRequiredMixin", file.read_text())


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
    assert layer_of("dqx.sql") < layer_of("reference_app.models") < layer_of("scripts_app.runs") < layer_of("dqx.urls")
    assert layer_of("django.db") is None
    assert len(FILES) > 80
