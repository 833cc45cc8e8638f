"""gunicorn as `make run` starts it, and clients that keep their line open."""

import http.client
import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

from dqx.embedded.children import Child
from dqx.embedded.services import Site, services
from dqx.users import accounts
from tests.bench.people import actor
from tests.faults.installation import Installation, wait_until
from tests.plugin import Sleeper

LONGEST = 900  # seconds
PIECE = 1 << 18


class Web:
    """Two processes of eight threads each."""

    def __init__(self, installation: Installation) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.site = Site("127.0.0.1", free.getsockname()[1])
        spec = next(spec for spec in services(installation.home, self.site) if spec.name == "web")
        assert spec.log is not None
        self.log: Path = spec.log
        self._child = Child(replace(spec, environment=installation.environment))

    def __enter__(self) -> "Web":
        self._child.start()
        wait_until(self.site.answers, 60, lambda: self.log.read_text(errors="replace")[-3000:])
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop(Sleeper().pause)

    def pids(self) -> list[int]:
        """The process that gunicorn starts with, and then those that answer."""
        parent = self._child.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        return [parent, *map(int, children)]


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
