"""Rules and sources, kept by the ids that scripts return. One set of operations serves both kinds."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from dqx import keyset
from dqx.audit import log
from dqx.errors import Conflict, Invalid
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor
from reference_app import csv_files
from reference_app.models import Rule, Source
from reference_app.permissions import Reference, get_reference_for, not_found, require_for


def listed(
    kind: type[Reference], *, actor: Actor, words: str = "", place: Place = FIRST, size: int | None = None
) -> Page:
    """All references of a kind by id, or the page of `size` at a place.

    Args:
        words: only those in whose id, name or description this stands, in upper or lower case.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require_for(actor, kind, "view")
    found = kind._default_manager.filter(_has(kind, words)) if words else kind._default_manager.all()
    if size is None:
        return Page(list(found), None, None)
    return keyset.read(found, kind._meta.pk.name, place, size)


def _has(kind: type[Reference], words: str) -> Q:
    return reduce(or_, (Q(**{f"{field.name}__icontains": words}) for field in kind._meta.local_fields))


def get(kind: type[Reference], pk: str, *, actor: Actor) -> Reference:
    """One reference.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    return get_reference_for(actor, kind, pk, "view")


def names(kind: type[Reference], pks: Iterable[str]) -> dict[str, str]:
    """The names of the references of these ids, by id; for what shows ids that its actor may see."""
    key = str(kind._meta.pk.name)
    return dict(kind.objects.filter(pk__in=set(pks)).values_list(key, key.replace("_id", "_name")))


def exported(kind: type[Reference], *, actor: Actor) -> Iterator[bytes]:
    """All references of a kind by id as a CSV file, in pieces.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require_for(actor, kind, "view")
    return csv_files.written(kind, kind._default_manager.order_by("pk").iterator(chunk_size=1_000))


def create(kind: type[Reference], *, actor: Actor, **fields: str) -> Reference:
    """Save a new reference.

    Args:
        fields: the columns of the kind, of the lengths that its model has.

    Raises:
        NotSignedIn, NotAllowed.
        Conflict: the id is taken.
    """
    require_for(actor, kind, "add")
    reference = kind(**fields)
    try:
        with transaction.atomic():
            reference.save(force_insert=True)
            _record(reference, "add", None, values_of(reference), actor)
    except IntegrityError as exc:
        name = str(kind._meta.verbose_name)
        key = kind._meta.pk.name
        raise Conflict(f"{name}_taken", f"There is a {name} '{reference.pk}' already.", field=key) from exc
    return reference


def update(kind: type[Reference], pk: str, *, actor: Actor, **changes: Any) -> Reference:
    """Change the name or the description.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Invalid: the id would change.
    """
    get_reference_for(actor, kind, pk, "change")
    key = kind._meta.pk.name
    if changes.pop(key, pk) != pk:
        raise Invalid(
            "id_fixed", "The id is what scripts return; it can't be changed. Make a new one instead.", field=key
        )
    with transaction.atomic():
        locked = kind.objects.select_for_update().filter(pk=pk).first()
        if locked is None:
            raise not_found(kind, pk)  # deleted since
        before = values_of(locked)
        if changes:
            kind.objects.filter(pk=pk).update(**changes)
        for field, value in changes.items():
            setattr(locked, field, value)
        _record(locked, "change", before, values_of(locked), actor)
    return locked


def delete(kind: type[Reference], pk: str, *, actor: Actor) -> None:
    """Delete a reference; bad rows with its id stay and lose the name.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    reference = get_reference_for(actor, kind, pk, "delete")
    with transaction.atomic():
        if not kind.objects.filter(pk=pk).delete()[0]:
            raise not_found(kind, pk)  # deleted since
        _record(reference, "delete", values_of(reference), None, actor)


def values_of(reference: Rule | Source) -> dict[str, Any]:
    """Its columns by name."""
    return {field.name: getattr(reference, field.attname) for field in reference._meta.local_fields}


def _record(
    reference: Rule | Source, verb: str, before: dict[str, Any] | None, after: dict[str, Any] | None, actor: Actor
) -> None:
    if before != after:
        name, table = reference._meta.model_name, reference._meta.db_table
        action = f"reference.{verb}_{name}"
        log.record(actor=actor, action=action, thing=f"dq.{table}", key=reference.pk, before=before, after=after)
