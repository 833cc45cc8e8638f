"""What is started, and ended, with all that it started."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from dqx.embedded.children import Child, Spec
from dqx.environment import BASE_DIR
from tests.embedded.processes import alive, eventually

UNBORN = "from dqx.embedded.children import Child, Spec; child = Child(Spec('x', ['true'])); child.kill(); child.stop(lambda s: False)"
FAMILY = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE).wait()"


def test_to_kill_what_was_never_started_kills_nobody_else() -> None:
    # In a group of processes of its own: where it goes wrong it is the group that dies.
    assert subprocess.run([sys.executable, "-c", UNBORN], cwd=BASE_DIR, start_new_session=True).returncode == 0


def test_what_was_never_started_has_no_number() -> None:
    with pytest.raises(ValueError, match="started"):
        print(Child(Spec("x", ["true"])).pid)


def test_it_dies_with_all_that_it_started(tmp_path: Path) -> None:
    child = Child(Spec("family", [sys.executable, "-c", FAMILY], log=tmp_path / "log"))
    child.start()
    parent = psutil.Process(child.pid)
    eventually(lambda: parent.children(), "the grandchild")
    family = [parent, *parent.children()]
    child.kill()
    eventually(lambda: not any(map(alive, family)), "the end of the family")
    child.kill()
