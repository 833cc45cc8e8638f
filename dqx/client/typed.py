"""What the API's fields are called where somebody types a command: by its option, or its argument."""

import click

# Where the names differ; each is looked for in this order, and then by its own.
ALIASES = {
    "addresses": ("mail",),
    "channels": ("channel",),
    "content": ("file",),
    "cron_schedule": ("cron",),
    "date_from": ("from",),
    "date_to": ("to",),
    "day_of_month": ("monthly",),
    "day_of_week": ("weekly",),
    "email": ("address",),
    "job_name": ("name",),
    "on": ("kind",),
    "order_by": ("ordering",),
    "pause_minutes": ("pause",),
    "query": ("sql",),
    "rule_id": ("rule", "pk"),
    "rule_name": ("name",),
    "rules": ("rule",),
    "run": ("reviewed",),
    "script_id": ("script",),
    "scripts": ("script",),
    "secret": ("key",),
    "source_id": ("source", "pk"),
    "source_name": ("name",),
    "source_uid": ("uid",),
    "sources": ("source",),
    "username": ("name",),
}


def name_of(field: str, command: click.Command) -> str | None:
    """The option, as `--cron`, or the argument, as `NAME`, of a command by which a field of the API is given; None where it has none."""
    for name in (*ALIASES.get(field, ()), field):
        if found := _option(name, command) or _argument(name, command):
            return found
    return None


def _option(name: str, command: click.Command) -> str | None:
    word = f"--{name.replace('_', '-')}"
    return next((word for one in command.params if word in one.opts), None)


def _argument(name: str, command: click.Command) -> str | None:
    arguments = (one for one in command.params if isinstance(one, click.Argument))
    return next((one.human_readable_name for one in arguments if one.name == name), None)
