"""The account that the servers run as: PostgreSQL refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """A user of the machine."""

    name: str
    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """What makes subprocess run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Gives the path to this account."""
        os.chown(path, self.uid, self.gid)

    def may_reach(self, path: Path) -> bool:
        """Whether every folder above the path lets this account through, and the path lets itself be entered or run."""
        real = path.resolve()
        return all(self._may_execute(part) for part in (real, *real.parents))

    def _may_execute(self, path: Path) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def server_account(owner: int = 0) -> Account | None:
    """The account for the servers: None, which is our own, unless we are root.

    Args:
        owner: uid of the state folder's owner; root starts the servers as that user, who can then start them too.
    """
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
