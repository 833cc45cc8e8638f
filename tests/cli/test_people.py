"""People at the command line: an Admin lets them sign in, changes and deletes them, sees who changed what; no password is ever shown."""

import json

import pytest

from tests.api.contract.caller import new_name
from tests.cli.terminal import Dqx

pytestmark = pytest.mark.django_db
PASSWORD, OTHER = "a quiet lighthouse", "a louder lighthouse"


@pytest.fixture
def nora(ada):
    """The name of a new Author."""
    name = new_name("nora").replace(" ", "-")
    words = ["people", "create", name, "--email", f"{name}@example.org", "--role", "author", "--password-stdin"]
    made = ada.does(*words, given=f"{PASSWORD}\n")
    assert PASSWORD not in made.out + made.err
    return name


def test_one_is_made_signs_in_is_found_and_deleted(ada, stranger, nora):
    told = {"name": nora, "e-mail": f"{nora}@example.org", "role": "author", "active": "yes"}
    shown = ada.does("people", "show", nora)
    assert shown.facts.items() >= told.items() and "scripts.add_script" in shown.facts["may"]
    pk = shown.facts["id"]
    assert ada.does("people").line(nora) == [pk, nora, "author", f"{nora}@example.org", "yes"]
    assert stranger.sign_in(nora, PASSWORD).code == 0
    (found,) = (one for one in ada.does("people", "list", "--json").document if one["username"] == nora)
    assert found["last_login"] and "password" not in found
    asked = ada.seen("people", "delete", pk, answers={"[y/N]: ": "y\r"})
    assert (
        asked.code == 0
        and f"stays, without their name; their schedules rest until somebody saves them. Delete person {pk} '{nora}'?"
        in " ".join(asked.out.split())
    )
    assert stranger("whoami").code == 3
    gone = ada("people", "show", nora, "--json")
    assert (gone.code, json.loads(gone.err)["error"]["code"]) == (1, "user_not_found")
    assert ada("people", "show", pk).err.startswith(f"Error: There is no person '{pk}'.")


def test_one_is_changed_and_a_new_password_is_typed_twice_and_ends_the_sign_ins(ada, stranger, nora):
    assert stranger.sign_in(nora, PASSWORD).code == 0
    words = ["--role", "publisher", "--email", f"n{nora}@example.org", "--name", f"{nora}x"]
    changed = ada.does("people", "edit", nora, *words, "--json").document
    assert (changed["role"], changed["email"], changed["username"]) == ("publisher", f"n{nora}@example.org", f"{nora}x")
    typed = {"New password: ": f"{OTHER}\r", "confirmation: ": f"{OTHER}\r"}
    shown = ada.seen("people", "edit", f"{nora}x", "--password", answers=typed)
    assert shown.code == 0 and OTHER not in shown.out
    assert stranger("whoami").code == 3 and stranger.sign_in(f"{nora}x", OTHER).code == 0
    assert ada.does("people", "edit", f"{nora}x", "--inactive").facts["active"] == "no"
    assert stranger("whoami").code == stranger.sign_in(f"{nora}x", OTHER).code == 3
    assert ada.does("people", "edit", f"{nora}x", "--active").facts["active"] == "yes"


def test_what_is_wrong_is_told_where_it_was_typed(ada, nora):
    create = ["people", "create", f"{nora}2", "--password-stdin", "--email"]
    assert ada(*create, f"{nora}@example.org", given=PASSWORD).err.endswith("address.\n  option: --email\n")
    assert ada(*create, "nowhere", given=PASSWORD).err == "Error: --email: Enter a valid email address.\n"
    weak = ada(*create, "n@example.org", given="s3cret")
    assert weak.code == 1 and weak.err.endswith("  field: password\n") and "s3cret" not in weak.err
    assert ada("people", "edit", nora, "--name", "ada").err.endswith("already.\n  option: --name\n")
    assert "own role" in ada("people", "edit", "ada", "--role", "viewer").err
    assert "own account" in ada("people", "delete", "ada", "--yes").err


def test_a_password_among_the_words_is_refused_and_not_repeated(ada, nora):
    mail, given = ["--email", "n@example.org"], ["--password", "s3cret"]
    wrong = (["create", "x", *mail, *given], ["create", "x", "s3cret", *mail], ["edit", nora, *given], ["edit", nora])
    for words in (*wrong, ["create", "x", *mail], ["edit", nora, "--password"], ["create", "x", "--password-stdin"]):
        done = ada("people", *words)
        assert done.code == 2 and "s3cret" not in done.err, words
    assert "no new password" in ada("people", "edit", nora, "--password-stdin").err


def test_they_are_for_admins(dqx):
    done = dqx("people", "--json")
    assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_allowed")


def test_people_give_themselves_another_password_and_stay_signed_in(stranger, nora, tmp_path):
    elsewhere = Dqx(tmp_path / "elsewhere", stranger.address)
    assert stranger.sign_in(nora, PASSWORD).code == elsewhere.sign_in(nora, PASSWORD).code == 0
    typed = {"Old password: ": f"{PASSWORD}\r", "New password: ": f"{OTHER}\r", "confirmation: ": f"{OTHER}\r"}
    shown = stranger.seen("password", answers=typed)
    assert shown.code == 0 and "was changed" in shown.out and "lighthouse" not in shown.out
    assert nora in stranger.does("whoami").out and elsewhere("whoami").code == 3
    stranger.does("password", "--passwords-stdin", given=f"{OTHER}\n{PASSWORD}\n")
    assert nora in stranger.does("whoami").out and "lighthouse" not in stranger.kept.read_text()


def test_another_password_that_is_refused_changes_nothing(stranger, nora):
    assert stranger.sign_in(nora, PASSWORD).code == 0
    change = ["password", "--passwords-stdin"]
    assert (
        stranger(*change, given=f"wrong\n{OTHER}").err == "Error: The old password is wrong.\n  field: old_password\n"
    )
    weak = stranger(*change, given=f"{PASSWORD}\ns3cret")
    assert weak.code == 1 and weak.err.endswith("  field: new_password\n") and "s3cret" not in weak.err
    for words, given in ((["password"], ""), (["password", "s3cret"], ""), (change, PASSWORD)):
        done = stranger(*words, given=given)
        assert done.code == 2 and "s3cret" not in done.err, words
    assert stranger.does("whoami").facts["username"] == nora
    assert stranger.sign_in(nora, PASSWORD).code == 0


def test_one_gives_oneself_another_email(stranger, nora):
    assert stranger.sign_in(nora, PASSWORD).code == 0
    assert stranger.does("email", f"new{nora}@example.org").err == f"Your e-mail is new{nora}@example.org now.\n"
    assert stranger.does("whoami").facts["email"] == f"new{nora}@example.org"
    assert stranger("email", "nobody").err == "Error: ADDRESS: Enter a valid email address.\n"


def test_who_changed_what_is_told_newest_first(ada, dqx, nora):
    pk = str(ada.does("people", "show", nora, "--json").document["id"])
    ada.does("people", "edit", nora, "--role", "publisher", "--password-stdin", given=OTHER)
    only = ["audit", "--thing", "dq.users", "--key", pk]
    newest, oldest = ada.does(*only).out.splitlines()[2:]
    assert f"ada  change user  dq.users {pk}  role: author → publisher, new_password: true" in newest
    assert (
        f"ada  add user     dq.users {pk}  " in oldest and f"username: {nora}" in oldest and "lighthouse" not in oldest
    )
    (told,) = map(json.loads, ada.does(*only, "--limit", 1, "--json").out.splitlines())
    assert (told["before"], told["after"]) == ({"role": "author"}, {"role": "publisher", "new_password": True})
    assert ada.does(*only[:-1], "none").err == "No such change is in the log.\n"
    assert len(ada.does("audit", "--all", "--json").out.splitlines()) > 2
    assert json.loads(dqx("audit", "--json").err)["error"]["code"] == "not_allowed"
