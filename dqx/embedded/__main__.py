"""`python -m dqx.embedded`: everything, from nothing to the pages. With --with-parent it ends with the one who started it."""

import sys

from dqx.embedded.command import main

if __name__ == "__main__":
    sys.exit(main())
