"""People and their roles, kept by admins. There is always an admin, and nobody takes their own power away."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dqx import keyset
from dqx.audit import log
from dqx.errors import Conflict, Invalid, NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.models import User
from dqx.users.permissions import Actor, require

TABLE = "dq.users"
TOLD = ("username", "email", "role", "is_superuser", "is_active")


def listed(*, actor: Actor, place: Place = FIRST, size: int | None = None) -> Page:
    """All people by name, or the page of `size` at a place.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "users.view_user")
    if size is None:
        return Page(list(User.objects.order_by("username")), None, None)
    return keyset.read(User.objects.all(), "username", place, size)


def get(pk: int, *, actor: Actor) -> User:
    """One person.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "users.view_user")
    return _found(pk)


def create(
    *, actor: Actor, username: str, email: str, password: str, role: str = "viewer", is_active: bool = True
) -> User:
    """A new person.

    Args:
        role: viewer, author, publisher or admin.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: the name or the password will not do; the field is named.
        Conflict: the name or the e-mail address is taken.
    """
    require(actor, "users.add_user")
    user = User(username=username, email=email, is_active=is_active)
    give_role(user, role)
    give_password(user, password)
    return save(user, actor=actor)


def update(pk: int, *, actor: Actor, **changes: Any) -> User:
    """Change what is given of a person: username, email, password, role, is_active. A new password ends their sessions and tokens.

    Raises:
        As `create`, and NotFound.
        Conflict: an admin would take their own role away, or the last admin would go.
    """
    require(actor, "users.change_user")
    user = _found(pk)
    if "role" in changes:
        give_role(user, changes.pop("role"))
    if "password" in changes:
        give_password(user, changes.pop("password"))
    for field, value in changes.items():
        setattr(user, field, value)
    return save(user, actor=actor)


def save(user: User, *, actor: Actor) -> User:
    """Keep a person, new or changed, and note it.

    Raises:
        As `update`.
    """
    action = "users.change_user" if user.pk else "users.add_user"
    person = require(actor, action)
    check(user)
    with transaction.atomic():
        _keep_an_admin(user.pk, person, stays=user.is_superuser and user.is_active)
        before = User.objects.filter(pk=user.pk).first()
        _insert_or_update(user)
        new_password = before is not None and before.password != user.password
        _note(
            actor,
            action,
            user,
            before=_told(before),
            after=_told(user),
            more={"new_password": True} if new_password else {},
        )
    return user


def add_themselves(user: User) -> User:
    """Keep somebody who signed up.

    Raises:
        Invalid, Conflict: as `create`.
    """
    check(user)
    with transaction.atomic():
        _insert_or_update(user)
        _note(user, "users.register", user, before=None, after=_told(user))
    return user


def save_themselves(user: User) -> User:
    """Keep the profile that somebody changed of themselves.

    Raises:
        Invalid, Conflict: as `update`.
    """
    check(user)
    with transaction.atomic():
        before = User.objects.get(pk=user.pk)
        _insert_or_update(user)
        _note(user, "users.change_profile", user, before=_told(before), after=_told(user))
    return user


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a person. What they made stays, without their name; their schedules rest until somebody saves them.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: it is the actor, or the last admin.
    """
    person = require(actor, "users.delete_user")
    with transaction.atomic():
        user = _found(pk)
        if user.pk == person.pk:
            raise Conflict("own_account", "You can't delete your own account. Ask another admin.")
        _keep_an_admin(user.pk, person, stays=False)
        _note(actor, "users.delete_user", user, before=_told(user), after=None)
        user.delete()


def give_role(user: User, role: str) -> None:
    """Set the two columns that make a role."""
    user.is_superuser = role == "admin"
    user.role = User.RoleChoice.VIEWER if role == "admin" else role


def give_password(user: User, password: str, field: str = "password") -> None:
    """Set a password that the rules accept.

    Raises:
        Invalid: they do not, and say why.
    """
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise Invalid("password_too_weak", " ".join(exc.messages), field=field) from exc
    user.set_password(password)


def check(user: User) -> None:
    """Let names and addresses pass that will do, in the form in which they are kept.

    Raises:
        Invalid: one will not, or is too long.
        Conflict: somebody else has the address, in other letters.
    """
    user.username = User.normalize_username(user.username)
    user.email = User.objects.normalize_email(user.email)
    try:
        user.clean_fields(exclude=["password", "last_login"])
    except ValidationError as exc:
        field, messages = next(iter(exc.message_dict.items()))
        raise Invalid(f"{field}_invalid", " ".join(messages), field=field) from exc
    if User.objects.filter(email__iexact=user.email).exclude(pk=user.pk).exists():
        raise _taken("email")


def _insert_or_update(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as exc:
        said = str(getattr(exc.__cause__, "diag").message_detail)  # noqa: B009 - psycopg2's, unknown to the type checker
        raise _taken("email" if "(email)" in said else "username") from exc


def _taken(field: str) -> Conflict:
    words = {"email": "Somebody else has this e-mail address.", "username": "Somebody has this name already."}
    return Conflict(f"{field}_taken", words[field], field=field)


def _keep_an_admin(pk: int | None, actor: User, *, stays: bool) -> None:
    """Two admins who demote each other at once wait for one another here."""
    admins = set(
        User.objects.select_for_update()
        .filter(is_superuser=True, is_active=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if pk not in admins or stays:
        return
    if pk == actor.pk:
        raise Conflict("own_account", "You can't take your own role or account away. Ask another admin.")
    if admins == {pk}:
        raise Conflict("last_admin", "This is the last admin. Make another one first.")


def _found(pk: int) -> User:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise NotFound("user_not_found", f"There is no person {pk}.")
    return user


def _told(user: User | None) -> dict[str, Any] | None:
    return None if user is None else {name: getattr(user, name) for name in TOLD}


def _note(
    actor: Actor, action: str, user: User, *, before: Any, after: Any, more: dict[str, Any] | None = None
) -> None:
    log.record(
        actor=actor,
        action=action,
        thing=TABLE,
        key=user.pk,
        before=before,
        after={**after, **(more or {})} if after else None,
    )
