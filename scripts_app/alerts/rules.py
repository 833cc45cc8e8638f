"""Who hears of what: written by Publishers, seen by everybody."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from dqx import keyset, sql
from dqx.audit import log
from dqx.errors import Conflict, Invalid, NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.alerts import incidents
from scripts_app.models import AlertRule, Channel, RuleChannel, Script, Telling, Trouble

LONGEST_NAME = 100
MOST_NAMED = 500
LARGEST_THRESHOLD = 2_147_483_647
LISTS = ("on", "scripts", "rules", "sources")
FIELDS = ("name", "threshold", "is_active", *LISTS)


def listed(*, actor: Actor, place: Place = FIRST, size: int | None = None) -> Page:
    """All rules by name, or the page of `size` at a place; each knows `script_names` by id.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_alertrule")
    if size is None:
        return Page(_named(list(_whole().order_by("name"))), None, None)
    page = keyset.read(_whole(), "name", place, size)
    return page._replace(rows=_named(page.rows))


def get(pk: int, *, actor: Actor) -> AlertRule:
    """One rule with its `script_names`.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_alertrule")
    return _named([_found(_whole(), pk)])[0]


def create(*, actor: Actor, name: str, on: Sequence[str], channels: Sequence[int] = (), **values: Any) -> AlertRule:
    """Save a new rule. What is wrong already is no news to it.

    Args:
        channels: ids of those who hear.
        values: threshold, scripts, rules, sources, is_active.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: what is wrong, by field.
        Conflict: the name is taken.
    """
    person = require(actor, "scripts.add_alertrule")
    rule = AlertRule(owner=person)
    with transaction.atomic():
        _change(rule, {"name": name, "on": on, **values})
        _save(rule, channels)
        _record(rule, "add", None, person)
    return rule


def update(pk: int, *, actor: Actor, channels: Sequence[int] | None = None, **changes: Any) -> AlertRule:
    """Change what is given of a rule. What it asks for no longer is dropped without a word; what is open and is still asked for goes on.

    Raises:
        As `create`, and NotFound.
    """
    person = require(actor, "scripts.change_alertrule")
    with transaction.atomic():
        rule = _found(AlertRule.objects.select_for_update(), pk)
        before = _values(rule)
        _change(rule, changes)
        _save(rule, channels)
        _drop_unasked(rule)
        _record(rule, "change", before, person)
    return rule


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a rule, with what is open and was open of it.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.delete_alertrule")
    with transaction.atomic():
        rule = _found(AlertRule.objects.select_for_update(), pk)
        _record(rule, "delete", _values(rule), actor)
        rule.delete()


def check(values: dict[str, Any]) -> None:
    """Refuse what no rule can say.

    Raises:
        Invalid: by field.
    """
    name = str(values.get("name", "x")).strip()
    if not 0 < len(name) <= LONGEST_NAME or "\x00" in name:
        raise Invalid("alert_rule_name", f"A rule needs a name of 1 to {LONGEST_NAME} characters.", field="name")
    if "on" in values and (not values["on"] or set(values["on"]) - set(Trouble.values)):
        raise Invalid("alert_rule_on", f"Say what it is about: one or more of {', '.join(Trouble.values)}.", field="on")
    if not 0 <= values.get("threshold", 0) <= LARGEST_THRESHOLD:
        raise Invalid("alert_rule_threshold", "The threshold is a number of rows, 0 or more.", field="threshold")
    for field in ("scripts", "rules", "sources"):
        if len(values.get(field, ())) > MOST_NAMED:
            raise Invalid("alert_rule_scope", f"A rule names at most {MOST_NAMED} {field}.", field=field)


def check_scripts(wanted: Sequence[int], kept: Sequence[int]) -> None:
    """Refuse scripts that are not there; those that a rule names already may have gone since.

    Raises:
        Invalid: script_unknown.
    """
    given = set(wanted) - set(kept)
    unknown = given - set(Script.objects.filter(pk__in=given).values_list("pk", flat=True))
    if unknown:
        raise Invalid("script_unknown", f"There is no script {min(unknown)}.", field="scripts")


def _change(rule: AlertRule, changes: dict[str, Any]) -> None:
    check(changes)
    check_scripts(changes.get("scripts", ()), rule.scripts)
    for name, value in changes.items():
        setattr(rule, name, list(dict.fromkeys(value)) if name in LISTS else value)
    rule.name = rule.name.strip()


def _save(rule: AlertRule, channels: Sequence[int] | None) -> None:
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as exc:
        taken = f"A rule called '{rule.name}' already exists."
        raise Conflict("alert_rule_name_taken", taken, field="name", name=rule.name) from exc
    if channels is None:
        return
    known = set(Channel.objects.select_for_update(no_key=True).filter(pk__in=channels).values_list("pk", flat=True))
    unknown = set(channels) - known
    if unknown:
        raise Invalid("channel_unknown", f"There is no channel {min(unknown)}.", field="channels")
    RuleChannel.objects.filter(rule=rule).exclude(channel__in=known).delete()
    RuleChannel.objects.bulk_create(
        (RuleChannel(rule=rule, channel_id=pk) for pk in sorted(known)), ignore_conflicts=True
    )


def _drop_unasked(rule: AlertRule) -> None:
    incidents.drop(incidents.unasked(rule), sql.now())
    hearing = RuleChannel.objects.filter(rule=rule).values("channel")
    Telling.objects.filter(incident__alert_rule=rule).exclude(channel__in=hearing).delete()


def _values(rule: AlertRule) -> dict[str, Any]:
    channels = RuleChannel.objects.filter(rule=rule).order_by("channel__name").values_list("channel__name", flat=True)
    return {**{name: getattr(rule, name) for name in FIELDS}, "channels": list(channels)}


def _record(rule: AlertRule, verb: str, before: dict[str, Any] | None, actor: Actor) -> None:
    after = None if verb == "delete" else _values(rule)
    if before != after:
        action, key = f"scripts.{verb}_alertrule", rule.pk
        log.record(actor=actor, action=action, thing="dq.dq_alert_rules", key=key, before=before, after=after)


def _whole() -> QuerySet[AlertRule]:
    return AlertRule.objects.select_related("owner").prefetch_related("channels")


def _named(rules: list[Any]) -> list[Any]:
    wanted = {pk for rule in rules for pk in rule.scripts}
    names = dict(Script.objects.filter(pk__in=wanted).values_list("pk", "name"))
    for rule in rules:
        rule.script_names = {str(pk): names[pk] for pk in rule.scripts if pk in names}
    return rules


def _found(rules: QuerySet[AlertRule], pk: int) -> AlertRule:
    rule = rules.filter(pk=pk).first()
    if rule is None:
        raise NotFound("alert_rule_not_found", f"There is no rule of alerts {pk}.")
    return rule
