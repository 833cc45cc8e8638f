"""manage.py migrate, as Django's, but in nobody's way: it may be run while DQX is in use."""

import random
import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError

from dqx import migrating

PATIENCE = 300.0  # seconds


class Command(migrate.Command):
    """Migrate; a table that is in use is not waited for, which would let all others wait, but asked for again a little later."""

    def handle(self, *args: Any, **options: Any) -> None:
        """What was done before a table was in use is done; the rest follows."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with migrating.impatient():
                    super().handle(*args, **options)
                return
            except OperationalError as exc:
                if not migrating.is_held_up(exc):
                    raise
                if time.monotonic() > deadline:
                    raise CommandError(
                        "A table that has to be changed was in use all the time. Stop the workers, and migrate again."
                    ) from exc
            pause = random.uniform(0.5, 2)  # noqa: S311 (no secret)
            self.stderr.write(f"A table is in use; trying again in {pause:.1f} s.")
            time.sleep(pause)
