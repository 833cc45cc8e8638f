"""The description of the API says what the API does: told by reading it, and by a program that sends what the description allows."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import checks as known
from schemathesis.specs.openapi import checks as conformance

from dqx.rest import openapi
from dqx.users import accounts
from tests.api import described_world

# No 5xx, no undocumented status, no answer that breaks its schema.
CHECKS = [
    known.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]
api = schemathesis.openapi.from_wsgi("/api/schema/", app=get_wsgi_application())


@api.hook
def before_generate_path_parameters(context, strategy):
    """Half of the ids are of something that is there."""
    names = [parameter.name for parameter in context.operation.path_parameters]
    there = described_world.ids(context.operation.path, names)
    return st.one_of(st.just(there), strategy) if there else strategy


@api.hook
def map_query(context, query):
    """Nobody waits for a run that no worker will do."""
    return {**query, "wait": 0.01} if query and "wait" in query else query


@pytest.fixture
def world(admin):
    described_world.make(admin)
    # The end of a request closes a connection whose transaction is open, as that of a test is; Django's own client does this too.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"Authorization": f"Bearer {accounts.tokens_for(admin)['access']}"}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@api.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_call_answers_as_described(world, case):
    # In an address everything is text, so that most of what this program takes for a violation is none there.
    checks = [*CHECKS, conformance.negative_data_rejection] if case.operation.body else CHECKS
    with transaction.atomic():  # each example meets the same world
        case.call_and_validate(headers=world, checks=checks)
        transaction.set_rollback(True)


def operations():
    return [
        (path, method, told)
        for path, methods in openapi.document()["paths"].items()
        for method, told in methods.items()
    ]


def test_the_description_is_openapi():
    validate_schema(openapi.document())


def test_nothing_is_left_to_guessing(capsys):
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS, capsys.readouterr().err


def test_every_call_says_how_it_answers():
    silent = [
        f"{method} {path}" for path, method, told in operations() if not any(s < "300" for s in told["responses"])
    ]
    assert silent == []


def test_every_call_has_a_name_of_its_own():
    names = [told["operationId"] for *_, told in operations()]
    assert len(names) == len(set(names))


def test_everybody_may_read_the_description(client):
    answer = client.get("/api/schema")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")


@pytest.mark.django_db
def test_the_page_of_the_description_needs_nothing_from_elsewhere(client):
    page = client.get("/api/docs/").content.decode()
    assert "drf_spectacular_sidecar" in page
    assert "http://" not in page and "https://" not in page
