"""Signing up and in, tokens, and one's own profile. The same words and the same work for an unknown name, a wrong password and somebody
deactivated."""

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.http import HttpRequest
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from dqx.audit import log
from dqx.errors import Invalid, NotAllowed, NotSignedIn
from dqx.users import people
from dqx.users.client import address_of
from dqx.users.models import User
from dqx.users.permissions import Actor, require_person
from dqx.users.roles import MATRIX, allows


def register(*, username: str, email: str, password: str) -> User:
    """A new Viewer, who signed up.

    Raises:
        NotAllowed: registration_closed.
        Invalid: the name or the password will not do; the field is named.
        Conflict: the name or the e-mail address is taken.
    """
    require_open()
    user = User(username=username, email=email)
    people.give_password(user, password)
    return people.add_themselves(user)


def require_open() -> None:
    """Let those pass who want to sign up.

    Raises:
        NotAllowed: registration_closed.
    """
    if not settings.REGISTRATION_OPEN:
        raise NotAllowed("registration_closed", "Signing up is closed here. Ask an admin for an account.")


def sign_in(request: HttpRequest, *, username: str, password: str) -> User:
    """The person with this name and password. Upgrades an old password hash; counts failures (django-axes) and forgets them at a success.

    Args:
        request: Django's own, on which a lock-out is marked; the middleware then answers 429.

    Raises:
        NotSignedIn: wrong_credentials.
    """
    user = authenticate(request, username=User.normalize_username(username), password=password)
    if not isinstance(user, User):
        raise NotSignedIn("wrong_credentials", "The name or the password is wrong.")
    # Not Django's signal: its receivers would open a session for somebody who asked for tokens.
    reset(ip=address_of(request), username=user.username)
    update_last_login(User, user)
    return user


def tokens_for(user: User) -> dict[str, str]:
    """A new pair of tokens: `access` for a quarter of an hour, `refresh` to get others with. Both end with the password."""
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renew(refresh: str) -> dict[str, str]:
    """A new pair of tokens. The refresh token can be used once: of two who use it at the same time one gets the pair.

    Raises:
        NotSignedIn: it is damaged, has expired or was used or ended before, or its owner was deactivated or has a new password.
    """
    token = _token(refresh)
    user = User.objects.filter(pk=token.get(api_settings.USER_ID_CLAIM), is_active=True).first()
    if user is None or token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise _ended()
    with transaction.atomic():
        _, is_first = _end(token)
        if not is_first:
            raise _ended()
        return tokens_for(user)


def sign_out(refresh: str) -> None:
    """End a refresh token; one that was ended before is fine too.

    Raises:
        NotSignedIn: it is damaged or has expired.
    """
    try:
        _end(_UsedOrNot(refresh))  # type: ignore[arg-type]  # the stubs want a token where its text belongs
    except TokenError as exc:
        raise _ended() from exc


class _UsedOrNot(RefreshToken):
    """A refresh token that may have been ended before."""

    def check_blacklist(self) -> None:
        """It may."""


def _token(refresh: str) -> RefreshToken:
    try:
        return RefreshToken(refresh)  # type: ignore[arg-type]
    except TokenError as exc:
        raise _ended() from exc


def _end(token: RefreshToken) -> tuple[BlacklistedToken, bool]:
    # The stubs don't know that it says whether it made the entry.
    return token.blacklist()  # type: ignore[return-value]


def change_password(request: HttpRequest, *, actor: Actor, old_password: str, new_password: str) -> dict[str, str]:
    """Give oneself a new password: it ends all sessions and tokens but the session of `request`.

    Wrong old passwords are counted as failed sign-ins are, so that nobody guesses them in somebody else's session.

    Returns:
        a new pair of tokens.

    Raises:
        NotSignedIn.
        Invalid: the old password is wrong, or the new one will not do; the field is named.
    """
    person = require_person(actor)
    if authenticate(request, username=person.username, password=old_password) != person:
        raise Invalid("wrong_password", "The old password is wrong.", field="old_password")
    reset(ip=address_of(request), username=person.username)
    people.give_password(person, new_password, field="new_password")
    with transaction.atomic():
        person.save(update_fields=["password"])
        log.record(
            actor=person,
            action="users.change_password",
            thing=people.TABLE,
            key=person.pk,
            before={},
            after={"new_password": True},
        )
    if request.session.session_key:
        update_session_auth_hash(request, person)
    return tokens_for(person)


def _ended() -> NotSignedIn:
    return NotSignedIn("token_not_valid", "The token is damaged, has expired or was ended. Sign in again.")


def permissions_of(user: User) -> list[str]:
    """The actions that a person may do, as the matrix names them."""
    return sorted(action for action in MATRIX if allows(user.level, action))


def update_profile(*, actor: Actor, email: str | None = None) -> User:
    """Change one's own profile; what is None stays.

    Raises:
        NotSignedIn.
        Invalid: the address is none.
        Conflict: somebody else has this e-mail address.
    """
    person = require_person(actor)
    if email is not None:
        person.email = email
    return people.save_themselves(person)
