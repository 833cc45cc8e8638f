"""Populate against CREATE UNLOGGED TABLE AS."""

from scripts_app.models import Script
from tests import steps
from tests.bench import psql, source
from tests.bench.comparison import Comparison
from tests.bench.figures import Reach
from tests.bench.people import actor


class Populate(Comparison):
    """The whole run, from the request to the end of the run in the ledger, against the bare statement."""

    content: str
    n_rows: int

    def prepare(self) -> None:
        """The source, the script, and both sides once, so that both find the source in memory."""
        source.make_orders()
        self.script: Script = steps.new_script(actor(), self.content, self.name)
        self.ours()
        self.psql()

    def ours(self) -> None:
        """Populate, in place of what is staged."""
        run = steps.succeeded(steps.run_populate(self.script, actor()))
        assert run.n_rows == self.n_rows

    def psql(self) -> float:
        """Make a table of the same rows; the one before is dropped before, as the other side's is."""
        psql.run("DROP TABLE IF EXISTS public.bench_rows")
        return psql.seconds(f"CREATE UNLOGGED TABLE public.bench_rows AS {self.content};")


class FewBad(Populate):
    """The usual script."""

    name = "populate-few"
    title = "populate, 5,000,000 source rows, 10,000 bad; psql: CREATE UNLOGGED TABLE AS"
    reach = Reach(1.10)
    repeats = 9
    content = source.bad_orders("amount <= 0")
    n_rows = 10_000


class ManyBad(Populate):
    """A script that finds very much."""

    name = "populate-many"
    title = "populate, 5,000,000 source rows, 1,000,000 bad; psql: CREATE UNLOGGED TABLE AS"
    reach = Reach(1.6)
    content = source.bad_orders("currency IS NULL")
    n_rows = source.MILLION


class AllBad(Populate):
    """The worst there is for streaming: nothing to do but to move rows."""

    name = "populate-all"
    title = "populate, 1,000,000 source rows, all of them bad; psql: CREATE UNLOGGED TABLE AS"
    reach = Reach(1.6)
    content = source.findings_of("ALL_BAD")
    n_rows = source.MILLION

    def prepare(self) -> None:
        """The findings are the source here."""
        source.make_findings()
        super().prepare()
