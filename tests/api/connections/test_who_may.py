"""Connections are for admins, and each operation asks by itself."""

import pytest
from django.contrib.auth.models import AnonymousUser

from dqx.errors import NotAllowed, NotSignedIn
from dqx.users.roles import MATRIX
from scripts_app.databases import connections, probe, reading
from scripts_app.databases.details import Details
from scripts_app.models import Connection
from tests.api.conftest import refused
from tests.api.connections.kept import ADDRESS, GIVEN, new

pytestmark = pytest.mark.django_db(transaction=True)


def test_connections_are_for_admins(as_admin, as_publisher, as_nobody):
    pk = new(as_admin)["id"]
    calls = [
        ("GET", "", None),
        ("POST", "", GIVEN),
        *((m, pk, {} if m != "GET" else None) for m in ("GET", "PUT", "PATCH", "DELETE")),
        ("POST", f"{pk}/test", {}),
    ]
    for method, place, body in calls:
        refused(as_publisher.send(method, f"{ADDRESS}{place}", body if method != "PUT" else GIVEN), 403, "not_allowed")
        refused(as_nobody.send(method, f"{ADDRESS}{place}", body), 401, "not_signed_in")
    assert Connection.objects.count() == 1


OPERATIONS = {
    "scripts.view_connection": lambda actor, pk: (connections.listed(actor=actor), connections.get(pk, actor=actor)),
    "scripts.add_connection": lambda actor, pk: connections.create(actor=actor, name="n", host="127.0.0.1", dbname="d", username="u"),
    "scripts.change_connection": lambda actor, pk: connections.update(pk, actor=actor, name="n"),
    "scripts.delete_connection": lambda actor, pk: connections.delete(pk, actor=actor),
    "scripts.test_connection": lambda actor, pk: probe.test_connection(pk, actor=actor),
    "scripts.use_connection": lambda actor, pk: reading.choose("wh", actor=actor),
    "scripts.enter_connection": lambda actor, pk: reading.choose(Details("127.0.0.1", 1, "d", "u", ""), actor=actor),
}  # fmt: skip


@pytest.mark.parametrize("action", OPERATIONS)
def test_an_operation_asks_by_itself(as_admin, admin, monkeypatch, action):
    pk = new(as_admin)["id"]
    before = list(Connection.objects.values())
    for nobody in (None, AnonymousUser()):
        with pytest.raises(NotSignedIn):
            OPERATIONS[action](nobody, pk)
    monkeypatch.delitem(MATRIX, action)
    with pytest.raises(NotAllowed):
        OPERATIONS[action](admin, pk)
    assert list(Connection.objects.values()) == before
