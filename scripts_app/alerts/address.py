"""The address of a channel, which is a secret: kept encrypted, read where a message is sent, told as where it leads."""

import json
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from dqx.errors import Invalid
from scripts_app.databases import hosts, vault
from scripts_app.models import Channel

LONGEST_URL = 2_000
KEPT = vault.Kept("The address of the channel", "url")


class Address(NamedTuple):
    """Where messages go, and the key that signs them; their repr says neither."""

    url: str
    secret: str

    def __repr__(self) -> str:
        return "Address(…)"


def of(channel: Channel) -> Address:
    """The address that a channel keeps; empty for none.

    Raises:
        As `vault.decrypt`.
    """
    kept = vault.decrypt(bytes(channel.secret), KEPT)
    return Address(**json.loads(kept)) if kept else Address("", "")


def sealed(address: Address) -> bytes:
    """An address as it is kept.

    Raises:
        As `vault.encrypt`.
    """
    return vault.encrypt(json.dumps(address._asdict()) if any(address) else "", KEPT)


def where(url: str) -> str:
    """Where a webhook's address leads, without what is secret in it.

    Raises:
        Invalid: it is no address of http or https, or leads where nothing may.
    """
    if not url or len(url) > LONGEST_URL or re.search(r"[\s\x00-\x1f\x7f\\]", url):
        raise malformed("Give an address such as https://hooks.example.org/dqx.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise malformed("Give an address such as https://hooks.example.org/dqx.") from exc
    if parts.scheme not in ("http", "https") or not host:
        raise malformed("The address has to begin with https:// or http://, and name a server.")
    check_host(host)
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}/…"


def check_host(host: str) -> None:
    """Refuse a server that nothing may lead to, at the field of the address.

    Raises:
        Invalid: host_malformed or host_refused.
    """
    try:
        hosts.check_reachable(host)
    except Invalid as exc:
        raise Invalid(exc.code, exc.message, field="url") from exc


def malformed(sentence: str) -> Invalid:
    """The error of an address."""
    return Invalid("channel_url", sentence, field="url")
