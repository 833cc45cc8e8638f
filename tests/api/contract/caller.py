"""A program of somebody else's: it calls by HTTP, with and without the slash in turn, and holds each refusal against the one shape."""

import http.client
import itertools
import json
from typing import Any
from urllib.parse import urlsplit

from tests.api import servers
from tests.api.servers import Answer

_NUMBERS = itertools.count(1)
FIVE = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")


class Caller(servers.Http):
    """One person at the API."""

    def __init__(self, address: str, username: str = "", password: str = "") -> None:
        super().__init__(address)
        self.username, self.slash = username, itertools.cycle(["", "/"])
        if username:
            self.sign_in(username, password)

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        if path.startswith("/api/"):
            address, mark, query = path.partition("?")
            path = address.rstrip("/") + next(self.slash) + mark + query
        return super().__call__(method, path, body)

    def does(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The body of an answer, which has to be of this status."""
        answer = self(method, path, body)
        assert answer.status == status, (method, path, answer.status, str(answer.body)[:1000])
        return answer.body

    def gets(self, path: str) -> Any:
        """The body of a GET that is 200."""
        return self.does("GET", path)

    def refused(self, status: int, code: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The error of an answer, which has to be of this status, this code and the one shape."""
        return shaped(self(method, path, body), status, code)

    def script(self, content: str, name: str = "") -> int:
        """The id of a new script."""
        return int(self.does("POST", "/api/sql_scripts/", {"name": name or new_name(), "content": content}, 201)["id"])

    def published(self, content: str) -> int:
        """The id of a script that was populated and published."""
        pk = self.script(content)
        for step in ("populate_table", "publish"):
            run = self.does("POST", f"/api/sql_scripts/{pk}/{step}?wait=60")
            assert run["status"] == "succeeded", run
        return pk

    def raw(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """A request as it is told, without anything added."""
        line = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            line.close()


def shaped(answer: Answer | tuple[int, Any, bytes], status: int, code: str) -> dict[str, Any]:
    """The error of a refusal of the one shape."""
    body = answer[2] if isinstance(answer[2], dict) else json.loads(answer[2])
    assert answer[0] == status, (answer[0], str(body)[:1000])
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message", "details"}, body
    error: dict[str, Any] = body["error"]
    assert error["code"] == code, error
    assert isinstance(error["message"], str) and error["message"] and isinstance(error["details"], dict), error
    return error


def new_name(what: str = "thing") -> str:
    """A name that no other test has; 20 characters at most, for ids too."""
    return f"{what} {next(_NUMBERS)}"


def select(rule: str, *uids: str, source: str = "S1", value: str = "v", day: str | None = "2024-01-01") -> str:
    """A script that finds these records."""
    date = f"DATE '{day}'" if day else "NULL::date"
    rows = (
        f"SELECT '{rule}' AS rule_id, '{source}' AS source_id, '{uid}' AS source_uid, '{value}' AS data_value, {date} AS txn_date"
        for uid in uids
    )
    return " UNION ALL ".join(rows)
