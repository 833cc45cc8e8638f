"""A worker notices and tells, as beat asks it to; nobody else has to be there."""

import pytest
from django.conf import settings
from kombu import Connection

from scripts_app import tasks
from scripts_app.alerts import channels, rules
from scripts_app.models import Message
from tests import steps
from tests.alerts import story
from tests.api import elsewhere, servers

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_tells(admin, web, tmp_path, monkeypatch):
    monkeypatch.setenv("DQX_ENCRYPTION_KEYS", elsewhere.KEY)
    hook = channels.create(actor=admin, name="hook", kind="webhook", url=web.url())
    rules.create(actor=admin, name="all", on=["run_failed"], channels=[hook.pk])
    story.ended(story.script_row("orders"))
    with servers.worker(tmp_path):
        with Connection(servers.own_broker()) as broker:
            tasks.tell.apply_async(connection=broker)
        assert steps.eventually(lambda: Message.objects.filter(status="sent").exists(), 30)
    assert web.posted[0].json["title"] == "DQX: 1 run failed"


def test_beat_asks_for_it_twice_a_minute():
    entry = settings.CELERY_BEAT_SCHEDULE["tell-alerts"]
    assert (entry["task"], entry["schedule"]) == (tasks.tell.name, 30)
