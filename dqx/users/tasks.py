"""What beat has workers do for people's accounts."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def forget_tokens() -> None:
    """Forget refresh tokens that have expired."""
    call_command("flushexpiredtokens")
