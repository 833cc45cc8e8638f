"""What `make run` does once everything is installed."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from dqx import environment
from dqx.embedded import addresses, ports, services
from dqx.embedded.broker import broker_answers, broker_spec
from dqx.embedded.children import Spec, die_with_parent
from dqx.embedded.console import say
from dqx.embedded.database import check_settings, start_database
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home, open_home
from dqx.embedded.locks import FileLock, Holder, announce, holder
from dqx.embedded.services import Site
from dqx.embedded.signals import Signals, Stopped
from dqx.embedded.state import State, load, settle_port
from dqx.embedded.supervisor import Supervisor
from dqx.embedded.terminal import own_foreground

KEEPER_PATIENCE = 30.0  # seconds
READY_SECONDS = 90.0


@dataclass(frozen=True)
class Plan:
    """What to run beside the servers: a task that ends, then the services. Tests have their own."""

    site: Site
    prepare: Callable[[], Spec] = services.prepare
    services: Callable[[Home, Site], Sequence[Spec]] = services.services


def main(plan: Plan | None = None) -> int:
    """Runs everything as a command of the terminal, and returns the exit code."""
    if "--with-parent" in sys.argv:
        die_with_parent(signal.SIGTERM)  # a make that was killed takes us along, in order
    with own_foreground():
        return run(plan)


def run(plan: Plan | None = None) -> int:
    """Runs everything until somebody asks us to stop, and returns the exit code."""
    signals = Signals()
    supervisor = Supervisor(signals)
    last, code = "", 0
    try:
        _run(plan or Plan(services.site()), signals, supervisor)
    except Stopped:
        say("Stopping …")
        last, code = "Stopped.", 0
    except (EmbeddedError, ImproperlyConfigured) as exc:
        last, code = str(exc), 1
    finally:
        supervisor.stop()
    say(last)
    return code


def _run(plan: Plan, signals: Signals, supervisor: Supervisor) -> None:
    home = open_home()
    lock, ready = FileLock(home, "lock"), FileLock(home, "ready")
    _take(home, lock, signals)
    announce(home, Holder("supervisor", os.getpid(), plan.site.address))
    _check_port(plan.site)
    missing = addresses.lacking()
    check_settings(missing, load(home))
    _start_servers(home, supervisor, missing)
    ready.take()
    try:
        _serve(plan, home, supervisor)
    finally:
        ready.release()  # before the database stops


def _serve(plan: Plan, home: Home, supervisor: Supervisor) -> None:
    if supervisor.run(plan.prepare()):
        raise EmbeddedError("DQX could not be prepared; the reason is above.")
    for spec in plan.services(home, plan.site):
        supervisor.start(spec)
    supervisor.wait_until(plan.site.answers, READY_SECONDS, f"The pages do not answer; see {home.log('web')}.")
    _welcome(plan.site)
    supervisor.watch()


def _take(home: Home, lock: FileLock, signals: Signals) -> None:
    """Makes this process the one that runs the servers; waits for commands that use the database."""
    started = time.monotonic()
    told = False
    while not lock.try_take():
        who, waited = holder(home), time.monotonic() - started
        # Another process may be asking who has the lock, or may not have told yet who it is.
        if waited > 0.5 and who and who.kind == "supervisor":
            raise EmbeddedError(
                f"DQX is running already: {who.address} (process {who.pid}). Stop it with Ctrl-C or `kill {who.pid}`."
            )
        if waited > KEEPER_PATIENCE:
            raise EmbeddedError(f"A command still uses the database in {home.folder}. Let it end, then start again.")
        if waited > 0.5 and not told:
            say("A command of manage.py uses the database; waiting for it to end …")
            told = True
        signals.wait(0.1)


def _check_port(where: Site) -> None:
    try:
        # One that was killed a moment ago may still be going.
        free = ports.becomes_free(where.port, seconds=2, host=where.host)
    except OSError as exc:
        raise EmbeddedError(
            f"DQX can't listen on {where.bind}: {exc.strerror or exc}. Correct DQX_HOST or DQX_PORT."
        ) from exc
    if not free:
        raise EmbeddedError(
            f"Port {where.port} of {where.host} is taken by another program. "
            f"Choose another: DQX_PORT={where.port + 1} make run"
        )


def _start_servers(home: Home, supervisor: Supervisor, missing: Sequence[str]) -> None:
    state = load(home)
    if addresses.DATABASE_URL in missing:
        say("Starting the database …")
        state = start_database(supervisor, home, state)
    if addresses.BROKER_URL in missing:
        state = _start_broker(supervisor, home, state)
    addresses.fill(missing, state)


def _start_broker(supervisor: Supervisor, home: Home, state: State) -> State:
    say("Starting the broker …")
    state = settle_port(home, state, "broker_port", seconds=3)
    supervisor.start(broker_spec(home, state), lambda pid: broker_answers(state.broker_url))
    return state


def _welcome(where: Site) -> None:
    name = environment.text("DQX_ADMIN_USERNAME", "admin")
    known = (
        "the password of DQX_ADMIN_PASSWORD"
        if environment.text("DQX_ADMIN_PASSWORD")
        else "the password that was told when the account was made"
    )
    say(f"\nDQX is running: {where.address}\nSign in as {name}, with {known}.\nCtrl-C stops it.")
