"""A connection that is kept, and how it is made."""

from scripts_app.databases import vault
from scripts_app.models import Connection

GIVEN = {
    "name": "wh",
    "host": "127.0.0.1",
    "port": 5432,
    "dbname": "d",
    "user": "u",
    "password": "S3CRET",
    "sslmode": "prefer",
    "runs_at_once": 4,
}
ADDRESS = "/api/connections/"


def new(api, **changes):
    answer = api.post(ADDRESS, {**GIVEN, **changes})
    assert answer.status_code == 201, answer.content
    return answer.json()


def kept_password(pk):
    return vault.decrypt(bytes(Connection.objects.get(pk=pk).secret))
