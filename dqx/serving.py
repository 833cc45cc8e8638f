"""gunicorn's configuration beyond its command line; gunicorn reads the names of this module (gunicorn.conf.py, dqx.embedded.web)."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from dqx import environment
from dqx.monitoring import logs

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# Its lines look as all others do. Requests are told by dqx.monitoring.middleware, since an access log tells filters.
accesslog = None
logconfig_dict = logs.config(environment.log_format())


def _folder_of_counts() -> Path:
    """Where the processes keep their counts of requests: a folder of our own, unless one is named; what an earlier start left goes."""
    given = environment.text(FOLDER)
    folder = Path(given or tempfile.mkdtemp(prefix="dqx-metrics-"))
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    return folder


_is_ours = not environment.text(FOLDER)
# Before prometheus_client is imported, which looks at it once.
os.environ[FOLDER] = str(_folder_of_counts())


def on_exit(server: Any) -> None:
    """At the end of the first process."""
    if _is_ours:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
