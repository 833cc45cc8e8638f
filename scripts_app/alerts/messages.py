"""What channels were told, to look at; and what is kept of it."""

from datetime import datetime

from dqx import keyset
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.models import Incident, Message


def listed(*, actor: Actor, status: str = "", place: Place = FIRST, size: int = 100) -> Page:
    """A page of messages, newest first.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_message")
    messages = Message.objects.select_related("channel")
    if status:
        messages = messages.filter(status=status)
    return keyset.read(messages, "id", place, size, descending=True)


def trim(before: datetime) -> int:
    """Take away what was over, and messages that were written, before a moment, told or not; how many."""
    gone = Message.objects.filter(created_at__lt=before).exclude(status=Message.Status.WAITING).delete()[0]
    return gone + Incident.objects.filter(closed_at__lt=before).delete()[0]
