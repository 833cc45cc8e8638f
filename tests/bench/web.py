"""Clients of gunicorn that keep their line open."""

import http.client
import json
from pathlib import Path
from typing import Any

from dqx.users import accounts
from tests.bench.people import actor
from tests.faults.installation import Web

LONGEST = 900  # seconds
PIECE = 1 << 18


class Client:
    """One line to the server, with a token."""

    def __init__(self, web: Web) -> None:
        self.line = http.client.HTTPConnection(web.site.host, web.site.port, timeout=LONGEST)
        self.headers = {"Authorization": f"Bearer {accounts.tokens_for(actor())['access']}"}

    def get(self, path: str) -> Any:
        """GET some JSON."""
        return json.loads(self.raw(path))

    def raw(self, path: str) -> bytes:
        """GET, as it came."""
        with self._answer(path) as answer:
            return answer.read()

    def download(self, path: str, file: Path) -> int:
        """GET into a file; how many bytes it has."""
        with self._answer(path) as answer, file.open("wb") as out:
            while piece := answer.read(PIECE):
                out.write(piece)
            return out.tell()

    def _answer(self, path: str) -> http.client.HTTPResponse:
        self.line.request("GET", path, headers=self.headers)
        answer = self.line.getresponse()
        assert answer.status == http.HTTPStatus.OK, (path, answer.status, answer.read())
        return answer
