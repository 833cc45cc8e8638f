"""The state folder: data, secrets, locks and logs of the embedded servers."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from dqx import environment
from dqx.embedded.accounts import Account, server_account
from dqx.embedded.errors import EmbeddedError
from dqx.environment import BASE_DIR

DEFAULT = BASE_DIR / "var"
# For root, where the checkout is in a folder that the servers' account can't enter.
OUTSIDE = Path("/var/lib/dqx")


@dataclass(frozen=True)
class Home:
    """The folder and the account that the servers in it run as (None: our own)."""

    folder: Path
    account: Account | None

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def broker(self) -> Path:
        return self.folder / "broker"

    @property
    def binaries(self) -> Path:
        return self.folder / "binaries"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    def log(self, name: str) -> Path:
        """The log of one child, made when missing."""
        path = self.logs / f"{name}.log"
        if not path.exists():
            path.touch(mode=0o600)
            self.claim(path)
        return path

    def claim(self, path: Path) -> None:
        """Gives what root made to the owner of the folder, who may start DQX next time."""
        if os.geteuid() == 0:
            owner = self.folder.stat()
            os.chown(path, owner.st_uid, owner.st_gid)

    def server_folder(self, path: Path) -> Path:
        """Makes a folder that only the servers' account may enter, and returns it."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            self.account.own(path)
        return path

    def own_folder(self, name: str) -> Path:
        """Makes a folder that only the owner of the state folder may enter, and returns it."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        self.claim(path)
        return path

    def write(self, name: str, text: str) -> None:
        """Replaces a file in one step; only its owner may read it."""
        draft = self.folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        self.claim(draft)
        draft.replace(self.folder / name)


def open_home() -> Home:
    """The state folder of this process, made when missing: DQX_HOME, or `var` in the checkout.

    Raises:
        EmbeddedError: it belongs to somebody else, or the servers' account can't reach it.
    """
    return open_folder(locate())


def open_folder(folder: Path) -> Home:
    """The given folder as a state folder, made when missing.

    Raises:
        EmbeddedError: it belongs to somebody else, or the servers' account can't reach it.
    """
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    account = server_account(folder.stat().st_uid if nearest == folder else 0)
    _check(folder, nearest, account)
    try:
        _make(folder)
    except OSError as exc:
        raise EmbeddedError(
            f"The state folder {folder} can't be made: {exc.strerror}. Set DQX_HOME to another."
        ) from exc
    home = Home(folder, account)
    home.logs.mkdir(mode=0o700, exist_ok=True)
    home.claim(home.logs)
    return home


def locate() -> Path:
    """Where the state folder is. A relative DQX_HOME counts from the checkout, whatever the working directory is."""
    chosen = environment.text("DQX_HOME")
    if chosen:
        return BASE_DIR / Path(chosen).expanduser()
    account = server_account()
    if account is None or account.may_reach(BASE_DIR):
        return DEFAULT
    return _outside()


def _outside() -> Path:
    # The checkout remembers a random name, so that a new clone in the same place starts from nothing.
    pointer = DEFAULT / "location"
    if not pointer.exists():
        DEFAULT.mkdir(exist_ok=True)
        draft = pointer.with_suffix(f".{os.getpid()}")
        draft.write_text(str(OUTSIDE / f"{BASE_DIR.name}-{secrets.token_hex(4)}"), encoding="utf-8")
        try:
            os.link(draft, pointer)
        except FileExistsError:
            pass  # another command was first; its choice counts
        finally:
            draft.unlink()
    return Path(pointer.read_text(encoding="utf-8").strip())


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    for parent in reversed([parent for parent in folder.parents if not parent.exists()]):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)  # whatever the umask is: the servers' account has to pass
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _check(folder: Path, nearest: Path, account: Account | None) -> None:
    if account is None:
        if nearest == folder and folder.stat().st_uid != os.geteuid():
            raise EmbeddedError(
                f"The state folder {folder} belongs to another user. "
                "Start DQX as that user, or set DQX_HOME to a folder of yours."
            )
    elif not account.may_reach(nearest):
        raise EmbeddedError(
            f"PostgreSQL can't run as root, and the user {account.name} can't enter {folder}. "
            f"Set DQX_HOME to a folder such as {OUTSIDE / BASE_DIR.name}, or start DQX as an ordinary user."
        )
