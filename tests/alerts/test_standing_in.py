"""Alerts go out as long as beat or a worker lives."""

import contextlib

import pytest

from dqx.monitoring import standing_in
from dqx.monitoring.models import Worker
from scripts_app.models import DueTime, Message
from tests import steps
from tests.alerts import story
from tests.api import elsewhere, servers
from tests.ops.alive import age, seen

pytestmark = pytest.mark.django_db(transaction=True)


@contextlib.contextmanager
def celery(folder, ready, *command):
    """Beat or a worker, with what it needs to send an alert."""
    log = folder / "log"
    more = {"DQX_ENCRYPTION_KEYS": elsewhere.KEY, "DQX_BASE_URL": "https://dqx.example.org"}
    arguments = ["tests.alerts.hasty", *command, "--loglevel", "INFO"]
    with servers.process(log, lambda: ready in log.read_text(), *arguments, **more):
        yield log


def missed():
    """A time that a schedule missed, of which nobody has heard."""
    story.due(story.schedule_row(story.script_row()), "missed")


def arrived(web):
    return steps.eventually(lambda: [one.json["title"] for one in web.posted] == ["DQX: 1 schedule late"], 30)


@pytest.fixture
def clock(tmp_path):
    """A worker of the clock's queue."""
    with celery(tmp_path, "ready.", "worker", "--queues", "clock", "--pool", "threads", "--without-mingle") as log:
        yield log


@pytest.fixture
def beat(tmp_path):
    with celery(tmp_path, "beat: Starting", "beat") as log:
        yield log


def test_beat_tells_when_no_worker_does(rule, web, beat):
    assert steps.eventually(lambda: Worker.objects.filter(name="beat", queues=[]).exists(), 20)
    missed()
    assert arrived(web), beat.read_text()
    assert steps.eventually(lambda: Message.objects.get().status == "sent")


def test_a_worker_tells_when_beat_is_silent(rule, web, clock):
    seen("beat")
    missed()
    age("beat")
    assert arrived(web), clock.read_text()
    assert DueTime.objects.get().noticed and "it is silent" in clock.read_text()


def silent(*stand_ins):
    for one in stand_ins:
        one.look()
    return [one.is_on for one in stand_ins]


def test_each_stands_in_for_the_other_only_while_it_is_silent():
    told = []
    for_beat = standing_in.StandIn("beat", standing_in._beat_is_silent, lambda: told.append("for beat"))
    for_clock = standing_in.StandIn("clock", standing_in._clock_is_silent, lambda: told.append("for the clock"))
    assert silent(for_beat, for_clock) == [False, True]  # a beat that was never seen is not missed
    seen("beat")
    seen("clock@here", "clock")
    seen("worker@here", "runs")
    assert silent(for_beat, for_clock) == [False, False]
    age("beat")
    age("clock@here")
    assert silent(for_beat, for_clock) == [True, True]
    seen("beat")
    seen("clock@here", "clock")
    assert silent(for_beat, for_clock) == [False, False]
    assert told == ["for the clock", "for beat", "for the clock"]


def test_beat_is_missed_however_long_it_is_gone():
    seen("beat")
    seen("clock@here", "clock")
    for name in ("beat", "clock@here"):
        age(name, 90_000)
    seen("clock@there", "clock")
    assert list(Worker.objects.values_list("name", flat=True)) == ["beat", "clock@there"]


def test_what_fails_is_tried_at_the_next_look():
    def fail():
        tried.append(1)
        raise RuntimeError

    tried = []
    stand_in = standing_in.StandIn("clock", standing_in._clock_is_silent, fail)
    silent(stand_in)
    silent(stand_in)
    assert len(tried) == 2
