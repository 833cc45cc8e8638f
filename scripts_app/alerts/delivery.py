"""Telling channels what there is to tell: one message gathers it, and is tried until it arrives or an hour is over.

A worker that takes a message moves its `next_at` on, in one conditional update, so that no other takes it too. One that is killed while it
sends leaves it at that: the message is sent again after `LEASE`, perhaps for the second time.
"""

import random
import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from dqx import sql
from dqx.errors import DQXError
from scripts_app.alerts import incidents, letter, sending
from scripts_app.models import Channel, Message, Telling

logger = structlog.get_logger("dqx.alerts")
Status = Message.Status
# Pauses before the second attempt and those after it; each a little longer or shorter by chance.
PAUSES = [timedelta(minutes=n) for n in (1, 4, 15, 40)]
LEASE = timedelta(minutes=5)
# After a message that did not arrive at all, so long before the next is begun, unless the channel's own pause is shorter.
REST = timedelta(hours=1)
# A tick that has taken so long leaves the rest to the next.
SECONDS = 20.0


def tell() -> int:
    """Begin the messages that may be begun, and send those that are due; how many were sent."""
    _begin()
    sent, deadline = 0, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        message = _take(sql.now())
        if message is None:
            break
        sent += _send(message)
    return sent


def _begin() -> None:
    """A message for each channel that is to be told something, has none under way, and is not to be left in peace."""
    now = sql.now()
    news = Telling.objects.exclude(state=Telling.State.TOLD).filter(channel=OuterRef("pk"))
    under_way = Message.objects.filter(channel=OuterRef("pk"), status=Status.WAITING)
    quiet = Q(quiet_until__gt=now)
    for channel in Channel.objects.filter(Exists(news), ~Exists(under_way)).exclude(quiet).values_list("pk", flat=True):
        try:
            with transaction.atomic():
                Message.objects.create(channel_id=channel, next_at=now)
        except IntegrityError:  # another worker began one, or the channel has gone
            continue


def _take(now: datetime) -> Message | None:
    """A message that is due, which nobody else will take for a while."""
    due = Message.objects.filter(status=Status.WAITING, next_at__lte=now).order_by("next_at")
    for pk, next_at in due.values_list("pk", "next_at")[:20]:
        mine = Message.objects.filter(pk=pk, status=Status.WAITING, next_at=next_at)
        if mine.update(next_at=now + LEASE, n_attempts=F("n_attempts") + 1):
            return Message.objects.select_related("channel").filter(pk=pk).first()
    return None


def _send(message: Message) -> bool:
    """One attempt. What it says is written anew each time: what came meanwhile is in it, and what is over untold is not."""
    told = _write(message)
    if told is None:
        return False
    try:
        refused = sending.send(message.channel, message.content, message.pk)
    except DQXError as exc:
        _failed(message, exc.code, exc.message)
        return False
    except Exception as exc:
        logger.exception("a message could not be sent, which is a defect", message_id=message.pk)
        _failed(message, type(exc).__name__, "DQX failed here; the details are in the worker's log.")
        return False
    _sent(message, refused, told)
    return True


def _sent(message: Message, refused: sending.Refused, told: dict[int, tuple[str, int]]) -> None:
    """Write down that it arrived and what the channel knows now, both or neither: else it would hear the same again in another message."""
    now = sql.now()
    with transaction.atomic():  # in the order in which a channel that goes takes its own along
        _rest(message, now + timedelta(minutes=message.channel.pause_minutes))
        incidents.settle(message.pk, told, delivered=True)
        mine = Message.objects.filter(pk=message.pk, status=Status.WAITING)
        mine.update(status=Status.SENT, sent_at=now, next_at=None, error=_but(message.channel, refused))
    sent: dict[str, Any] = {"attempts": message.n_attempts, "refused": len(refused)}
    logger.info("a message was sent", message_id=message.pk, channel=message.channel_id, **sent)


def _but(channel: Channel, refused: sending.Refused) -> str:
    """Whom it did not reach, by number: everybody may read messages, but not addresses."""
    if not refused:
        return ""
    codes = ", ".join(sorted({str(code) for code in refused.values()}))
    return f"The mail server refused {len(refused)} of {len(channel.addresses)} addresses ({codes}). A test of the channel names them."


def _write(message: Message) -> dict[int, tuple[str, int]] | None:
    """Put all that the channel is to be told into the message; what it tells, by telling. None, and no message, where that is nothing."""
    with transaction.atomic():
        news = Telling.objects.filter(channel=message.channel_id).exclude(state=Telling.State.TOLD)
        untold = news.filter(incident__closed_at__isnull=False, state=Telling.State.NEW, n_told=0)
        # A worker that was killed while it sent may have told it, and nobody knows.
        untold.filter(message__isnull=False).update(state=Telling.State.OVER)
        untold.delete()
        _still_wrong(news).delete()
        known = ("incident", "incident__alert_rule", "incident__schedule")
        tellings = list(news.select_for_update(of=("self",)).select_related(*known).order_by("incident"))
        message.content = letter.content(tellings)
        if not message.content:
            Message.objects.filter(pk=message.pk).delete()
            return None
        message.title = message.content["title"]
        Telling.objects.filter(pk__in=[one.pk for one in tellings]).update(message=message.pk)
        Message.objects.filter(pk=message.pk).update(content=message.content, title=message.title)
    return {one.pk: (str(one.state), one.incident.n_rows) for one in tellings}


def _still_wrong(news: QuerySet[Telling]) -> QuerySet[Telling]:
    """What would be told as over, and is still open, or again, for a rule of which the channel hears too."""
    one, other = "incident__kind", "incident__subject"
    same = Telling.objects.filter(channel=OuterRef("channel"), **{one: OuterRef(one), other: OuterRef(other)})
    return news.filter(Exists(same.filter(incident__closed_at=None)), state=Telling.State.OVER)


def _failed(message: Message, code: str, why: str) -> None:
    attempt = message.n_attempts
    again: dict[str, Any] = {"error": why}
    if attempt <= len(PAUSES):
        pause = PAUSES[attempt - 1] * random.uniform(0.8, 1.2)  # noqa: S311 (not a secret)
        Message.objects.filter(pk=message.pk).update(next_at=sql.now() + pause, **again)
    else:
        Message.objects.filter(pk=message.pk).update(status=Status.FAILED, next_at=None, **again)
        _rest(message, sql.now() + min(REST, timedelta(minutes=message.channel.pause_minutes)))
    incidents.settle(message.pk, {}, delivered=False)
    logger.warning(
        "a message did not arrive", message_id=message.pk, channel=message.channel_id, attempt=attempt, code=code
    )


def _rest(message: Message, until: datetime) -> None:
    Channel.objects.filter(pk=message.channel_id).update(quiet_until=until)
