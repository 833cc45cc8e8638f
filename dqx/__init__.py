"""The kernel of DQX: settings, errors, SQL, users and the servers of the one command."""

from dqx.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
