"""What a word names, such as a script or a channel: found by its id or name, and deleted, all alike."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import click

from dqx.client.errors import USAGE, Failure
from dqx.client.session import Session

LONGEST_ID = 9  # digits


class Thing(NamedTuple):
    """What things of a kind are called, here and in refusals, where the API has them, and in which fields names and ids stand."""

    called: str
    path: str
    name: str = "name"
    key: str = "id"
    refused_as: str = ""

    @property
    def code(self) -> str:
        """What their refusals begin with."""
        return self.refused_as or self.called.replace(" ", "_")

    def at(self, pk: object) -> str:
        """Where the API has the one of an id."""
        return f"{self.path}/{quote(str(pk), safe='')}"


SCRIPT = Thing("script", "sql_scripts")
SCHEDULE = Thing("schedule", "scheduler", "job_name")
RULE = Thing("rule", "reference_tables/rules", "rule_name", "rule_id")
SOURCE = Thing("source", "reference_tables/sources", "source_name", "source_id")
ALERT_RULE = Thing("alert rule", "alerts/rules")
CHANNEL = Thing("channel", "alerts/channels")
CONNECTION = Thing("connection", "connections")
PERSON = Thing("person", "auth/users", "username", refused_as="user")

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def find(session: Session, thing: Thing, word: str) -> dict[str, Any]:
    """The one of an id or a name.

    Raises:
        Failure: there is none, several have the name, or the person may not see it.
    """
    if word.isascii() and word.isdigit() and len(word) <= LONGEST_ID:
        try:
            return dict(session.api.get(thing.at(word)))
        except Failure as failure:
            if failure.code != f"{thing.code}_not_found":
                raise
    return _called(thing, session.api.get(thing.path), word)


def ids(session: Session, thing: Thing, words: Iterable[str]) -> list[int] | None:
    """The ids of those; None where no word was given, as for `several`.

    Raises:
        Failure: as `find`.
    """
    return [find(session, thing, word)["id"] for word in words] or None


def pick(thing: Thing, known: Sequence[dict[str, Any]], word: str) -> dict[str, Any]:
    """The one of an id or a name, of those that are known.

    Raises:
        Failure: as `find`.
    """
    return next((one for one in known if str(one["id"]) == word), None) or _called(thing, known, word)


def _called(thing: Thing, known: Sequence[dict[str, Any]], word: str) -> dict[str, Any]:
    found = [one for one in known if one[thing.name] == word]
    if not found:
        near = difflib.get_close_matches(word, [one[thing.name] for one in known], n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise Failure(f"{thing.code}_not_found", f"There is no {thing.called} '{word}'.{hint}")
    if len(found) > 1:
        ids = [one["id"] for one in found]
        told = f"{len(ids)} {thing.called}s are called '{word}'. Say which by its id: {', '.join(map(str, ids))}."
        raise Failure(f"{thing.code}_ambiguous", told, USAGE, ids=ids)
    return dict(found[0])


def named(thing: Thing, one: dict[str, Any]) -> str:
    """As a sentence begins with it: Script 15 'Night flights'."""
    return f"{thing.called.capitalize()} {one[thing.key]} '{one[thing.name]}'"


def delete(session: Session, thing: Thing, one: dict[str, Any], yes: bool, warning: str = "") -> None:
    """Delete it, once a person has said yes.

    Args:
        yes: they have.
        warning: what else comes of it, in a sentence that stands before the question.

    Raises:
        Failure: they say no, nobody can be asked, or it is refused.
    """
    if not yes:
        question = f"Delete {thing.called} {one[thing.key]} '{one[thing.name]}'?"
        session.confirm(f"{warning} {question}" if warning else question)
    session.api.send("DELETE", thing.at(one[thing.key]))
    session.output.note(f"{named(thing, one)} was deleted.")


def test(session: Session, thing: Thing, word: str) -> dict[str, Any]:
    """Let the server try whether it works; the answer, which programs have been told.

    Raises:
        Failure: it does not work, or as `find`.
    """
    answer: dict[str, Any] = session.api.send("POST", f"{thing.at(find(session, thing, word)['id'])}/test")
    if session.as_json:
        session.output.document(answer)
    if not answer["ok"]:
        raise Failure(answer["code"], answer["message"])
    return answer
