"""One cluster, of whatever version the tests run on."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from dqx.embedded.binaries import find_postgres
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import open_folder
from dqx.embedded.postgres import Cluster
from tests.plugin import RunningCluster, start_cluster

pytestmark = pytest.mark.database


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall() if cursor.description else []
        connection.commit()
        return rows


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with start_cluster() as running:
        yield running


def test_it_is_made_to_keep_data(cluster: RunningCluster) -> None:
    settings = (
        "data_checksums",
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "password_encryption",
        "listen_addresses",
    )
    for setting in settings:
        expected = {"password_encryption": "scram-sha-256", "listen_addresses": "127.0.0.1"}.get(setting, "on")
        assert ask(cluster.admin_url, f"SHOW {setting}") == [(expected,)]
    assert ask(cluster.admin_url, "SELECT DISTINCT auth_method FROM pg_hba_file_rules") == [("scram-sha-256",)]


def test_text_is_ordered_by_code_point_and_letters_are_unicode(cluster: RunningCluster) -> None:
    assert ask(cluster.owner_url, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'dqx'") == [
        ("UTF8",)
    ]
    assert ask(cluster.owner_url, "SELECT 'Z' < 'a', lower('ÉÄΩ')") == [(True, "éäω")]


def test_the_database_is_the_owners_and_setting_up_can_be_repeated(cluster: RunningCluster) -> None:
    cluster.set_up()
    assert ask(
        cluster.owner_url, "SELECT datdba::regrole::text, current_user::text FROM pg_database WHERE datname = 'dqx'"
    ) == [("dqx_owner", "dqx_owner")]
    assert ask(cluster.runner_url, "SHOW default_transaction_read_only") == [("on",)]


def test_what_was_committed_survives_a_kill() -> None:
    with start_cluster() as cluster:
        for number in range(3):
            ask(cluster.owner_url, f"CREATE SCHEMA IF NOT EXISTS s{number}")
            cluster.kill()
            cluster.start()
        rows = ask(cluster.owner_url, r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^s\d$' ORDER BY 1")
        assert rows == [("s0",), ("s1",), ("s2",)]


def test_a_start_that_was_killed_while_it_made_the_data_starts_over(folder: Path) -> None:
    home = open_folder(folder / "home")
    programs = find_postgres(home, os.environ["DQX_TEST_POSTGRES"])
    cluster = Cluster(home, home.postgres, programs, 0, "secret", durable=False)
    half = home.server_folder(home.folder / "postgres.draft")
    (half / "PG_VERSION").write_text("18")
    cluster.initialise()
    assert (home.postgres / "global" / "pg_control").exists()
    assert not half.exists()
    assert not list(home.folder.glob("*.password"))


def test_data_of_another_version_is_refused(cluster: RunningCluster) -> None:
    version = cluster.cluster.data / "PG_VERSION"
    before = version.read_text()
    version.write_text("9\n")
    try:
        with pytest.raises(EmbeddedError, match="is of PostgreSQL 9"):
            cluster.cluster.initialise()
    finally:
        version.write_text(before)


def test_the_template_of_the_tests_has_what_the_grants_took_away() -> None:
    programs = Path(os.environ["DQX_TEST_POSTGRES_BIN"])
    query = "SELECT has_function_privilege('dqx_runner', 'pg_sleep(double precision)', 'EXECUTE')"
    address = os.environ["DQX_TEST_ADMIN_URL"].removesuffix("dqx") + os.environ["DQX_TEST_TEMPLATE"]
    done = subprocess.run([programs / "psql", "-XAt", "-c", query, address], capture_output=True, text=True, check=True)
    assert done.stdout == "f\n"
