"""What `gunicorn dqx.wsgi` reads here by itself."""

from dqx.serving import accesslog, logconfig_dict, on_exit  # noqa: F401
