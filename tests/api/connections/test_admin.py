"""Connections in the admin: the password stays where it belongs."""

import pytest
from django.urls import reverse

from scripts_app import scripts
from scripts_app.models import Connection
from tests.api import elsewhere
from tests.api.connections.kept import GIVEN, kept_password, new

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browse(client, admin):
    client.force_login(admin, backend="dqx.users.hashers.SameWorkBackend")
    return client


def form(**changes):
    given = {**GIVEN, "password": "", **changes}
    return {"username" if name == "user" else name: value for name, value in given.items()}


def test_the_admin_keeps_the_password_where_it_belongs(as_admin, browse):
    pk = new(as_admin)["id"]
    page = reverse("admin:scripts_connection_change", args=[pk])
    answer = browse.post(page, form(host="127.0.0.2"))
    assert answer.status_code == 200 and "Enter it again" in answer.content.decode()
    assert Connection.objects.get().host == "127.0.0.1"
    assert browse.post(page, form(name="renamed")).status_code == 302
    assert (Connection.objects.get().name, kept_password(pk)) == ("renamed", "S3CRET")
    assert browse.post(page, form(host="127.0.0.2", password="NEW")).status_code == 302
    assert kept_password(pk) == "NEW"


def test_the_admin_refuses_a_host(browse):
    answer = browse.post(reverse("admin:scripts_connection_add"), form(host="169.254.169.254"))
    assert answer.status_code == 200 and "link-local" in answer.content.decode()
    assert not Connection.objects.exists()


def test_the_admin_tests_and_deletes(as_admin, admin, browse, there):
    new(as_admin, **there.details)
    bad = new(as_admin, name="bad", port=1)["id"]
    page = reverse("admin:scripts_connection_changelist")
    every = [one.pk for one in Connection.objects.all()]
    answer = browse.post(page, {"action": "test_selected", "_selected_action": every}, follow=True).content.decode()
    assert "PostgreSQL " in answer and "nothing listens" in answer and "S3CRET" not in answer
    scripts.create(actor=admin, name="far", content=elsewhere.SCRIPT, connection=Connection.objects.get(name="wh"))
    browse.post(reverse("admin:scripts_connection_delete", args=[bad]), {"post": "yes"})
    assert [one.name for one in Connection.objects.all()] == ["wh"]
