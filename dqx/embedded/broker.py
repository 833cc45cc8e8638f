"""The broker: Valkey, which speaks Redis' protocol, on the loopback address and with a password."""

import signal

import redis

from dqx.embedded.binaries import broker_program
from dqx.embedded.children import BARE, Spec
from dqx.embedded.home import Home
from dqx.embedded.ports import LOOPBACK
from dqx.embedded.state import State

# No message is lost to a full memory or, but for the last second, to a power cut.
CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def broker_spec(home: Home, state: State) -> Spec:
    """How to start and stop the broker; writes its configuration, which holds the password, for its eyes only.

    Raises:
        EmbeddedError: there is no broker for this machine.
    """
    folder = home.server_folder(home.broker)
    home.write(
        "broker.conf",
        CONFIGURATION.format(host=LOOPBACK, port=state.broker_port, password=state.broker_password, folder=folder),
    )
    configuration = folder / "valkey.conf"
    (home.folder / "broker.conf").replace(configuration)
    if home.account:
        home.account.own(configuration)
    return Spec(
        name="broker",
        command=[str(broker_program(home)), str(configuration)],
        environment=BARE,
        account=home.account,
        log=home.log("broker"),
        folder=folder,
        stops=((signal.SIGTERM, 10),),
    )


def broker_answers(url: str) -> bool:
    """Whether the broker at this address takes commands; while it reads its file it does not."""
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
