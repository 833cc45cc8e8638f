"""`python -m dqx.client`, where the command `dqx` is not on the path."""

import sys

from dqx.client.cli import main

sys.exit(main())
