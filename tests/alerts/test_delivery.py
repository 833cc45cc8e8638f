"""Messages arrive, once: by mail, webhook and Apprise; servers that refuse, are slow, fail and come back; two workers at once."""

import hashlib
import hmac
import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import trustme
from django.utils import timezone

from scripts_app.alerts import channels, delivery, messages, rules, sending, webhook
from scripts_app.models import Channel, Incident, Message, Telling
from tests import steps
from tests.alerts import receivers, story
from tests.beside import at_once

pytestmark = pytest.mark.django_db


def hearing(actor, publisher, **values):
    channel = channels.create(actor=actor, name="c", pause_minutes=0, **values)
    rules.create(actor=publisher, name="r", on=["run_failed"], channels=[channel.pk])
    return channel


def test_a_mail_says_it_in_text_and_html(admin, publisher, mail):
    hearing(admin, publisher, kind="mail", addresses=["a@example.org", "b@example.org"])
    story.ended(story.script_row("<b>orders</b>"))
    assert story.tick() == 1
    (found,) = mail.mails
    assert found["Subject"] == "DQX: 1 run failed" and mail.to == [["a@example.org", "b@example.org"]]
    text = found.get_body(("plain",)).get_content()
    assert "- Populate of <b>orders</b>: column x does not exist. https://dqx.example.org/runs/" in text
    html = found.get_body(("html",)).get_content()
    assert "&lt;b&gt;orders&lt;/b&gt;" in html and "<b>orders" not in html


def test_a_webhook_is_signed(rule, web):
    story.ended(story.script_row())
    story.tick()
    (posted,) = web.posted
    at, _, digest = posted.headers["X-DQX-Signature"].partition(",v1=")
    expected = hmac.new(b"S3CRET", at.removeprefix("t=").encode() + b"." + posted.body, hashlib.sha256).hexdigest()
    assert (
        digest == expected == webhook.signature("S3CRET", posted.body, int(at.removeprefix("t="))).partition("v1=")[2]
    )
    assert (
        posted.json["version"] == 1
        and posted.json["id"] == Message.objects.get().pk
        and posted.json["channel"] == "hook"
    )


@pytest.mark.parametrize("scheme", ["json", "form", "xml"])
def test_apprise_hands_it_on(admin, publisher, web, scheme):
    hearing(admin, publisher, kind="apprise", url=f"{scheme}://127.0.0.1:{web.port}/x")
    story.ended(story.script_row("orders"))
    assert story.tick() == 1
    assert b"Populate" in web.posted[0].body and b"1 run failed" in web.posted[0].body.replace(b"+", b" ")


def told_by(channel):
    message = Message.objects.get(channel=channel)
    return message.status, message.n_attempts, message.error


@pytest.mark.parametrize("status", [500, 302, 404])
def test_a_server_that_says_no_is_asked_again(rule, hook, web, status):
    web.status, web.headers = status, {"Location": web.url("/elsewhere")}
    story.ended(story.script_row())
    assert story.tick() == 0 and story.tick() == 0
    state, attempts, error = told_by(hook)
    assert (state, attempts) == ("waiting", 1) and str(status) in error
    assert [one.path for one in web.posted] == ["/hook"]
    web.status = 204
    story.time_passes()
    assert story.tick() == 1 and told_by(hook) == ("sent", 2, "")


def test_after_five_attempts_it_has_failed_and_the_next_message_tells_what_is_still_open(rule, hook, web):
    web.status = 500
    scripts = [story.script_row(), story.script_row()]
    [story.ended(one) for one in scripts]
    for _ in range(5):
        story.time_passes()
        assert story.tick() == 0
    assert told_by(hook)[:2] == ("failed", 5)
    story.ended(scripts[0], "succeeded")
    web.status = 200
    assert story.tick() == 1
    assert [one["script"] for one in web.posted[-1].json["events"]] == [scripts[1].pk]
    story.ended(scripts[1], "succeeded")
    assert story.tick() == 1 and web.posted[-1].json["title"] == "DQX: 1 all clear"


def test_a_message_that_has_nothing_left_to_say_when_it_could_go_is_no_message(rule, web):
    web.status = 500
    script = story.script_row()
    story.ended(script)
    story.tick()
    story.ended(script, "succeeded")
    web.status = 200
    story.time_passes()
    assert story.tick() == 0 and len(web.posted) == 1 and not Message.objects.exists()


def test_a_server_that_does_not_answer_in_time(rule, hook, web, monkeypatch):
    monkeypatch.setattr(webhook, "ANSWER_SECONDS", 0.2)
    web.seconds = 1
    story.ended(story.script_row())
    assert story.tick() == 0 and "in time" in told_by(hook)[2]


def test_a_server_that_never_comes_to_an_end(rule, hook, web, monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    web.seconds = 1
    story.ended(story.script_row())
    assert story.tick() == 0 and "took longer" in told_by(hook)[2]


def test_a_server_that_is_not_there(rule, hook, web):
    web.stop()
    story.ended(story.script_row())
    assert story.tick() == 0 and told_by(hook)[2] == "The server can't be reached."


@pytest.mark.parametrize(("answer", "words"), [("550 no", "refused the message (550)"), ("451 later", "(451)")])
def test_a_mail_server_that_refuses(admin, publisher, mail, answer, words):
    channel = hearing(admin, publisher, kind="mail", addresses=["a@example.org"])
    mail.answer = answer
    story.ended(story.script_row())
    assert story.tick() == 0 and words in told_by(channel)[2]
    mail.answer = "250 OK"
    story.time_passes()
    assert story.tick() == 1 and len(mail.mails) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"EMAIL_USE_TLS": True}, "offers no STARTTLS"),
        ({"EMAIL_USE_SSL": True}, "does not speak TLS"),
        ({"EMAIL_HOST_USER": "x", "EMAIL_HOST_PASSWORD": "y"}, "or no login"),
        ({"EMAIL_PORT": 1}, "The mail server can't be reached."),
    ],
)
def test_what_is_in_the_way_to_a_mail_server_is_told(admin, mail, settings, fields, words):
    for name, value in fields.items():
        setattr(settings, name, value)
    channel = channels.create(actor=admin, name="c", kind="mail", addresses=["a@example.org"])
    told = channels.test(channel.pk, actor=admin)
    assert (told.ok, told.code) == (False, "mail_away") and words in told.message


def test_a_mail_server_whose_certificate_nobody_vouches_for(admin, mail, settings):
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(shown)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        settings.EMAIL_PORT, settings.EMAIL_USE_SSL = server.getsockname()[1], True
        pool.submit(lambda: shown.wrap_socket(server.accept()[0], server_side=True))
        channel = channels.create(actor=admin, name="c", kind="mail", addresses=["a@example.org"])
        assert "certificate that can't be trusted" in channels.test(channel.pk, actor=admin).message


def test_whom_the_mail_server_does_not_know_is_counted_for_all_and_named_to_an_admin(admin, publisher, mail):
    channel = hearing(admin, publisher, kind="mail", addresses=["a@example.org", "b@example.org", "c@example.org"])
    mail.unknown = {"b@example.org"}
    story.ended(story.script_row())
    assert story.tick() == 1 and mail.to == [["a@example.org", "c@example.org"]]
    (told,) = Message.objects.values("status", "error")
    assert told["status"] == "sent" and told["error"].startswith("The mail server refused 1 of 3 addresses (550).")
    tried = channels.test(channel.pk, actor=admin)
    assert (tried.ok, tried.code) == (False, "mail_refused_some") and "not for b@example.org (550)" in tried.message
    mail.unknown |= {"a@example.org", "c@example.org"}
    assert "all addresses (550)" in channels.test(channel.pk, actor=admin).message


def test_without_a_mail_server_the_sentence_says_so(admin, publisher, settings):
    settings.EMAIL_HOST = ""
    channel = hearing(admin, publisher, kind="mail", addresses=["a@example.org"])
    story.ended(story.script_row())
    assert story.tick() == 0 and "DQX_EMAIL_URL" in told_by(channel)[2]


def test_where_it_leads_is_looked_at_again_when_it_is_sent(rule, hook, web, monkeypatch):
    monkeypatch.setattr(webhook.hosts, "FORBIDDEN", [webhook.hosts.ip_network("127.0.0.0/8")])
    story.ended(story.script_row())
    assert story.tick() == 0 and "no server's" in told_by(hook)[2] and web.posted == []


def test_a_worker_whose_clock_is_wrong_tells_times_by_the_databases(rule, web, monkeypatch):
    now = timezone.now()
    story.ended(story.script_row())
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    assert story.tick() == 1
    incident, message = Incident.objects.get(), Message.objects.get()
    assert now <= incident.opened_at <= message.created_at <= message.sent_at < now + timedelta(minutes=5)


def test_one_that_its_worker_left_is_sent_again(rule, hook, web):
    story.ended(story.script_row())
    story.noticing.notice()
    delivery._begin()
    assert delivery._take(timezone.now()) is not None and story.tick() == 0
    story.time_passes()
    assert story.tick() == 1 and len(web.posted) == 1


def test_what_is_over_before_one_that_its_worker_left_is_sent_again_is_all_clear(rule, hook, web):
    """It may have arrived the first time."""
    script = story.script_row()
    story.ended(script)
    story.noticing.notice()
    delivery._begin()
    assert delivery._write(delivery._take(timezone.now()))  # it is sent, and the worker dies
    story.ended(script, "succeeded")
    story.time_passes()
    assert story.tick() == 1
    (event,) = web.posted[0].json["events"]
    assert (event["state"], event["why"]) == ("over", "it succeeds again")
    assert not Telling.objects.exists()


def test_one_that_was_sent_by_a_worker_that_dies_before_it_says_so_comes_again_as_the_same(rule, web, monkeypatch):
    def dies(*_, **__):
        raise SystemExit

    story.ended(story.script_row())
    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(delivery.incidents, "settle", dies)
        story.tick()
    assert Message.objects.get().status == "waiting" and not Channel.objects.get().quiet_until
    story.time_passes()
    assert story.tick() == 1 and len({posted.json["id"] for posted in web.posted}) == 1
    assert story.tick() == 0 and Message.objects.get().status == "sent"


def test_what_came_while_one_was_under_way_is_told_next(rule, hook, web, monkeypatch):
    story.ended(story.script_row("first"))
    send = sending.send

    def meanwhile(*told):
        story.ended(story.script_row("second"))
        story.noticing.notice()
        monkeypatch.setattr(sending, "send", send)
        return send(*told)

    monkeypatch.setattr(sending, "send", meanwhile)
    assert story.tick() == 1 and story.tick() == 1
    assert [one.json["events"][0]["title"] for one in web.posted] == ["Populate of first", "Populate of second"]


def test_old_messages_and_incidents_are_trimmed(rule, web):
    script, other = story.script_row(), story.script_row()
    story.ended(script), story.ended(other)
    story.tick()
    story.ended(script, "succeeded")
    story.tick()
    assert messages.trim(timezone.now() - timezone.timedelta(days=1)) == 0
    assert messages.trim(timezone.now() + timezone.timedelta(days=1)) == 3
    assert Incident.objects.get().closed_at is None and Telling.objects.count() == 1


def test_the_log_holds_no_secret(rule, hook, web, caplog, admin, publisher):
    web.status = 500
    apprise = channels.create(
        actor=admin, name="slack", kind="apprise", url=f"json://me:S3CRET@127.0.0.1:{web.port}/t0ken"
    )
    rules.create(actor=publisher, name="r", on=["run_failed"], channels=[apprise.pk])
    story.ended(story.script_row())
    story.tick()
    kept = json.dumps([*Message.objects.values("title", "content", "error", "status")])
    for secret in ("S3CRET", "t0ken", "/hook"):
        assert secret not in caplog.text and secret not in kept
    assert "It answered 500." in kept


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_a_message_once(rule, web):
    web.seconds = 0.3
    for _ in range(3):
        story.ended(story.script_row())
    sent = [task.done() for task in at_once(*[story.tick] * 4)]
    assert steps.eventually(lambda: story.tick() == 0)
    assert sum(sent) >= 1 and len([one for one in web.posted if one.json["events"]]) == sum(sent)
    told = [event["title"] for one in web.posted for event in one.json["events"]]
    assert len(told) == len(set(told)) == 3
    assert not Channel.objects.filter(messages__status="waiting").exists()


def test_a_channel_comes_back(rule, hook, web, admin):
    port = web.port
    web.stop()
    assert not channels.test(hook.pk, actor=admin).ok
    with receivers.web() as other:
        channels.update(hook.pk, actor=admin, url=other.url())
        assert channels.test(hook.pk, actor=admin).ok and other.posted[0].json["test"] is True
        assert port != other.port and "X-DQX-Signature" in other.posted[0].headers
