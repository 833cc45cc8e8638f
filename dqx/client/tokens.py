"""Where sign-ins are kept: one file, for its owner alone, replaced in one step, with the tokens of each server by its address."""

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dqx.client.errors import NOT_SIGNED_IN, Failure


@dataclass(frozen=True)
class Tokens:
    """Somebody's sign-in at a server: `access` goes with each request, `refresh` gets the next pair."""

    username: str
    access: str
    refresh: str


class Keychain:
    """The sign-ins of one person, in the file tokens.json of a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "tokens.json"

    def current(self) -> str | None:
        """The address of the server that was signed in to last."""
        found = self._read()["current"]
        return found if isinstance(found, str) else None

    def username(self, address: str) -> str | None:
        """Who was signed in there last, even if it has ended."""
        entry = self._read()["servers"].get(address)
        return str(entry["username"]) if isinstance(entry, dict) and "username" in entry else None

    def of(self, address: str) -> Tokens:
        """The sign-in at a server.

        Raises:
            Failure: there is none.
        """
        entry = self._read()["servers"].get(address)
        try:
            tokens = Tokens(**entry)
        except TypeError:
            tokens = Tokens("", "", "")
        if not tokens.access:
            raise Failure("not_signed_in", f"You are not signed in to {address}. Sign in: dqx login", NOT_SIGNED_IN)
        return tokens

    def keep(self, address: str, tokens: Tokens, current: bool = False) -> None:
        """Replace the sign-in at a server.

        Args:
            current: it is the server of the next commands.
        """
        with self._changing() as state:
            state["servers"][address] = asdict(tokens)
            if current:
                state["current"] = address

    def forget(self, address: str) -> None:
        """Remove the tokens of a server; the name stays, for the next time."""
        with self._changing() as state:
            if address in state["servers"]:
                state["servers"][address] = asdict(Tokens(self.username(address) or "", "", ""))

    @contextlib.contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Only one process at a time does the same thing, such as renewing the tokens of one server.

        Raises:
            Failure: the folder can't be written.
        """
        with self._told():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Named by a digest: an address is no file name. Never deleted, since others may be waiting for it.
            lock = self.path.with_name(f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.lock")
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        with self.alone(""):
            state = self._read()
            yield state
            with self._told():
                self._replace(json.dumps(state, indent=2))

    def _replace(self, text: str) -> None:
        descriptor, draft = tempfile.mkstemp(dir=self.path.parent, prefix=".tokens-")  # 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            os.replace(draft, self.path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            raise

    def _read(self) -> dict[str, Any]:
        try:
            with self._told():
                state = json.loads(self.path.read_text(encoding="utf-8"))
            if isinstance(state, dict) and isinstance(state.get("servers"), dict):
                return {"current": None, **state}
        except FileNotFoundError:
            return {"current": None, "servers": {}}
        except ValueError:
            pass
        raise Failure("file", f"{self.path} is damaged. Delete it and sign in again.", NOT_SIGNED_IN)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise Failure("file", f"The sign-ins in {self.path.parent} can't be reached: {exc.strerror}.") from exc


def folder() -> Path:
    """DQX_CONFIG, or dqx in the folder where programs keep their settings (XDG)."""
    chosen = os.environ.get("DQX_CONFIG")
    if chosen:
        return Path(chosen).expanduser().absolute()
    base = Path(os.environ.get("XDG_CONFIG_HOME") or "")
    return (base if base.is_absolute() else Path.home() / ".config") / "dqx"
