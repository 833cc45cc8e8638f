"""The history of a script's text: each saved one with who, when and what was changed, and the way back to it."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from dqx import keyset
from dqx.errors import Conflict, NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.models import User
from dqx.users.permissions import Actor, require
from scripts_app.models import Script, Version
from scripts_app.versions.difference import Difference, difference


def listed(pk: int, *, actor: Actor, place: Place = FIRST, size: int = 100) -> Page:
    """A page of the versions of script `pk`, newest first, without their texts.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_version")
    if not Script.objects.filter(pk=pk).exists():
        raise NotFound("script_not_found", f"There is no script {pk}.")
    return keyset.read(_of(pk).defer("content"), "n", place, size, descending=True)


def get(pk: int, n: int, *, actor: Actor) -> Version:
    """Version `n` of script `pk`.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_version")
    version = _of(pk).filter(n=n).first()
    if version is None:
        raise NotFound("version_not_found", f"There is no version {n} of script {pk}.")
    return version


def compared(pk: int, n: int, against: int | None = None, *, actor: Actor) -> Any:
    """Version `n`, and on it the unified `diff` against version `against`: another one, the one before it, or None where there is none.

    Raises:
        NotSignedIn, NotAllowed.
        NotFound: there is no such version, or no version `against`.
    """
    version: Any = get(pk, n, actor=actor)
    version.against = against or n - 1 or None
    text = get(pk, version.against, actor=actor).content if version.against else ""
    names = f"version {version.against}" if version.against else "nothing", f"version {n}"
    version.diff = difference(text, version.content, *names).unified
    return version


def _of(pk: int) -> QuerySet[Version]:
    newer = Version.objects.filter(script=pk, n__gt=OuterRef("n"))
    return Version.objects.filter(script=pk).select_related("author").annotate(is_current=~Exists(newer))


def newest(script: Script) -> Version | None:
    """The version that is the script's text now."""
    return Version.objects.filter(script=script).select_related("author").order_by("-n").first()


def check_current(script: Script, version: int | None) -> None:
    """Let somebody change the script who saw version `version` of it, or who does not say.

    Raises:
        Conflict: script_changed, by whom and when.
    """
    if version is None:
        return
    now = newest(script)
    if version == (now.n if now else 1):
        return
    who = now.author.username if now and now.author else None
    raise Conflict(
        "script_changed",
        f"The script is at version {now.n if now else 1}, saved by {who or 'somebody'}; you changed version {version}."
        " Look at what is there, then save again.",
        version=now.n if now else 1,
        author=who,
        changed_at=now.created_at.isoformat() if now else None,
    )


def keep(script: Script, before: Script | None, *, author: User, restored_from: int | None = None) -> Version | None:
    """Add the script's text to its history, if it or the connection was changed. Part of the transaction that saves the script.

    Args:
        script: as it is saved, its row locked, so that numbers have no gap and none comes twice.
        before: as it was; None for a new one.
        restored_from: the version that the text was taken from.
    """
    last = newest(script)
    if before is not None and last is None:  # written by another program, which kept no history
        last = _add(before, 1, Difference(before.content.count("\n") + 1, 0, ""), author=before.owner)
    if before is not None and (before.content, before.connection_id) == (script.content, script.connection_id):
        return None
    changed = difference(before.content if before else "", script.content)
    return _add(script, last.n + 1 if last else 1, changed, author=author, restored_from=restored_from)


def _add(
    script: Script, n: int, changed: Difference, *, author: User | None, restored_from: int | None = None
) -> Version:
    return Version.objects.create(
        script=script,
        n=n,
        name=script.name,
        content=script.content,
        content_hash=script.content_hash,
        connection_name=script.connection.name if script.connection else "",
        author=author,
        restored_from=restored_from,
        n_added=changed.n_added,
        n_removed=changed.n_removed,
    )
