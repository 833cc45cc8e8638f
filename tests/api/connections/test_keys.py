"""Passwords of connections are encrypted again when keys are rotated."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.api import elsewhere
from tests.api.connections.kept import kept_password, new

pytestmark = pytest.mark.django_db(transaction=True)


def test_keys_are_rotated(as_admin, admin, settings, capsys):
    old, new_key = elsewhere.KEY, Fernet.generate_key().decode()
    pks = [new(as_admin, name=name, password=f"S3CRET-{name}")["id"] for name in ("a", "b")]
    new(as_admin, name="none", password="")
    settings.ENCRYPTION_KEYS = [new_key, old]
    call_command("rotate_connection_secrets")
    assert "2 encrypted" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = [new_key]
    assert [kept_password(pk) for pk in pks] == ["S3CRET-a", "S3CRET-b"]


def test_a_password_that_no_key_opens_is_named_and_the_others_are_rotated(as_admin, settings):
    new(as_admin, name="lost")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    kept = new(as_admin, name="kept")["id"]
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    with pytest.raises(CommandError, match="lost"):
        call_command("rotate_connection_secrets")
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert kept_password(kept) == "S3CRET"
