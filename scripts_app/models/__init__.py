"""Scripts and versions of their texts, the attempts to run them, the pairs they published, their schedules, databases, alerts, stops."""

from scripts_app.models.alerts import AlertRule, Channel, Incident, Message, RuleChannel, Telling, Trouble
from scripts_app.models.connections import Connection
from scripts_app.models.runs import Run, RunCount
from scripts_app.models.schedules import DueTime, Schedule
from scripts_app.models.scripts import Scope, Script, Version, text_hash
from scripts_app.models.stops import QueryStop

__all__ = [
    "AlertRule",
    "Channel",
    "Connection",
    "DueTime",
    "Incident",
    "Message",
    "QueryStop",
    "RuleChannel",
    "Run",
    "RunCount",
    "Schedule",
    "Scope",
    "Script",
    "Telling",
    "Trouble",
    "Version",
    "text_hash",
]  # fmt: skip
