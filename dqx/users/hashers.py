"""Passwords of an older DQX, and sign-ins that take as long whoever is meant."""

from typing import Any

import bcrypt
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import BCryptPasswordHasher, make_password
from django.http import HttpRequest

from dqx.users.models import User

# All that bcrypt ever looks at; newer releases of the library refuse more instead of leaving it out.
BCRYPT_BYTES = 72
# The work of an older DQX's hashes.
SALT = b"$2b$12$" + b"." * 22


class OldBCryptHasher(BCryptPasswordHasher):
    """bcrypt as an older DQX used it: on the password itself, of which it sees the first 72 bytes."""

    def encode(self, password: str, salt: bytes) -> str:  # type: ignore[override]  # Django's own takes bytes too
        """The hash, with the name of the algorithm in front."""
        return f"{self.algorithm}${bcrypt.hashpw(password.encode()[:BCRYPT_BYTES], salt).decode()}"


class SameWorkBackend(ModelBackend):
    """Django's own, whose failures cost the same whether the name is unknown, or its hash is of today or of an older DQX.

    Django hashes once for an unknown name, with today's algorithm. As long as there are older hashes a failure would tell by its time
    which of both a name has, so both are computed each time.
    """

    def authenticate(self, request: HttpRequest | None, username: Any = None, password: Any = None, **more: Any) -> Any:
        """The person, or None."""
        found = super().authenticate(request, username=username, password=password, **more)
        if found is None and username is not None and password is not None:
            _do_the_rest(username, password)
        return found


def _do_the_rest(username: str, password: str) -> None:
    old = User.objects.filter(password__startswith=f"{OldBCryptHasher.algorithm}$")
    if old.filter(username=username).exists():
        make_password(password)
    elif old.exists():
        bcrypt.hashpw(password.encode()[:BCRYPT_BYTES], SALT)
