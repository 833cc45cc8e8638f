"""A supervisor with children that need no Django: `python -m tests.embedded.trivial PORT`."""

import sys

from dqx.embedded.children import Spec
from dqx.embedded.command import Plan, main
from dqx.embedded.home import Home
from dqx.embedded.services import Site

WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# A child with a child, which doesn't notice when its parent goes.
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"


def services(home: Home, site: Site) -> list[Spec]:
    return [
        Spec("parent", [sys.executable, "-c", PARENT], log=home.log("parent")),
        Spec("web", [sys.executable, "-c", WEB, str(site.port)], log=home.log("web")),
    ]


if __name__ == "__main__":
    sys.exit(
        main(Plan(Site("127.0.0.1", int(sys.argv[1])), lambda: Spec("prepare", ["/bin/echo", "prepared"]), services))
    )
