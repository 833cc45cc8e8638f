"""A program that talks to the API: JSON over HTTP, with a token."""

import json
from typing import Any

import pytest
from django.test import Client

from dqx.users import accounts

ERROR_PARTS = {"code", "message", "details"}


class Api:
    """Sends JSON as one person, or as nobody."""

    def __init__(self, user: Any = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {accounts.tokens_for(user)['access']}"} if user else {}

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.generic(method, path, **given, headers=self.headers, **more)

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.send("POST", path, body)

    def put(self, path: str, body: Any = None) -> Any:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> Any:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The error of an answer, which has to be of this status and code and of the one shape."""
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/json")
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == ERROR_PARTS
    assert body["error"]["code"] == code
    assert isinstance(body["error"]["message"], str) and body["error"]["message"]
    assert isinstance(body["error"]["details"], dict)
    return body["error"]


def wrong_fields(response: Any) -> set[str]:
    """The fields that a 400 names."""
    return set(refused(response, 400, "invalid")["details"]["fields"])


@pytest.fixture
def as_viewer(viewer):
    return Api(viewer)


@pytest.fixture
def as_author(author):
    return Api(author)


@pytest.fixture
def as_publisher(publisher):
    return Api(publisher)


@pytest.fixture
def as_admin(admin):
    return Api(admin)


@pytest.fixture
def as_nobody(db):
    return Api()
