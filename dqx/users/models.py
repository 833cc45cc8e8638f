"""People. The table is the one of the older DQX, so its columns keep their names."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

from dqx.users.roles import Role, allows


class UserManager(BaseUserManager["User"]):
    """Makes people with hashed passwords."""

    def create_user(self, username: str, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person; without a password nobody can sign in as them."""
        user = self.model(username=self.model.normalize_username(username), email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new admin; what `manage.py createsuperuser` calls."""
        return self.create_user(username, email, password, **{**fields, "is_superuser": True})


class User(AbstractBaseUser):
    """Somebody who can sign in, with one role."""

    class RoleChoice(models.TextChoices):
        """The roles below Admin, which is a column of its own since the older DQX."""

        VIEWER = "viewer", "Viewer"
        AUTHOR = "author", "Author"
        PUBLISHER = "publisher", "Publisher"

    id = models.AutoField(primary_key=True)
    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    email = models.EmailField(max_length=254, unique=True)
    password = models.CharField(max_length=128, db_column="hashed_password")
    is_active = models.BooleanField(default=True, help_text="Take this away instead of deleting somebody.")
    is_superuser = models.BooleanField("admin", default=False, db_column="is_admin", help_text="May do everything.")
    role = models.CharField(max_length=20, choices=RoleChoice.choices, default=RoleChoice.VIEWER, db_default="viewer")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        db_table = "users"
        ordering = ["username"]
        verbose_name = "person"
        verbose_name_plural = "people"

    @property
    def level(self) -> Role:
        """The role as the matrix knows it."""
        return Role.ADMIN if self.is_superuser else Role[self.role.upper()]

    @property
    def role_name(self) -> str:
        """The role in a word for people."""
        return self.level.name.capitalize()

    @property
    def is_staff(self) -> bool:
        """Everybody may open the admin; the matrix says what they see there."""
        return self.is_active

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """What the admin and permissions.py ask."""
        return self.is_active and allows(self.level, perm)

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        """Whether all of them are allowed."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """The admin's index shows an app when something of it may be seen."""
        return self.is_active

    def __str__(self) -> str:
        return self.username
