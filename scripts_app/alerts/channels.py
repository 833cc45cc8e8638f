"""Ways to people, kept by admins: addresses go in, encrypted, and never come out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from dqx import keyset
from dqx.audit import log
from dqx.errors import Conflict, DQXError, NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.alerts import address, letter, sending, shape
from scripts_app.alerts.address import Address
from scripts_app.databases import vault
from scripts_app.models import Channel

Kind = Channel.Kind
FIELDS = ("name", "kind", "addresses", "target", "has_key", "pause_minutes")


@dataclass(frozen=True)
class Outcome:
    """How a test went; the message says what there is to say."""

    ok: bool
    code: str | None
    message: str


def listed(*, actor: Actor, place: Place = FIRST, size: int | None = None) -> Page:
    """All channels by name, or the page of `size` at a place; each knows `n_rules`, the number of rules that use it.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_channel")
    if size is None:
        return Page(list(_counted().order_by("name")), None, None)
    return keyset.read(_counted(), "name", place, size)


def names(*, actor: Actor) -> list[Channel]:
    """All channels by name, for those who write and read rules: only what they are called, and their kind.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_alertrule")
    return list(Channel.objects.only("id", "name", "kind").order_by("name"))


def get(pk: int, *, actor: Actor) -> Channel:
    """One channel.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_channel")
    return _found(_counted(), pk)


def create(*, actor: Actor, url: str = "", secret: str | None = "", **values: Any) -> Channel:
    """Save a new channel of name, kind, addresses (of a mail) and pause_minutes.

    Raises:
        As `save`.
    """
    return save(Channel(**values), actor=actor, url=url, secret=secret)


def update(pk: int, *, actor: Actor, url: str = "", secret: str | None = "", **changes: Any) -> Channel:
    """Change what is given of a channel.

    Raises:
        As `save`, and NotFound.
    """
    require(actor, "scripts.change_channel")
    with transaction.atomic():
        channel = _found(Channel.objects.select_for_update(), pk)
        for name, value in changes.items():
            setattr(channel, name, value)
        return save(channel, actor=actor, url=url, secret=secret)


def save(channel: Channel, *, actor: Actor, url: str = "", secret: str | None = "") -> Channel:
    """Save a channel.

    Args:
        url: the address of a webhook or of Apprise; an empty one keeps what is there.
        secret: the key that signs a webhook; an empty one keeps what is there, None forgets it.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: a part is malformed, the address may not be reached, or there is no key to keep it with.
        Conflict: the name is taken.
    """
    verb = "change" if channel.pk else "add"
    require(actor, f"scripts.{verb}_channel")
    with transaction.atomic():
        kept = _found(Channel.objects.select_for_update(), channel.pk) if channel.pk else None
        shape.check(channel, url, secret)
        channel.quiet_until = _quiet_until(kept, channel.pause_minutes)
        _seal(channel, kept, url, secret)
        try:
            with transaction.atomic():
                channel.save()
        except IntegrityError as exc:
            taken = f"A channel called '{channel.name}' already exists."
            raise Conflict("channel_name_taken", taken, field="name", name=channel.name) from exc
        _record(actor, verb, kept, channel, new_url=bool(url), new_secret=secret != "")
    return channel


def _quiet_until(kept: Channel | None, pause: int) -> datetime | None:
    """When it may tell again, with a pause that is perhaps another than the one it keeps."""
    if kept is None or kept.quiet_until is None:
        return None
    return kept.quiet_until + timedelta(minutes=pause - kept.pause_minutes)


def _seal(channel: Channel, kept: Channel | None, url: str, secret: str | None) -> None:
    """Keep what was given; what was there needs to be opened only where a part of it stays."""
    if channel.kind == Kind.MAIL:
        return
    if kept and not url and secret == "":
        channel.secret = kept.secret
        return
    stays = kept is not None and (not url or (secret == "" and kept.has_key))
    old = address.of(kept) if kept and stays else Address("", "")
    whole = Address(url or old.url, old.secret if secret == "" else secret or "")
    channel.secret, channel.has_key = address.sealed(whole), bool(whole.secret)


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a channel with its messages. Rules that used it go on without it.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.delete_channel")
    with transaction.atomic():
        channel = _found(Channel.objects.select_for_update(), pk)
        _record(actor, "delete", channel, None)
        channel.delete()


def test(pk: int, *, actor: Actor) -> Outcome:
    """Send a test message, now. That it does not arrive is an outcome, not an error.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.test_channel")
    channel = _found(Channel.objects.all(), pk)
    try:
        refused = sending.send(channel, letter.trial(channel.name), None)
    except DQXError as exc:
        return Outcome(False, exc.code, exc.message)
    if refused:
        named = ", ".join(f"{address} ({code})" for address, code in sorted(refused.items()))
        return Outcome(False, "mail_refused_some", f"The mail server took the message, but not for {named}.")
    return Outcome(True, None, f"A test message was handed over to {channel.target}.")


def rotate_secrets(*, actor: Actor) -> tuple[int, list[str]]:
    """Encrypt every kept address with the first key; how many there were, and the names of those that no key opens.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: DQX_ENCRYPTION_KEYS is not set.
    """
    require(actor, "scripts.change_channel")
    return vault.rotate_all(Channel.objects.all(), address.KEPT)


def _record(actor: Actor, verb: str, before: Channel | None, after: Channel | None, **more: Any) -> None:
    known = before or after
    log.record(
        actor=actor,
        action=f"scripts.{verb}_channel",
        thing="dq.dq_alert_channels",
        key=known.pk if known else "",
        before=_told(before),
        after=None if after is None else {**(_told(after) or {}), **more},
    )


def _told(channel: Channel | None) -> dict[str, Any] | None:
    """What the audit log may know of a channel."""
    return None if channel is None else {name: getattr(channel, name) for name in FIELDS}


def _counted() -> QuerySet[Channel]:
    return Channel.objects.annotate(n_rules=Count("rules"))


def _found(channels: QuerySet[Channel], pk: int) -> Channel:
    channel = channels.filter(pk=pk).first()
    if channel is None:
        raise NotFound("channel_not_found", f"There is no channel {pk}.")
    return channel
