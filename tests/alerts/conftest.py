"""Channels that lead to servers of the tests, and a person who hears."""

import pytest

from scripts_app.alerts import channels, rules
from scripts_app.models import Trouble
from tests.alerts import receivers
from tests.api import elsewhere


@pytest.fixture(autouse=True)
def key(settings):
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]
    settings.BASE_URL = "https://dqx.example.org"


@pytest.fixture
def web():
    with receivers.web() as server:
        yield server


@pytest.fixture
def mail(settings):
    with receivers.mail() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture
def hook(admin, web):
    """A webhook to the server, which tells at once."""
    return channels.create(actor=admin, name="hook", kind="webhook", url=web.url(), secret="S3CRET", pause_minutes=0)


@pytest.fixture
def rule(publisher, hook):
    """Somebody who hears of everything by the webhook."""
    return rules.create(actor=publisher, name="all", on=Trouble.values, channels=[hook.pk])
