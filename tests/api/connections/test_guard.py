"""Where a connection may lead: told by addresses, not by how they are spelled, and nothing but what it says is used on the way."""

import contextlib
import socket
import threading
import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from dqx import environment, reachability
from dqx.errors import Conflict, Invalid, Unavailable
from dqx.sql import Reader
from scripts_app.databases import details, hosts, vault
from scripts_app.databases.details import Details

FORBIDDEN = [
    "0.0.0.0", "0", "0x0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.16689662",
    "０.0.0.0", "①⑥⑨.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1", "239.255.255.255", "255.255.255.255",
    "240.0.0.1", "::", "fe80::1", "febf::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
    "::ffff:a9fe:a9fe", "::169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1::169.254.169.254", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::", "2001::5601:5601",
    "fe80::5efe:a9fe:a9fe", "2001:db8::5efe:169.254.169.254", "2001:db8::200:5efe:a9fe:a9fe", "0:0:0:0:0:ffff:a9fe:a9fe",
]  # fmt: skip
MALFORMED = [
    "", " ", "/var/run/postgresql", "@abstract", "a,b", "127.0.0.1,169.254.169.254", "a b", "a\nb", "a\x00b", "a'b", "a=b", "[::1]",
    "fe80::1%eth0", "host\\x", "http://x", "x" * 256, "a;b", "a?b", "a#b",
]  # fmt: skip
USUAL = [
    "127.0.0.1",
    "localhost",
    "::1",
    "10.0.0.5",
    "192.168.1.1",
    "172.16.0.1",
    "8.8.8.8",
    "2001:db8::1",
    "::ffff:10.0.0.5",
    "fd00::1",
]


@pytest.fixture(autouse=True)
def anywhere(settings):
    settings.ALLOWED_DATABASE_HOSTS = []


def refusal(host):
    with pytest.raises(Invalid) as refused:
        hosts.check(host)
    assert refused.value.data["field"] == "host"
    return refused.value.code


@pytest.mark.parametrize("host", FORBIDDEN)
def test_an_address_that_is_no_databases_is_refused_however_it_is_spelled(host):
    assert refusal(host) == "host_refused"
    with pytest.raises(Invalid):
        hosts.addresses(host, 5432)


@pytest.mark.parametrize("host", MALFORMED, ids=repr)
def test_a_host_is_one_name_or_address(host):
    assert refusal(host) == "host_malformed"


@pytest.mark.parametrize("host", USUAL)
def test_databases_live_here_and_in_private_networks_too(host):
    hosts.check(host)
    assert hosts.addresses(host, 5432)


def test_a_list_of_hosts_is_kept(settings):
    settings.ALLOWED_DATABASE_HOSTS = [
        "db.example.org",
        "*.Warehouse.example",
        "10.1.0.0/16",
        "127.0.0.1",
        "fd00:1::/32",
    ]
    for host in (
        "db.example.org",
        "DB.EXAMPLE.ORG.",
        "a.warehouse.example",
        "a.b.warehouse.example",
        "10.1.2.3",
        "127.1",
        "localhost",
    ):
        hosts.check(host)
    hosts.check("::ffff:10.1.2.3")
    hosts.check("fd00:1::5")
    for host in (
        "other.example.org",
        "warehouse.example",
        "xwarehouse.example",
        "db.example.org.evil.com",
        "10.2.0.1",
        "8.8.8.8",
        "::1",
    ):
        assert refusal(host) == "host_not_allowed"


def test_a_list_does_not_open_what_is_refused_in_any_case(settings):
    settings.ALLOWED_DATABASE_HOSTS = ["0.0.0.0/0", "169.254.169.254"]
    assert refusal("169.254.169.254") == "host_refused"
    hosts.check("8.8.8.8")


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "a b", "http://x", "*", "a.*.b", "10.1.2.3/8", "/run"])
def test_a_malformed_list_does_not_start(monkeypatch, entry):
    monkeypatch.setenv("DQX_ALLOWED_DATABASE_HOSTS", f"db.example.org,{entry}")
    with pytest.raises(ImproperlyConfigured, match="DQX_ALLOWED_DATABASE_HOSTS"):
        environment.hosts("DQX_ALLOWED_DATABASE_HOSTS")


def test_a_name_that_nobody_knows_is_told_when_it_is_used():
    hosts.check("nothing.invalid")
    with pytest.raises(Unavailable) as away:
        hosts.addresses("nothing.invalid", 5432)
    assert away.value.data["reason"] == "name_unknown"


def resolving_to(*answers):
    """getaddrinfo that gives another answer each time, as a name server that means harm does."""
    left = list(answers)
    real = socket.getaddrinfo

    def resolve(host, port, *args, **named):
        return real(left.pop(0) if len(left) > 1 else left[0], port, *args, **named)

    return resolve


def test_a_name_that_leads_to_a_refused_address_is_refused(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("169.254.169.254"))
    assert refusal("metadata.google.internal") == "host_refused"


def test_a_name_that_changes_its_mind_is_connected_where_it_was_judged(monkeypatch):
    """libpq is given the address, so that it does not ask again."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_server(("127.0.0.2", server.getsockname()[1])) as other,
    ):
        monkeypatch.setattr(socket, "getaddrinfo", resolving_to("127.0.0.1", "127.0.0.2"))
        address = details.address(Details("rebinding.example.org", server.getsockname()[1], "d", "u", "p"))
        assert address["OPTIONS"]["hostaddr"] == "127.0.0.1"
        assert (heard(server, address), heard(other, None)) == (True, False)


def heard(server, address):
    """Whether somebody connects; a listener that says nothing and hangs up."""
    server.settimeout(5 if address else 0.2)

    def connect():
        with contextlib.suppress(Unavailable):
            Reader(1, address).__enter__()

    if address:
        threading.Thread(target=connect, daemon=True).start()
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True


def test_several_addresses_of_a_name_are_all_judged_and_tried(monkeypatch):
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 5432)) for address in ("127.0.0.1", "127.0.0.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: entries)
    address = details.address(Details("two.example.org", 5432, "d", "u", "p"))
    assert address["OPTIONS"]["hostaddr"] == "127.0.0.1,127.0.0.2"
    assert address["HOST"] == "two.example.org,two.example.org"
    entries.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 5432)))
    assert refusal("two.example.org") == "host_refused"


# --- What a foreign server hears ----------------------------------------------------------------------------------------


class Listener:
    """A server that takes down what it hears after it has asked for the password in clear."""

    def __init__(self):
        self.heard = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        self.server.settimeout(10)
        line = self.server.accept()[0]
        with line:
            line.settimeout(2)
            first = line.recv(4096)
            if len(first) == 8:  # asks for TLS
                line.sendall(b"N")
                first = line.recv(4096)
            self.heard += first
            line.sendall(b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big"))  # AuthenticationCleartextPassword
            try:
                while more := line.recv(4096):
                    self.heard += more
            except TimeoutError:
                return


def listened(listener, **given):
    address = details.address(
        Details(
            **{"host": "127.0.0.1", "port": listener.port, "dbname": "d", "user": "u", "password": "S3CRET", **given}
        )
    )
    with pytest.raises(Unavailable) as away:
        Reader(1, address).__enter__()
    listener.thread.join()
    listener.server.close()
    return away.value


@pytest.mark.parametrize("sslmode", ["disable", "prefer"])
def test_a_password_is_not_told_in_clear(sslmode):
    listener = Listener()
    away = listened(listener, sslmode=sslmode)
    assert away.data["reason"] == "login_unsafe"
    assert b"S3CRET" not in listener.heard and b"user\x00u\x00" in listener.heard


def test_nothing_of_the_environment_goes_to_a_foreign_server(monkeypatch, tmp_path):
    """Other passwords, options and services of the account that DQX runs under are its own business."""
    passwords, services = tmp_path / ".pgpass", tmp_path / "pg_service.conf"
    passwords.write_text("*:*:*:*:AMBIENT-PASSFILE\n")
    passwords.chmod(0o600)
    services.write_text(
        "[ambient]\noptions=-c application_name=AMBIENT-SERVICE\npassword=AMBIENT-SERVICE\nhost=169.254.169.254\n"
    )
    ambient = {
        "HOME": str(tmp_path), "PGPASSFILE": str(passwords), "PGPASSWORD": "AMBIENT-PASSWORD", "PGOPTIONS": "-c geqo=AMBIENT-OPTIONS",
        "PGSERVICE": "ambient", "PGSERVICEFILE": str(services), "PGHOSTADDR": "169.254.169.254", "PGSSLMODE": "disable",
        "PGREQUIREAUTH": "password", "PGTARGETSESSIONATTRS": "read-write",
    }  # fmt: skip
    for name, value in ambient.items():
        monkeypatch.setenv(name, value)
    for password in ("", "S3CRET"):
        listener = Listener()
        listened(listener, password=password)
        assert b"AMBIENT" not in listener.heard and b"user\x00u\x00" in listener.heard


@pytest.mark.parametrize("word", ["host=127.0.0.2 port=1", "postgresql://127.0.0.2/x", "x' host='127.0.0.2", "a\\'b c"])
def test_the_name_of_a_database_is_nothing_but_a_name(word):
    listener = Listener()
    listened(listener, dbname=word)
    assert b"database\x00" + word.encode() + b"\x00" in listener.heard
    listener = Listener()
    listened(listener, user=word)
    assert b"user\x00" + word.encode() + b"\x00" in listener.heard


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("dqx.sql.lines.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = details.address(Details("127.0.0.1", server.getsockname()[1], "d", "u", "p"))
        with pytest.raises(Unavailable) as away:
            Reader(1, address).__enter__()
    assert away.value.data["reason"] == "timeout"


def sent(kind, body):
    return kind + (len(body) + 4).to_bytes(4, "big") + body


WELCOME = b"".join(
    [
        sent(b"R", bytes(4)),
        sent(b"S", b"client_encoding\0UTF8\0"),
        sent(b"S", b"server_version\x0018.0\0"),
        sent(b"K", bytes(8)),
        sent(b"Z", b"I"),
    ]
)
ISO = sent(b"S", b"DateStyle\0ISO, MDY\0")  # without it psycopg2 asks for it, as part of the connecting


@pytest.mark.parametrize(
    "welcome", [WELCOME, ISO.join([WELCOME[:9], WELCOME[9:]])], ids=["while connecting", "afterwards"]
)
def test_a_server_that_lets_one_in_and_then_says_nothing_is_not_waited_for(monkeypatch, welcome):
    monkeypatch.setattr("dqx.sql.lines.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            line = server.accept()[0]
            line.recv(4096)
            line.sendall(welcome)
            while line.recv(4096):
                pass

        threading.Thread(target=listen, daemon=True).start()
        address = details.address(Details("127.0.0.1", server.getsockname()[1], "d", "u", "p", "disable"))
        started = time.monotonic()
        with pytest.raises(Unavailable):
            Reader(1, address).__enter__()
        assert time.monotonic() - started < 6


def test_what_a_server_says_is_told_without_the_password():
    for said, told in (("FATAL:  no idea", "no idea"), ("FATAL:  you said S3CRET", "failed")):
        reason, sentence = reachability.why(Exception(said), "S3CRET")
        assert reason == "failed" and told in sentence and "S3CRET" not in sentence


def test_details_show_no_password():
    assert "S3CRET" not in repr(Details("h", 1, "d", "u", "S3CRET"))


@pytest.mark.django_db
def test_details_that_are_no_longer_of_use():
    sealed = vault.seal({"host": "h"}, 1)
    assert vault.unseal(sealed, 1) == {"host": "h"}
    for wrong in ((sealed, 2), ("", 1), (sealed[:-2], 1), ("nonsense", 1)):
        with pytest.raises(Conflict):
            vault.unseal(*wrong)
