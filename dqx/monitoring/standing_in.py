"""Alerts are sent as long as beat or a worker of the clock's queue lives: each does for the other what tells people that it is gone.

Only that. Who stops beat wants no schedule to start, and what is due waits for a worker; but who is to hear of it must not wait too.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg2
import structlog
from celery import current_app
from celery.signals import after_task_publish, beat_embedded_init, beat_init, heartbeat_sent
from django.conf import settings
from django.db import connections
from kombu.exceptions import OperationalError

from dqx import beat
from dqx.errors import Unavailable
from dqx.monitoring import database, workers
from dqx.monitoring.single import Single
from dqx.monitoring.workers import BEAT, EVERY, STATEMENT_SECONDS, Sign

logger = structlog.get_logger("dqx.workers")


class StandIn:
    """Who does something whenever another is silent.

    Args:
        other: its name, for the log.
        is_silent: whether it is, by the signs of life of all.
        act: what to do then.
    """

    def __init__(self, other: str, is_silent: Callable[[Sequence[Sign]], bool], act: Callable[[], object]) -> None:
        self.other, self.is_silent, self.act = other, is_silent, act
        self.is_on = False

    def look(self) -> None:
        """Look once, and act. What goes wrong is said in the log: there is a next time."""
        try:
            with database.reader(STATEMENT_SECONDS) as reader:
                self._turn(self.is_silent(workers.signs(reader.rows)))
            if self.is_on:
                self.act()
        except (Unavailable, psycopg2.Error, OperationalError) as exc:
            logger.warning("nobody could stand in", other=self.other, error=type(exc).__name__)
        except Exception:
            logger.exception("standing in failed, which is a defect", other=self.other)

    def _turn(self, on: bool) -> None:
        if on != self.is_on:
            logger.warning("it is silent: alerts go out from here" if on else "it is back", other=self.other)
        self.is_on = on


# --- A worker for beat ------------------------------------------------------------------------------------------------


def _beat_is_silent(signs: Sequence[Sign]) -> bool:
    """Who has never seen a beat does not miss it: DQX may be about to start, or have no schedules."""
    return any(sign.name == BEAT and not sign.lives for sign in signs)


def _ring() -> None:
    current_app.send_task(beat.TELL, expires=EVERY, retry=False)


_for_beat = StandIn("beat", _beat_is_silent, _ring)
_looked = Single(_for_beat.look, every=EVERY)


@heartbeat_sent.connect
def stand_in_for_beat(**_: Any) -> None:
    """What Celery calls in a worker's main loop, every two seconds."""
    if settings.CLOCK_QUEUE in current_app.amqp.queues.consume_from:
        _looked.ask_now_and_then()


# --- Beat for the workers ---------------------------------------------------------------------------------------------


def _clock_is_silent(signs: Sequence[Sign]) -> bool:
    return not any(sign.lives and settings.CLOCK_QUEUE in sign.queues for sign in signs)


def _tell() -> None:
    try:
        current_app.tasks[beat.TELL].run()
    finally:
        connections.close_all()  # nobody else closes this thread's


_for_clock = StandIn("clock", _clock_is_silent, _tell)


@beat_init.connect
@beat_embedded_init.connect
def begin(**_: Any) -> None:
    """What Celery calls as beat begins: that, and each message that the broker takes, is a sign of life; a thread looks at the workers'."""
    _show_life()
    after_task_publish.connect(_show_life)
    threading.Thread(target=_stay, name="stand-in", daemon=True).start()


def _show_life(**_: Any) -> None:
    workers.of_beat.ask_now_and_then()


def _stay() -> None:
    # The first look comes late enough for workers that start together with beat.
    while True:
        time.sleep(2 * EVERY)
        _for_clock.look()
