"""What a message says: events as data, and of them a head, a text, and HTML for a mail."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string

from dqx.errors import cut
from scripts_app.models import Incident, Telling, Trouble

VERSION = 1
MOST = 20
LONGEST_WHY = 300
MARKUP = re.compile(r"[\\`*_\[\]<>~|#]")
OVER = "over"
# The parts of a message in their order, with their heads.
PARTS = {
    Trouble.RUN_FAILED.value: "Failed runs",
    Trouble.SCHEDULE_LATE.value: "Late schedules",
    Trouble.NEW_BAD_ROWS.value: "New bad rows",
    OVER: "All clear",
}
ENDS = {
    Trouble.RUN_FAILED: "it succeeds again",
    Trouble.SCHEDULE_LATE: "it ran again",
    Trouble.NEW_BAD_ROWS: "what came is resolved",
}


def content(tellings: Sequence[Telling]) -> dict[str, Any]:
    """What is to be told, as a webhook gets it: by part at most 20 events, and how many more there are.

    Several rules may have the same channel hear of the same; it is told once.
    """
    chosen: dict[tuple[str, str, str], Telling] = {}
    for telling in tellings:
        chosen.setdefault((str(telling.state), telling.incident.kind, telling.incident.subject), telling)
    parts: dict[str, list[Telling]] = {name: [] for name in PARTS}
    for telling in chosen.values():
        parts[OVER if telling.state == OVER else telling.incident.kind].append(telling)
    rows = [_more(one) for one in parts[Trouble.NEW_BAD_ROWS]]
    told = {
        "version": VERSION,
        "title": _title({name: len(found) for name, found in parts.items()}, sum(rows)),
        "url": link("/alerts"),
        "counts": {name: len(found) for name, found in parts.items()} | {"rows": sum(rows)},
        "left_out": {name: len(found) - MOST for name, found in parts.items() if len(found) > MOST},
        "events": [_event(one) for found in parts.values() for one in found[:MOST]],
    }
    return told if chosen else {}


def _more(telling: Telling) -> int:
    """The rows that the channel has not heard of."""
    return telling.incident.n_rows - telling.n_told


def _title(counts: Mapping[str, int], rows: int) -> str:
    runs, late, pairs, over = (counts[name] for name in PARTS)
    said = [
        f"{runs:,} {'run' if runs == 1 else 'runs'} failed" if runs else "",
        f"{late:,} {'schedule' if late == 1 else 'schedules'} late" if late else "",
        f"{rows:,} new bad {'row' if rows == 1 else 'rows'}" if pairs else "",
        f"{over:,} all clear" if over else "",
    ]
    return "DQX: " + ", ".join(one for one in said if one)


def _event(telling: Telling) -> dict[str, Any]:
    incident = telling.incident
    over = telling.state == OVER
    common = {
        "kind": incident.kind,
        "state": "over" if over else "open",
        "title": incident.title,
        "opened_at": incident.opened_at.isoformat(),
        "closed_at": incident.closed_at.isoformat() if over and incident.closed_at else None,
        "alert_rule": {"id": incident.alert_rule_id, "name": incident.alert_rule.name},
        "script": incident.script_id,
        "why": _end(telling, incident) if over else cut(incident.why, LONGEST_WHY),
    }
    event = {**common, **_particular(telling, incident)}
    return {**event, "sentence": _words(event)}


def _end(telling: Telling, incident: Incident) -> str:
    """Why it is over; of what the channel had not heard before also what it was."""
    gone = _gone(incident)
    if incident.kind == Trouble.SCHEDULE_LATE and not telling.n_told:
        return f"{cut(incident.why, LONGEST_WHY)} {gone.capitalize() or 'It has run since'}."
    return gone or ENDS[Trouble(incident.kind)]


def _gone(incident: Incident) -> str:
    """Why nothing can be wrong any more, where nothing has become better."""
    if incident.kind == Trouble.RUN_FAILED and incident.script_id is None:
        return "the script was deleted"
    if incident.kind == Trouble.NEW_BAD_ROWS:
        return incident.why
    if incident.kind != Trouble.SCHEDULE_LATE:
        return ""
    if incident.schedule is None:
        return "the schedule was deleted"
    return "" if incident.schedule.is_active else "it was switched off"


def _particular(telling: Telling, incident: Incident) -> dict[str, Any]:
    url = link(place(incident))
    if incident.kind == Trouble.RUN_FAILED:
        return {"run": incident.run_id, "url": url}
    if incident.kind == Trouble.SCHEDULE_LATE:
        due = incident.due_at.isoformat() if incident.due_at else None
        return {"schedule": incident.schedule_id, "due_at": due, "url": url}
    rows = {"n_new": _more(telling), "n_since": incident.n_rows, "n_reopened": incident.n_reopened}
    return {**_pair(incident), **rows, "examples": incident.examples, "url": url}


def _pair(incident: Incident) -> dict[str, str]:
    return {"rule_id": incident.rule_id, "source_id": incident.source_id}


def place(incident: Incident) -> str:
    """The page that an incident leads to."""
    if incident.kind == Trouble.RUN_FAILED:
        return f"/runs/{incident.run_id}"
    if incident.kind == Trouble.SCHEDULE_LATE:
        return f"/scheduler?schedule={incident.schedule_id}" if incident.schedule_id else "/scheduler"
    return f"/bad-detail?{urlencode(_pair(incident))}"


def link(path: str) -> str | None:
    """The address of a page for people elsewhere; None where DQX_BASE_URL does not say how they reach it."""
    return f"{settings.BASE_URL}{path}" if settings.BASE_URL else None


def shortened(told: Mapping[str, Any], most: int, longest: int) -> dict[str, Any]:
    """The same with at most `most` events in a part, and names and reasons of at most `longest` characters."""
    events, n = [], dict.fromkeys(PARTS, 0)
    for event in told["events"]:
        if n[_part(event)] < most:
            n[_part(event)] += 1
            words = {name: cut(event[name], longest) for name in ("title", "why")}
            events.append({**event, **words, "examples": event.get("examples", [])[:most]})
    left_out = {name: told["counts"][name] - shown for name, shown in n.items() if told["counts"][name] > shown}
    return {**told, "events": events, "left_out": left_out}


# --- In words -------------------------------------------------------------------------------------------------------------------


def sections(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts that have something: head, lines of {name, words, url}, and how many more."""
    left_out = told.get("left_out", {})
    found = []
    for name, head in PARTS.items():
        events = [one for one in told.get("events", ()) if _part(one) == name]
        if events:
            lines = [{"name": one["title"], "words": _words(one), "url": one["url"]} for one in events]
            found.append({"head": head, "lines": lines, "more": left_out.get(name, 0)})
    return found


def _part(event: Mapping[str, Any]) -> str:
    return OVER if event["state"] == "over" else str(event["kind"])


def _words(event: Mapping[str, Any]) -> str:
    if event["state"] == "over" or event["kind"] == Trouble.RUN_FAILED:
        return str(event["why"])
    if event["kind"] == Trouble.SCHEDULE_LATE:
        due = f"due {str(event['due_at'])[:16].replace('T', ' ')} UTC. " if event["due_at"] else ""
        return f"{due}{event['why']}"
    return _rows(event)


def wrong(incident: Incident) -> str:
    """What is wrong, in a sentence."""
    if incident.kind != Trouble.NEW_BAD_ROWS:
        return incident.why
    n = incident.n_rows
    rows = _rows({"n_new": n, "n_since": n, "n_reopened": incident.n_reopened, "examples": incident.examples})
    return f"{rows}; {incident.why}" if incident.why else rows


def _rows(event: Mapping[str, Any]) -> str:
    n, since = event["n_new"], event["n_since"]
    again = f", {event['n_reopened']:,} of them bad before" if event["n_reopened"] and n == since else ""
    more, tail = ("more ", f", {since:,} since {event['opened_at'][:10]}") if n < since else ("", again)
    several = "such as " if n > len(event["examples"]) else ""
    examples = f": {several}{', '.join(cut(one, 60) for one in event['examples'])}" if event["examples"] else ""
    return f"{n:,} {more}new {'row' if n == 1 else 'rows'}{tail}{examples}"


def text(told: Mapping[str, Any]) -> str:
    """The whole in plain lines."""
    lines = []
    for section in sections(told):
        lines += [section["head"], *(f"- {_line(one)}" for one in section["lines"])]
        lines += [f"- and {section['more']:,} more"] if section["more"] else []
        lines.append("")
    lines += told.get("notes", ())
    lines += [f"All of it: {told['url']}"] if told.get("url") else []
    return "\n".join(lines).strip()


def _line(one: Mapping[str, Any]) -> str:
    return f"{one['name']}: {one['words']}" + (f" {one['url']}" if one["url"] else "")


def markdown(told: Mapping[str, Any]) -> str:
    """The whole for a service whose messages are Markdown; what others wrote is no markup there."""
    lines = []
    for section in sections(told):
        lines += [f"**{section['head']}**", "", *(f"- {_marked(one)}" for one in section["lines"])]
        lines += [f"- and {section['more']:,} more"] if section["more"] else []
        lines.append("")
    lines += map(_plain, told.get("notes", ()))
    lines += [f"[All of it]({told['url']})"] if told.get("url") else []
    return "\n".join(lines).strip()


def _marked(one: Mapping[str, Any]) -> str:
    name = f"[{_plain(one['name'])}]({one['url']})" if one["url"] else _plain(one["name"])
    return f"{name}: {_plain(one['words'])}"


def _plain(words: str) -> str:
    return MARKUP.sub(r"\\\g<0>", " ".join(words.split()))


def html(told: Mapping[str, Any]) -> str:
    """The whole as a page for a mail."""
    return render_to_string("alerts/mail.html", {"told": told, "sections": sections(told)})


def trial(name: str) -> dict[str, Any]:
    """What the test of a channel says."""
    return {
        "version": VERSION,
        "title": "DQX: a test",
        "url": link("/alerts"),
        "test": True,
        "counts": dict.fromkeys((*PARTS, "rows"), 0),
        "left_out": {},
        "events": [],
        "notes": [f"This is a test of the channel '{name}'. Alerts of DQX will come this way."],
    }
