"""Addresses of servers, in the one form by which tokens are kept."""

import ipaddress
from urllib.parse import urlsplit

from dqx.client.errors import USAGE, Failure

PORTS = {"http": 80, "https": 443}


def normal(text: str) -> str:
    """The address of a server as scheme://host[:port][/path], without a slash or /api at its end.

    Without a scheme it is https, and http for this machine.

    Raises:
        Failure: it is no such address, or has a name and password in it.
    """
    text = text.strip()
    if "://" not in text:
        text = f"http://{text}" if is_loopback(f"http://{text}") else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in PORTS or any(character.isspace() for character in text):
        raise Failure(
            "server_address", f"'{text}' is not the address of a server, such as https://dqx.example.org.", USAGE
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Failure("server_address", "The address of a server has no name, password or parameters in it.", USAGE)
    host = f"[{host}]" if ":" in host else host
    tail = "" if port in (None, PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{tail}{parts.path.rstrip('/').removesuffix('/api')}"


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine, so that what is sent crosses no network."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_open(address: str) -> bool:
    """Whether others on the way can read what is sent."""
    return address.startswith("http:") and not is_loopback(address)
