"""Alerts to a program: a POST of JSON, signed where a key was agreed upon. docs/api.md describes what it gets."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from dqx.errors import DQXError, Invalid, Unavailable
from scripts_app.alerts.address import Address, of
from scripts_app.databases import hosts
from scripts_app.models import Channel

CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
# The name of the provider in the header that programs check: "t=…,v1=…".
SIGNATURE = "X-DQX-Signature"


class _Watched:
    """A connection that looks where it has come to before anything is sent: a name may lead elsewhere than when it was saved."""

    def _new_conn(self) -> Any:
        line = super()._new_conn()  # type: ignore[misc]
        try:
            hosts.check_place(str(line.getpeername()[0]))
        except Invalid:
            line.close()
            raise
        return line


class _Plain(_Watched, HTTPConnection):
    pass


class _Encrypted(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}


def send(channel: Channel, told: Mapping[str, Any], pk: int | None) -> dict[str, int]:
    """Post a message. It leads to one place, so there is none that refuses it where others take it.

    Raises:
        Unavailable: the server can't be reached, takes too long, or answers with something else than 2xx.
        DQXError: its address can't be read, or leads where it may not.
    """
    address = of(channel)
    body = json.dumps({"id": pk, "channel": channel.name, **told}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "DQX"}
    if address.secret:
        headers[SIGNATURE] = signature(address.secret, body, int(time.time()))
    status = _post(address, body, headers)
    if 300 <= status < 400:
        raise Unavailable("webhook_redirects", f"The server answered {status}, a redirect, which is not followed.")
    if not 200 <= status < 300:
        raise Unavailable("webhook_refused", f"The server answered {status}.")
    return {}


def signature(secret: str, body: bytes, at: int) -> str:
    """The header that proves who sent a body and when: HMAC-SHA256 of the Unix time, a dot and the body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _post(address: Address, body: bytes, headers: dict[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False  # no password of the account that DQX runs under
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter())
        try:
            # The answer's text is nobody's business; what matters is in its first line.
            with session.post(
                address.url,
                data=body,
                headers=headers,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return int(answer.status_code)
        except DQXError:
            raise
        except requests.exceptions.SSLError as exc:
            raise Unavailable("webhook_tls", "The server's certificate can't be trusted.") from exc
        except requests.Timeout as exc:
            raise Unavailable("webhook_slow", "The server does not answer in time.") from exc
        except (requests.RequestException, ValueError) as exc:
            raise Unavailable("webhook_away", "The server can't be reached.") from exc
