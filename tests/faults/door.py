"""A process that asks for runs, as the pages do: `python -m tests.faults.door` reads a request a line and answers in a line, both JSON."""

import importlib
import json
import sys
from typing import Any

import django
from django.db import close_old_connections

from dqx.errors import DQXError


def answer(verb: str, **what: Any) -> dict[str, Any]:
    """Do what is asked, by the operation that every door calls."""
    close_old_connections()  # as before each request
    try:
        return {"done": importlib.import_module("tests.faults.requests").VERBS[verb](**what)}
    except DQXError as exc:
        return {"refused": exc.code}


def main() -> None:
    """Answer until the other side hangs up."""
    django.setup()
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
