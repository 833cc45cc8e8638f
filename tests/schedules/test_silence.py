"""Those who look at the pages are told when no worker does what is due."""

import pytest
from django.utils import timezone

from dqx.monitoring.models import Worker
from scripts_app import attention

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("workers", "told"),
    [
        ([], "No worker is at work"),
        ([["runs"]], "No worker starts what is due"),
        ([["clock"]], "No worker does runs now"),
        ([["clock"], ["runs"]], ""),
        ([["clock", "runs"]], ""),
    ],
)
def test_a_queue_without_a_worker_is_told(viewer, workers, told):
    for n, queues in enumerate(workers):
        Worker.objects.create(name=str(n), queues=queues, seen_at=timezone.now())
    found = attention.silence(actor=viewer) or ""
    assert found.startswith(told) and bool(found) == bool(told)
