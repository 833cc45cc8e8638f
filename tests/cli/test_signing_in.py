"""Signing in and out, tokens that are renewed, and servers that are away."""

import json
import stat
import time
import tomllib

import pytest

from dqx.environment import BASE_DIR
from tests.api import servers
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def entry(person):
    return json.loads(person.kept.read_text())["servers"][person.address]


def damage(person, **changes):
    """The tokens as they are after a quarter of an hour, or a week."""
    state = json.loads(person.kept.read_text())
    state["servers"][person.address] |= changes
    person.kept.write_text(json.dumps(state))


@pytest.fixture
def own(stranger):
    """Paula with tokens of her own: a refresh token is good once."""
    assert stranger.sign_in("paula", PASSWORD).code == 0
    return stranger


def test_the_project_installs_the_command():
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"dqx": "dqx.client.cli:main"}


def test_sign_in_look_and_sign_out(stranger):
    done = stranger.sign_in("paula", PASSWORD)
    assert (done.code, done.out, done.err) == (0, "", f"Signed in to {stranger.address} as paula (publisher).\n")
    assert stat.S_IMODE(stranger.kept.stat().st_mode) == 0o600 and stat.S_IMODE(stranger.folder.stat().st_mode) == 0o700
    assert PASSWORD not in stranger.kept.read_text()
    assert "username    paula\n" in stranger.does("whoami").out
    assert stranger.does("whoami", "--json").document["server"] == stranger.address
    refresh = entry(stranger)["refresh"]
    stranger.does("logout")
    assert entry(stranger) == {"username": "paula", "access": "", "refresh": ""}
    assert servers.Http(stranger.address)("POST", "/api/auth/refresh", {"refresh": refresh}).status == 401
    gone = stranger("whoami")
    assert gone.code == 3 and "dqx login" in gone.err


def test_a_wrong_password_keeps_nothing(stranger):
    done = stranger.sign_in("paula", "wrong")
    assert done.code == 3 and done.err.startswith("Error: ") and not stranger.kept.exists()


def test_a_person_is_asked_and_the_password_is_not_shown(stranger):
    answers = {"Username": "paula\r", "Password": f"{PASSWORD}\r"}
    done = stranger.seen("login", "--server", stranger.address, answers=answers)
    assert done.code == 0 and "Signed in" in done.out and PASSWORD not in done.out


def test_an_access_token_that_has_expired_is_renewed_unseen(own):
    damage(own, access="expired")
    assert own.does("whoami").err == ""
    assert entry(own)["access"] != "expired" and stat.S_IMODE(own.kept.stat().st_mode) == 0o600


def test_of_several_at_once_one_renews_for_all(own):
    damage(own, access="expired")
    started = [own.start("whoami", "--json") for _ in range(4)]
    ended = [(process.communicate(timeout=60), process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 4, ended
    own.does("whoami")


def test_a_sign_in_that_has_ended_is_told(own):
    damage(own, access="expired", refresh="expired")
    done = own("scripts")
    assert done.code == 3 and "has ended" in done.err and "dqx login" in done.err
    assert own("scripts", "--json").code == 3


def test_a_server_that_is_away_is_told_in_a_sentence(stranger):
    done = stranger("login", "--server", "http://127.0.0.1:9", "--username", "a", "--password-stdin", given="b\n")
    assert (done.code, done.err) == (4, "Error: http://127.0.0.1:9 can't be reached: Connection refused.\n")


def test_what_is_no_dqx_is_told(own):
    done = own("whoami", "--server", f"{own.address}/healthz")
    assert done.code == 3  # nobody has signed in there
    done = own("login", "--server", f"{own.address}/healthz", "--username", "a", "--password-stdin", given="b\n")
    assert done.code == 4 and "not as a DQX" in done.err


def test_who_sends_a_password_in_the_open_is_warned_first(stranger):
    begun = time.monotonic()
    done = stranger("login", "--server", "http://dqx.invalid", "--username", "a", "--password-stdin", given="b\n")
    assert done.code == 4 and done.err.startswith("Warning: http://dqx.invalid is not encrypted.")
    assert time.monotonic() - begun < 40


def test_an_address_with_a_password_in_it_is_refused(stranger):
    done = stranger("whoami", "--server", "https://paula:secret@dqx.example.org")
    assert done.code == 2 and "secret" not in done.err
