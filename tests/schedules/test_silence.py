"""Those who look at the pages are told when nobody does what is due."""

import pytest
from django.utils import timezone

from dqx.monitoring.models import Worker
from dqx.monitoring.workers import BEAT
from scripts_app import attention

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("workers", "told"),
    [
        ([], "No worker is at work"),
        ([["runs"]], "No worker starts what is due"),
        ([["clock"]], "No worker does runs now"),
        ([["clock"], ["runs"]], "Beat is not at work"),
        ([["clock"], ["runs"], []], ""),
        ([["clock", "runs"], []], ""),
    ],
)
def test_who_is_not_at_work_is_told(viewer, workers, told):
    for n, queues in enumerate(workers):
        Worker.objects.create(name=f"celery@{n}" if queues else BEAT, queues=queues, seen_at=timezone.now())
    found = attention.silence(actor=viewer) or ""
    assert found.startswith(told) and bool(found) == bool(told)
