"""Settings from the environment: a malformed one is refused by name."""

import os
import subprocess
import sys

import pytest

from dqx import environment
from dqx.environment import BASE_DIR


def start(**changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "dqx.settings", **changed},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DQX_PORT", "eighty"),
        ("DQX_PORT", "0"),
        ("DQX_DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://u:p@h/d"),
        ("DATABASE_URL", "nonsense"),
        ("CELERY_BROKER_URL", ""),
        ("CELERY_BROKER_URL", "kafka://host:9092"),
        ("DQX_RUNNER_DATABASE_URL", "postgres://u:p@h:port/d"),
        ("DQX_SECRET_KEY", ""),
        ("DQX_POPULATE_ROWS", "-1"),
        ("DQX_TIME_ZONE", "Mars/Base"),
        ("DQX_ENCRYPTION_KEYS", "short"),
        ("DQX_CORS_ORIGINS", "*"),
        ("DQX_METRICS_TOKEN", "short"),
        ("DQX_LOG_FORMAT", "xml"),
        ("DQX_EMAIL_URL", "https://mail.example.org"),
        ("DQX_EMAIL_URL", "smtp+tls://user:password@mail.example.org:many"),
        ("DQX_BASE_URL", "dqx.example.org"),
    ],
)
def test_a_malformed_setting_is_refused_by_name(name, value):
    ended = start(**{name: value})
    assert ended.returncode != 0
    assert name in ended.stderr.splitlines()[-1]


def test_a_refusal_does_not_tell_a_password():
    ended = start(DATABASE_URL="postgres://u:S3CRET@h:port/d")
    assert ended.returncode != 0
    assert "S3CRET" not in ended.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", {}),
        ("smtp://mail", {"EMAIL_HOST": "mail", "EMAIL_PORT": 25}),
        ("smtp+ssl://mail", {"EMAIL_HOST": "mail", "EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        (
            "smtp+tls://me:p%40ss@mail",
            {
                "EMAIL_HOST": "mail", "EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "p@ss",
            },
        ),
    ],
)  # fmt: skip
def test_a_mail_server_is_told_in_one_address(monkeypatch, url, told):
    monkeypatch.setenv("DQX_EMAIL_URL", url)
    found = environment.mail_server("DQX_EMAIL_URL")
    assert {key: value for key, value in found.items() if key != "EMAIL_BACKEND"} == told


def test_as_it_is_it_starts():
    assert start().returncode == 0
