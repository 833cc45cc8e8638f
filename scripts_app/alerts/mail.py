"""Alerts by mail, through the server that DQX_EMAIL_URL names."""

import smtplib
import ssl
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from dqx.errors import Invalid, Unavailable
from scripts_app.alerts import letter
from scripts_app.models import Channel

# What is in the way to a server, where it is worth telling; the first that fits counts.
WHY: dict[type[Exception], str] = {
    TimeoutError: "does not answer in time",
    ssl.SSLCertVerificationError: "has a certificate that can't be trusted",
    ssl.SSLError: "does not speak TLS in the way that DQX_EMAIL_URL says",
    smtplib.SMTPNotSupportedError: "offers no STARTTLS, or no login, for which DQX_EMAIL_URL asks",
    smtplib.SMTPServerDisconnected: "ended the line",
}


class Post(EmailBackend):
    """Django's way to a mail server, which also remembers whom the server did not take.

    Attributes:
        refused: those addresses, each with the server's code; none where it refused all, which is an error.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.refused: dict[str, int] = {}

    def open(self) -> bool | None:
        """Open the line, as Django does."""
        opened = super().open()
        line: Any = self.connection
        hand_over = line.sendmail

        def sendmail(*args: Any, **options: Any) -> dict[str, tuple[int, bytes]]:
            refused = hand_over(*args, **options)
            self.refused = {address: code for address, (code, _) in refused.items()}
            return refused

        line.sendmail = sendmail
        return opened


def send(channel: Channel, told: Mapping[str, Any], pk: int | None) -> dict[str, int]:
    """Hand a message over to the mail server; the addresses that it refused, where it took others, each with its code.

    Raises:
        Invalid: no mail server is set.
        Unavailable: it can't be reached, or did not take the message.
    """
    if not settings.EMAIL_HOST:
        raise Invalid("mail_not_set_up", "No mail server is set. Set DQX_EMAIL_URL (see .env.example).")
    post = Post(timeout=settings.EMAIL_TIMEOUT)
    mail = EmailMultiAlternatives(
        told["title"],
        letter.text(told),
        to=channel.addresses,
        headers={"Auto-Submitted": "auto-generated", **({"X-DQX-Message": str(pk)} if pk else {})},
        connection=post,
    )
    mail.attach_alternative(letter.html(told), "text/html")
    try:
        mail.send()
    except smtplib.SMTPAuthenticationError as exc:
        raise Unavailable("mail_login_refused", "The mail server refused DQX's login.") from exc
    except smtplib.SMTPRecipientsRefused as exc:
        raise Unavailable("mail_refused", f"The mail server refused all addresses ({_codes(exc)}).") from exc
    except smtplib.SMTPResponseException as exc:
        raise Unavailable("mail_refused", f"The mail server refused the message ({exc.smtp_code}).") from exc
    except (OSError, smtplib.SMTPException) as exc:
        why = next((words for kind, words in WHY.items() if isinstance(exc, kind)), "can't be reached")
        raise Unavailable("mail_away", f"The mail server {why}.") from exc
    return post.refused


def _codes(exc: smtplib.SMTPRecipientsRefused) -> str:
    return ", ".join(sorted({str(code) for code, _ in exc.recipients.values()}))
