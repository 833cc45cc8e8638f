"""The check that every operation begins with."""

from typing import Protocol

from dqx.errors import NotAllowed, NotSignedIn


class Actor(Protocol):
    """Who acts: a person, or the owner of the schedule that acts for them."""

    is_active: bool

    @property
    def is_authenticated(self) -> bool: ...

    def has_perm(self, perm: str, obj: object = None) -> bool: ...


def require(actor: Actor | None, action: str) -> None:
    """Let an actor pass who may do `action`, such as "scripts.populate_script".

    Raises:
        NotSignedIn: nobody acts.
        NotAllowed: the actor's role is not enough.
    """
    if actor is None or not actor.is_authenticated or not actor.is_active:
        raise NotSignedIn("not_signed_in", "Sign in first.")
    if not actor.has_perm(action):
        verb, _, thing = action.split(".")[1].partition("_")
        raise NotAllowed("not_allowed", f"Your role does not allow you to {verb} a {thing}.", action=action)
