"""Named databases."""

from django.db import models


class Connection(models.Model):
    """A named database that scripts may read instead of this one."""

    class SSLMode(models.TextChoices):
        """libpq's words for how much a connection has to be trusted."""

        DISABLE = "disable"
        PREFER = "prefer"
        REQUIRE = "require"
        VERIFY_CA = "verify-ca"
        VERIFY_FULL = "verify-full"

    name = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=5432)
    dbname = models.CharField("database", max_length=63)
    username = models.CharField("user", max_length=63)
    secret = models.BinaryField(editable=False, default=b"", help_text="The password, encrypted.")
    sslmode = models.CharField(max_length=11, choices=SSLMode.choices, default=SSLMode.PREFER)
    runs_at_once = models.PositiveSmallIntegerField(
        default=4, db_default=4, help_text="How many runs may read it at the same time; others wait. Between 1 and 100."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_connections"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
