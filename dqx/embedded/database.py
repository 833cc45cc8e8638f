"""The embedded database, as a supervisor and a keeper run it."""

import os
from collections.abc import Sequence

from django.conf import settings

from dqx.embedded.addresses import fill
from dqx.embedded.binaries import embedded_postgres
from dqx.embedded.console import say
from dqx.embedded.home import Home
from dqx.embedded.postgres import Cluster
from dqx.embedded.state import State, settle_port
from dqx.embedded.supervisor import Supervisor


def start_database(supervisor: Supervisor, home: Home, state: State) -> State:
    """Starts PostgreSQL and sets up the database and its logins. Returns the state: the port may have changed.

    Call check_settings first.

    Raises:
        EmbeddedError: it can't be made or started.
        Stopped: somebody asked us to stop.
    """
    # A server that was stopped in order has taken its file away, so that nothing of it can be in the way.
    leftover = (home.postgres / "postmaster.pid").exists()
    before, state = state, settle_port(home, state, "postgres_port", seconds=10 if leftover else 0.5)
    if state.postgres_port != before.postgres_port:
        say(f"Another program has taken port {before.postgres_port}; the database is on {state.postgres_port} now.")
    cluster = Cluster(home, home.postgres, embedded_postgres(home), state.postgres_port, state.admin_password)
    cluster.initialise()
    supervisor.start(cluster.spec(home.log("postgres")), cluster.is_ready)
    cluster.set_up(state.owner_password, state.runner_password, settings.SOURCE_SCHEMAS)
    return state


def check_settings(missing: Sequence[str], state: State) -> None:
    """Reads DQX's settings before anything is started, with the embedded servers' addresses where others are missing.

    Args:
        missing: what addresses.lacking() told.

    Raises:
        ImproperlyConfigured: a setting is malformed; it says which.
    """
    fill(missing, state)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dqx.settings")
    settings.SOURCE_SCHEMAS  # noqa: B018 (the first use reads them all)
