"""Why a database can't be reached, in words that hold nothing of its login: libpq's own name the host, the user and the database."""

import re

# The first that is found in libpq's or the server's words counts.
_REASONS = (
    ("timeout", r"timeout expired|timed out", "it did not answer in time."),
    ("refused", r"Connection refused", "nothing listens at that host and port."),
    ("unreachable", r"No route to host|is unreachable|Host is down|Cannot assign", "there is no way to that host."),
    ("name_unknown", r"could not translate host name", "the name of its server can't be found."),
    ("login_unsafe", r"authentication method requirement|requested (GSS|SSPI)",
     "it asks for the password in clear, or for another kind of login. Use sslmode require or safer, and a login with a password."),
    ("tls_failed", r"\bSSL\b.*(not support|required|error|off)|certificate|\bTLS\b", "TLS could not be set up as sslmode wants it."),
    ("not_admitted", r"pg_hba\.conf", "it admits no such login from this machine (pg_hba.conf)."),
    ("login_refused", r"password authentication failed|no password supplied|role \".*\" does not exist|not permitted to log in",
     "user and password do not fit."),
    ("database_unknown", r"database \".*\" does not exist", "its server has no database of that name."),
    ("database_forbidden", r"permission denied for database", "the user may not connect to that database."),
    ("busy", r"too many (clients|connections)|remaining connection slots|starting up|shutting down|in recovery",
     "its server takes no more connections at the moment."),
    ("not_postgresql", r"server closed the connection unexpectedly|expected authentication request|invalid response",
     "what answers there does not speak as PostgreSQL does."),
)  # fmt: skip
LONGEST = 300


def why(exc: Exception, password: str) -> tuple[str, str]:
    """A stable name of the reason, and the end of a sentence.

    Args:
        exc: what psycopg2 raised.
        password: a server could send it back; its own words are told only without.
    """
    said = str(exc)
    for reason, pattern, sentence in _REASONS:
        if re.search(pattern, said, re.DOTALL):
            return reason, sentence
    fatal = re.search(r"(?:FATAL|ERROR):\s+(.+)", said)
    if fatal is None or (password and password in said):
        return "failed", "the connection failed."
    return "failed", f"its server says: {fatal[1][:LONGEST].rstrip('. ')}."


def known(exc: Exception) -> str | None:
    """The name of the reason, where the words are known; for logs."""
    return next((reason for reason, pattern, _ in _REASONS if re.search(pattern, str(exc), re.DOTALL)), None)
