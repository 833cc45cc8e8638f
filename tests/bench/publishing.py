"""Publish against DELETE and INSERT."""

from scripts_app.models import Script
from tests import steps
from tests.bench import psql, source
from tests.bench.comparison import Comparison
from tests.bench.figures import Reach
from tests.bench.people import actor

COLUMNS = "rule_id, source_id, source_uid, data_value, txn_date"
PAIRS = ("RULE_1", "RULE_2", "RULE_3")
VACUUM = "VACUUM (ANALYZE) dq.bad_detail; VACUUM dq.bad_detail_events; VACUUM (ANALYZE) public.bench_detail;"
# The vacuums that are due are done between the measurements, not in them.
_TABLES = """
ALTER TABLE dq.bad_detail SET (autovacuum_enabled = off);
ALTER TABLE dq.bad_detail_events SET (autovacuum_enabled = off);
CREATE TABLE public.bench_detail (LIKE dq.bad_detail INCLUDING ALL) WITH (autovacuum_enabled = off);
"""


class Publish(Comparison):
    """The whole run, with its events and daily counts, against psql on a copy of the table without either."""

    rule: str

    def prepare(self) -> None:
        """The central table holds three pairs of a million rows each, and so does psql's copy of it."""
        source.make_findings()
        _fill()
        self.script: Script = steps.new_script(actor(), source.findings_of(self.rule), self.name)

    def ours(self) -> None:
        """Publish what is staged."""
        steps.succeeded(steps.run_publish(self.script, actor()))

    @property
    def staging(self) -> str:
        """The staging table, which both sides read."""
        return f"stg.{self.script.staging}"


class Changed(Publish):
    """The usual publish: what was published before, with a few differences."""

    name = "publish-changed"
    title = (
        "publish, 1,000,000 rows of a pair, 1 % changed, in a table of 3,000,000; psql: DELETE all, INSERT all, COMMIT"
    )
    reach = Reach(0.35, 1 / 20)
    rule = PAIRS[0]

    def prepare(self) -> None:
        """Both sides once, untimed: then every page of the pair was written since the last checkpoint, and isn't logged whole again."""
        super().prepare()
        checkpoint()
        self.before(-1)
        self.ours()
        self.psql()

    def before(self, nth: int) -> None:
        """Stage the same rows with other values in one of a hundred."""
        source.change_findings(nth % 100)
        steps.succeeded(steps.run_populate(self.script, actor()))
        psql.run(VACUUM)

    def psql(self) -> float:
        """The same in the copy, by the plain way."""
        return psql.seconds(
            "BEGIN;"
            f" DELETE FROM public.bench_detail b USING (SELECT DISTINCT rule_id, source_id FROM {self.staging}) p"
            "  WHERE b.rule_id = p.rule_id AND b.source_id = p.source_id;"
            f" INSERT INTO public.bench_detail ({COLUMNS}) SELECT {COLUMNS} FROM {self.staging};"
            " COMMIT;"
        )


class ChangedAfterCheckpoint(Changed):
    """The same where each side has to log every page whole that it touches, which is so once after every checkpoint."""

    name = "publish-changed-after-checkpoint"
    title = "the same, each side straight after a checkpoint"
    reach = None
    repeats = 3

    def before_each(self) -> None:
        """The checkpoint."""
        checkpoint()


class New(Publish):
    """The first publish of a large script."""

    name = "publish-new"
    title = "publish, 1,000,000 new rows into a table of 3,000,000; psql: INSERT … SELECT"
    reach = Reach(1.8)
    repeats = 3
    rule = "RULE_4"

    def prepare(self) -> None:
        """The rows are staged once."""
        super().prepare()
        steps.succeeded(steps.run_populate(self.script, actor()))

    def before(self, nth: int) -> None:
        """Both tables hold three million rows again."""
        psql.run(
            f"DELETE FROM dq.bad_detail WHERE rule_id = '{self.rule}'; DELETE FROM public.bench_detail WHERE rule_id = '{self.rule}';"
            f" DELETE FROM dq.bad_detail_events WHERE rule_id = '{self.rule}'; {VACUUM}"
        )

    def before_each(self) -> None:
        """Both sides begin after a checkpoint."""
        checkpoint()

    def psql(self) -> float:
        """Insert the staged rows into the copy."""
        return psql.seconds(f"INSERT INTO public.bench_detail ({COLUMNS}) SELECT {COLUMNS} FROM {self.staging};")


def _fill() -> None:
    if Script.objects.filter(name=PAIRS[0]).exists():
        return
    psql.run(_TABLES)
    for rule in PAIRS:
        script = steps.new_script(actor(), source.findings_of(rule), rule)
        steps.succeeded(steps.run_populate(script, actor()))
        steps.succeeded(steps.run_publish(script, actor()))
    psql.run(f"INSERT INTO public.bench_detail SELECT {COLUMNS} FROM dq.bad_detail; {VACUUM}")


def checkpoint() -> None:
    """Write all that is not yet in the tables' files, so that a side does not pay for the other."""
    psql.run("CHECKPOINT", login="DQX_TEST_ADMIN_URL")
