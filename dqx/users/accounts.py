"""Signing in and one's own profile. The same words and the same work for an unknown name, a wrong password and somebody deactivated."""

from axes.utils import reset
from django.contrib.auth import authenticate
from django.contrib.auth.models import update_last_login
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from dqx.errors import Conflict, NotSignedIn
from dqx.users.models import User
from dqx.users.permissions import Actor, require_person
from dqx.users.roles import MATRIX, allows


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
    reset(ip=request.META.get("REMOTE_ADDR"), username=user.username)
    update_last_login(User, user)
    return user


def tokens_for(user: User) -> dict[str, str]:
    """A new pair of tokens: `access` for a quarter of an hour, `refresh` to get others with. Both end with the password."""
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renew(refresh: str) -> str:
    """A new access token.

    Raises:
        NotSignedIn: the refresh token is damaged or has expired, or its owner was deactivated or has a new password.
    """
    try:
        token = RefreshToken(refresh)  # type: ignore[arg-type]  # the stubs want a token where its text belongs
    except TokenError as exc:
        raise _ended() from exc
    user = User.objects.filter(pk=token.get(api_settings.USER_ID_CLAIM), is_active=True).first()
    if user is None or token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise _ended()
    return str(token.access_token)


def _ended() -> NotSignedIn:
    return NotSignedIn("token_not_valid", "The token is damaged, has expired or was ended. Sign in again.")


def permissions_of(user: User) -> list[str]:
    """The actions that a person may do, as the matrix names them."""
    return sorted(action for action in MATRIX if allows(user.level, action))


def update_profile(*, actor: Actor, email: str | None = None) -> User:
    """Change one's own profile; what is None stays.

    Raises:
        NotSignedIn.
        Conflict: somebody else has this e-mail address.
    """
    person = require_person(actor)
    if email is not None:
        person.email = User.objects.normalize_email(email)
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError as exc:
        raise Conflict("email_taken", "Somebody else has this e-mail address.", field="email") from exc
    return person
