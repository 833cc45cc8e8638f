"""The chat log: what goes in comes out, whatever else happens to its file."""

import json
import logging
import os
import re
import resource
import signal
import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqx.environment import BASE_DIR
from dqx.utils import shared_file
from dqx.utils.logger import clear_chat_logs, get_chat_log_path, log_chat, read_chat_logs
from tests import steps
from tests.embedded.processes import as_nobody

ODD = [
    "",
    "a\nb\r\nc\rd\u2028e\u2029f\x85g\x0b\x0c",
    "=" * 80,
    '==================== 2024-05-01T10:00:00+02:00 ====================\n{"user": "x"}',
    '{"timestamp": "2024-01-01", "user": "u", "assistant": "a"}\n',
    "\x00NUL\x00",
    "\x1b[31mred\x1b[0m\x9b31m\u202egnp.exe",
    "\ud800 alone, \udfff alone, \ud83d\ude00 two halves, \ud83d\ud83d\ude00\ude00",
    "📈 ü 中文 \U0010ffff \ufeff \ufffe",
    "\\n \\u0041 \\ud83d \\",
    "x" * 300_000,
]
# Fields of whatever Python can hold as text, half characters too.
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    place = tmp_path / "logs" / "chat.log"
    monkeypatch.setenv("DQX_CHAT_LOG", str(place))
    return place


def pairs(**which):
    return [(entry["user"], entry["assistant"]) for entry in read_chat_logs(**which)]


def run(*words, code=0, env=None, **options):
    """A Python process of its own; its errors."""
    done = subprocess.run(
        [sys.executable, *words], cwd=BASE_DIR, env=env or os.environ, capture_output=True, text=True, **options
    )
    assert done.returncode == code, done.stderr
    return done.stderr


def test_an_exchange_is_logged_and_read():
    assert log_chat("Hello", "Hi!")
    (entry,) = read_chat_logs()
    assert list(entry) == ["timestamp", "user", "assistant"]
    assert (entry["user"], entry["assistant"]) == ("Hello", "Hi!")
    assert abs(datetime.fromisoformat(entry["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_without_a_log_there_are_no_entries(path):
    assert read_chat_logs() == []
    assert not path.parent.exists()
    assert get_chat_log_path() == path


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_comes_back(text):
    log_chat("before", "x")
    log_chat(text, text)
    log_chat("after", "x")
    assert pairs() == [("before", "x"), (text, text), ("after", "x")]


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_at_all_comes_back(user, assistant):
    clear_chat_logs()
    assert log_chat(user, assistant)
    assert pairs() == [(user, assistant)]


def test_people_find_the_entries_apart_and_nothing_that_steers_their_terminal(path):
    for text in ODD:
        log_chat(text, text)
    lines = path.read_bytes().split(b"\n")
    assert sum(re.fullmatch(rb"={20} \S+ ={20}", line) is not None for line in lines) == len(ODD)
    shown = path.read_text(encoding="utf-8", errors="replace")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", shown)


def test_the_file_is_for_its_owner_alone(path):
    log_chat("a", "b")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


# --- Which entries --------------------------------------------------------------------------------------------------------


def test_the_last_entries_come_in_the_order_of_writing():
    for number in range(5):
        log_chat(str(number), "x")
    assert [user for user, _ in pairs(num_entries=2)] == ["3", "4"]
    assert len(pairs(num_entries=99)) == 5
    assert pairs(num_entries=0) == []
    with pytest.raises(ValueError, match="num_entries"):
        read_chat_logs(num_entries=-1)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (datetime(2024, 5, 1, 12, tzinfo=UTC), "2024-05-01T12:00:00+00:00"),
        (datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=5.5))), "2024-05-01T12:00:00+05:30"),
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00+00:00"),
        (datetime(2024, 5, 1, 12), datetime(2024, 5, 1, 12).astimezone().isoformat()),
        ("2024-05-01 12:00", datetime(2024, 5, 1, 12).astimezone().isoformat()),
        ("2024-05-01", datetime(2024, 5, 1).astimezone().isoformat()),
        (datetime.max, None),
        (datetime.min, None),
    ],
)
def test_an_entry_may_have_another_time(given, told):
    log_chat("a", "b", custom_timestamp=given)
    (entry,) = read_chat_logs()
    assert told is None or entry["timestamp"] == told


@pytest.mark.parametrize("nonsense", ["yesterday", "", 12, [1]])
def test_a_time_that_is_none_is_now(nonsense, caplog):
    log_chat("a", "b", custom_timestamp=nonsense)
    (entry,) = read_chat_logs()
    assert datetime.fromisoformat(entry["timestamp"]) > datetime.now(UTC) - timedelta(minutes=1)
    assert "no date or time" in caplog.text


def test_entries_from_a_moment_on():
    for day in (3, 1, 2):
        log_chat(str(day), "x", custom_timestamp=datetime(2024, 5, day, 12, tzinfo=UTC))
    noon = datetime(2024, 5, 2, 12, tzinfo=UTC)
    for moment in (noon, noon.astimezone(timezone(timedelta(hours=9))), "2024-05-02T12:00:00Z"):
        assert [user for user, _ in pairs(from_date=moment)] == ["3", "2"]
    assert [user for user, _ in pairs(from_date=noon + timedelta(microseconds=1))] == ["3"]
    assert len(pairs(from_date=noon.astimezone().replace(tzinfo=None))) == 2
    assert len(pairs(from_date=noon, num_entries=1)) == 1
    assert pairs(from_date=date(2030, 1, 1)) == pairs(from_date="2030-01-01") == []
    assert len(pairs(from_date=datetime.min)) == len(pairs(from_date=date(1, 1, 1))) == 3


def test_a_day_begins_at_midnight_here():
    log_chat("before", "x", custom_timestamp=datetime(2024, 5, 1, 23, 59, 59))
    log_chat("at", "x", custom_timestamp=datetime(2024, 5, 2))
    assert [user for user, _ in pairs(from_date=date(2024, 5, 2))] == ["at"]


def test_a_from_date_that_is_none_is_refused():
    with pytest.raises(ValueError, match="someday"):
        read_chat_logs(from_date="someday")


# --- Clearing -------------------------------------------------------------------------------------------------------------


def test_cleared_twice_and_used_again():
    log_chat("a", "b")
    assert clear_chat_logs() and clear_chat_logs()
    assert read_chat_logs() == []
    log_chat("c", "d")
    assert pairs() == [("c", "d")]


def test_clearing_what_was_never_there_makes_nothing(path):
    assert clear_chat_logs()
    assert not path.exists()


# --- Damage ---------------------------------------------------------------------------------------------------------------


def damaged_log(path, damage):
    for number in range(3):
        log_chat(str(number), "x")
    lines = path.read_bytes().splitlines(keepends=True)
    found = [place for place, line in enumerate(lines) if line.startswith(b"{")]
    lines[found[1]] = damage(lines[found[1]])
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[:20] + b"\n",
        lambda line: line[:20],  # its end and the line break are gone: the separator behind it goes with it
        lambda line: b"\x00" * 50 + b"\n",
        lambda line: b"{\xff\xfe" + line,
        lambda line: b"{}\n",
        lambda line: b'{"timestamp": 5, "user": "1", "assistant": "x"}\n',
        lambda line: b'{"timestamp": "soon", "user": "1", "assistant": "x"}\n',
        lambda line: b'{"timestamp": "2024-01-01", "user": ["1"], "assistant": "x"}\n',
        lambda line: b'{"a":' * 100_000 + b"\n",
        lambda line: b"somebody's note\n",
        lambda line: b"",
    ],
)
def test_a_damaged_line_loses_only_itself(path, damage):
    damaged_log(path, damage)
    assert pairs() == [("0", "x"), ("2", "x")]
    log_chat("3", "x")
    assert pairs()[-1] == ("3", "x")


def test_damage_is_told_without_the_text(path, caplog):
    damaged_log(path, lambda line: b'{"secret": "' + line)
    read_chat_logs()
    assert "1 damaged lines" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("cut", [1, 2, 4, 30])
def test_after_half_an_entry_the_next_one_is_whole(path, cut, caplog):
    log_chat("0", "x")
    log_chat("1", "x")
    path.write_bytes(path.read_bytes()[:-cut])
    assert ("1", "x") in pairs() or cut > 2
    assert not caplog.records  # it may be somebody's who is just writing
    log_chat("2", "x")
    assert [pair for pair in pairs() if pair != ("1", "x")] == [("0", "x"), ("2", "x")]


# --- When it can't be written -----------------------------------------------------------------------------------------------

SECRET = "nobody else's business"


def refuses(caplog, reason):
    caplog.clear()
    assert log_chat(SECRET, SECRET) is False
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("dqx.chat_log", logging.WARNING)
    assert reason in record.getMessage()
    assert SECRET not in caplog.text


def test_a_folder_in_its_place(path, caplog):
    path.mkdir(parents=True)
    refuses(caplog, "Is a directory")
    assert read_chat_logs() == []
    assert clear_chat_logs() is False


def test_a_file_where_its_folder_should_be(path, caplog):
    path.parent.write_text("in the way")
    refuses(caplog, "Not a directory")
    assert read_chat_logs() == []


def test_a_pipe_in_its_place_keeps_nobody_waiting(path, caplog):
    path.parent.mkdir()
    os.mkfifo(path)
    refuses(caplog, "not a file")
    assert read_chat_logs() == []


def test_a_device_in_its_place(monkeypatch, caplog):
    monkeypatch.setenv("DQX_CHAT_LOG", "/dev/full")
    refuses(caplog, "not a file")


def test_a_disk_that_gets_full_half_way_keeps_what_was_there(path):
    log_chat("before", "x")
    before = path.read_bytes()
    text = (
        "import resource, signal; from dqx.utils.logger import log_chat; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 100}, resource.RLIM_INFINITY))\n"
        "assert log_chat('x' * 1000, 'y') is False"
    )
    assert "could not be logged" in run("-c", text)
    assert path.read_bytes() == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_is_read_only(tmp_path):
    tmp_path.chmod(0o755)
    place = tmp_path / "shut"
    place.mkdir(mode=0o555)
    text = f"from dqx.utils.logger import log_chat; assert log_chat({SECRET!r}, 'y') is False"
    command = as_nobody([sys.executable, "-c", text])
    env = {**os.environ, "DQX_CHAT_LOG": str(place / "chat.log")}
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Permission denied" in done.stderr
    assert SECRET not in done.stderr


def test_somebody_who_keeps_the_lock(path, caplog, monkeypatch):
    log_chat("before", "x")
    monkeypatch.setattr(shared_file, "LOCK_SECONDS", 0.2)
    with shared_file._locked(path, os.O_RDWR):
        refuses(caplog, "keeps it locked")
        assert clear_chat_logs() is False
        assert pairs() == [("before", "x")]
    assert log_chat("after", "x")


@pytest.mark.parametrize("thing", [None, 5, b"bytes", object])
def test_what_is_no_text_is_logged_as_text(thing):
    assert log_chat(thing, thing)
    assert pairs() == [("" if thing is None else str(thing),) * 2]


def test_what_has_no_text_breaks_nothing(caplog):
    class Stubborn:
        def __str__(self):
            raise RuntimeError(SECRET)

    assert log_chat(Stubborn(), "x") is False
    assert SECRET not in caplog.text


# --- Several processes ------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from dqx.utils.logger import log_chat
for number in range(200):
    assert log_chat(f"{sys.argv[1]} {number}", "line\\n" * (number % 50) * 100), number
"""


def writers(names):
    return [subprocess.Popen([sys.executable, "-c", WRITER, name], cwd=BASE_DIR) for name in names]


def test_four_processes_write_at_once():
    for process in (started := writers("abcd")):
        assert process.wait(60) == 0
    users = [user for user, _ in pairs()]
    for name in "abcd":
        assert [user for user in users if user.startswith(name)] == [f"{name} {number}" for number in range(200)]
    assert len(users) == 200 * len(started)


def test_a_reader_sees_whole_entries_while_others_write_and_clear(caplog):
    started = writers("ab")
    while any(process.poll() is None for process in started):
        for user, assistant in pairs():
            assert assistant == "line\n" * (int(user.split()[1]) % 50) * 100
        clear_chat_logs()
    assert [process.wait() for process in started] == [0, 0]
    log_chat("last", "x")
    assert pairs()[-1] == ("last", "x")


def test_a_log_that_is_moved_away_again_and_again_loses_no_entry(path, tmp_path):
    started, moved = writers("ab"), []
    while any(process.poll() is None for process in started):
        if path.exists():
            moved.append(path.rename(tmp_path / f"{len(moved)}.log"))
    assert [process.wait() for process in started] == [0, 0]
    files = [*moved, *([path] if path.exists() else [])]
    assert sum(file.read_text().count('{"timestamp"') for file in files) == 400


def test_a_writer_that_is_killed_leaves_no_lock(path):
    (process,) = writers("a")
    assert steps.eventually(lambda: path.exists() and path.stat().st_size > 1000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert log_chat("after", "x")
    assert pairs()[-1] == ("after", "x")


# --- Where it is, and how it is run -----------------------------------------------------------------------------------------


def test_the_setting_is_read_at_each_call(tmp_path, monkeypatch):
    for name in ("one", "two"):
        monkeypatch.setenv("DQX_CHAT_LOG", str(tmp_path / name))
        log_chat(name, "x")
        assert pairs() == [(name, "x")]


def test_without_a_setting_it_is_in_the_state_folder(monkeypatch):
    monkeypatch.delenv("DQX_CHAT_LOG")
    assert get_chat_log_path() == BASE_DIR / "var" / "chat.log"
    monkeypatch.setenv("DQX_CHAT_LOG", "elsewhere/chat.log")
    assert get_chat_log_path() == BASE_DIR / "elsewhere" / "chat.log"
    monkeypatch.setenv("DQX_CHAT_LOG", "~nobody-at-all/chat.log")
    assert get_chat_log_path() == BASE_DIR / "~nobody-at-all" / "chat.log"


def test_neither_django_nor_anything_installed_is_needed(path):
    run(
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.insert(0, {str(BASE_DIR)!r}); import dqx.utils.logger as l; l.log_chat('a', 'b')",
    )
    assert pairs() == [("a", "b")]


@pytest.mark.parametrize("words", [["-m", "dqx.utils.logger_examples"], ["dqx/utils/logger_examples.py"]])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_examples_run_and_leave_the_real_log_alone(words, encoding, path):
    log_chat("real", "x")
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, *words], cwd=BASE_DIR, env=env, capture_output=True, check=True)
    assert b"Once cleared it has 0 entries." in done.stdout
    assert pairs() == [("real", "x")]


def test_each_entry_is_json_that_other_programs_read(path):
    log_chat("ü", "b")
    (line,) = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    assert json.loads(line)["user"] == "ü"
    assert "ü" in line
