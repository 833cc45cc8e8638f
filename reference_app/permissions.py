"""Load and authorise in one call."""

from typing import TypeVar

from dqx.errors import NotFound
from dqx.users.permissions import Actor, require
from reference_app.models import Rule, Source

Reference = TypeVar("Reference", Rule, Source)


def require_for(actor: Actor, kind: type[Reference], verb: str) -> None:
    """Let an actor pass who may view, add, change or delete references of a kind.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, f"reference.{verb}_{kind._meta.model_name}")


def get_reference_for(actor: Actor, kind: type[Reference], pk: str, verb: str) -> Reference:
    """The rule or source, for an actor who may do `verb` with it.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require_for(actor, kind, verb)
    # PostgreSQL can't even be asked for a NUL.
    found = None if "\x00" in pk else kind.objects.filter(pk=pk).first()
    if found is None:
        raise not_found(kind, pk)
    return found


def not_found(kind: type[Reference], pk: str) -> NotFound:
    """There is no such rule or source."""
    name = str(kind._meta.verbose_name)
    return NotFound(f"{name}_not_found", f"There is no {name} '{pk}'.")
