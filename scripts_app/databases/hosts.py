"""Which servers a connection, or a channel of alerts, may lead to.

A name is resolved once, its addresses are judged, and libpq is given those same addresses.
"""

import re
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

from dqx.errors import Invalid, Unavailable

Address = IPv4Address | IPv6Address
LONGEST_HOST = 255
# No list ("a,b"), no socket ("/run", "@abstract"), no brackets, zones or blanks.
_HOST = re.compile(r"[\w.:-]+")
# What is no server of anybody's: this host in disguise, link-local, groups, reserved, and where clouds keep their machines' secrets
# (169.254.169.254, and the rarer ones by name of the provider).
FORBIDDEN = [
    ip_network(network)
    for network in (
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8",
        "fd00:ec2::/32",  # Amazon
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "168.63.129.16/32",  # Azure
        "fd20:ce::254/128",  # Google
    )
]  # fmt: skip
# IPv6 addresses that end in an IPv4 one: compatible, translated (RFC 2765), NAT64 (RFC 6052).
_ENDS_IN_IPV4 = [ip_network(network) for network in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")]
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")  # RFC 5214
# More addresses of one name than these are not tried.
MOST_ADDRESSES = 4


def check(host: str) -> None:
    """Refuse a host that no connection may lead to. A name that nobody knows yet is judged when it is used.

    Raises:
        Invalid: host_malformed, host_refused or host_not_allowed.
    """
    _judge(host, _resolve(host, 0))


def addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, all of which a connection may lead to.

    Raises:
        Invalid: host_malformed, host_refused or host_not_allowed.
        Unavailable: nobody knows the name.
    """
    found = _resolve(host, port)
    _judge(host, found)
    if not found:
        raise Unavailable("database_away", "The name of the database's server can't be found.", reason="name_unknown")
    return [str(address) for address in found[:MOST_ADDRESSES]]


def check_reachable(host: str) -> None:
    """Refuse a host that nothing of DQX may lead to; the list is of databases only and says nothing of it.

    Raises:
        Invalid: host_malformed or host_refused.
    """
    _judge_places(_resolve(host, 0))


def check_place(address: str) -> None:
    """The same for an address, such as the one that a connection has led to.

    Raises:
        Invalid: host_refused.
    """
    _judge_places([ip_address(address.partition("%")[0])])


def _resolve(host: str, port: int) -> list[Address]:
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        raise Invalid(
            "host_malformed",
            "The host has to be one name or address, without blanks, slashes and commas.",
            field="host",
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(address[0]).partition("%")[0]) for address in dict.fromkeys(entry[4] for entry in found)]


def _judge(host: str, found: list[Address]) -> None:
    _judge_places(found)
    if not (_is_listed_name(host) or (found and all(map(_is_listed, found)))):
        raise Invalid("host_not_allowed", "The host is none of those in DQX_ALLOWED_DATABASE_HOSTS.", field="host")


def _judge_places(found: list[Address]) -> None:
    if any(_is_forbidden(address) for address in found):
        raise Invalid(
            "host_refused",
            "The host leads to an address that is no server's: link-local, of a cloud's metadata, a group or unspecified.",
            field="host",
        )


def _is_forbidden(address: Address) -> bool:
    if any(address in network for network in FORBIDDEN):
        return True
    return isinstance(address, IPv6Address) and any(map(_is_forbidden, _inside(address)))


def _inside(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 one may be sent on to."""
    packed = address.packed
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if packed[8:12] in _ISATAP or (any(address in network for network in _ENDS_IN_IPV4) and not address.is_loopback):
        found.append(IPv4Address(packed[12:]))
    if address in _NAT64_LOCAL:
        found.append(IPv4Address(packed[6:8] + packed[9:11]))
    return (inner for inner in found if inner is not None)


def _is_listed_name(host: str) -> bool:
    """Whether the list is empty or names the host; `*.example.org` names every name under it."""
    name = host.lower().rstrip(".")
    listed = [entry.lower().rstrip(".") for entry in settings.ALLOWED_DATABASE_HOSTS]
    return not listed or any(name == entry or (entry[:2] == "*." and name.endswith(entry[1:])) for entry in listed)


def _is_listed(address: Address) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in ip_network(entry) for entry in settings.ALLOWED_DATABASE_HOSTS if is_network(entry))


def is_network(entry: str) -> bool:
    """Whether an entry of the list is an address or a network, not a name."""
    try:
        ip_network(entry)
    except ValueError:
        return False
    return True
