"""The scripts with how far each is, and the ledger of their runs, to look at."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from dqx import keyset
from dqx.errors import NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.models import Run, Script


class State(StrEnum):
    """How far a script is."""

    NEVER_POPULATED = "never_populated"
    QUEUED = "queued"
    RUNNING = "running"
    STAGED = "staged"  # populated and not yet published
    STALE = "stale"  # the text changed after the populate
    PUBLISHED = "published"  # what is staged was published


class Listed(NamedTuple):
    """A script, how far it is, and its newest run."""

    script: Script
    state: State
    last_run: Run | None


def scripts(*, actor: Actor, place: Place = FIRST, size: int | None = None) -> Page:
    """All scripts by name, or the page of `size` at a place, each a `Listed`. Two statements, however many scripts.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_script")
    if size is None:
        return Page(_with_states(_overviewed().order_by("name")), None, None)
    page = keyset.read(_overviewed(), "name", place, size)
    return page._replace(rows=_with_states(page.rows))


def script(pk: int, *, actor: Actor) -> Listed:
    """One script.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_script")
    found = _with_states(_overviewed().filter(pk=pk))
    if not found:
        raise NotFound("script_not_found", f"There is no script {pk}.")
    return found[0]


def runs(
    *, actor: Actor, scripts: Sequence[int] = (), statuses: Sequence[str] = (), place: Place = FIRST, size: int = 100
) -> Page:
    """A page of the ledger, newest first.

    Args:
        scripts, statuses: only runs of these, where any are given.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_run")
    found = _without_text()
    if scripts:
        found = found.filter(script__in=scripts)
    if statuses:
        found = found.filter(status__in=statuses)
    return keyset.read(found, "id", place, size, descending=True)


def _without_text() -> QuerySet[Run]:
    return Run.objects.select_related("actor").defer("content")


def _overviewed() -> QuerySet[Script]:
    own = Run.objects.filter(script=OuterRef("pk"))
    published = own.filter(kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED, id__gt=OuterRef("staged_run"))
    return Script.objects.select_related("owner").annotate(
        staged_hash=F("staged_run__content_hash"),
        is_published=Exists(published),
        last_run=Subquery(own.order_by("-id").values("id")[:1]),
    )


def _with_states(found: QuerySet[Script] | Sequence[Script]) -> list[Listed]:
    scripts = list(found)
    runs = _without_text().in_bulk([script.last_run for script in scripts if script.last_run])  # type: ignore[attr-defined]
    return [Listed(script, _state(script, last), last) for script in scripts for last in [runs.get(script.last_run)]]  # type: ignore[attr-defined]


def _state(script: Script, last: Run | None) -> State:
    if last is not None and last.is_active:
        return State(last.status)
    if script.staged_run_id is None:
        return State.NEVER_POPULATED
    if script.staged_hash != script.content_hash:  # type: ignore[attr-defined]
        return State.STALE
    return State.PUBLISHED if script.is_published else State.STAGED  # type: ignore[attr-defined]
