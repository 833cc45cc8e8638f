"""Handing a message over to a channel, by whatever it travels, in a time that has an end."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from dqx.errors import Unavailable
from scripts_app.alerts import mail, services, webhook
from scripts_app.models import Channel

Kind = Channel.Kind
SENDERS: dict[str, Callable[[Channel, Mapping[str, Any], int | None], None]] = {
    Kind.MAIL: mail.send,
    Kind.WEBHOOK: webhook.send,
    Kind.APPRISE: services.send,
}
# Each wait for a server has a limit of its own; one that sends a byte now and then is given up after so many seconds in all.
SECONDS = 40.0


def send(channel: Channel, told: Mapping[str, Any], pk: int | None) -> None:
    """Send what `letter.content` made.

    Args:
        pk: the message; None for a test.

    Raises:
        DQXError: it did not arrive, for a reason in words that hold no secret.
    """
    failure: list[BaseException] = []
    # None of the senders speaks with the database, so a thread that is given up keeps nothing but its socket.
    sender = threading.Thread(target=_try, args=(channel, told, pk, failure), daemon=True)
    sender.start()
    sender.join(SECONDS)
    if sender.is_alive():
        raise Unavailable("channel_slow", f"It took longer than {SECONDS:.0f} seconds.")
    if failure:
        raise failure[0]


def _try(channel: Channel, told: Mapping[str, Any], pk: int | None, failure: list[BaseException]) -> None:
    try:
        SENDERS[channel.kind](channel, told, pk)
    except Exception as exc:  # raised again by `send`, in the thread that waits
        failure.append(exc)
