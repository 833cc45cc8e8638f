"""What the API takes and gives of people and tokens."""

from rest_framework import serializers

from dqx.rest.bodies import Strict
from dqx.rest.fields import Choice, Text
from dqx.users import accounts
from dqx.users.models import User
from dqx.users.roles import Role

ROLES = [role.name.lower() for role in Role]
LONGEST_PASSWORD = 4_096


class UserBody(serializers.ModelSerializer):
    """A person as the API tells of one; never the password's hash."""

    role = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "username", "email", "role", "permissions", "is_active", "created_at", "last_login")
        # Names are of the letters of any language, which the pattern of the model's validator means only in Python.
        extra_kwargs = {"last_login": {"allow_null": True}, "username": {"validators": []}}

    def get_role(self, user: User) -> str:
        """viewer, author, publisher or admin."""
        return user.level.name.lower()

    def get_permissions(self, user: User) -> list[str]:
        """What the role may do."""
        return accounts.permissions_of(user)


class Credentials(Strict):
    """Name and password."""

    username = Text(max_length=150)
    password = Text(max_length=LONGEST_PASSWORD)


class Registration(Credentials):
    """Somebody who signs up."""

    email = serializers.EmailField(max_length=254)


class Refresh(Strict):
    """A refresh token."""

    refresh = Text(max_length=LONGEST_PASSWORD)


class NewPassword(Strict):
    """The password of now and the next one."""

    old_password = Text(max_length=LONGEST_PASSWORD)
    new_password = Text(max_length=LONGEST_PASSWORD)


class Profile(Strict):
    """What people change of themselves."""

    email = serializers.EmailField(max_length=254)


class PersonFields(Registration):
    """A person as an admin writes one."""

    role = Choice(ROLES, default="viewer")
    is_active = serializers.BooleanField(default=True)


class PersonChanges(PersonFields):
    """A person as an admin changes one; without a password the present one stays."""

    password = Text(max_length=LONGEST_PASSWORD, required=False)


class TokenPair(serializers.Serializer):
    """An access token for a quarter of an hour, and a refresh token to get others with, once."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedIn(TokenPair):
    """A pair of tokens, and whose they are."""

    user = UserBody()
