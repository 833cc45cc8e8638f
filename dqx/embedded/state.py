"""Secrets and ports, made once and kept, so that addresses stay what they were."""

import json
import secrets
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cryptography.fernet import Fernet

from dqx.embedded import ports
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home
from dqx.embedded.locks import FileLock

FILE = "state.json"
DATABASE = "dqx"
ADMIN, OWNER, RUNNER = "dqx_admin", "dqx_owner", "dqx_runner"


@dataclass(frozen=True)
class State:
    """What the state folder remembers. Passwords need no quoting in an address."""

    admin_password: str
    owner_password: str
    runner_password: str
    broker_password: str
    secret_key: str
    encryption_key: str
    postgres_port: int
    broker_port: int

    def database_url(self, login: str) -> str:
        """The address of the embedded database for dqx_admin, dqx_owner or dqx_runner."""
        password = {ADMIN: self.admin_password, OWNER: self.owner_password, RUNNER: self.runner_password}[login]
        return f"postgres://{login}:{password}@{ports.LOOPBACK}:{self.postgres_port}/{DATABASE}"

    @property
    def broker_url(self) -> str:
        """The address of the embedded broker."""
        return f"redis://:{self.broker_password}@{ports.LOOPBACK}:{self.broker_port}/0"


NAMES = {field.name for field in fields(State)}


def load(home: Home) -> State:
    """What the folder remembers; what it doesn't is made up and kept.

    Raises:
        EmbeddedError: the file is damaged.
    """
    with FileLock(home, "state.lock"):
        stored = _read(home)
        if stored.keys() >= NAMES:
            return State(**{name: stored[name] for name in NAMES})
        state = State(**{**asdict(_fresh()), **stored})
        _save(home, state)
    return state


def settle_port(home: Home, state: State, name: str, seconds: float) -> State:
    """The state with that port free: the remembered one, or a new one where another program has taken it.

    Args:
        name: postgres_port or broker_port.
        seconds: how long what an earlier, killed run left behind may take to free it.
    """
    if ports.becomes_free(getattr(state, name), seconds):
        return state
    change: dict[str, Any] = {name: ports.choose()}
    moved = replace(state, **change)
    with FileLock(home, "state.lock"):
        _save(home, moved)
    return moved


def _fresh() -> State:
    return State(
        admin_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        runner_password=secrets.token_urlsafe(24),
        broker_password=secrets.token_urlsafe(24),
        secret_key=secrets.token_urlsafe(48),
        encryption_key=Fernet.generate_key().decode(),
        postgres_port=ports.choose(),
        broker_port=ports.choose(),
    )


def _read(home: Home) -> dict[str, Any]:
    path = home.folder / FILE
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as exc:
        raise EmbeddedError(
            f"{path} is damaged. Put back a copy of it: it holds the passwords of the data beside it."
        ) from exc


def _save(home: Home, state: State) -> None:
    home.write(FILE, json.dumps(asdict(state), indent=1))
