"""The children of `make run` beside the servers, and how to know that the pages answer."""

import http.client
import os
import signal
import sys
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from dqx import environment
from dqx.embedded.children import Spec
from dqx.embedded.home import Home
from dqx.embedded.ports import LOOPBACK

ANYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}  # noqa: S104 (compared, not bound)


@dataclass(frozen=True)
class Site:
    """Where the pages are served."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """The address for a browser on this machine."""
        return f"http://{_bracketed(self.reachable)}:{self.port}/"

    @property
    def bind(self) -> str:
        """The address as gunicorn wants it."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def reachable(self) -> str:
        """A host that leads to the pages from this machine."""
        return ANYWHERE.get(self.host, self.host)

    def answers(self) -> bool:
        """Whether GET /healthz is answered."""
        # With a refusal too: DQX_ALLOWED_HOSTS need not name this address. Not urllib: the environment's proxy is not for us.
        connection = http.client.HTTPConnection(self.reachable, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def site() -> Site:
    """Where DQX_HOST and DQX_PORT want the pages.

    Raises:
        ImproperlyConfigured: the port is no port.
    """
    port = environment.number("DQX_PORT", 8000, least=1)
    if port > 65_535:
        raise ImproperlyConfigured("DQX_PORT is not a number up to 65535. Correct it in the environment or in .env.")
    return Site(environment.text("DQX_HOST", LOOPBACK), port)


def prepare() -> Spec:
    """Migrates, collects the static files, makes the first account and the demo; tells its progress itself."""
    return Spec("prepare", [sys.executable, "manage.py", "prepare"], _environment())


def services(home: Home, where: Site) -> list[Spec]:
    """Worker, clock, beat and web, in the order in which they start."""
    return [_worker(home), _clock(home), _beat(home), _web(home, where)]


def _worker(home: Home) -> Spec:
    """Does the runs. One of its places is always there for what somebody asked for by hand."""
    limits = {"DQX_SCHEDULED_AT_ONCE": os.environ.get("DQX_SCHEDULED_AT_ONCE", "2")}
    return _celery_worker(home, "worker", limits, "--queues", "runs", "--pool", "prefork", "--concurrency", "3")


def _clock(home: Home) -> Spec:
    """Does what is short: schedules that are due, runs that were left, alerts."""
    return _celery_worker(home, "clock", {}, "--queues", "clock", "--pool", "threads", "--concurrency", "4")


def _celery_worker(home: Home, name: str, more: dict[str, str], *options: str) -> Spec:
    options = (*options, "--hostname", f"{name}@%h", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    # First it finishes the tasks it is at, then it ends them.
    stops = ((signal.SIGTERM, 10), (signal.SIGQUIT, 5))
    command = _python("celery", "-q", "-A", "dqx", "worker", *options)
    return Spec(name, command, {**_environment(), **more}, log=home.log(name), stops=stops)


def _beat(home: Home) -> Spec:
    options = ["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--loglevel", "INFO", "--pidfile", ""]
    return Spec("beat", _python("celery", "-q", "-A", "dqx", "beat", *options), _environment(), log=home.log("beat"))


def _web(home: Home, where: Site) -> Spec:
    options = [
        "--bind",
        where.bind,
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--graceful-timeout",
        "10",
    ]
    more = ["--config", "python:dqx.embedded.web", "--no-control-socket"]
    more += ["--limit-request-line", "8190"]  # an address of many filters and a cursor is long
    stops = ((signal.SIGTERM, 12),)
    # In the state folder, so that one that was killed leaves nothing elsewhere.
    environment = {**_environment(), "PROMETHEUS_MULTIPROC_DIR": str(home.own_folder("metrics"))}
    return Spec("web", _python("gunicorn", "dqx.wsgi", *options, *more), environment, log=home.log("web"), stops=stops)


def _python(module: str, *arguments: str) -> list[str]:
    # Not the scripts beside the interpreter: those name the place in which they were installed.
    return [sys.executable, "-m", module, *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
