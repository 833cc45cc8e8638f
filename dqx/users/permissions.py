"""The check that every operation begins with."""

from django.contrib.auth.models import AnonymousUser
from structlog import contextvars

from dqx.errors import NotAllowed, NotSignedIn
from dqx.users.models import User

# Who acts: a person, or the owner of the schedule that acts for them. Nobody in particular may do nothing.
Actor = User | AnonymousUser | None


def require_person(actor: Actor) -> User:
    """The actor, who is signed in. What is logged from now on, in this request or task, says who acts.

    Raises:
        NotSignedIn: nobody acts.
    """
    if not isinstance(actor, User) or not actor.is_active:
        raise NotSignedIn("not_signed_in", "Sign in first.")
    contextvars.bind_contextvars(actor_id=actor.pk)
    return actor


def require(actor: Actor, action: str) -> User:
    """The actor, who may do `action`, such as "scripts.populate_script".

    Raises:
        NotSignedIn: nobody acts.
        NotAllowed: the actor's role is not enough.
    """
    person = require_person(actor)
    if not person.has_perm(action):
        verb, _, thing = action.split(".")[1].partition("_")
        raise NotAllowed("not_allowed", f"Your role does not allow you to {verb} a {thing}.", action=action)
    return person


def may(actor: Actor, action: str) -> bool:
    """Whether an actor may do `action`; for doors that offer only what is allowed."""
    return isinstance(actor, User) and actor.is_active and actor.has_perm(action)
