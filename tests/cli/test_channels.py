"""Channels of alerts at the command line: made, changed and deleted; what is secret is asked for, and never shown."""

import json

import pytest

from scripts_app.alerts import address
from scripts_app.models import Channel
from tests.api import elsewhere
from tests.api.contract.caller import new_name
from tests.cli.terminal import STYLE

pytestmark = pytest.mark.django_db
URL, KEY = "https://hooks.example.org:8443/t0ken", "s1gnature"


@pytest.fixture(autouse=True)
def keys(settings):
    """As the web has them, to look at what it keeps."""
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]


@pytest.fixture
def hook(ada):
    """The name of a webhook with a key."""
    name = new_name("hook")
    ada.does("alerts", "channels", "create", name, "--webhook", "--key", "--secrets-stdin", given=f"{URL}\n{KEY}\n")
    return name


def test_a_mail_is_made_changed_and_deleted(ada):
    name = new_name("mail")
    made = ada.does("alerts", "channels", "create", name, "--mail", "a@example.org", "--mail", "b@example.org")
    told = {"name": name, "kind": "mail", "leads to": "a@example.org, b@example.org", "pause": "8 hours", "rules": "0"}
    assert made.facts.items() >= told.items() and "key" not in made.facts
    changed = ada.does(
        "alerts", "channels", "edit", name, "--mail", "c@example.org", "--pause", 45, "--name", f"{name}x"
    )
    assert (changed.facts["name"], changed.facts["leads to"], changed.facts["pause"]) == (
        f"{name}x", "c@example.org", "45 minutes",
    )  # fmt: skip
    listed = ada.does("alerts", "channels").line(f"{name}x")
    assert listed == [made.facts["id"], f"{name}x", "mail", "c@example.org", "45 minutes", "0"]
    assert ada("alerts", "channels", "edit", f"{name}x").code == 2
    assert ada("alerts", "channels", "delete", f"{name}x").code == 2
    assert ada.does("alerts", "channels", "delete", made.facts["id"], "--yes").err.endswith("was deleted.\n")
    assert ada("alerts", "channels", "show", made.facts["id"]).code == 1


def kept(name):
    channel = Channel.objects.get(name=name)
    return tuple(address.of(channel)), channel.has_key


def test_a_program_gives_what_is_secret_on_standard_input(ada, hook):
    assert kept(hook) == ((URL, KEY), True)
    shown = ada.does("alerts", "channels", "show", hook, "--json").document
    assert (shown["target"], shown["has_key"]) == ("https://hooks.example.org:8443/…", True)
    edit = ["alerts", "channels", "edit", hook]
    ada.does(*edit, "--url", "--secrets-stdin", given="https://other.example.org/x\r\n")
    assert kept(hook) == (("https://other.example.org/x", KEY), True)
    assert "key" not in ada.does(*edit, "--no-key", "--pause", 0).facts
    assert kept(hook) == (("https://other.example.org/x", ""), False)
    ada.does(*edit, "--key", "--secrets-stdin", given="another")
    assert kept(hook)[0][1] == "another"


def test_a_person_is_asked_and_sees_nothing_of_it(ada):
    name = new_name("room")
    answers = {"Address: ": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts\r"}
    shown = ada.seen("alerts", "channels", "create", name, "--apprise", answers=answers)
    assert shown.code == 0 and "Slack" in shown.out and "TIiaj" not in shown.out
    ada.does("alerts", "rules", "create", name, "--channel", name)
    shown = ada.seen("alerts", "channels", "delete", name, answers={"[y/N]: ": "y\r"})
    assert "1 rule will go on without it. Delete channel" in " ".join(STYLE.sub("", shown.out).split())
    assert shown.code == 0 and not Channel.objects.filter(name=name).exists()


@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (
            ["create", "x", "--webhook", "--secrets-stdin"],
            "ftp://t0ken",
            ["The address has to begin with https:// or http://, and name a server.", "  field: url"],
        ),
        (
            ["create", "x", "--apprise", "--secrets-stdin"],
            "slack://t0ken",
            ["Apprise knows no such address of 'slack'. See its documentation for what belongs where.", "  field: url"],
        ),
        (["create", "x", "--mail", "nobody"], "", ["'nobody' is no address of a mail.", "  option: --mail"]),
        (
            ["create", "x" * 101, "--mail", "a@b.org", "--pause", "-1"],
            "",
            [
                "NAME: Ensure this field has no more than 100 characters.",
                "  --pause: Ensure this value is greater than or equal to 0.",
            ],
        ),
        (["edit", "HOOK", "--mail", "a@b.org"], "", ["Addresses are those of a mail.", "  option: --mail"]),
        (
            ["edit", "HOOK", "--key", "--secrets-stdin"],
            "x" * 201,
            ["--key: Ensure this field has no more than 200 characters."],
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_was_typed(ada, hook, words, given, told):
    done = ada("alerts", "channels", *(hook if word == "HOOK" else word for word in words), given=given)
    assert (done.code, done.err.removeprefix("Error: ").splitlines()) == (1, told)


@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (["create", "x", "--webhook", URL], "", "is no argument"),
        (["create", "--webhook", URL], "", "is no argument"),
        (["edit", "HOOK", "--url", URL], "", "is no argument"),
        (["edit", "HOOK", "--key", KEY], "", "is no argument"),
        (["create", "x", "--webhook"], URL, "Nobody can be asked here. Give --secrets-stdin."),
        (["create", "x", "--webhook", "--key", "--secrets-stdin"], f"{URL}\n", "Standard input has no key."),
        (["create", "x", "--webhook", "--key", "--secrets-stdin"], f"\n{KEY}", "Standard input has no address."),
        (["create", "x", "--mail", "a@b.org", "--secrets-stdin"], KEY, "neither is to be given"),
        (["create", "x", "--mail", "a@b.org", "--webhook"], "", "only one"),
        (["create", "x"], "", "only one"),
    ],
)
def test_wrong_usage_repeats_nothing_that_may_be_secret(ada, hook, words, given, sentence):
    done = ada("alerts", "channels", *(hook if word == "HOOK" else word for word in words), given=given)
    assert done.code == 2 and sentence in done.err and "t0ken" not in done.err and KEY not in done.err
    assert not Channel.objects.filter(name__in=["x", URL]).exists() and kept(hook) == ((URL, KEY), True)


def test_who_is_no_admin_sees_names_and_changes_nothing(dqx, hook):
    (listed,) = [one for one in dqx.does("alerts", "channels", "--json").document if one["name"] == hook]
    assert set(listed) == {"id", "name", "kind"}
    assert dqx.does("alerts", "channels", "list").line(hook) == [str(listed["id"]), hook, "webhook"]
    for words in (
        ["show", hook],
        ["edit", hook, "--no-key"],
        ["delete", hook, "--yes"],
        ["create", "x", "--mail", "a@b.org"],
    ):
        done = dqx("alerts", "channels", *words, "--json")
        assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_allowed")
