"""gunicorn's configuration beyond its command line; gunicorn reads the names of this module."""

import signal
from typing import Any

from dqx.embedded.children import die_with_parent
from dqx.serving import accesslog, logconfig_dict, on_exit  # noqa: F401


def post_fork(server: Any, worker: Any) -> None:
    """In each new worker process: a request that takes long must not outlive a gunicorn that was killed."""
    die_with_parent(signal.SIGKILL)
