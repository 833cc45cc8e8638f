"""The files of deploy/: what they start is there and takes these options, and what they set is a setting of DQX."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from celery import current_app
from celery.bin.base import CLIContext
from celery.bin.celery import celery
from click import UsageError
from django.core.management import get_commands, load_command_class
from gunicorn.config import Config

from dqx.embedded.home import Home
from dqx.embedded.services import Site, services
from dqx.environment import BASE_DIR
from tests.api import servers

DEPLOY = BASE_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "dqx"}
SETTING = re.compile(r"\b(DQX_[A-Z_]+|DATABASE_URL|CELERY_BROKER_URL)\b")
BIN = "/opt/dqx/.venv/bin/"
SETTING_FILES = [*UNITS, *(DEPLOY / name for name in ("systemd/dqx.env", "compose.yaml", "Dockerfile"))]
# Of roles.sql, which psql reads.
OF_ROLES = {"DQX_OWNER_PASSWORD", "DQX_RUNNER_PASSWORD"}


def lines_of(unit, key):
    return [line.partition("=")[2] for line in unit.read_text().splitlines() if line.startswith(f"{key}=")]


def command_of(unit):
    (line,) = lines_of(unit, "ExecStart")
    return [Path(word).name if word.startswith(BIN) else word for word in shlex.split(line.replace("%H", "here"))]


def docker_command():
    """The image's own, which the web has."""
    (line,) = [line for line in DOCKERFILE.splitlines() if line.startswith("CMD ")]
    _, _, script = yaml.safe_load(line.removeprefix("CMD "))
    return shlex.split(script.rpartition("exec ")[2])


COMMANDS = {
    **{unit.stem: command_of(unit) for unit in UNITS},
    **{f"compose {name}": service.get("command") or docker_command() for name, service in OURS.items()},
}


def parse(command):
    """Let the program that is meant read its options, as it would at its start; what they are."""
    program, *options = command
    if program == "celery":
        group = celery.make_context("celery", options[: options.index("dqx") + 1], resilient_parsing=True)
        group.obj = CLIContext(app=current_app, no_color=True, workdir=None)
        name, *rest = options[options.index("dqx") + 1 :]
        found = celery.get_command(group, name)
        return found.make_context(name, rest, parent=group).params
    if program == "gunicorn":
        return vars(Config().parser().parse_args(options))
    assert command[:2] == ["python", "manage.py"]
    name = command[2]
    found = load_command_class(get_commands()[name], name)
    return vars(found.create_parser("manage.py", name).parse_args(options[2:]))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_one_that_there_is(name):
    parse(COMMANDS[name])


def test_a_command_that_there_is_not_is_found():
    for command in (["celery", "-A", "dqx", "worker", "--no-such"], ["gunicorn", "dqx.wsgi", "--no-such", "1"]):
        with pytest.raises((SystemExit, UsageError)):
            parse(command)


def test_they_start_what_make_run_starts(tmp_path):
    """But for where things listen and are written."""
    (tmp_path / "log").mkdir()
    ours = {spec.name: spec.command[2:] for spec in services(Home(tmp_path, None), Site("127.0.0.1", 8000))}
    for name in ("worker", "clock", "beat"):
        for command in (COMMANDS[f"dqx-{name}"], COMMANDS[f"compose {name}"]):
            found, wanted = parse(command), parse(ours[name])
            differing = {key for key in found if found[key] != wanted[key]}
            assert differing <= {"hostname", "pidfile"}, name


@pytest.mark.parametrize("file", SETTING_FILES, ids=lambda file: file.name)
def test_every_setting_is_one_of_dqx(file):
    known = set(SETTING.findall((BASE_DIR / ".env.example").read_text())) | OF_ROLES
    assert set(SETTING.findall(file.read_text())) <= known


def test_the_image_has_every_file_that_dqx_needs():
    copied = {word for line in DOCKERFILE.splitlines() if line.startswith("COPY ") for word in line.split()[1:-1]}
    kept = {line.removeprefix("!") for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()}
    needed = {
        "manage.py",
        "gunicorn.conf.py",
        "dqx",
        "reference_app",
        "badDetail_app",
        "scripts_app",
        "templates",
        "static",
    }
    assert needed | {"package.json", "package-lock.json", "requirements/base.txt"} <= copied & kept
    assert all((BASE_DIR / name).exists() for name in copied if not name.startswith(("--", "/")))


def stage(name):
    """The lines of a stage of the Dockerfile."""
    (found,) = re.findall(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM )", DOCKERFILE, re.MULTILINE | re.DOTALL)
    return found.splitlines()


def test_what_the_image_has_is_enough(tmp_path):
    """In a folder with nothing but what is copied, and without the packages that are left out, every process of ours finds its code."""
    for line in stage("site"):
        if line.startswith("COPY ") and "--from" not in line:
            *names, _ = line.split()[1:]
            for name in names:
                copy = shutil.copytree if (BASE_DIR / name).is_dir() else shutil.copy
                copy(BASE_DIR / name, tmp_path / name)
    (left_out,) = re.findall(r"pip uninstall --quiet --yes (.+)", DOCKERFILE)
    missing = [name.replace("-", "_") for name in left_out.split()]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({missing}));"
        " import django; django.setup(); import dqx.wsgi, dqx.urls; from dqx.celery import app;"
        " app.loader.import_default_modules(); print(*app.tasks)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**servers.environment(), "DJANGO_SETTINGS_MODULE": "dqx.settings"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "scripts_app.tasks.work" in done.stdout, done.stderr


def test_no_process_of_the_image_may_do_more_than_it_needs():
    assert re.search(r"^USER dqx$", DOCKERFILE, re.MULTILINE) and "--chown" not in DOCKERFILE
    for service in OURS.values():
        assert service["cap_drop"] == ["ALL"] and service["read_only"] is True
    assert COMPOSE["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_compose_fixes_no_setting_that_dqx_env_could_say():
    """What stands in the file wins over dqx.env without a word: only addresses, secrets and what PostgreSQL is told too."""
    for service in OURS.values():
        assert set(service["environment"]) <= {
            "DATABASE_URL",
            "DQX_RUNNER_DATABASE_URL",
            "CELERY_BROKER_URL",
            "DQX_SECRET_KEY",
            "DQX_ENCRYPTION_KEYS",
            "DQX_SOURCE_SCHEMAS",
            "DQX_ADMIN_USERNAME",
            "DQX_ADMIN_PASSWORD",
        }


def test_a_preparation_that_fails_is_told_and_not_made_for_ever():
    assert re.fullmatch(r"on-failure:\d", OURS["prepare"]["restart"])
    assert all(service["restart"] == "unless-stopped" for name, service in OURS.items() if name != "prepare")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_systemd_has_nothing_to_say_of_the_units(tmp_path):
    for unit in UNITS:
        # The folder of this machine, since it looks whether the programs are there.
        (tmp_path / unit.name).write_text(unit.read_text().replace(BIN, f"{Path(sys.executable).parent}/"))
    files = sorted(map(str, tmp_path.iterdir()))
    said = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    ours = [line for line in said.stderr.splitlines() if "dqx-" in line]
    assert (said.returncode, ours) == (0, []), said.stderr
