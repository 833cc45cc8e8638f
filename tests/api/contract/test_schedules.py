"""contract.md, `/api/scheduler/`, `/api/connections/`, and a populate from elsewhere."""

import pytest

from tests.api import elsewhere
from tests.api.contract.caller import new_name, select

pytestmark = pytest.mark.django_db
SCHEDULER, CONNECTIONS = "/api/scheduler", "/api/connections"


@pytest.fixture(scope="module")
def script(world):
    return world.author.script(select("CLOCK", "u1"))


def schedule(script, **more):
    return {"job_name": new_name("job"), "script_id": script, **more}


@pytest.mark.parametrize(
    ("given", "cron"),
    [
        ({"frequency": "daily", "time": "02:05"}, "5 2 * * *"),
        ({"frequency": "weekly", "time": "02:05", "day_of_week": "monday"}, "5 2 * * 1"),
        ({"frequency": "monthly", "time": "02:05", "day_of_month": 31}, "5 2 31 * *"),
        ({"frequency": "cron", "cron_schedule": "*/10 8-18 * * mon-fri"}, "*/10 8-18 * * mon-fri"),
        ({"cron_schedule": "0 4 * * *"}, "0 4 * * *"),
    ],
)
def test_each_frequency(publisher, viewer, script, given, cron):
    whole = {**given, "timezone": "Europe/Berlin", "operation": "populate_and_publish", "is_active": False}
    made = publisher.does("POST", SCHEDULER, schedule(script, **whole), 201)
    assert (made["cron_schedule"], made["timezone"], made["operation"], made["is_active"]) == (
        cron, "Europe/Berlin", "populate_and_publish", False
    )  # fmt: skip
    assert made["description"] and made["last_run"] is None
    assert {name: made[name] for name in given if name != "cron_schedule"} == {
        k: v for k, v in given.items() if k != "cron_schedule"
    }
    assert viewer.gets(f"{SCHEDULER}/{made['id']}") == made and made in viewer.gets(SCHEDULER)
    publisher.does("DELETE", f"{SCHEDULER}/{made['id']}", status=204)
    publisher.refused(404, "schedule_not_found", "GET", f"{SCHEDULER}/{made['id']}")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cron_schedule": "61 * * * *"}, "cron_schedule"), ({"cron_schedule": "* * * *"}, "cron_schedule"),
        ({"cron_schedule": "0 0 31 2 *"}, "cron_schedule"), ({"cron_schedule": "@daily"}, "cron_schedule"),
        ({"frequency": "daily"}, "time"),
        ({"frequency": "weekly", "time": "02:05"}, "day_of_week"), ({"frequency": "daily", "time": "25:00"}, "time"),
        ({"frequency": "hourly"}, "frequency"), ({"cron_schedule": "0 4 * * *", "timezone": "Mars/Olympus"}, "timezone"),
        ({"cron_schedule": "0 4 * * *", "operation": "delete"}, "operation"), ({"cron_schedule": "0 4 * * *", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_field(publisher, script, given, field):
    answer = publisher("POST", SCHEDULER, schedule(script, **given))
    assert answer.status == 400 and field in answer.body["error"]["details"]["fields"], answer.body


def test_a_cron_expression_is_refused_with_the_part_that_is_wrong(publisher, script):
    for text, part in (
        ("61 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 32 * *", "day"),
        ("* * * 13 *", "month"),
        ("* * * * 9", "day of"),
    ):
        answer = publisher("POST", SCHEDULER, schedule(script, cron_schedule=text))
        assert part in answer.body["error"]["message"].lower(), answer.body


def test_a_schedule_is_changed_switched_and_run(author, publisher, viewer, script):
    made = publisher.does(
        "POST", SCHEDULER, schedule(script, frequency="daily", time="02:05", operation="populate_and_publish"), 201
    )
    path = f"{SCHEDULER}/{made['id']}"
    assert publisher.does("PATCH", path, {"time": "03:05"})["cron_schedule"] == "5 3 * * *"
    put = publisher.does("PUT", path, schedule(script, cron_schedule="0 4 * * *", operation="populate_and_publish"))
    assert (put["frequency"], put["is_active"]) == ("cron", True)
    coming = viewer.gets(f"{path}/next_runs?n=3")
    assert len(coming["next_runs"]) == 3 == len({moment[:10] for moment in coming["next_runs"]})
    assert (
        all(moment[11:16] == "04:00" for moment in coming["next_runs"])
        and len(viewer.gets(f"{path}/next_runs")["next_runs"]) == 5
    )
    viewer.refused(400, "invalid", "GET", f"{path}/next_runs?n=0")
    assert [publisher.does("POST", f"{path}/toggle")["is_active"] for _ in range(2)] == [False, True]
    author.refused(403, "not_allowed", "POST", f"{path}/run_now")
    run = publisher.does("POST", f"{path}/run_now", status=202)
    assert (run["kind"], run["schedule"]) == ("populate", made["id"])
    last = publisher.until(
        path,
        lambda found: found["last_run"] and found["last_run"]["kind"] == "publish" and found["last_run"]["finished_at"],
    )
    assert last["last_run"]["status"] == "succeeded"
    assert [found["kind"] for found in viewer.gets(f"/api/runs?schedule={made['id']}")["results"]] == [
        "publish",
        "populate",
    ]


def test_a_schedule_of_no_script(publisher):
    answer = publisher("POST", SCHEDULER, schedule(999_999_999, cron_schedule="0 4 * * *"))
    assert answer.status in (400, 404) and "script_id" in answer.body["error"]["details"].get("fields", {}), answer.body


# --- connections ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def far(world, elsewhere_database):
    """A stored connection."""
    given = {"name": new_name("far"), **elsewhere_database.details}
    return world.admin.does("POST", CONNECTIONS, given, 201)


def test_connections_are_for_admins_and_keep_their_secret(admin, publisher, far, elsewhere_database):
    path = f"{CONNECTIONS}/{far['id']}"
    for told in (far, admin.gets(path), admin.gets(CONNECTIONS)):
        assert elsewhere_database.password not in str(told) and "secret" not in str(told)
    for method, address in (("GET", CONNECTIONS), ("GET", path), ("POST", f"{path}/test"), ("DELETE", path)):
        publisher.refused(403, "not_allowed", method, address)
    assert admin.does("PATCH", path, {"port": elsewhere_database.port})["has_password"] is True
    tested = admin.does("POST", f"{path}/test")
    assert elsewhere_database.password not in str(tested) and tested
    admin.refused(
        409, "connection_name_taken", "POST", CONNECTIONS, {"name": far["name"], **elsewhere_database.details}
    )
    other = admin.does("POST", CONNECTIONS, {"name": new_name(), **elsewhere_database.details}, 201)
    admin.does("DELETE", f"{CONNECTIONS}/{other['id']}", status=204)


def test_link_local_and_metadata_addresses_are_refused(admin, elsewhere_database):
    for host in ("169.254.169.254", "fe80::1", "0.0.0.0"):
        given = {"name": new_name(), **elsewhere_database.details, "host": host}
        admin.refused(400, "host_refused", "POST", CONNECTIONS, given)


def test_populate_from_a_connection_by_name_and_by_details(admin, author, far, elsewhere_database):
    query = author.does("POST", "/api/query", {"query": "SELECT count(*) AS n FROM rows", "connection": far["name"]})
    assert query["rows"] == [{"n": elsewhere.ROWS}]
    pk = author.script(select("FAR", "u1"))
    author.does("POST", "/api/sql_scripts/execute", {"script_content": elsewhere.SCRIPT, "connection": far["name"]})
    run = author.does("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60", {"connection": far["name"]})
    assert (run["status"], run["connection"], run["connection_given"]) == ("succeeded", far["name"], False)
    details = elsewhere_database.details
    author.refused(403, "not_allowed", "POST", f"/api/sql_scripts/{pk}/populate_table", {"connection": details})
    run = admin.does("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60", {"connection": details})
    assert (run["status"], run["connection"], run["connection_given"]) == ("succeeded", None, True)
    assert details["password"] not in str(admin.gets(f"/api/runs/{run['id']}"))
    wrong = admin.does(
        "POST", f"/api/sql_scripts/{pk}/populate_table?wait=60", {"connection": {**details, "password": "wrong"}}
    )
    assert wrong["status"] == "failed" and "wrong" not in wrong["error"]["message"]
