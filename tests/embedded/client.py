"""A command of manage.py that needs the database: `python -m tests.embedded.client SECONDS`."""

import os
import sys
import time

import psycopg2

from dqx.embedded.addresses import provide

if __name__ == "__main__":
    provide(["manage.py", "migrate"])
    for name in ("DATABASE_URL", "DQX_RUNNER_DATABASE_URL"):
        psycopg2.connect(os.environ[name]).close()
    print("connected", flush=True)
    time.sleep(float(sys.argv[1]))
