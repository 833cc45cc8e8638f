"""The embedded database, as a supervisor and a keeper run it."""

from dqx import environment
from dqx.embedded.binaries import embedded_postgres
from dqx.embedded.console import say
from dqx.embedded.home import Home
from dqx.embedded.postgres import Cluster
from dqx.embedded.state import State, settle_ports
from dqx.embedded.supervisor import Supervisor

DEMO_SCHEMA = "demo"


def start_database(supervisor: Supervisor, home: Home, state: State) -> State:
    """Starts PostgreSQL and sets up the database and its logins. Returns the state: the port may have changed.

    Raises:
        EmbeddedError: it can't be made or started.
        Stopped: somebody asked us to stop.
    """
    before, state = state, settle_ports(home, state, "postgres_port")
    if state.postgres_port != before.postgres_port:
        say(f"Another program has taken port {before.postgres_port}; the database is on {state.postgres_port} now.")
    cluster = Cluster(home, home.postgres, embedded_postgres(home), state.postgres_port, state.admin_password)
    cluster.initialise()
    supervisor.start(cluster.spec(home.log("postgres")), cluster.is_ready)
    cluster.set_up(state.owner_password, state.runner_password, source_schemas())
    return state


def source_schemas() -> list[str]:
    """The schemas that scripts may read: DQX_SOURCE_SCHEMAS, and the demo's."""
    schemas = environment.words("DQX_SOURCE_SCHEMAS", ["public"])
    if environment.flag("DQX_DEMO", True) and DEMO_SCHEMA not in schemas:
        schemas = [*schemas, DEMO_SCHEMA]
    return schemas
