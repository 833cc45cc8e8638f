"""What beat asks for again and again, whatever people schedule; the settings take it from here."""

from typing import Any

# What beat and the workers do for each other too (dqx.monitoring.standing_in).
TELL = "scripts_app.tasks.tell"


def _every(seconds: int, task: str) -> dict[str, Any]:
    # One that waited for a worker until the next is due says nothing more.
    return {"task": task, "schedule": float(seconds), "options": {"expire_seconds": seconds}}


# What beat forgot, runs left by a worker that died, and queued ones whose message was lost, are found within half a minute.
SCHEDULE = {
    "sweep-schedules": _every(20, "scripts_app.tasks.sweep"),
    "recover-runs": _every(15, "scripts_app.tasks.recover"),
    "tell-alerts": _every(30, TELL),
    "trim-runs": _every(3_600, "scripts_app.tasks.trim"),
    "mend-mirror": _every(3_600, "scripts_app.tasks.mend_mirror"),
    "forget-tokens": _every(86_400, "dqx.users.tasks.forget_tokens"),
}
