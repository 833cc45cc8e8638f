"""What is wrong, by rule and subject: opened once, told again where more of it came, and closed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from dqx import keyset
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.alerts.found import Found, pairs_of
from scripts_app.models import AlertRule, Incident, RuleChannel, Telling, Trouble

LONGEST_TITLE = 300
LONGEST_WHY = 500


def listed(*, actor: Actor, is_open: bool | None = None, kind: str = "", place: Place = FIRST, size: int = 100) -> Page:
    """A page of incidents, newest first.

    Args:
        is_open: only those that are, or are not, over.
        kind: only those of this kind.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_incident")
    incidents = Incident.objects.select_related("alert_rule")
    if is_open is not None:
        incidents = incidents.filter(closed_at__isnull=is_open)
    if kind:
        incidents = incidents.filter(kind=kind)
    return keyset.read(incidents, "id", place, size, descending=True)


def open_subjects() -> QuerySet[Incident]:
    """What is open, newest first; several rules may ask for the same, which is told once."""
    newest = Incident.objects.filter(closed_at=None).order_by("kind", "subject", "-id").distinct("kind", "subject")
    return Incident.objects.filter(pk__in=newest.values("pk")).order_by("-id")


def open_all(found: Sequence[Found], rules: Sequence[AlertRule]) -> None:
    """Open what was found for each rule that it concerns and that has none open of it; add to what is open. The caller holds the lock."""
    pairs = pairs_of({one.script_id for one in found}) if any(rule.rules or rule.sources for rule in rules) else {}
    known = _open_ones({one.subject for one in found})
    fresh: list[Incident] = []
    for one in found:
        for rule in rules:
            if not one.concerns(rule, pairs):
                continue
            key = (rule.pk, one.kind, one.subject)
            if key in known:
                _add(known[key], one)
            else:
                known[key] = _made(one, rule)
                fresh.append(known[key])
    Incident.objects.bulk_create(fresh)
    _have_told(fresh)
    more = [one for one in known.values() if getattr(one, "has_more", False)]
    Incident.objects.bulk_update(more, ["n_rows", "n_reopened", "examples"])
    Telling.objects.filter(incident__in=[one.pk for one in more], state=Telling.State.TOLD).update(
        state=Telling.State.NEW
    )


def _open_ones(subjects: Iterable[str]) -> dict[tuple[int, str, str], Incident]:
    incidents = Incident.objects.filter(closed_at=None, subject__in=list(subjects))
    return {(one.alert_rule_id, one.kind, one.subject): one for one in incidents}


def _made(one: Found, rule: AlertRule) -> Incident:
    rule_id, source_id = one.pair or ("", "")
    return Incident(
        alert_rule=rule, kind=one.kind, subject=one.subject, title=one.title[:LONGEST_TITLE], script_id=one.script_id,
        schedule_id=one.schedule_id, rule_id=rule_id, source_id=source_id, run_id=one.run_id, due_at=one.due_at,
        why=one.why[:LONGEST_WHY], n_rows=one.n_rows, n_reopened=one.n_reopened, examples=list(one.examples),
    )  # fmt: skip


def _add(incident: Incident, one: Found) -> None:
    """More bad rows of a pair are news; that a script fails again is none."""
    if one.n_rows:
        incident.n_rows += one.n_rows
        incident.n_reopened += one.n_reopened
        incident.examples = list(one.examples)
        incident.has_more = incident.pk is not None  # type: ignore[attr-defined]


def _have_told(incidents: Sequence[Incident]) -> None:
    channels: dict[int, list[int]] = {}
    for rule, channel in RuleChannel.objects.filter(rule__in={one.alert_rule_id for one in incidents}).values_list(
        "rule", "channel"
    ):
        channels.setdefault(rule, []).append(channel)
    Telling.objects.bulk_create(
        Telling(incident=one, channel_id=channel)
        for one in incidents
        for channel in channels.get(one.alert_rule_id, ())
    )


def close(incidents: QuerySet[Incident], now: datetime, *, tell_untold: bool = False, **changes: Any) -> int:
    """End incidents. Who was told of one is told that it is over; returns how many there were.

    Args:
        tell_untold: tell of those, too, that nobody was told of: that they were, and are over. Else nothing is told of them.
    """
    pks = list(incidents.filter(closed_at=None).values_list("pk", flat=True))
    Incident.objects.filter(pk__in=pks).update(closed_at=now, **changes)
    tellings = Telling.objects.filter(incident__in=pks)
    # Where more was to be told of one that is known, it is known all the same.
    untold = tellings.filter(state=Telling.State.NEW, n_told=0)
    if tell_untold:
        untold.update(state=Telling.State.OVER)
    else:
        untold.filter(message=None).delete()
    tellings.filter(Q(state=Telling.State.TOLD) | Q(n_told__gt=0)).update(state=Telling.State.OVER)
    return len(pks)


def unasked(rule: AlertRule) -> QuerySet[Incident]:
    """What is open of a rule that it would not open as it is now. The threshold counts when rows come and go, not here."""
    open_ones = list(Incident.objects.filter(alert_rule=rule, closed_at=None))
    pairs = pairs_of({one.script_id for one in open_ones}) if rule.rules or rule.sources else {}
    gone = [one.pk for one in open_ones if not (rule.is_active and _as_found(one).concerns(rule, pairs))]
    return Incident.objects.filter(pk__in=gone)


def _as_found(incident: Incident) -> Found:
    pair = (incident.rule_id, incident.source_id) if incident.kind == Trouble.NEW_BAD_ROWS else None
    return Found(incident.kind, incident.subject, incident.title, script_id=incident.script_id, pair=pair)


def drop(incidents: QuerySet[Incident], now: datetime) -> None:
    """End incidents without a word, since their rule asks for them no longer."""
    open_ones = incidents.filter(closed_at=None)
    Telling.objects.filter(incident__in=open_ones).delete()
    open_ones.update(closed_at=now)


def settle(message: int, told: dict[int, tuple[str, int]], *, delivered: bool) -> None:
    """After an attempt: what was told is known; what was over meanwhile is to be told as that; what failed waits for the next message.

    Args:
        told: what the message said: by telling, the state and the rows.
    """
    with transaction.atomic():
        # First the lock, then a look at what `close` may have done meanwhile.
        pks = list(Telling.objects.select_for_update().filter(message=message).values_list("pk", flat=True))
        tellings = list(Telling.objects.select_related("incident").filter(pk__in=pks))
        known = told if delivered else {}
        # One statement for all that end alike, which are few: of failures all, of bad rows those with as many.
        alike: dict[tuple[str, int] | None, list[int]] = {}
        for telling in tellings:
            alike.setdefault(_settled(telling, *known.get(telling.pk, ("", 0))), []).append(telling.pk)
        Telling.objects.filter(pk__in=alike.pop(None, [])).delete()
        for (state, n_told), group in alike.items():  # type: ignore[misc]
            Telling.objects.filter(pk__in=group).update(state=state, n_told=n_told, message=None)


def _settled(telling: Telling, state: str, rows: int) -> tuple[str, int] | None:
    """What the channel knows now: the state and the rows; None where there is nothing more to tell."""
    is_over, n_told = telling.incident.closed_at is not None, telling.n_told
    if state == Telling.State.OVER:
        return None
    if state == Telling.State.NEW:
        more = telling.incident.n_rows > rows
        known = Telling.State.OVER if is_over else Telling.State.NEW if more else Telling.State.TOLD
        return str(known), max(rows, 1)
    if telling.state == Telling.State.OVER:
        return str(telling.state), n_told
    return None if is_over and not n_told else (str(telling.state), n_told)
