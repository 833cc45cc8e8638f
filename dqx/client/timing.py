"""What a schedule is made of, as options of a command and as the API takes it."""

from typing import Any

import click

from dqx.client.session import Session, options
from dqx.client.things import SCRIPT, find

PRESETS = ("daily", "weekly", "monthly", "cron")
# What says when a schedule runs.
when_options = options(
    click.option("--daily", is_flag=True, help="Every day, at --time."),
    click.option("--weekly", metavar="DAY", help="Every week on this day (monday, mon or 1), at --time."),
    click.option("--monthly", metavar="DAY", type=int, help="Every month on this day (1 to 31), at --time."),
    click.option("--time", metavar="HH:MM", help="When on that day, as 02:05."),
    click.option("--cron", metavar="EXPRESSION", help="Five fields, as '5 2 * * 1-5', instead of a day and time."),
    click.option("--timezone", metavar="ZONE", help="Whose clocks it goes by, as Europe/Berlin; a new one by UTC."),
)
# And what it does.
schedule_options = options(
    when_options,
    click.option("--publish/--no-publish", default=None, help="Publish too what was populated; a new one does not."),
    click.option(
        "--catch-up/--no-catch-up",
        default=None,
        help="Of the times that are missed while DQX is down, run the last one afterwards, or none; a new one runs it.",
    ),
)


def body(session: Session, script: str | None, **given: Any) -> dict[str, Any]:
    """What was given, in the API's words.

    Args:
        script: its id or name.
        given: the values of `schedule_options`, or of `when_options`.

    Raises:
        UsageError: more than one way to say when.
        Failure: there is no such script.
    """
    frequencies = [name for name in PRESETS if given[name] not in (None, False)]
    if len(frequencies) > 1:
        raise click.UsageError(f"{' and '.join(f'--{name}' for name in frequencies)} do not go together.")
    weekday: str | None = given["weekly"]
    told = {
        "frequency": frequencies[0] if frequencies else None,
        "day_of_week": int(weekday) if weekday and weekday.isdecimal() else weekday,
        "day_of_month": given["monthly"],
        "time": given["time"],
        "cron_schedule": given["cron"],
        "timezone": given["timezone"],
        "operation": {None: None, True: "populate_and_publish", False: "populate"}[given.get("publish")],
        "catch_up": {None: None, True: "run_last", False: "skip"}[given.get("catch_up")],
        "script_id": None if script is None else find(session, SCRIPT, script)["id"],
    }
    return {name: value for name, value in told.items() if value is not None}
