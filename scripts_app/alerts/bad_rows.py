"""New bad rows: what a publish opened or reopened of a rule in a source, above a threshold.

The first publish of a script is a silent baseline, and so is a pair that was never published before where the script's text has changed:
what people have just begun to look for is no news. What comes while an incident is open is added to it and told again; the incident is over
when of all that came since at most the threshold is still bad, or when no script is left that could say so.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from dqx import sql
from scripts_app.alerts import incidents, statements
from scripts_app.alerts.found import Found, Pair
from scripts_app.models import AlertRule, Incident, Run, RunCount, Scope, Trouble

MOST_EXAMPLES = 5
DELETED = "the script was deleted; what it published stays"


def look(runs: Sequence[Run], rules: Sequence[AlertRule], now: datetime) -> None:
    """Open and close by what the publishes among these runs brought and resolved."""
    published = [
        run
        for run in runs
        if run.kind == Run.Kind.PUBLISH and run.status == Run.Status.SUCCEEDED and run.script_id is not None
    ]
    moved = [run for run in published if run.n_new or run.n_resolved]
    before = {run.pk: _publish_before(run) for run in moved}
    # A first publish may have millions of rows; nobody counts them.
    counted = [run for run in moved if before[run.pk] is not None or run.n_resolved]
    changes = sql.rows(statements.came_and_went(), {"publications": [run.pk for run in counted]}) if counted else []
    watching = [rule for rule in rules if Trouble.NEW_BAD_ROWS in rule.on]
    if watching:
        for run in counted:
            came = [one for one in changes if one["publication"] == run.pk and one["opened"] + one["reopened"]]
            incidents.open_all(_found(run, before[run.pk], came, watching), watching)
    _close(published, changes, now)


def _publish_before(run: Run) -> str | None:
    """The hash of the text that the script published before; "" where only a count is left of it, None where there was none."""
    earlier = Run.objects.filter(
        script=run.script_id, kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED, pk__lt=run.pk
    )
    found = earlier.order_by("-pk").values_list("content_hash", flat=True).first()
    if found is not None:
        return found
    trimmed = RunCount.objects.filter(
        script_id=run.script_id or 0, kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED
    ).aggregate(n=Sum("n"))
    return "" if trimmed["n"] else None


def _found(run: Run, before: str | None, came: Sequence[dict[str, Any]], rules: Sequence[AlertRule]) -> list[Found]:
    """What is news of a publish."""
    least = min(rule.threshold for rule in rules)
    news = [one for one in came if before is not None and one["opened"] + one["reopened"] > least]
    if news and before not in ("", run.content_hash):
        known = {
            _pair(one) for one in sql.rows(statements.published_before(), _columns(news) | {"publication": run.pk})
        }
        news = [one for one in news if _pair(one) in known]
    if not news:
        return []
    samples: dict[Pair, list[str]] = {}
    wanted = _columns(news) | {"publication": run.pk, "most": MOST_EXAMPLES}
    for one in sql.rows(statements.examples(), wanted):
        samples.setdefault(_pair(one), []).append(one["source_uid"])
    names = {_pair(one): one for one in sql.rows(statements.names(), _columns(news))}
    return [_one(run, one, _title(names[_pair(one)]), samples.get(_pair(one), [])) for one in news]


def _one(run: Run, came: dict[str, Any], title: str, samples: Sequence[str]) -> Found:
    return Found(
        kind=Trouble.NEW_BAD_ROWS,
        subject=subject(*_pair(came)),
        title=title,
        script_id=run.script_id,
        pair=_pair(came),
        run_id=run.pk,
        n_rows=came["opened"] + came["reopened"],
        n_reopened=came["reopened"],
        examples=tuple(sorted(samples)),
    )


def subject(rule: str, source: str) -> str:
    """The key of a pair."""
    return json.dumps([rule, source], ensure_ascii=False)


def _title(names: dict[str, Any]) -> str:
    parts = ((names["rule_id"], names["rule_name"]), (names["source_id"], names["source_name"]))
    rule, source = (f"{one} – {name}" if name else one for one, name in parts)
    return f"{rule} in {source}"


def _close(published: Sequence[Run], changes: Sequence[dict[str, Any]], now: datetime) -> None:
    """Look at the incidents of the pairs that lost rows, and of the scripts that published."""
    subjects = [subject(*_pair(one)) for one in changes if one["resolved"]]
    touched = Q(subject__in=subjects) | Q(script__in={run.script_id for run in published})
    open_ones = Incident.objects.filter(touched, kind=Trouble.NEW_BAD_ROWS, closed_at=None)
    over = [one.pk for one in open_ones.select_related("alert_rule") if is_over(one)]
    incidents.close(Incident.objects.filter(pk__in=over), now)


def close_forsaken(now: datetime) -> None:
    """End the incidents of pairs whose script was deleted: nothing looks for their rows any more, and so nothing would end them.

    A script that has published a pair since goes on with it, whoever found the rows.
    """
    published = Scope.objects.filter(rule_id=OuterRef("rule_id"), source_id=OuterRef("source_id"))
    forsaken = Incident.objects.filter(~Exists(published), kind=Trouble.NEW_BAD_ROWS, closed_at=None)
    # A publish that resolved them all leaves the pair to nobody too, and may have ended just now.
    over = {one.pk: is_over(one) for one in forsaken.select_related("alert_rule")}
    incidents.close(Incident.objects.filter(pk__in=[pk for pk, resolved in over.items() if resolved]), now)
    left = [pk for pk, resolved in over.items() if not resolved]
    incidents.close(Incident.objects.filter(pk__in=left), now, why=DELETED)


def is_over(incident: Incident) -> bool:
    """Whether of the rows that came at most the threshold are still bad."""
    threshold = incident.alert_rule.threshold
    wanted = {
        "rule": incident.rule_id,
        "source": incident.source_id,
        "since": incident.run_id,
        "most": threshold + 1,
    }
    return int(sql.value(statements.still_bad(), wanted)) <= threshold


def _pair(one: dict[str, Any]) -> Pair:
    return one["rule_id"], one["source_id"]


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"rules": [one["rule_id"] for one in rows], "sources": [one["source_id"] for one in rows]}
