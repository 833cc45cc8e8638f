"""/api/alerts/channels/: kept, changed, tested and deleted; addresses and keys go in and never come out."""

import json

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.urls import reverse

from dqx import sql
from dqx.audit.models import Entry
from scripts_app.alerts import address, services
from scripts_app.models import Channel
from tests.alerts import story
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db
ADDRESS = "/api/alerts/channels/"
HOOK = {"name": "hook", "kind": "webhook", "url": "https://127.0.0.1:9/t0ken", "secret": "S3CRET"}
MAIL = {"name": "team", "kind": "mail", "addresses": ["a@example.org", "b@example.org"]}
FIELDS = {
    "id", "name", "kind", "addresses", "target", "has_key", "pause_minutes", "quiet_until", "n_rules", "created_at", "updated_at",
}  # fmt: skip


@pytest.fixture
def as_admin(admin):
    return Api(admin)


def new(api, **given):
    answer = api.post(ADDRESS, given)
    assert answer.status_code == 201, answer.content
    return answer.json()


def readable(value):
    return bytes(value).decode("latin-1") if isinstance(value, memoryview) else str(value)


def kept(pk):
    return tuple(address.of(Channel.objects.get(pk=pk)))


def test_a_shorter_pause_counts_at_once_and_a_longer_one_too(as_admin, rule, hook, web):
    as_admin.patch(f"{ADDRESS}{hook.pk}", {"pause_minutes": 60})
    story.ended(story.script_row()), story.tick()
    story.ended(story.script_row())
    assert story.tick() == 0
    as_admin.patch(f"{ADDRESS}{hook.pk}", {"pause_minutes": 120})
    assert story.tick() == 0
    as_admin.patch(f"{ADDRESS}{hook.pk}", {"pause_minutes": 0})
    assert story.tick() == 1 and len(web.posted) == 2


def test_a_channel_is_made_and_told_without_its_secrets(as_admin):
    answer = as_admin.post(ADDRESS, HOOK)
    body = answer.json()
    assert set(body) == FIELDS and answer["Location"] == f"{ADDRESS}{body['id']}/"
    assert (body["target"], body["has_key"], body["pause_minutes"]) == ("https://127.0.0.1:9/…", True, 480)
    assert kept(body["id"]) == (HOOK["url"], "S3CRET")
    dumped = json.dumps(sql.rows("SELECT * FROM dq.dq_alert_channels"), default=readable)
    audited = json.dumps([*Entry.objects.values("before", "after")])
    for told in (answer, as_admin.get(ADDRESS), as_admin.get(answer["Location"])):
        dumped += told.content.decode()
    for secret in ("S3CRET", "t0ken"):
        assert secret not in dumped and secret not in audited


def test_a_mail_has_addresses(as_admin):
    body = new(as_admin, **MAIL)
    assert (body["addresses"], body["target"]) == (MAIL["addresses"], "a@example.org and 1 more")


def test_what_is_not_given_is_kept_and_null_forgets_the_key(as_admin):
    pk = new(as_admin, **HOOK)["id"]
    assert as_admin.patch(f"{ADDRESS}{pk}", {"name": "other", "url": "", "secret": ""}).status_code == 200
    assert kept(pk) == (HOOK["url"], "S3CRET")
    as_admin.patch(f"{ADDRESS}{pk}", {"url": "https://127.0.0.1:9/new"})
    assert kept(pk) == ("https://127.0.0.1:9/new", "S3CRET")
    assert as_admin.patch(f"{ADDRESS}{pk}", {"secret": None}).json()["has_key"] is False
    assert kept(pk) == ("https://127.0.0.1:9/new", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": ""}, "url"), ({"url": "ftp://example.org"}, "url"), ({"url": "https://"}, "url"), ({"url": "https://[x"}, "url"),
        ({"url": "https://example.org/a b"}, "url"), ({"url": "http://169.254.169.254/latest"}, "url"), ({"name": " "}, "name"),
        ({"url": "http://0xA9FEA9FE/"}, "url"), ({"addresses": ["x@example.org"]}, "addresses"), ({"pause_minutes": -1}, "pause_minutes"),
        ({"kind": "mail"}, "addresses"), ({"kind": "mail", "addresses": ["x@example.org"]}, "url"),
        ({"kind": "apprise", "url": "slack://x", "secret": ""}, "url"), ({"kind": "apprise", "url": "json://127.0.0.1"}, "secret"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(as_admin, changes, field):
    answer = as_admin.post(ADDRESS, {**HOOK, **changes})
    assert answer.status_code == 400 and set(answer.json()["error"]["details"]["fields"]) == {field}, answer.content
    assert not Channel.objects.exists()


@pytest.mark.parametrize("wrong", ["nobody", "a@b@c", "x@example.org\nBcc: y@example.org"])
def test_what_is_no_address_of_a_mail_is_refused(as_admin, wrong):
    answer = as_admin.post(ADDRESS, {**MAIL, "addresses": [wrong]})
    assert set(answer.json()["error"]["details"]["fields"]) == {"addresses"}


TEAMS = "workflows://prod-00.westeurope.logic.azure.com:443/643e69f83c8944438d68119179a10a64/sig1234567890abcdef"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts", "Slack"),
        (TEAMS, "Power Automate / Workflows (for MSTeams) at prod-00.westeurope.logic.azure.com"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord"),
        ("mmost://127.0.0.1:8065/3ccdd113474722377935511fc85d3dd4", "Mattermost at 127.0.0.1"),
    ],
)
def test_slack_teams_and_the_rest_are_known(as_admin, url, target):
    body = new(as_admin, name="room", kind="apprise", url=url)
    assert body["target"] == target and url.rpartition("/")[2] not in json.dumps(body)


@pytest.mark.parametrize(
    "url",
    [
        "slack://", "slack://only", "workflows://x", "nothing://x", "not an address", "", "syslog://", "dbus://", "macosx://", "windows://",
        "gnome://", "mailto://u:p@example.org", "vapid://x@example.org/y", "fcm://p@key/?keyfile=/etc/passwd", "json://169.254.169.254/",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?%74emplate=/etc/passwd",
    ],
)  # fmt: skip
def test_wrong_ones_and_those_that_act_here_are_refused(as_admin, url):
    answer = as_admin.post(ADDRESS, {"name": "room", "kind": "apprise", "url": url})
    assert answer.status_code == 400 and set(answer.json()["error"]["details"]["fields"]) == {"url"}, answer.content


def test_an_address_can_not_ask_for_redirects():
    plugin = services.plugin_of("json://127.0.0.1/?redirect=yes&rto=999")
    assert plugin.redirects is False and plugin.socket_read_timeout == 10


def test_a_channel_keeps_its_kind_and_a_taken_name_is_a_conflict(as_admin):
    pk = new(as_admin, **HOOK)["id"]
    new(as_admin, **MAIL)
    assert as_admin.patch(f"{ADDRESS}{pk}", {"kind": "apprise"}).status_code == 400
    refused(as_admin.patch(f"{ADDRESS}{pk}", {"name": " team "}), 409, "channel_name_taken")
    refused(as_admin.post(ADDRESS, MAIL), 409, "channel_name_taken")


def test_without_a_key_only_mail_can_be_kept(as_admin, settings):
    settings.ENCRYPTION_KEYS = []
    refused(as_admin.post(ADDRESS, HOOK), 400, "encryption_key_missing")
    new(as_admin, **MAIL)


def test_keys_are_rotated_and_one_that_no_key_opens_is_told_by_the_test(as_admin, admin, settings, capsys):
    pk = new(as_admin, **HOOK)["id"]
    old, fresh = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [fresh, old]
    call_command("rotate_connection_secrets")
    assert "1 encrypted" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = [fresh]
    assert kept(pk) == (HOOK["url"], "S3CRET")
    settings.ENCRYPTION_KEYS = [old]
    told = as_admin.post(f"{ADDRESS}{pk}/test").json()
    assert (told["ok"], told["code"]) == (False, "secret_unreadable")
    assert as_admin.patch(f"{ADDRESS}{pk}", {"url": "https://127.0.0.1:9/again", "secret": "new"}).status_code == 200


def test_the_test_really_sends(as_admin, web, mail):
    hook = new(as_admin, **{**HOOK, "url": web.url()})["id"]
    assert as_admin.post(f"{ADDRESS}{hook}/test").json()["ok"] and web.posted[0].json["title"] == "DQX: a test"
    team = new(as_admin, **MAIL)["id"]
    assert as_admin.post(f"{ADDRESS}{team}/test").json()["ok"] and "This is a test" in str(mail.mails[0])
    room = new(as_admin, name="room", kind="apprise", url=f"json://127.0.0.1:{web.port}")["id"]
    assert as_admin.post(f"{ADDRESS}{room}/test").json()["ok"] and b"This is a test" in web.posted[1].body
    web.status = 500
    told = as_admin.post(f"{ADDRESS}{room}/test").json()
    assert not told["ok"] and "It answered 500." in told["message"]
    refused(as_admin.post(f"{ADDRESS}4711/test"), 404, "channel_not_found")


def test_every_change_is_in_the_audit_log(as_admin):
    pk = new(as_admin, **HOOK)["id"]
    as_admin.patch(f"{ADDRESS}{pk}", {"pause_minutes": 60})
    as_admin.patch(f"{ADDRESS}{pk}", {"url": "https://127.0.0.1:9/new"})
    as_admin.delete(f"{ADDRESS}{pk}")
    entries = Entry.objects.filter(thing="dq.dq_alert_channels").order_by("id")
    assert [one.action for one in entries] == [
        f"scripts.{verb}_channel" for verb in ("add", "change", "change", "delete")
    ]
    assert entries[1].after["pause_minutes"] == 60 and entries[2].after["new_url"] is True


def test_channels_are_hidden_in_the_tables(as_admin):
    new(as_admin, **HOOK)
    names = {one if isinstance(one, str) else one["name"] for one in as_admin.get("/api/tables/").json()}
    assert "dq_alert_rules" in names and "dq_alert_channels" not in names
    assert as_admin.get("/api/tables/dq_alert_channels/data").status_code == 404


def test_the_admin_keeps_and_never_shows(client, admin, web):
    client.force_login(admin, backend="dqx.users.hashers.SameWorkBackend")
    form = {
        "name": "hook",
        "kind": "webhook",
        "addresses": "",
        "url": web.url("/t0ken"),
        "signing_key": "S3CRET",
        "pause_minutes": 5,
    }
    assert client.post(reverse("admin:scripts_channel_add"), form).status_code == 302
    (channel,) = Channel.objects.all()
    page = reverse("admin:scripts_channel_change", args=[channel.pk])
    assert "t0ken" not in client.get(page).content.decode()
    assert client.post(page, {**form, "url": "", "signing_key": "", "name": "renamed"}).status_code == 302
    assert kept(channel.pk) == (web.url("/t0ken"), "S3CRET")
    answer = client.post(page, {**form, "url": "http://169.254.169.254/"})
    assert answer.status_code == 200 and "link-local" in answer.content.decode()
    listing = reverse("admin:scripts_channel_changelist")
    done = client.post(listing, {"action": "test_selected", "_selected_action": [channel.pk]}, follow=True)
    assert "A test message was handed over" in done.content.decode() and len(web.posted) == 1


def test_unknown_fields_are_named(as_admin):
    assert wrong_fields(as_admin.post(ADDRESS, {**HOOK, "target": "x"})) == {"target"}
