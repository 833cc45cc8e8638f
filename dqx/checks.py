"""What a deployment lacks, with ids and hints; `manage.py check` tells it, and so does every start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, OperationalError

from dqx import check_statements as statements
from dqx import sql

OLDEST_SERVER = 150000


def logins(**_: Any) -> list[CheckMessage]:
    """Scripts need a login that is not the owner's."""
    runner, owner = settings.RUNNER_DATABASE, settings.DATABASES["default"]
    if settings.SINGLE_LOGIN_ALLOWED:
        return []
    if runner is None:
        hint = "Make the login with deploy/roles.sql, then set DQX_RUNNER_DATABASE_URL. Until then no script is run."
        return [Error("DQX_RUNNER_DATABASE_URL is not set.", hint=hint, id="dqx.E001")]
    if runner.get("USER") == owner.get("USER"):
        hint = (
            "With one login a script could change every table of DQX. Use dqx_runner of deploy/roles.sql, or, "
            "if you must, set DQX_ALLOW_SINGLE_LOGIN=1."
        )
        return [Error("Scripts would run with the login that owns DQX's tables.", hint=hint, id="dqx.E002")]
    return []


def secret_key(**_: Any) -> list[CheckMessage]:
    """Passwords of connections need a key of their own before they can be kept."""
    if settings.ENCRYPTION_KEYS:
        return []
    hint = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
    return [Warning("DQX_ENCRYPTION_KEYS is not set, so connections can't keep a password.", hint=hint, id="dqx.W001")]


def database(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """What only the server can tell; asked by `manage.py check --database default` and by `migrate`."""
    if not databases or "default" not in databases:
        return []
    try:
        return [*_server(), *_search_path(), *_runner()]
    except OperationalError as exc:
        return [Error(f"The database can't be reached: {str(exc).splitlines()[0]}", id="dqx.E003")]
    except DatabaseError:
        return []  # the tables are not there yet; migrate makes them


def _server() -> list[CheckMessage]:
    if sql.value(statements.server_version()) >= OLDEST_SERVER:
        return []
    return [Error("PostgreSQL is older than 15.", hint="DQX runs on PostgreSQL 15 to 18.", id="dqx.E004")]


def _search_path() -> list[CheckMessage]:
    present = [schema for schema in sql.value(statements.search_path()) if schema in settings.SEARCH_PATH]
    wanted = [schema for schema in settings.SEARCH_PATH if schema in present]
    if present == wanted and "dq" in present:
        return []
    hint = "ALTER ROLE dqx_owner SET search_path = dqx, dq, public; (deploy/roles.sql does it)"
    return [Warning("The owner's search_path is not dqx, dq, public.", hint=hint, id="dqx.W002")]


def _runner() -> list[CheckMessage]:
    if settings.RUNNER_DATABASE is None or settings.SINGLE_LOGIN_ALLOWED:
        return []
    role = settings.RUNNER_DATABASE.get("USER")
    found: list[CheckMessage] = []
    schemas = sql.rows(statements.unreadable_schemas(), {"schemas": settings.SOURCE_SCHEMAS, "role": role})
    for schema in schemas:
        hint = "Make it, or grant it: DQX_SOURCE_SCHEMAS=… psql -f deploy/roles.sql"
        found.append(Warning(f"Scripts can't read the schema {schema['name']}.", hint=hint, id="dqx.W003"))
    for powers in sql.rows(statements.runner_powers(), {"role": role}):
        found += [
            Error(f"The login of scripts, {role}, {what}.", hint="Set it up with deploy/roles.sql.", id="dqx.E005")
            for power, what in POWERS.items()
            if powers[power]
        ]
        if powers["set_config"]:
            hint = "deploy/roles.sql revokes the functions that a script could lift its limits with."
            found.append(Warning(f"{role} may execute set_config.", hint=hint, id="dqx.W004"))
    return found


POWERS = {
    "superuser": "is a superuser",
    "writes": "may write bad rows",
    "sees_users": "can read people's password hashes",
    "has_roles": "is a member of other roles",
}


def register_all() -> None:
    """Hand the checks to Django."""
    register(logins, Tags.security)
    register(secret_key, Tags.security, deploy=True)
    register(database, Tags.database)
