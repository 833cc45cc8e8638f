"""What the roles allow, in words; from the matrix, so that the words are true."""

from typing import NamedTuple

from dqx.users.roles import MATRIX, Role

# By an action that stands for all that the words name.
WORDS = {
    "bad_detail.view_baddetail": "See the bad rows, the life of each, charts and exports",
    "scripts.view_script": "Read scripts and their versions, reviews and runs",
    "reference.view_rule": "Look up rules and sources",
    "scripts.view_schedule": "See what is scheduled, and when it runs next",
    "scripts.change_script": "Write, change and delete scripts",
    "scripts.populate_script": "Populate scripts, and stop such runs",
    "scripts.run_query": "Query the sources, and databases that have a connection",
    "reference.change_rule": "Add and change rules and sources",
    "scripts.publish_script": "Publish what a script has found",
    "scripts.change_schedule": "Schedule scripts, and start schedules by hand",
    "reference.delete_rule": "Delete rules and sources",
    "tables.change_row": "Change rows of the tables of schema dq",
    "scripts.change_connection": "Keep connections to other databases",
    "users.change_user": "Keep people and their roles",
    "audit.view_entry": "Read the log of who changed what",
}


class Ability(NamedTuple):
    """Something that people do, whether a role may, and the lowest role that may."""

    words: str
    allowed: bool
    lowest: str


def of(role: Role) -> list[Ability]:
    """All that people do, and what of it a role may."""
    return [Ability(words, role >= MATRIX[action], MATRIX[action].name.capitalize()) for action, words in WORDS.items()]
