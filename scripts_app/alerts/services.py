"""Alerts to Slack, Teams and the rest, by Apprise: each service has a form of address of its own.

What acts on this machine, or reads and writes its files, is no channel: notifications of a desktop, the system's log, keys and templates in
files. A redirect is not followed, and nothing of a conversation is kept.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyFormat
from apprise.plugins.base import NotifyBase

from dqx.errors import Unavailable
from scripts_app.alerts import address, letter
from scripts_app.models import Channel

# Beside those whose address needs no target (`_acts_here`): what reads or writes files here, has a channel kind of its own, or asks for it.
NO_CHANNELS = {
    "blink1", "dbus", "deltachat", "deltachats", "fcm", "gio", "glib", "gnome", "growl", "kde", "macosx", "mailto", "mailtos", "mqtt",
    "mqtts", "nostr", "qt", "syslog", "vapid", "windows",
}  # fmt: skip
ANSWERED = re.compile(r"error=(\d{3})\b")
# What calls everybody of a room together, in a name or a value: it gets a space without width, which keeps its looks.
CALLS = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)
# How many events of a part, and how much of their words; the first of these that a service takes.
SIZES = ((letter.MOST, 300), (10, 150), (5, 100), (2, 80), (1, 60), (0, 0))
# Characters that a service takes where Apprise knows fewer: Teams takes 28 kilobytes in all, and a letter may be several bytes.
ROOMS = {"workflow": 10_000, "workflows": 10_000}
_SLASHES = re.compile(r"^([a-z0-9]+)://", re.IGNORECASE)


def where(url: str) -> str:
    """Which service an address is of, and its server where that is one's own, without what is secret in it.

    Raises:
        Invalid: no service has such addresses, it is none for channels, or leads where nothing may.
    """
    plugin = plugin_of(url)
    host = _own_host(plugin)
    return f"{plugin.service_name} at {host}" if host else str(plugin.service_name)


def plugin_of(url: str) -> NotifyBase:
    """The service of an address, which may be used.

    Raises:
        Invalid: as `where`.
    """
    match = _SLASHES.match(url)
    if not match or len(url) > address.LONGEST_URL or re.search(r"[\x00-\x1f\x7f]", url):
        raise address.malformed("Give an address of Apprise, such as slack://tokenA/tokenB/tokenC/#channel.")
    schema = match[1].lower()
    plugin = _made(url) if schema not in NO_CHANNELS else None
    if schema in NO_CHANNELS or (plugin is not None and _acts_here(plugin)):
        raise address.malformed(
            f"'{schema}' acts on DQX's own machine, or has a kind of its own here. Take another service."
        )
    if plugin is None:
        raise address.malformed(
            f"Apprise knows no such address of '{schema}'. See its documentation for what belongs where."
        )
    if any(isinstance(value, AppriseAttachment) and len(value) for value in vars(plugin).values()):
        raise address.malformed("The address names a file, such as a template. A channel reads none.")
    if host := _own_host(plugin):
        address.check_host(host)
    return plugin


def _made(url: str) -> NotifyBase | None:
    asset = AppriseAsset(
        app_id="DQX", app_desc="DQX", app_url="", async_mode=False, storage_mode="memory", http_redirects=False
    )
    made = Apprise.instantiate(url, asset=asset)
    if not isinstance(made, NotifyBase):
        return None
    made.redirects = False  # whatever the address says
    made.socket_connect_timeout, made.socket_read_timeout = 5.0, 10.0
    return made


def _acts_here(plugin: NotifyBase) -> bool:
    """Whether its address is complete without saying where to."""
    templates: tuple[str, ...] = plugin.templates
    return any("{" not in template.removeprefix("{schema}") for template in templates)


def _own_host(plugin: NotifyBase) -> str:
    return str(plugin.host or "") if "host" in plugin.template_tokens else ""


class _Listener(logging.Handler):
    """Hears what the service answered, which Apprise says in its log only, and from a thread of its own: in a log of this one send's."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status = ""
        self.log = logging.Logger("apprise", logging.WARNING)
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the status."""
        found = ANSWERED.search(record.getMessage())
        self.status = found[1] if found else self.status


def send(channel: Channel, told: Mapping[str, Any], pk: int | None) -> dict[str, int]:
    """Hand a message to the service, which is one place, as for `webhook.send`.

    Raises:
        Unavailable: it did not take it.
        DQXError: its address can't be read, or is none for channels.
    """
    plugin = plugin_of(address.of(channel).url)
    sender = Apprise(asset=plugin.asset)
    sender.add(plugin)
    listener = _Listener()
    plugin.logger = listener.log
    body, form = _body(plugin, told)
    if not sender.notify(body=body or told["title"], title=told["title"], body_format=form):
        why = f"It answered {listener.status}." if listener.status else "It can't be reached, or knows no such address."
        raise Unavailable("service_refused", f"{plugin.service_name} did not take the message. {why}")
    return {}


def _body(plugin: NotifyBase, told: Mapping[str, Any]) -> tuple[str, NotifyFormat]:
    """In Markdown where the service takes nothing plainer: of a text Apprise would escape every dot, in addresses too.

    As much of it as the service takes: what is longer it refuses, at each attempt, and Apprise sends it all the same.
    """
    takes = plugin.notify_format if isinstance(plugin.notify_format, tuple) else (plugin.notify_format,)
    is_marked = NotifyFormat.MARKDOWN in takes and NotifyFormat.TEXT not in takes
    write = letter.markdown if is_marked else letter.text
    room = ROOMS.get(str(plugin.schema), plugin.body_maxlen) - len(told["title"])
    for most, longest in SIZES:
        body = CALLS.sub("@\u200b", write(letter.shortened(told, most, longest)))
        if len(body) < room:
            break
    return body, NotifyFormat.MARKDOWN if is_marked else NotifyFormat.TEXT
