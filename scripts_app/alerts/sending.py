"""Handing a message over to a channel, by whatever it travels, in a time that has an end."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from dqx.errors import Unavailable
from scripts_app.alerts import mail, services, webhook
from scripts_app.models import Channel

Kind = Channel.Kind
# The addresses that were refused where others were not, each with the server's code.
Refused = Mapping[str, int]
SENDERS: dict[str, Callable[[Channel, Mapping[str, Any], int | None], Refused]] = {
    Kind.MAIL: mail.send,
    Kind.WEBHOOK: webhook.send,
    Kind.APPRISE: services.send,
}
# Each wait for a server has a limit of its own; one that sends a byte now and then is given up after so many seconds in all.
SECONDS = 40.0


def send(channel: Channel, told: Mapping[str, Any], pk: int | None) -> Refused:
    """Send what `letter.content` made.

    Args:
        pk: the message; None for a test.

    Returns:
        The addresses that it did not go to, with the code that the server gave as the reason; none where it went to all.

    Raises:
        DQXError: it did not arrive, for a reason in words that hold no secret.
    """
    outcome: Future[Refused] = Future()
    # None of the senders speaks with the database, so a thread that is given up keeps nothing but its socket.
    sender = threading.Thread(target=_try, args=(channel, told, pk, outcome), daemon=True)
    sender.start()
    sender.join(SECONDS)
    if not outcome.done():
        raise Unavailable("channel_slow", f"It took longer than {SECONDS:.0f} seconds.")
    return outcome.result()


def _try(channel: Channel, told: Mapping[str, Any], pk: int | None, outcome: Future[Refused]) -> None:
    try:
        outcome.set_result(SENDERS[channel.kind](channel, told, pk))
    except Exception as exc:  # raised again by `send`, in the thread that waits
        outcome.set_exception(exc)
