"""The admin, as people use it; every button goes through the operations."""

import pytest
from django.urls import reverse

from badDetail_app.models import BadRow
from reference_app.models import Rule
from scripts_app.models import Connection, Run, Schedule, Script
from scripts_app.scheduling import schedules
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = (
    "scripts_script",
    "scripts_version",
    "scripts_run",
    "scripts_schedule",
    "reference_rule",
    "reference_source",
    "bad_detail_badrow",
    "bad_detail_event",
)
ADMIN_MODELS = ("users_user", "scripts_connection")


@pytest.fixture
def browse(client):
    def as_person(user):
        client.force_login(user, backend="dqx.users.hashers.SameWorkBackend")
        return client

    return as_person


@pytest.fixture
def published(publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.succeeded(steps.run_publish(script, publisher))
    return script


@pytest.mark.parametrize("model", MODELS)
def test_everybody_may_look_at_the_lists(browse, viewer, published, model):
    assert browse(viewer).get(reverse(f"admin:{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", ADMIN_MODELS)
def test_people_and_connections_are_for_admins(browse, viewer, admin, model):
    assert browse(viewer).get(reverse(f"admin:{model}_changelist")).status_code == 403
    assert browse(admin).get(reverse(f"admin:{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", ("scripts_run", "bad_detail_badrow", "bad_detail_event"))
def test_runs_bad_rows_and_events_are_only_looked_at(browse, admin, model):
    assert browse(admin).get(reverse(f"admin:{model}_add")).status_code == 403


def test_a_bad_row_opens_by_its_key(browse, viewer, published):
    row = BadRow.objects.get()
    answer = browse(viewer).get(reverse("admin:bad_detail_badrow_change", args=[row.key]))
    assert answer.status_code == 200
    assert b"u1" in answer.content
    assert browse(viewer).get(reverse("admin:bad_detail_badrow_change", args=["nonsense"])).status_code == 302


def test_a_script_is_written_changed_and_deleted(browse, author):
    client = browse(author)
    values = {"name": "mine", "description": "", "content": steps.FIVE}
    assert client.post(reverse("admin:scripts_script_add"), values).status_code == 302
    script = Script.objects.get()
    assert (script.owner, steps.staged(script)) == (author, [])
    client.post(reverse("admin:scripts_script_change", args=[script.pk]), {**values, "name": "ours"})
    script.refresh_from_db()
    assert script.name == "ours"
    client.post(reverse("admin:scripts_script_delete", args=[script.pk]), {"post": "yes"})
    assert not Script.objects.exists()


def test_a_refused_script_is_told_at_its_field_and_nothing_typed_is_lost(browse, author):
    text = steps.FIVE.replace("'v'", "nothing_there")
    answer = browse(author).post(
        reverse("admin:scripts_script_add"), {"name": "mine", "description": "", "content": text}
    )
    assert answer.status_code == 200
    assert "nothing_there" in answer.context["adminform"].form.errors["content"][0]
    assert b"nothing_there" in answer.content
    assert not Script.objects.exists()


def test_a_taken_name_is_told_at_its_field(browse, author):
    steps.new_script(author)
    answer = browse(author).post(
        reverse("admin:scripts_script_add"), {"name": "a script", "description": "", "content": steps.FIVE}
    )
    assert answer.status_code == 200
    assert Script.objects.count() == 1


def act(client, action, *scripts, model="scripts_script"):
    values = {"action": action, "_selected_action": [each.pk for each in scripts]}
    return client.post(reverse(f"admin:{model}_changelist"), values, follow=True)


def test_populate_and_publish_are_queued_for_the_selected_scripts(browse, publisher):
    script = steps.new_script(publisher)
    act(browse(publisher), "populate_selected", script)
    run = Run.objects.get()
    assert (run.kind, run.trigger, run.actor) == ("populate", "person", publisher)
    steps.execution.execute(run.pk)
    act(browse(publisher), "publish_selected", script)
    assert Run.objects.first().kind == "publish"


def test_a_script_is_populated_and_published_by_buttons_of_its_own(browse, publisher):
    script = steps.new_script(publisher)
    client, change = browse(publisher), reverse("admin:scripts_script_change", args=[script.pk])
    for kind in ("populate", "publish"):
        address = reverse(f"admin:scripts_script_{kind}", args=[script.pk])
        assert address.encode() in client.get(change).content
        assert client.get(address).status_code == 405
        answer = client.post(address, follow=True)
        assert answer.redirect_chain[-1][0] == change
        assert f"{kind.capitalize()} queued." in answer.content.decode()
        run = Run.objects.first()
        assert (run.kind, run.trigger, run.actor) == (kind, "person", publisher)
        steps.execution.execute(run.pk)
    assert len(steps.bad_rows()) == 1


def test_the_list_has_the_same_buttons_for_those_who_may(browse, viewer, author):
    script = steps.new_script(author)
    listing, kinds = reverse("admin:scripts_script_changelist"), ("populate", "publish")
    buttons = [reverse(f"admin:scripts_script_{kind}", args=[script.pk]).encode() for kind in kinds]
    review = reverse("script-review", args=[script.pk]).encode()
    for person, offered in ((viewer, [False, False]), (author, [True, False])):
        page = browse(person).get(listing).content
        assert [button in page for button in buttons] == offered
        assert review in page
    answer = browse(author).post(buttons[0].decode(), {"action": ""}, follow=True)
    assert answer.redirect_chain[-1][0] == listing


def test_what_a_button_refuses_becomes_a_message(browse, publisher):
    address = reverse("admin:scripts_script_publish", args=[steps.new_script(publisher).pk])
    assert "has not been populated yet" in browse(publisher).post(address, follow=True).content.decode()


def test_the_first_page_is_by_what_people_do_and_shows_no_raw_tables(browse, admin):
    page = browse(admin).get(reverse("admin:index"))
    groups = {group["name"]: [model["object_name"] for model in group["models"]] for group in page.context["app_list"]}
    assert groups == {
        "Scripts": ["Script", "Schedule", "DueTime", "Version", "Run", "RunCount", "Scope"],
        "Alerts": ["Channel", "AlertRule", "Incident", "Message"],
        "Bad rows": ["BadRow", "Event"],
        "References": ["Rule", "Source"],
        "Administration": ["Connection", "User", "Entry"],
    }


def test_what_an_action_refuses_becomes_a_message(browse, publisher):
    answer = act(browse(publisher), "publish_selected", steps.new_script(publisher))
    assert "has not been populated yet" in answer.content.decode()


def test_actions_are_offered_to_those_who_may(browse, viewer, author, publisher):
    steps.new_script(author)
    listing = reverse("admin:scripts_script_changelist")
    assert b"populate_selected" not in browse(viewer).get(listing).content
    assert b"populate_selected" in browse(author).get(listing).content
    assert b"publish_selected" not in browse(author).get(listing).content
    assert b"publish_selected" in browse(publisher).get(listing).content


def test_a_queued_run_is_cancelled(browse, author):
    script = steps.new_script(author)
    client = browse(author)
    act(client, "populate_selected", script)
    act(client, "cancel_selected", Run.objects.get(), model="scripts_run")
    assert Run.objects.get().status == Run.Status.CANCELLED


def test_a_time_limit_that_is_none_is_refused_at_its_field_and_nothing_is_lost(browse, author):
    values = {"name": "limited", "content": steps.FIVE, "description": "kept", "time_limit": "0"}
    answer = browse(author).post(reverse("admin:scripts_script_add"), values)
    assert answer.status_code == 200 and list(answer.context["adminform"].form.errors) == ["time_limit"]
    assert "limited" in answer.content.decode() and not Script.objects.exists()


def test_a_schedule_is_refused_by_the_field_that_is_wrong(browse, publisher):
    script = steps.new_script(publisher)
    values = {
        "job_name": "nightly",
        "script": script.pk,
        "timezone": "UTC",
        "operation": "populate",
        "catch_up": "skip",
        "is_active": "on",
    }
    client = browse(publisher)
    answer = client.post(reverse("admin:scripts_schedule_add"), {**values, "cron_schedule": "0 25 * * *"})
    assert "The hour &#x27;25&#x27;" in answer.content.decode()
    assert (
        client.post(reverse("admin:scripts_schedule_add"), {**values, "cron_schedule": "0 2 * * 1-5"}).status_code
        == 302
    )
    assert Schedule.objects.get().owner == publisher


def test_a_preset_stays_one_when_its_name_is_changed(browse, publisher):
    script = steps.new_script(publisher)
    schedule = schedules.create(actor=publisher, job_name="a", script_id=script.pk, frequency="daily", time="02:05")
    values = {
        "job_name": "b",
        "script": script.pk,
        "timezone": "UTC",
        "operation": "populate",
        "catch_up": "skip",
        "is_active": "on",
    }
    change = reverse("admin:scripts_schedule_change", args=[schedule.pk])
    assert browse(publisher).post(change, {**values, "cron_schedule": "5 2 * * *"}).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.job_name, schedule.frequency) == ("b", "daily")


def test_schedules_are_run_and_switched_by_buttons(browse, publisher):
    schedule = schedules.create(
        actor=publisher, job_name="a", script_id=steps.new_script(publisher).pk, cron_schedule="5 2 * * *"
    )
    act(browse(publisher), "run_selected", schedule, model="scripts_schedule")
    assert (Run.objects.get().schedule, Run.objects.get().trigger) == (schedule, "person")
    assert "under way" in act(browse(publisher), "run_selected", schedule, model="scripts_schedule").content.decode()
    act(browse(publisher), "toggle_selected", schedule, model="scripts_schedule")
    assert not Schedule.objects.get().is_active


def test_a_published_script_is_deleted_with_its_versions(browse, author, published):
    client = browse(author)
    assert client.post(reverse("admin:scripts_script_delete", args=[published.pk]), {"post": "yes"}).status_code == 302
    assert not Script.objects.exists()


def test_the_password_of_a_connection_is_kept_encrypted_and_not_shown(browse, admin, settings):
    settings.ENCRYPTION_KEYS = ["8" * 43 + "="]
    values = {
        "name": "wh",
        "host": "h",
        "port": 5432,
        "dbname": "d",
        "username": "u",
        "sslmode": "prefer",
        "runs_at_once": 4,
        "password": "S3CRET",
    }
    assert browse(admin).post(reverse("admin:scripts_connection_add"), values).status_code == 302
    connection = Connection.objects.get()
    assert b"S3CRET" not in bytes(connection.secret)
    page = browse(admin).get(reverse("admin:scripts_connection_change", args=[connection.pk])).content
    assert b"S3CRET" not in page
    assert bytes(connection.secret) not in page


def test_without_a_key_a_password_is_not_kept(browse, admin, settings):
    settings.ENCRYPTION_KEYS = []
    values = {
        "name": "wh",
        "host": "h",
        "port": 5432,
        "dbname": "d",
        "username": "u",
        "sslmode": "prefer",
        "runs_at_once": 4,
        "password": "S3CRET",
    }
    answer = browse(admin).post(reverse("admin:scripts_connection_add"), values)
    assert "DQX_ENCRYPTION_KEYS" in answer.content.decode()
    assert not Connection.objects.exists()


def test_an_admin_makes_people_with_a_role(browse, admin):
    values = {
        "username": "new", "email": "new@example.org", "role": "author", "usable_password": "true",
        "password1": "correct horse battery", "password2": "correct horse battery",
    }  # fmt: skip
    assert browse(admin).post(reverse("admin:users_user_add"), values).status_code == 302
    made = type(admin).objects.get(username="new")
    assert (made.role_name, made.check_password("correct horse battery")) == ("Author", True)


def test_a_rule_is_added_renamed_and_keeps_its_id(browse, author, admin):
    client = browse(author)
    client.post(reverse("admin:reference_rule_add"), {"rule_id": "R/1", "rule_name": "first", "description": ""})
    change = reverse("admin:reference_rule_change", args=["R_2F1"])
    assert client.post(change, {"rule_id": "other", "rule_name": "renamed", "description": "x"}).status_code == 302
    assert list(Rule.objects.values_list("rule_id", "rule_name")) == [("R/1", "renamed")]
    delete = reverse("admin:reference_rule_delete", args=["R_2F1"])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert browse(admin).post(delete, {"post": "yes"}).status_code == 302
    assert not Rule.objects.exists()
