"""The connections that scripts read: who chooses them, and how their passwords are kept."""

import pytest
from django.conf import settings as configured
from django.db import connection as database

from dqx.errors import NotAllowed
from scripts_app import scripts
from scripts_app.databases import connections, reading, vault
from scripts_app.models import Connection
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "8" * 43 + "="


def test_a_script_reads_the_database_of_its_connection(admin, settings):
    settings.ENCRYPTION_KEYS = [KEY]
    runner = configured.RUNNER_DATABASE
    here = Connection(
        name="here",
        host=runner["HOST"],
        port=runner["PORT"],
        dbname=database.settings_dict["NAME"],
        username=runner["USER"],
    )
    connections.save(here, actor=admin, password=runner["PASSWORD"])
    script = scripts.create(actor=admin, name="there", content=steps.FIVE, connection=here)
    steps.succeeded(steps.run_populate(script, admin))
    assert len(steps.staged(script)) == 1


def test_a_key_is_changed_by_putting_the_new_one_in_front(settings):
    settings.ENCRYPTION_KEYS = [KEY]
    kept = Connection(name="x", host="127.0.0.1", secret=vault.encrypt("S3CRET"))
    settings.ENCRYPTION_KEYS = ["9" * 42 + "8=", KEY]
    assert reading.address(kept)["PASSWORD"] == "S3CRET"


def test_only_admins_choose_a_connection(admin, author, settings):
    settings.ENCRYPTION_KEYS = [KEY]
    far = connections.save(Connection(name="far", host="h", dbname="d", username="u"), actor=admin)
    with pytest.raises(NotAllowed):
        scripts.create(actor=author, name="x", content=steps.FIVE, connection=far)
