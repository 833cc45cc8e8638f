"""Load and authorise in one call."""

from django.db.models import QuerySet

from dqx.errors import NotAllowed, NotFound
from dqx.users.permissions import Actor, may, require
from scripts_app.models import Run, Schedule, Script

# What a run of each kind needs.
ACTIONS = {Run.Kind.POPULATE: "scripts.populate_script", Run.Kind.PUBLISH: "scripts.publish_script"}


def require_still(run: Run, kind: str) -> None:
    """Refuse what the one who asked for a run may not do any more. Others read it in the ledger, so it names them.

    Args:
        kind: Run.Kind.POPULATE or PUBLISH; a populate of a schedule is followed by a publish.

    Raises:
        NotAllowed: they have gone, are deactivated, or have another role.
    """
    actor, action = run.actor, ACTIONS[Run.Kind(kind)]
    if actor is None:
        raise NotAllowed("not_allowed", "Who asked for it is not there any more.", action=action)
    if not may(actor, action):
        why = f"may no longer {kind} a script" if actor.is_active else "is deactivated"
        raise NotAllowed("not_allowed", f"{actor.username}, who asked for it, {why}.", action=action)
    require(actor, action)  # what is logged from now on says who acts


def get_script_for(actor: Actor, pk: int, action: str, *, lock: bool = False) -> Script:
    """The script, for an actor who may do `action`, such as "scripts.change_script".

    Raises:
        NotSignedIn, NotAllowed: the actor may not.
        NotFound: there is no such script.
    """
    require(actor, action)
    scripts: QuerySet[Script] = Script.objects.all()
    if lock:
        scripts = scripts.select_for_update(of=("self",))
    script = scripts.filter(pk=pk).first()
    if script is None:
        raise NotFound("script_not_found", f"There is no script {pk}.")
    return script


def get_run_for(actor: Actor, pk: int) -> Run:
    """The run, for an actor who may see runs.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_run")
    run = Run.objects.select_related("actor").filter(pk=pk).first()
    if run is None:
        raise NotFound("run_not_found", f"There is no run {pk}.")
    return run


def get_schedule_for(actor: Actor, pk: int, action: str, *, lock: bool = False) -> Schedule:
    """The schedule, for an actor who may do `action`, such as "scripts.change_schedule".

    Raises:
        NotSignedIn, NotAllowed: the actor may not.
        NotFound: there is no such schedule.
    """
    require(actor, action)
    schedules = Schedule.objects.select_related("script", "owner")
    if lock:
        schedules = schedules.select_for_update(of=("self",))
    schedule = schedules.filter(pk=pk).first()
    if schedule is None:
        raise NotFound("schedule_not_found", f"There is no schedule {pk}.")
    return schedule
