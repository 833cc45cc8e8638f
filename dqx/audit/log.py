"""Recording changes, and reading what was recorded."""

from collections.abc import Iterable, Mapping
from typing import Any

from dqx import keyset
from dqx.audit.models import Entry
from dqx.keyset import FIRST, Page, Place
from dqx.users.models import User
from dqx.users.permissions import Actor, require, require_person

Values = Mapping[str, Any] | None
# Key, before, after.
Change = tuple[object, Values, Values]
# The index on keys takes no longer ones.
LONGEST_KEY = 500
# Never recorded, whoever hands them over.
SECRETS = {"password", "hashed_password", "secret"}


def record(
    *,
    actor: Actor,
    action: str,
    thing: str,
    key: object,
    before: Values,
    after: Values,
) -> None:
    """Note a change, in the transaction that makes it.

    Args:
        action: as the matrix names it, such as "reference.change_rule".
        thing: the table, such as "dq.rule_ref".
        key: what tells the row from others.
        before, after: its values by column; None where there was or is no row. Of a change only what differs is kept.

    Raises:
        NotSignedIn: nobody acts.
    """
    _entry(require_person(actor), action, thing, key, before, after).save(force_insert=True)


def record_several(*, actor: Actor, action: str, thing: str, changes: Iterable[Change]) -> None:
    """Note changes of one kind, in the transaction that makes them.

    Args:
        changes: each with key, before and after, as `record` has them.

    Raises:
        NotSignedIn: nobody acts.
    """
    person = require_person(actor)
    Entry.objects.bulk_create((_entry(person, action, thing, *change) for change in changes), batch_size=1_000)


def _entry(person: User, action: str, thing: str, key: object, before: Values, after: Values) -> Entry:
    old, new = _plain(before), _plain(after)
    if old is not None and new is not None:
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        old, new = ({name: values[name] for name in values if name in changed} for values in (old, new))
    return Entry(
        actor=person,
        actor_name=person.username,
        action=action,
        thing=thing,
        key=str(key)[:LONGEST_KEY],
        before=old,
        after=new,
    )


def _plain(values: Values) -> dict[str, Any] | None:
    return None if values is None else {name: value for name, value in values.items() if name not in SECRETS}


def entries(*, actor: Actor, thing: str = "", key: str = "", place: Place = FIRST, size: int = 100) -> Page:
    """A page of the log, newest first.

    Args:
        thing, key: only changes of this table, and of this row.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "audit.view_entry")
    found = Entry.objects.all()
    if thing:
        found = found.filter(thing=thing)
    if key:
        found = found.filter(key=key)
    return keyset.read(found, "id", place, size, descending=True)
