"""How to reach a database: details given once with a request or read from a stored connection, and what libpq makes of them."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dqx.errors import Invalid
from scripts_app.databases import hosts, vault
from scripts_app.models import Connection

SSLModes = Connection.SSLMode
# A file that is not there, and never will be: libpq is to take nothing from the home of the account that DQX runs under.
NOWHERE = os.path.join(os.devnull, "none")
LONGEST_WORD = 63  # characters of a database's or login's name
LARGEST_PORT = 65_535
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Details:
    """Where a database is and who logs in. Its repr holds no password."""

    host: str
    port: int
    dbname: str
    user: str
    password: str = field(repr=False)
    sslmode: str = SSLModes.PREFER.value


def of(connection: Connection, password: str | None = None) -> Details:
    """The details of a stored connection, with the password that it keeps or another one.

    Raises:
        As `vault.decrypt`.
    """
    secret = vault.decrypt(bytes(connection.secret)) if password is None else password
    return Details(connection.host, connection.port, connection.dbname, connection.username, secret, connection.sslmode)


def check(details: Details) -> None:
    """Refuse what leads nowhere, or where it may not.

    Raises:
        Invalid: connection_malformed, or host_… (`hosts.check`).
    """
    for name, value in (("dbname", details.dbname), ("user", details.user)):
        if not 0 < len(value) <= LONGEST_WORD or CONTROL.search(value):
            raise malformed(name, f"A database and its login have names of 1 to {LONGEST_WORD} characters.")
    if not 1 <= details.port <= LARGEST_PORT:
        raise malformed("port", f"A port is a number from 1 to {LARGEST_PORT:,}.")
    if details.sslmode not in SSLModes.values:
        raise malformed("sslmode", f"The sslmode is one of {', '.join(SSLModes.values)}.")
    if "\x00" in details.password:
        raise malformed("password", "The password contains a NUL character.")
    hosts.check(details.host)


def address(details: Details) -> Mapping[str, Any]:
    """The details in the form of Django's settings, the host resolved and judged now.

    What libpq would take from the environment and the home of the account that DQX runs under is shut out: other passwords,
    certificates, tickets, options.

    Raises:
        Invalid: the host may not be reached.
        Unavailable: nobody knows its name.
    """
    places = hosts.addresses(details.host, details.port)
    return {
        "IS_FOREIGN": True,
        "NAME": details.dbname,
        "USER": details.user,
        "PASSWORD": details.password,
        "HOST": ",".join([details.host] * len(places)),  # what the server's certificate has to say
        "PORT": details.port,
        "OPTIONS": {
            "hostaddr": ",".join(places),
            "password": details.password,  # also where it is empty
            "sslmode": details.sslmode,
            "passfile": NOWHERE,
            "sslcert": NOWHERE,
            "sslkey": NOWHERE,
            "gssencmode": "disable",
            "options": "",
            "target_session_attrs": "any",
            "require_auth": _logins(details.sslmode),
        },
    }


def _logins(sslmode: str) -> str:
    """Never a ticket of this account, and no password in clear where sslmode does not insist on TLS."""
    insists = sslmode not in (SSLModes.DISABLE, SSLModes.PREFER)
    return "scram-sha-256,md5,none" + (",password" if insists else "")


def malformed(name: str, sentence: str) -> Invalid:
    """The error of a part of a connection."""
    return Invalid("connection_malformed", sentence, field=name)
