"""What a channel has to look like to be saved."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dqx.errors import Invalid
from scripts_app.alerts import address, services
from scripts_app.models import Channel

Kind = Channel.Kind
LONGEST_NAME = 100
LONGEST_SECRET = 200
MOST_ADDRESSES = 50
LONGEST_PAUSE = 7 * 24 * 60  # minutes


def check(channel: Channel, url: str, secret: str | None) -> None:
    """Refuse what can't be saved; the name and the addresses are trimmed.

    Raises:
        Invalid: by field.
    """
    channel.name = channel.name.strip()
    if not 0 < len(channel.name) <= LONGEST_NAME or "\x00" in channel.name:
        raise _malformed("name", f"A channel needs a name of 1 to {LONGEST_NAME} characters.")
    if channel.kind not in Kind.values:
        raise _malformed("kind", f"The kind is one of {', '.join(Kind.values)}.")
    if not 0 <= channel.pause_minutes <= LONGEST_PAUSE:
        raise _malformed("pause_minutes", f"The pause is 0 to {LONGEST_PAUSE:,} minutes.")
    kept = Channel.objects.filter(pk=channel.pk).first() if channel.pk else None
    if kept and kept.kind != channel.kind:
        raise _malformed("kind", "A channel keeps its kind. Make a new one.")
    _check_addresses(channel)
    if channel.kind == Kind.MAIL and (url or secret):
        raise _malformed("url" if url else "secret", "A mail has addresses, and no other address or key.")
    if secret and (channel.kind != Kind.WEBHOOK or len(secret) > LONGEST_SECRET):
        raise _malformed("secret", f"A key signs what a webhook gets; it has up to {LONGEST_SECRET} characters.")
    if channel.kind != Kind.MAIL and not url and not (kept and kept.secret):
        raise _malformed("url", "Say where it leads.")
    if url:
        channel.target = where(channel.kind, url)


def where(kind: str, url: str) -> str:
    """Where an address leads, without what is secret in it.

    Raises:
        Invalid: it is none of that kind, or leads where it may not.
    """
    return (address if kind == Kind.WEBHOOK else services).where(url)


def _check_addresses(channel: Channel) -> None:
    channel.addresses = list(dict.fromkeys(one.strip() for one in channel.addresses if one.strip()))
    if channel.kind != Kind.MAIL:
        if channel.addresses:
            raise _malformed("addresses", "Addresses are those of a mail.")
        return
    if not 0 < len(channel.addresses) <= MOST_ADDRESSES:
        raise _malformed("addresses", f"Give 1 to {MOST_ADDRESSES} addresses.")
    for one in channel.addresses:
        try:
            validate_email(one)
        except ValidationError as exc:
            raise _malformed("addresses", f"'{one[:100]}' is no address of a mail.") from exc
    channel.target = (
        f"{channel.addresses[0]}{f' and {len(channel.addresses) - 1} more' if channel.addresses[1:] else ''}"
    )


def _malformed(field: str, sentence: str) -> Invalid:
    return Invalid("channel_malformed", sentence, field=field)
