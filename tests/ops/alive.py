"""Workers that seem to live, or to have lived."""

from types import SimpleNamespace

from dqx import sql
from dqx.monitoring import statements, workers


def seen(name: str, *queues: str) -> None:
    """A worker of these queues has written its row just now."""
    sql.execute(statements.keep_alive(), {"name": name, "queues": list(queues)})


def age(name: str, seconds: float = 61) -> None:
    """It did so longer ago."""
    moved = "UPDATE dqx.workers SET seen_at = now() - make_interval(secs => %(seconds)s) WHERE name = %(name)s"
    assert sql.execute(moved, {"name": name, "seconds": seconds}) == 1


def sends_its_heartbeat(name: str) -> None:
    """What Celery does every two seconds in a worker of this name."""
    workers.keep_alive(sender=SimpleNamespace(eventer=SimpleNamespace(hostname=name)))
