"""Alerts as they look after a bad night: what is open and over, channels, and messages that arrived, wait and failed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from scripts_app.alerts import rules
from scripts_app.models import Channel, Incident, Message, Script

LONG = f"{'very-' * 30}long"


def world(admin: Any, script: Script) -> None:
    """Rules of `admin` about a script, and what came of them."""
    hook, mail, room = (
        Channel.objects.create(name=name, kind=kind, target=target, addresses=addresses, has_key=kind == "webhook")
        for name, kind, target, addresses in (
            ("<script>alert(3)</script>", "webhook", f"https://{LONG}.example.org/…", []),
            ("Data team", "mail", "team@example.org and 2 more", ["team@example.org"]),
            ("Room", "apprise", "Slack", []),
        )
    )
    scope = {"scripts": [script.pk], "rules": ["R1", "R2", "R3", "R4", "R5"], "threshold": 10}
    heard = ["run_failed", "new_bad_rows"]
    rule = rules.create(actor=admin, name="Night <script>", on=heard, channels=[hook.pk, mail.pk], **scope)
    rules.create(actor=admin, name="Everything", on=["schedule_late"], channels=[room.pk], is_active=False)
    rules.create(actor=admin, name="Nobody", on=["run_failed"])
    for kind, title, fields in (
        ("run_failed", f"Populate of {script.name}", {"run_id": 900_001, "why": f"column {LONG} does not exist. " * 5}),
        ("schedule_late", "nightly", {"why": "Missed while DQX was down.", "due_at": timezone.now()}),
        ("new_bad_rows", "R1 – <b>x</b> in S1", {"rule_id": "R1", "source_id": "S1", "n_rows": 12, "examples": [LONG, "u2"]}),
        ("run_failed", "Publish of old", {"why": "Over.", "closed_at": timezone.now() - timedelta(hours=1)}),
    ):  # fmt: skip
        Incident.objects.create(alert_rule=rule, kind=kind, subject=title, title=title, script=script, **fields)
    _messages(mail, room, hook)


def _messages(*channels: Channel) -> None:
    event = {"kind": "run_failed", "state": "open", "title": "Populate of <b>x</b>", "sentence": "It failed."}
    over = {**event, "state": "over", "sentence": "it succeeds again"}
    rows = {**event, "kind": "new_bad_rows", "title": "R1 in S1", "sentence": f"12 more new rows: such as {LONG}"}
    content = {"events": [event, rows, over], "left_out": {"run_failed": 3}}
    now = timezone.now()
    for channel, fields in zip(
        channels,
        (
            {"title": "DQX: 1 run failed, 12 new bad rows", "status": "sent", "sent_at": now, "n_attempts": 1},
            {
                "title": "DQX: 3 runs failed",
                "status": "failed",
                "n_attempts": 5,
                "error": "Slack did not take the message. It answered 404.",
            },
            {"status": "waiting", "n_attempts": 2, "error": "The server answered 500.", "next_at": now},
        ),
        strict=True,
    ):
        Message.objects.create(channel=channel, content=content, **fields)
