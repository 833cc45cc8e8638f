"""Typed readers of the environment that name the setting when its value is malformed."""

import re
import sys
import zoneinfo
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
BASE_DIR = Path(__file__).resolve().parent.parent
ORIGIN = re.compile(
    r"https?://([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?"
)

# A server that vanished without a word is given up after a minute, and not after the two hours of the system.
SERVER_GONE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
_REDIS = {"socket_timeout": 10, "socket_connect_timeout": 5}
# RabbitMQ has to confirm each message: else one that is sent into a line which it has closed is lost without a word.
_RABBITMQ = {"confirm_publish": True, "read_timeout": 4, "write_timeout": 4}
BROKER_OPTIONS = {"redis": _REDIS, "rediss": _REDIS, "amqp": _RABBITMQ, "amqps": _RABBITMQ}

env = environ.Env()
# The process's own environment wins over the file.
env.read_env(BASE_DIR / ".env")


def _read(name: str, reader: Callable[..., T], default: T, expected: str) -> T:
    try:
        return reader(name, default=default)
    except (ValueError, ImproperlyConfigured) as exc:
        raise ImproperlyConfigured(f"{name} is not {expected}. Correct it in the environment or in .env.") from exc


def text(name: str, default: str = "") -> str:
    """The setting as text without blanks around it."""
    return env.str(name, default=default).strip()


def required(name: str, hint: str) -> str:
    """The setting as text.

    Raises:
        ImproperlyConfigured: it is missing or empty.
    """
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def flag(name: str, default: bool = False) -> bool:
    """The setting as true or false: 1, true, yes, on or 0, false, no, off.

    Raises:
        ImproperlyConfigured: it is another word.
    """
    word = text(name, str(default)).lower()
    if word in ("1", "true", "yes", "on", "y", "t"):
        return True
    if word in ("0", "false", "no", "off", "n", "f", ""):
        return False
    raise ImproperlyConfigured(f"{name} is not 0 or 1. Correct it in the environment or in .env.")


def number(name: str, default: int, least: int = 0) -> int:
    """The setting as a whole number of at least `least`.

    Raises:
        ImproperlyConfigured: it is not one.
    """
    expected = f"a whole number of at least {least}"
    value = _read(name, env.int, default, expected)
    if value < least:
        raise ImproperlyConfigured(f"{name} is not {expected}. Correct it in the environment or in .env.")
    return value


def words(name: str, default: list[str]) -> list[str]:
    """The setting as a list: parts between commas, without blanks, empty parts left out."""
    return [word.strip() for word in env.list(name, default=default) if word.strip()]


def hosts(name: str) -> list[str]:
    """The setting as a list of names of machines, patterns such as *.example.org, addresses and networks.

    Raises:
        ImproperlyConfigured: one of them is neither.
    """
    found = words(name, [])
    for entry in found:
        if not re.fullmatch(r"(\*\.)?[\w-]+(\.[\w-]+)*\.?", entry):
            try:
                ip_network(entry)
            except ValueError as exc:
                raise ImproperlyConfigured(
                    f"{name} has '{entry}', which is no name, pattern such as *.example.org, address or network."
                ) from exc
    return found


def origins(name: str) -> list[str]:
    """The setting as a list of origins as a browser writes them: scheme, host and, where it is not the usual one, port.

    Raises:
        ImproperlyConfigured: one of them is not.
    """
    found = [word.lower() for word in words(name, [])]
    for origin in found:
        if not ORIGIN.fullmatch(origin):
            raise ImproperlyConfigured(
                f"{name} has '{origin}', which is no origin such as https://app.example.org or http://localhost:3000: "
                "http or https, a host, perhaps a port, and nothing after it. There is no * for all."
            )
    return [re.sub("(?<=^http:)(.*):80$|(?<=^https:)(.*):443$", r"\1\2", origin) for origin in found]


def token(name: str, least: int = 16) -> str:
    """The setting as a secret of at least `least` printable characters; "" where it is not set.

    Raises:
        ImproperlyConfigured: it is shorter, or has other characters.
    """
    value = text(name)
    if value and not (len(value) >= least and value.isascii() and value.isprintable() and " " not in value):
        raise ImproperlyConfigured(f"{name} is not at least {least} letters, digits and signs without blanks.")
    return value


def mail_server(name: str) -> dict[str, Any]:
    """The setting as Django's EMAIL_… settings; none where it is empty.

    Raises:
        ImproperlyConfigured: it is none of a mail server.
    """
    url = text(name)
    if not url:
        return {}
    expected = "an address such as smtp+tls://user:password@mail.example.org:587 (smtp, smtp+tls or smtp+ssl)"
    try:
        found = dict(env.email_url_config(url))
    except (KeyError, ValueError, ImproperlyConfigured) as exc:
        raise ImproperlyConfigured(f"{name} is not {expected}.") from exc
    if not (url.startswith("smtp") and found.get("EMAIL_HOST")):
        raise ImproperlyConfigured(f"{name} is not {expected}.")
    usual = 465 if "EMAIL_USE_SSL" in found else 587 if "EMAIL_USE_TLS" in found else 25
    told = {key: value for key, value in found.items() if value is not None and key != "EMAIL_FILE_PATH"}
    return {"EMAIL_PORT": usual, **told}


def base_url(name: str) -> str:
    """The setting as the address that people reach the pages by, without a slash at its end; "" where it is not set.

    Raises:
        ImproperlyConfigured: it is no address of http or https.
    """
    found = text(name).rstrip("/")
    if found and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", found):
        raise ImproperlyConfigured(f"{name} is not an address such as https://dqx.example.org.")
    return found


def log_format() -> str:
    """DQX_LOG_FORMAT: "json" or "console"; where it is not set, what suits who reads: a person at a terminal, or a program.

    Raises:
        ImproperlyConfigured: it is another word.
    """
    given = text("DQX_LOG_FORMAT").lower() or ("console" if sys.stderr.isatty() else "json")
    if given not in ("console", "json"):
        raise ImproperlyConfigured("DQX_LOG_FORMAT is not console or json. Correct it in the environment or in .env.")
    return given


def time_zone(name: str, default: str) -> str:
    """The setting as the name of a time zone.

    Raises:
        ImproperlyConfigured: there is no such zone.
    """
    zone = text(name, default)
    if zone not in zoneinfo.available_timezones():
        raise ImproperlyConfigured(f"{name} is not a time zone such as Europe/Berlin.")
    return zone


def keys(name: str) -> list[str]:
    """The setting as Fernet keys: 32 bytes each, in URL-safe base64, with commas between.

    Raises:
        ImproperlyConfigured: one of them is not.
    """
    found = words(name, [])
    for key in found:
        try:
            Fernet(key)
        except ValueError as exc:
            raise ImproperlyConfigured(f"{name} has a key that is not 32 bytes in URL-safe base64.") from exc
    return found


def database(name: str, url: str) -> dict[str, Any]:
    """A database address as Django's settings want it.

    Raises:
        ImproperlyConfigured: the address is malformed or not of PostgreSQL.
    """
    expected = "an address such as postgres://user:password@host:5432/name"
    try:
        config: dict[str, Any] = dict(env.db_url_config(url))
    except (ValueError, ImproperlyConfigured) as exc:
        raise ImproperlyConfigured(f"{name} is not {expected}.") from exc
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ImproperlyConfigured(f"{name} is not {expected}.")
    config["OPTIONS"] = {**SERVER_GONE, **config.get("OPTIONS", {})}
    return config


def broker(name: str, hint: str) -> str:
    """The setting as the address of a broker.

    Raises:
        ImproperlyConfigured: it is missing, or not of Redis, Valkey or RabbitMQ.
    """
    url = required(name, hint)
    if url.partition("://")[0] not in BROKER_OPTIONS:
        raise ImproperlyConfigured(
            f"{name} is not an address such as redis://:password@host:6379/0 or amqp://user:password@host:5672/vhost."
        )
    return url


def broker_options(url: str) -> dict[str, Any]:
    """What a broker of this address wants to be told of time limits and of what it has to confirm."""
    return BROKER_OPTIONS[url.partition("://")[0]]
