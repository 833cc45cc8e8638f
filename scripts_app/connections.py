"""Named databases: their secret is encrypted at rest, and scripts may read them."""

from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from dqx.errors import Conflict, Invalid
from dqx.users.permissions import Actor, require
from scripts_app.models import Connection


def save(connection: Connection, *, actor: Actor, password: str = "") -> Connection:
    """Save a connection; an empty password keeps the one that is there.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: there is no key to encrypt the password with.
    """
    require(actor, "scripts.change_connection")
    if password:
        connection.secret = encrypt(password)
    connection.save()
    return connection


def encrypt(password: str) -> bytes:
    """A password as it is kept; nothing for none.

    Raises:
        Invalid: DQX_ENCRYPTION_KEYS is not set.
    """
    return _keys().encrypt(password.encode()) if password else b""


def address(connection: Connection | None) -> Mapping[str, Any] | None:
    """The connection in the form of Django's settings; None for none, which means this database.

    Raises:
        Invalid: DQX_ENCRYPTION_KEYS is not set.
        Conflict: none of the keys opens the secret.
    """
    if connection is None:
        return None
    return {
        "NAME": connection.dbname,
        "USER": connection.username,
        "PASSWORD": _decrypt(bytes(connection.secret)),
        "HOST": connection.host,
        "PORT": connection.port,
        "OPTIONS": {"sslmode": connection.sslmode},
    }


def _decrypt(secret: bytes) -> str:
    try:
        return _keys().decrypt(secret).decode() if secret else ""
    except InvalidToken as exc:
        raise Conflict(
            "secret_unreadable", "The password of the connection was encrypted with a key that is gone. Enter it again."
        ) from exc


def _keys() -> MultiFernet:
    """All keys open, the first one locks: a new key is put in front of the old one."""
    if not settings.ENCRYPTION_KEYS:
        raise Invalid(
            "encryption_key_missing",
            "A connection's password can't be kept without a key. Set DQX_ENCRYPTION_KEYS (see .env.example).",
            field="password",
        )
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
