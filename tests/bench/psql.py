"""The other side: psql, as a person at the terminal has it."""

import os
import re
import subprocess

from dqx.embedded.children import BARE

_TIME = re.compile(r"^Time: ([\d.]+) ms", re.MULTILINE)


def seconds(script: str) -> float:
    """Run statements in one session of the owner, with the server's and the role's own settings, and tell how long they took.

    The time is psql's own (`\\timing`), without its start and its connection.
    """
    return sum(map(float, _TIME.findall(run(f"\\timing on\n{script}\n")))) / 1000


def run(script: str, login: str = "DATABASE_URL") -> str:
    """What psql prints; as the owner, or with the login of another address in the environment."""
    done = subprocess.run(
        [
            f"{os.environ['DQX_TEST_POSTGRES_BIN']}/psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            os.environ[login],
        ],
        input=script,
        env=BARE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
