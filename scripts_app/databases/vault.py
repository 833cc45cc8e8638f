"""Passwords of databases and addresses of channels, encrypted: at rest with keys of their own, and briefly on the way to a worker."""

import base64
import json
from datetime import timedelta
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from dqx import sql
from dqx.errors import Conflict, Invalid

# A worker that is busy for longer gets details that it can't open any more; they are then to be given again.
DETAILS_LIVE = timedelta(minutes=15)


class Kept(NamedTuple):
    """What is kept, in the words of what is told when it can't be, and the field that it is entered in."""

    words: str
    field: str


PASSWORD = Kept("The password of the connection", "password")


def encrypt(password: str, what: Kept = PASSWORD) -> bytes:
    """A secret as it is kept; nothing for none.

    Raises:
        Invalid: DQX_ENCRYPTION_KEYS is not set.
    """
    return _keys(what).encrypt(password.encode()) if password else b""


def decrypt(secret: bytes, what: Kept = PASSWORD) -> str:
    """The secret that was kept.

    Raises:
        Invalid: DQX_ENCRYPTION_KEYS is not set.
        Conflict: none of the keys opens the secret.
    """
    try:
        return _keys(what).decrypt(secret).decode() if secret else ""
    except InvalidToken as exc:
        raise _unreadable(what) from exc


def rotate_all(kept: QuerySet[Any], what: Kept = PASSWORD) -> tuple[int, list[str]]:
    """Encrypt every kept secret with the first key; how many there were, and the names of those that no key opens.

    Args:
        kept: rows with a name and a secret.

    Raises:
        Invalid: DQX_ENCRYPTION_KEYS is not set.
    """
    done, unreadable = 0, []
    for pk, name, secret in kept.exclude(secret=b"").order_by("name").values_list("pk", "name", "secret"):
        try:
            fresh = rotate(bytes(secret), what)
        except Conflict:
            unreadable.append(name)
        else:
            # Not over a secret that was changed meanwhile.
            done += kept.filter(pk=pk, secret=bytes(secret)).update(secret=fresh)
    return done, unreadable


def rotate(secret: bytes, what: Kept = PASSWORD) -> bytes:
    """The same password, encrypted with the first key.

    Raises:
        As `decrypt`.
    """
    try:
        return _keys(what).rotate(secret) if secret else b""
    except InvalidToken as exc:
        raise _unreadable(what) from exc


def seal(details: dict[str, Any], run: int) -> str:
    """Details of a connection that are used once, as they travel in the message to a worker; only for run `run`, and not for long."""
    told = json.dumps({"run": run, "details": details}).encode()
    return _traveller().encrypt_at_time(told, int(sql.now().timestamp())).decode()


def unseal(sealed: str, run: int) -> dict[str, Any]:
    """What `seal` was given.

    Raises:
        Conflict: there is nothing, it is of another run, or it is too old.
    """
    try:
        now, lives = int(sql.now().timestamp()), int(DETAILS_LIVE.total_seconds())
        found = json.loads(_traveller().decrypt_at_time(sealed.encode(), lives, now))
    except InvalidToken as exc:
        raise lost() from exc
    if found["run"] != run:
        raise lost()
    details: dict[str, Any] = found["details"]
    return details


def lost() -> Conflict:
    """Details that were to be used once did not reach a worker in time."""
    return Conflict(
        "details_lost",
        "The details of the connection, which are kept nowhere, did not reach a worker in time. Start the run again.",
    )


def _unreadable(what: Kept) -> Conflict:
    return Conflict("secret_unreadable", f"{what.words} was encrypted with a key that is gone. Enter it again.")


def _traveller() -> Fernet:
    """Web and workers share the secret key, so nothing else has to be set up for this."""
    return Fernet(base64.urlsafe_b64encode(salted_hmac("dqx.vault.once", "", algorithm="sha256").digest()))


def _keys(what: Kept) -> MultiFernet:
    """All keys open, the first one locks: a new key is put in front of the old one."""
    if not settings.ENCRYPTION_KEYS:
        raise Invalid(
            "encryption_key_missing",
            f"{what.words} can't be kept without a key. Set DQX_ENCRYPTION_KEYS (see .env.example).",
            field=what.field,
        )
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
