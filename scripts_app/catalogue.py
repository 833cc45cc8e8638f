"""The scripts with how far each is, and the ledger of their runs, to look at."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from dqx import keyset
from dqx.errors import NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.models import Run, Script, Version


class State(StrEnum):
    """How far a script is."""

    NEVER_POPULATED = "never_populated"
    QUEUED = "queued"
    RUNNING = "running"
    FAILED = "failed"  # the last populate; what was staged before is still there
    STAGED = "staged"  # populated and not yet published
    STALE = "stale"  # the text changed after the populate
    PUBLISHED = "published"  # what is staged was published


def scripts(
    *, actor: Actor, words: str = "", states: Sequence[str] = (), place: Place = FIRST, size: int | None = None
) -> Page:
    """All scripts by name, or the page of `size` at a place, each with `state`, `version`, `connection_name`,
    `staged_rows`, `staged_at` and `last_run` on it. Two statements, however many scripts.

    Args:
        words: only those in whose name, description or text this stands, in upper or lower case.
        states: only those in one of these.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_script")
    found: QuerySet[Any] = _overviewed()
    if words:
        parts = Q(name__icontains=words) | Q(description__icontains=words) | Q(content__icontains=words)
        found = found.filter(parts)
    if states:
        found = found.filter(state__in=states)
    if size is None:
        return Page(_with_runs(found.order_by("name")), None, None)
    page = keyset.read(found, "name", place, size)
    return page._replace(rows=_with_runs(page.rows))


def names(*, actor: Actor, words: str, most: int) -> list[dict[str, Any]]:
    """Up to `most` scripts in whose name `words` stand, each {id, name}: first those whose name begins so, then by name.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_script")
    found = Script.objects.filter(name__icontains=words) if words else Script.objects.all()
    begins = Case(When(name__istartswith=words, then=0), default=1, output_field=IntegerField())
    return [{"id": pk, "name": name} for pk, name in found.order_by(begins, "name").values_list("id", "name")[:most]]


def script(pk: int, *, actor: Actor) -> Any:
    """One script, with the same on it.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_script")
    found = _with_runs(_overviewed().filter(pk=pk))
    if not found:
        raise NotFound("script_not_found", f"There is no script {pk}.")
    return found[0]


def runs(*, actor: Actor, place: Place = FIRST, size: int = 100, **wanted: Sequence[int | str]) -> Page:
    """A page of the ledger, newest first.

    Args:
        wanted: values of script, schedule, status, kind and trigger; only runs of these, where any are given.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_run")
    found = without_text()
    for column, values in wanted.items():
        if values:
            found = found.filter(**{f"{column}__in": values})
    return keyset.read(found, "id", place, size, descending=True)


def without_text() -> QuerySet[Run]:
    """The ledger without the texts, which make it large."""
    return Run.objects.select_related("actor").defer("content")


def _overviewed() -> QuerySet[Any]:
    own = Run.objects.filter(script=OuterRef("pk"))
    published = own.filter(kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED, id__gt=OuterRef("staged_run"))
    active = own.filter(status__in=Run.ACTIVE).values("status")[:1]  # there is one at most
    last_populate = own.filter(kind=Run.Kind.POPULATE).order_by("-id").values("status")[:1]
    newest = Version.objects.filter(script=OuterRef("pk")).order_by("-n").values("n")[:1]
    state = Case(
        When(active=Run.Status.QUEUED, then=Value(State.QUEUED)),
        When(active=Run.Status.RUNNING, then=Value(State.RUNNING)),
        When(last_populate=Run.Status.FAILED, then=Value(State.FAILED)),
        When(staged_run=None, then=Value(State.NEVER_POPULATED)),
        When(~Q(staged_run__content_hash=_Hash("content")), then=Value(State.STALE)),
        When(Exists(published), then=Value(State.PUBLISHED)),
        default=Value(State.STAGED),
        output_field=CharField(),
    )
    return Script.objects.select_related("owner").annotate(
        active=Subquery(active),
        last_populate=Subquery(last_populate),
        state=state,
        version=Coalesce(Subquery(newest), 1),
        connection_name=F("connection__name"),
        staged_rows=F("staged_run__n_rows"),
        staged_at=F("staged_run__finished_at"),
        last_run_id=Subquery(own.order_by("-id").values("id")[:1]),
    )


class _Hash(Func):
    """`models.text_hash` on the server."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()


def _with_runs(found: "QuerySet[Any] | Sequence[Any]") -> list[Any]:
    scripts: list[Any] = list(found)
    runs = newest([script.last_run_id for script in scripts])
    for script in scripts:
        script.last_run = runs.get(script.last_run_id)
    return scripts


def newest(pks: Sequence[int | None]) -> dict[int, Run]:
    """The runs of these ids, by id."""
    return without_text().in_bulk([pk for pk in pks if pk])
