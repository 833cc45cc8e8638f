"""Scripts and the versions of their texts, the attempts to run them, the pairs they published, their schedules, and named databases."""

from scripts_app.models.connections import Connection
from scripts_app.models.runs import Run, RunCount
from scripts_app.models.schedules import DueTime, Schedule
from scripts_app.models.scripts import Scope, Script, Version, text_hash

__all__ = ["Connection", "DueTime", "Run", "RunCount", "Schedule", "Scope", "Script", "Version", "text_hash"]
