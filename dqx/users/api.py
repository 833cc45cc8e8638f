"""/api/auth/: tokens and one's own profile."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest import Strict, Text, View, accepts
from dqx.users import accounts
from dqx.users.models import User


class UserBody(serializers.ModelSerializer):
    """A person as the API tells of one; never the password's hash."""

    role = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "username", "email", "role", "permissions", "is_active", "created_at", "last_login")

    def get_role(self, user: User) -> str:
        """viewer, author, publisher or admin."""
        return user.level.name.lower()

    def get_permissions(self, user: User) -> list[str]:
        """What the role may do."""
        return accounts.permissions_of(user)


class Credentials(Strict):
    """Name and password."""

    username = Text(max_length=150)
    password = Text(max_length=4096)


class Refresh(Strict):
    """A refresh token."""

    refresh = Text(max_length=4096)


class Profile(Strict):
    """What people change of themselves."""

    email = serializers.EmailField(max_length=254)


class Login(View):
    """POST: a pair of tokens for a name and a password."""

    authentication_classes = ()
    permission_classes = ()

    @accepts(body=Credentials)
    def post(self, request: Request) -> Response:
        """200 {access, refresh, user}."""
        user = accounts.sign_in(request._request, **self.values)
        return Response({**accounts.tokens_for(user), "user": UserBody(user).data})


class RefreshAccess(View):
    """POST: a new access token."""

    authentication_classes = ()
    permission_classes = ()

    @accepts(body=Refresh)
    def post(self, request: Request) -> Response:
        """200 {access}."""
        return Response({"access": accounts.renew(**self.values)})


class Me(View):
    """One's own profile."""

    def get(self, request: Request) -> Response:
        """200 the user."""
        return Response(UserBody(_person(request)).data)

    @accepts(body=Profile)
    def patch(self, request: Request) -> Response:
        """200 the user."""
        return Response(UserBody(accounts.update_profile(actor=_person(request), **self.values)).data)


def _person(request: Request) -> Any:
    return request.user
