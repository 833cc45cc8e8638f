#!/usr/bin/env python
"""Django's commands, with the embedded database behind them unless a real one is named."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from dqx.embedded.addresses import provide
from dqx.embedded.errors import EmbeddedError


def main() -> None:
    """Finds or starts the database that the command needs, and runs the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dqx.settings")
    try:
        provide(sys.argv)
        execute_from_command_line(sys.argv)
    except (EmbeddedError, ImproperlyConfigured) as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
