"""The HTTP API of one server: JSON there and back, as somebody who signed in. What goes wrong is a `Failure` with a sentence."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests import PreparedRequest, Response

import dqx
from dqx.client.addresses import is_loopback
from dqx.client.errors import NO_ANSWER, NOT_SIGNED_IN, REFUSED, Failure
from dqx.client.tokens import Keychain, Tokens

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 120.0
LARGEST_PIECE = 64 * 1024
UNAUTHORIZED = 401
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
Params = dict[str, Any] | list[tuple[str, str]]


class Api:
    """What a server answers."""

    def __init__(self, address: str, keychain: Keychain) -> None:
        self.address, self.keychain = address, keychain
        # The proxy that the environment names is no way to this machine itself.
        self._proxies = {"no_proxy": str(urlsplit(address).hostname)} if is_loopback(address) else None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"dqx/{dqx.__version__}"
        self._session.headers["Accept"] = "application/json, */*;q=0.1"

    def get(self, path: str, params: Params | None = None) -> Any:
        """The JSON at a path below /api/.

        Raises:
            Failure: it is refused, or there is no answer.
        """
        return _json(self._signed("GET", path, params=params))

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that the server answers to a change; None where it answers nothing.

        Raises:
            Failure: it is refused, or there is no answer.
        """
        return _json(self._signed(method, path, json={} if body is None else body))

    def pages(self, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The pages of a listing, one after the other, each {results, …}.

        Raises:
            Failure: one is refused, or does not come.
        """
        wanted: Params | None = params
        while wanted is not None:
            page = self.get(path, wanted)
            yield page
            # Only what the link asks for: tokens go to the server's own address and to no other that it names.
            wanted = parse_qsl(urlsplit(page["next"]).query, keep_blank_values=True) if page["next"] else None

    def download(self, path: str, params: Params) -> Iterator[bytes]:
        """A file in pieces.

        Raises:
            Failure: it is refused, or ends before its end.
        """
        response = self._signed("GET", path, params=params, stream=True)
        if not response.ok:
            _json(response)
        with response, _Told(self.address):
            yield from response.iter_content(LARGEST_PIECE)

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """Sign in and keep the tokens; the user.

        Raises:
            Failure: the name or password is wrong, or it is no DQX.
        """
        response = self._send("POST", "auth/login", json={"username": username, "password": password})
        answer = _json(response)
        try:
            user = dict(answer["user"])
            tokens = Tokens(user["username"], answer["access"], answer["refresh"])
        except (KeyError, TypeError, ValueError):
            raise _not_dqx(response) from None
        self.keychain.keep(self.address, tokens, current=True)
        return user

    def sign_out(self) -> None:
        """End the sign-in at the server.

        Raises:
            Failure: there is none, or there is no answer.
        """
        with self.keychain.alone(self.address):
            refresh = self.keychain.of(self.address).refresh
            response = self._send("POST", "auth/logout", json={"refresh": refresh})
            if response.status_code != UNAUTHORIZED:  # else it had ended already
                _json(response)

    def change_password(self, old: str, new: str) -> None:
        """Give oneself another password, and keep the tokens that come with it; all others end.

        Raises:
            Failure: it is refused, or there is no answer.
        """
        answer = self.send("POST", "auth/me/password", {"old_password": old, "new_password": new})
        with self.keychain.alone(self.address):  # else a renewal that is refused just now would forget them
            name = self.keychain.username(self.address) or ""
            self.keychain.keep(self.address, Tokens(name, answer["access"], answer["refresh"]))

    def _signed(self, method: str, path: str, **more: Any) -> Response:
        tokens = self.keychain.of(self.address)
        response = self._send(method, path, token=tokens.access, **more)
        if response.status_code == UNAUTHORIZED:
            response.close()
            response = self._send(method, path, token=self._renewed(tokens).access, **more)
        return response

    def _renewed(self, used: Tokens) -> Tokens:
        """New tokens for those that are no longer good. A refresh token is good once, so one process at a time."""
        with self.keychain.alone(self.address):
            now = self.keychain.of(self.address)
            if now.access != used.access:  # another process was first
                return now
            response = self._send("POST", "auth/refresh", json={"refresh": now.refresh})
            if response.status_code == UNAUTHORIZED:
                self.keychain.forget(self.address)
                raise Failure(
                    "token_not_valid",
                    f"Your sign-in at {self.address} has ended. Sign in again: dqx login",
                    NOT_SIGNED_IN,
                )
            answer = _json(response)
            renewed = Tokens(now.username, answer["access"], answer.get("refresh") or now.refresh)
            self.keychain.keep(self.address, renewed)
            return renewed

    def _send(self, method: str, path: str, token: str = "", **more: Any) -> Response:
        with _Told(self.address):
            response = self._session.request(
                method,
                f"{self.address}/api/{path}",
                auth=_bearer(token),
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,  # where a redirect leads, this token has no business
                proxies=self._proxies,
                **more,
            )
        if response.is_redirect:
            leads = response.headers.get("Location", "").partition("/api/")[0]
            raise Failure(
                "redirected", f"{self.address} sends on to {leads}. Name that server: --server {leads}", NO_ANSWER
            )
        return response


def _bearer(token: str) -> Callable[[PreparedRequest], PreparedRequest]:
    """Puts the token on a request. Always given, since requests would otherwise look for a password in ~/.netrc."""

    def sign(request: PreparedRequest) -> PreparedRequest:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _json(response: Response) -> Any:
    """The body of an answer.

    Raises:
        Failure: it is a refusal, or not of a DQX.
    """
    try:
        body = json.loads(response.content) if response.content else None
    except (ValueError, RecursionError):
        raise _not_dqx(response) from None
    if response.ok:
        return body
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise _not_dqx(response)
    status, details = response.status_code, error.get("details")
    exit_code = NOT_SIGNED_IN if status == UNAUTHORIZED else NO_ANSWER if status >= 500 else REFUSED
    raise Failure(str(error.get("code")), error["message"], exit_code, **(details if isinstance(details, dict) else {}))


def _not_dqx(response: Response) -> Failure:
    kind = response.headers.get("Content-Type", "nothing").partition(";")[0]
    server = "://".join(urlsplit(response.url)[:2])
    return Failure(
        "not_dqx", f"{server} answers, but not as a DQX does (status {response.status_code}, {kind}).", NO_ANSWER
    )


class _Told:
    """Turns what requests raises into a sentence."""

    def __init__(self, address: str) -> None:
        self.address = address

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, requests.RequestException):
            raise self._failure(error) from error
        if isinstance(error, UnicodeError):
            raise Failure("not_text", "What was given is not text in UTF-8.", exit_code=2) from error

    def _failure(self, error: requests.RequestException) -> Failure:
        address = self.address
        if isinstance(error, requests.exceptions.SSLError):
            return Failure(
                "not_secure",
                f"The certificate of {address} can't be trusted: {_cause(error)}. For one of your own authority, name its file in "
                "REQUESTS_CA_BUNDLE.",
                NO_ANSWER,
            )
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return Failure("cut_off", f"The answer of {address} was cut off before its end.", NO_ANSWER)
        if isinstance(error, requests.Timeout):
            return Failure("unreachable", f"{address} did not answer in time.", NO_ANSWER)
        if isinstance(error, requests.exceptions.ProxyError):
            return Failure("unreachable", f"The proxy on the way to {address} refuses: {_cause(error)}.", NO_ANSWER)
        return Failure("unreachable", f"{address} can't be reached: {_cause(error)}.", NO_ANSWER)


def _cause(error: BaseException) -> str:
    """The innermost reason in a few words."""
    found: Any = error
    while (deeper := getattr(found, "reason", None) or next(iter(getattr(found, "args", ())), None)) and isinstance(
        deeper, BaseException
    ):
        found = deeper
    text = str(getattr(found, "strerror", None) or getattr(found, "verify_message", None) or found)
    return _NUMBER.sub("", text.rpartition(": ")[2]).rstrip(".") or type(found).__name__
