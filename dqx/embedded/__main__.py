"""`python -m dqx.embedded`: everything, from nothing to the pages."""

import signal
import sys

from dqx.embedded.children import die_with_parent
from dqx.embedded.command import run
from dqx.embedded.terminal import own_foreground

if __name__ == "__main__":
    if "--with-parent" in sys.argv:
        die_with_parent(signal.SIGTERM)  # a make that was killed takes us along, in order
    with own_foreground():
        code = run()
    sys.exit(code)
