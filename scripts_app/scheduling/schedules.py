"""Schedules: what people do with them. Each change is mirrored to beat in its transaction."""

from copy import copy
from typing import Any

from django.db import IntegrityError, connection, transaction

from dqx import sql
from dqx.audit import log
from dqx.errors import Conflict, Invalid
from dqx.locks import Space
from dqx.users.permissions import Actor, may, require
from scripts_app import populate
from scripts_app.models import Run, Schedule, Script
from scripts_app.permissions import ACTIONS, get_schedule_for
from scripts_app.scheduling import due_times, mirror, schedule_times
from scripts_app.scheduling.schedule_times import Timing

LONGEST_NAME = 100
TIMES = ("frequency", "time", "day_of_week", "day_of_month", "cron_schedule", "timezone")
# What a schedule does, and when; who changes this owns it.
ESSENCE = ("script_id", "operation", "cron_schedule", "timezone")
# What else the audit log tells of.
MANNER = ("job_name", "frequency", "is_active", "catch_up")
# The kinds of runs that an operation is made of.
STEPS = {
    Schedule.Operation.POPULATE: (Run.Kind.POPULATE,),
    Schedule.Operation.POPULATE_AND_PUBLISH: (Run.Kind.POPULATE, Run.Kind.PUBLISH),
}


# --- What people do -----------------------------------------------------------------------------------------------------------


def create(*, actor: Actor, job_name: str, script_id: int, **values: Any) -> Schedule:
    """Save a new schedule, which acts as the actor.

    Args:
        values: operation, is_active, and when: frequency, time, day_of_week, day_of_month, cron_schedule, timezone.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: what is wrong, by field.
    """
    owner = require(actor, "scripts.add_schedule")
    schedule = Schedule(owner=owner)
    _change(schedule, {"job_name": job_name, "script_id": script_id, **values}, None)
    with transaction.atomic():
        _save(schedule)
        _record(schedule, "add", None, owner)
    return schedule


def update(pk: int, *, actor: Actor, whole: bool = False, **changes: Any) -> Schedule:
    """Change what is given of a schedule. Who changes what it does, or when, owns it from then on, since it acts as its owner; so does
    who saves one whose owner can't do it any more.

    Args:
        whole: the times are told in full, and not as changes of those that are there.

    Raises:
        As `create`, and NotFound.
    """
    person = require(actor, "scripts.change_schedule")
    with transaction.atomic():
        schedule = get_schedule_for(actor, pk, "scripts.change_schedule", lock=True)
        before = _values(schedule)
        _change(schedule, changes, None if whole else timing_of(schedule))
        if any(before[name] != _values(schedule)[name] for name in ESSENCE) or problem(schedule):
            schedule.owner = person
        _save(schedule)
        _record(schedule, "change", before, person)
    return schedule


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a schedule and its mirror. Its runs stay in the ledger.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.delete_schedule")
    with transaction.atomic():
        _hold_runs(pk)
        schedule = get_schedule_for(actor, pk, "scripts.delete_schedule", lock=True)
        mirror.remove([pk])
        _record(schedule, "delete", _values(schedule), actor)
        schedule.delete()


def toggle(pk: int, *, actor: Actor, is_active: bool | None = None) -> Schedule:
    """Switch a schedule on or off; the other way than it is where nothing is said. What was due while it was off is not made up for.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Invalid: it can't be switched on, since an older DQX left it with an expression that is none.
    """
    with transaction.atomic():
        schedule = get_schedule_for(actor, pk, "scripts.change_schedule", lock=True)
        before = _values(schedule)
        turned = not schedule.is_active if is_active is None else is_active
        _change(schedule, {"is_active": turned}, timing_of(schedule))
        _save(schedule)
        _record(schedule, "change", before, actor)
    return schedule


def run_now(pk: int, *, actor: Actor, trigger: str) -> Run:
    """Do what a schedule says, now and as the actor, whether it is active or not; the populate. A publish follows once that has succeeded.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: it has no script, or a run of the script is under way.
    """
    schedule = get_schedule_for(actor, pk, "scripts.run_schedule")
    for kind in STEPS[Schedule.Operation(schedule.operation)]:
        require(actor, ACTIONS[kind])
    if schedule.script_id is None:
        raise Conflict("script_missing", f"The schedule '{schedule.job_name}' has no script. Choose one.")
    return populate.request(schedule.script_id, actor=actor, trigger=trigger, schedule=schedule)


def _hold_runs(pk: int) -> None:
    """Keep the runs of a schedule from ending, and from those who look for the alerts, until this transaction has parted them from it.

    Before the schedule is locked: a populate that ends locks its run first, and its schedule, for the publish, after it.
    """
    sql.hold(Space.NOTICING)
    active = Run.objects.filter(status__in=Run.ACTIVE, schedule=pk)
    list(active.select_for_update(of=("self",)).values_list("pk").order_by("pk"))


def hold(script: int) -> None:
    """Keep a script's runs from ending, its schedules from others, and both from those who look for the alerts, until the transaction ends.

    In the order of a populate that ends, which writes its script, its run, and for the publish needs its schedule. Whoever changes a
    schedule locks it, and after it needs the script to be there, which the first of these locks lets them see.
    """
    list(Script.objects.filter(pk=script).select_for_update(of=("self",), no_key=True).values_list("pk"))
    sql.hold(Space.NOTICING)  # not before: a publish may go on for long
    list(Schedule.objects.filter(script=script).select_for_update(of=("self",)).order_by("pk"))


def forget(script: Script, *, actor: Actor) -> None:
    """Take the schedules of a script and their mirrors away, as part of its deletion."""
    schedules = list(script.schedules.all())
    mirror.remove([schedule.pk for schedule in schedules])
    for schedule in schedules:
        _record(schedule, "delete", _values(schedule), actor)
    script.schedules.all().delete()


def problem(schedule: Schedule) -> str | None:
    """Why a schedule rests although it may be active, in a sentence."""
    if schedule.script_id is None:
        return "It has no script. Choose one."
    owner = schedule.owner
    if owner is None:
        return "Nobody owns it, so it can't act. Save it to own it."
    if not owner.is_active:
        return f"Its owner, {owner.username}, is deactivated. Save it to own it."
    if not all(may(owner, ACTIONS[kind]) for kind in STEPS[Schedule.Operation(schedule.operation)]):
        return f"Its owner, {owner.username}, may no longer do it. Save it to own it."
    try:
        schedule_times.check(schedule.cron_schedule, schedule.timezone)
    except Invalid as exc:
        return exc.message
    return None


def _change(schedule: Schedule, changes: dict[str, Any], now: Timing | None) -> None:
    """Let a schedule say what is given: its times as changes of those of `now`, or in full.

    Once it is due at other times, or switched on or off, nothing of before is made up for; what has come and nobody has taken is told.
    """
    before = copy(schedule)
    times = {name: changes.pop(name) for name in TIMES if name in changes}
    if times or now is None:
        schedule.frequency, schedule.cron_schedule, schedule.timezone = schedule_times.timing(times, now)
    if "job_name" in changes:
        schedule.job_name = _name(changes.pop("job_name"))
    if "script_id" in changes:
        schedule.script = _script(changes.pop("script_id"))
    for field, value in changes.items():
        setattr(schedule, field, value)
    if schedule.seen_until is None or _when(before) != _when(schedule):
        moment = sql.now()
        if schedule.pk:
            due_times.forgo(before, moment)
        schedule.seen_until = moment


def _when(schedule: Schedule) -> tuple[str, str, bool]:
    return schedule.cron_schedule, schedule.timezone, schedule.is_active


def timing_of(schedule: Schedule) -> Timing:
    """When it is due."""
    return Timing(schedule.frequency, schedule.cron_schedule, schedule.timezone)


def _values(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in (*ESSENCE, *MANNER, "owner_id")}


def _record(schedule: Schedule, verb: str, before: dict[str, Any] | None, actor: Actor) -> None:
    after = None if verb == "delete" else _values(schedule)
    key, action = schedule.pk, f"scripts.{verb}_schedule"
    if before != after:
        log.record(actor=actor, action=action, thing="dq.dq_schedules", key=key, before=before, after=after)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        raise Invalid("job_name", f"A schedule needs a name of 1 to {LONGEST_NAME} characters.", field="job_name")
    return name


def _script(pk: int) -> Script:
    script = Script.objects.filter(pk=pk).first()
    if script is None:
        raise _no_script(pk)
    return script


def _no_script(pk: int | None) -> Invalid:
    return Invalid("script_unknown", f"There is no script {pk}.", field="script_id")


def _save(schedule: Schedule) -> None:
    if schedule.is_active:  # one of an older DQX may have an expression that is none
        schedule_times.check(schedule.cron_schedule, schedule.timezone)
    schedule.next_due_at = due_times.next_due_at(schedule, schedule.seen_until or sql.now())
    try:
        with transaction.atomic():
            schedule.save()
            connection.check_constraints()  # now, not at the commit: the script may have been deleted meanwhile
    except IntegrityError as exc:
        raise _no_script(schedule.script_id) from exc
    mirror.write(schedule)
