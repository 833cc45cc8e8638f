"""Slack, Teams and Discord as they are on the internet: their names, TLS, their forms. A server of the tests plays them behind a proxy."""

import json
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest
import trustme

from dqx.errors import Unavailable
from scripts_app.alerts import channels, letter, rules, services
from scripts_app.models import Message, Run, Telling
from tests import steps
from tests.alerts import receivers, story

pytestmark = pytest.mark.django_db
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts"
TEAMS = "workflows://prod-00.westus.logic.azure.com:443/643e69f83c8944438d68119179a10a64/KODuebWbDGYFr0z0eu2HkmZfDmuqv9mWG0IkG4T7f0"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"


def of_slack(body):
    assert body["channel"] == "#alerts"
    (part,) = body["attachments"]
    return part["title"], part["text"]


def of_teams(body):
    (card,) = body["attachments"]
    assert (body["type"], card["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    title, text = (part["text"] for part in card["content"]["body"] if part["type"] == "TextBlock")
    return title, text


def of_discord(body):
    title, _, text = body["content"].partition("\n")
    return title, text


SERVICES = {
    "slack": (SLACK, "hooks.slack.com:443", "/services/T1JJ3T3L2/", 200, b"ok", of_slack),
    "teams": (TEAMS, "prod-00.westus.logic.azure.com:443", "/workflows/643e69f8", 202, b"", of_teams),
    "discord": (DISCORD, "discord.com:443", "/api/webhooks/4174216298/", 204, b"", of_discord),
}

# A name as it has to stand there, so that it is seen as it is and calls nobody.
NAMED = {
    "slack": "Populate of &lt;b&gt;or_ders&lt;/b&gt; @\u200beveryone",
    "teams": r"[Populate of \<b\>or\_ders\</b\> @" + "\u200beveryone](",
    "discord": "Populate of <b>or_ders</b> @\u200beveryone",
}


@pytest.fixture
def played(tmp_path, monkeypatch, request):
    """Plays the server that the test's parameter names, for whoever goes through the proxy of this process's environment."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(SERVICES[request.param][1].partition(":")[0]).configure_cert(tls)
    with receivers.web(tls) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url(""))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        yield request.param, server


@pytest.mark.parametrize("played", SERVICES, indirect=True)
def test_a_message_arrives_in_the_form_of_the_service(played, admin, publisher):
    name, server = played
    url, host, path, server.status, server.body, read = SERVICES[name]
    channel = channels.create(actor=admin, name=name, kind="apprise", url=url, pause_minutes=0)
    rules.create(actor=publisher, name="r", on=["run_failed"], channels=[channel.pk])
    story.ended(story.script_row("<b>or_ders</b> @everyone"))
    assert story.tick() == 1, Message.objects.values("error")
    assert server.asked_for == [host] and server.posted[0].path.startswith(path)
    title, text = read(server.posted[0].json)
    assert "1 run failed" in title and NAMED[name] in text and "https://dqx.example.org/runs/" in text
    assert "@everyone" not in json.dumps(server.posted[0].json)


@pytest.mark.parametrize("played", SERVICES, indirect=True)
def test_a_service_that_refuses_says_so_and_no_token_is_kept(played, admin):
    name, server = played
    url, *_, server.status = (*SERVICES[name][:1], 404)
    channel = channels.create(actor=admin, name=name, kind="apprise", url=url)
    outcome = channels.test(channel.pk, actor=admin)
    assert (outcome.ok, outcome.code) == (False, "service_refused") and "404" in outcome.message
    assert not [part for part in url.split("/")[3:] if len(part) > 8 and part in outcome.message]


def test_a_service_that_is_away_is_not_told_to_have_answered_what_another_says_meanwhile(admin):
    with receivers.web() as away, receivers.web() as busy:
        away.status, away.seconds, busy.status = 0, 0.5, 503  # 0 is no answer of HTTP
        first, second = (
            channels.create(actor=admin, name=str(server.port), kind="apprise", url=f"json://127.0.0.1:{server.port}")
            for server in (away, busy)
        )
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(_refusal, first)
            assert steps.eventually(lambda: bool(away.posted))
            assert "It answered 503." in _refusal(second)
    assert "can't be reached" in waiting.result()


def _refusal(channel):
    with pytest.raises(Unavailable) as refused:
        services.send(channel, letter.trial("x"), None)
    return refused.value.message


# --- A bad night in a service that takes little -------------------------------------------------------------------------------


def a_bad_night():
    """Sixty scripts with long names fail at length."""
    for n in range(60):
        script = story.script_row(f"{n} " + "long name " * 20)
        run = story.ended(script)
        Run.objects.filter(pk=run.pk).update(error={"code": "x", "message": "It went wrong. " * 40, "details": {}})


def test_a_bad_night_is_as_long_as_the_service_takes_it(admin, publisher, web):
    url = f"mmost://127.0.0.1:{web.port}/3ccdd113474722377935511fc85d3dd4"
    channel = channels.create(actor=admin, name="c", kind="apprise", url=url, pause_minutes=0)
    rules.create(actor=publisher, name="r", on=["run_failed"], channels=[channel.pk])
    a_bad_night()
    assert story.tick() == 1
    text = web.posted[0].json["text"]
    assert 1_000 < len(text) <= 4_000 and "60 runs failed" in text and "- and 50 more" in text
    assert text.endswith("All of it: https://dqx.example.org/alerts")


@pytest.mark.parametrize(
    ("url", "most"),
    [
        (SLACK, 35_000),
        (TEAMS, 28_000),
        (DISCORD, 2_000),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", 4_096),
        ("pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1_024),
        ("twilio://AC735c307c62944b5a735c307c62944b5a:e29dfbcebf390dee9e29dfbcebf390de@11231234567/15551234567", 160),
    ],
)
def test_no_service_is_sent_more_than_it_takes(rule, url, most):
    a_bad_night()
    story.noticing.notice()
    told = letter.content(list(Telling.objects.select_related("incident", "incident__alert_rule")))
    body, _ = services._body(services.plugin_of(url), told)
    assert len(told["title"]) + len(body) < most and "https://dqx.example.org/alerts" in body
    assert ("and 40 more" in body) == (url == SLACK)
