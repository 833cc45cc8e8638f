"""gunicorn and a Celery worker on the test database, and a client that knows nothing but HTTP."""

import contextlib
import fcntl
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings

from dqx.environment import BASE_DIR
from tests import steps

# The tests' broker is for everybody; runs of this database are for its own worker.
BROKER_DATABASES = 16
COLLECT = "import django; django.setup(); from dqx import static_files; static_files.collect()"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Any
    body: Any


class Http:
    """Sends JSON to an address on this machine, with a token once it has signed in."""

    def __init__(self, address: str) -> None:
        self.address, self.token = address, ""

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        url = path if path.startswith("http") else self.address + path
        request = urllib.request.Request(url, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return _answer(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused)

    def sign_in(self, username: str, password: str) -> None:
        """All that follows is sent as this person."""
        self.token = self("POST", "/api/auth/login", {"username": username, "password": password}).body["access"]

    def until(self, path: str, fact: Callable[[Any], bool], seconds: float = 30) -> Any:
        """GET again and again until the body is as wanted."""
        deadline = time.monotonic() + seconds
        while not fact(body := self("GET", path).body):
            assert time.monotonic() < deadline, body
        return body


def _answer(answer: Any) -> Answer:
    text = answer.read()
    if text and answer.headers.get_content_type() == "application/json":
        return Answer(answer.status, answer.headers, json.loads(text))
    return Answer(answer.status, answer.headers, text or None)


def environment(broker: str = "", **variables: str) -> dict[str, str]:
    """What a process needs to work on the test database, and further variables."""
    return {
        **os.environ,
        "DATABASE_URL": _url(settings.DATABASES["default"]),
        "DQX_RUNNER_DATABASE_URL": _url(settings.RUNNER_DATABASE),
        "CELERY_BROKER_URL": broker or own_broker(),
        "DQX_SECRET_KEY": settings.SECRET_KEY,
        "DQX_SOURCE_SCHEMAS": "public,dq_src",
        "DQX_DEMO": "0",
        "PYTHONUNBUFFERED": "1",
        **variables,
    }


def _url(database: Any) -> str:
    login = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'], safe='')}"
    return f"postgres://{login}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def own_broker() -> str:
    """The address of the tests' broker with a number of its own for each worker of pytest-xdist."""
    server, _, number = os.environ["CELERY_BROKER_URL"].rpartition("/")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"{server}/{(int(number or 0) + 1 + worker) % BROKER_DATABASES}"


@functools.cache
def collect_static_files() -> None:
    """As for a deployment, before the first server that would look for them; one process of the tests at a time."""
    with (BASE_DIR / "static" / "build.mjs").open() as whole:
        fcntl.flock(whole, fcntl.LOCK_EX)
        variables = {**environment(), "DJANGO_SETTINGS_MODULE": "dqx.settings"}
        subprocess.run([sys.executable, "-c", COLLECT], env=variables, cwd=BASE_DIR, check=True)


@contextlib.contextmanager
def process(log: Path, ready: Callable[[], bool], *arguments: str, **variables: str) -> Iterator[None]:
    """A Python process for as long as the block runs; it starts once `ready`."""
    with log.open("wb") as output:
        command = [sys.executable, "-m", *arguments]
        child = subprocess.Popen(
            command, env=environment(**variables), cwd=BASE_DIR, stdout=output, stderr=output, start_new_session=True
        )
        try:
            assert steps.eventually(lambda: child.poll() is not None or ready(), 60), log.read_text()
            assert child.poll() is None, log.read_text()
            yield
        finally:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextlib.contextmanager
def web(folder: Path, broker: str = "", workers: int = 1, **variables: str) -> Iterator[Http]:
    """gunicorn, as `make run` starts it but for its size."""
    collect_static_files()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    http = Http(f"http://127.0.0.1:{port}")
    options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
    options += ["--workers", str(workers)]
    log = folder / f"web-{port}.log"
    with process(log, lambda: _answers(http), "gunicorn", "dqx.wsgi", *options, broker=broker, **variables):
        yield http


def _answers(http: Http) -> bool:
    try:
        return http("GET", "/healthz").status == 200
    except OSError:
        return False


@contextlib.contextmanager
def worker(folder: Path, *more: str, **variables: str) -> Iterator[None]:
    """A Celery worker of one process, with further options of Celery's."""
    log = folder / "worker.log"
    options = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO", *more]
    with process(
        log, lambda: "ready." in log.read_text(), "celery", "-q", "-A", "dqx", "worker", *options, **variables
    ):
        yield


@contextlib.contextmanager
def beat(folder: Path, **variables: str) -> Iterator[None]:
    """Celery beat."""
    log = folder / "beat.log"
    command = ["celery", "-q", "-A", "dqx", "beat", "--loglevel", "INFO"]
    with process(log, lambda: "beat: Starting" in log.read_text(), *command, **variables):
        yield
