"""Schedules as they are sent and told."""

PATH = "/api/scheduler/"
WHEN = ("frequency", "time", "day_of_week", "day_of_month", "cron_schedule")


def body(script, **more):
    return {"job_name": "nightly", "script_id": script.pk, **more}


def made(api, script, **more):
    answer = api.post(PATH, body(script, **more))
    assert answer.status_code == 201, answer.content
    return answer.json()


def when(told):
    return [told[name] for name in WHEN]


def lasting(told):
    """All but what becomes another as soon as a due time has come."""
    return {name: value for name, value in told.items() if name != "next_run"}
