"""What holds of every page: it fits the window, keeps to the policy, bars nobody, and looks as its picture shows."""

import pytest

from reference_app.models import Rule, Source
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
# By name: the address, and what of it others made.
PAGES = {
    "home": ("/", ""),
    "bad-rows": ("/bad-detail", ""),
    "runs": ("/runs", ""),
    "run": ("/runs/900001", ""),
    "api-docs": ("/api/docs/", "#api-docs"),
    "admin": ("/admin/", ""),
    "admin-scripts": ("/admin/scripts/script/", ""),
    "admin-runs": ("/admin/scripts/run/", ""),
    "admin-bad-rows": ("/admin/bad_detail/badrow/", ""),
    "admin-rules": ("/admin/reference/rule/", ""),
}


@pytest.fixture
def world(admin):
    """A little of everything, with a text that would do harm were it taken for a page's own."""
    Rule.objects.create(rule_id="R1", rule_name="<script>alert(1)</script>")
    Source.objects.create(source_id="S1", source_name="Bookings")
    script = steps.new_script(admin, steps.FIVE, "<script>alert(1)</script>")
    steps.failed_run(script, admin, id=900_001)
    steps.succeeded(steps.run_populate(script, admin))
    steps.succeeded(steps.run_publish(script, admin))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_fit_to_be_seen(world, admin, visitor, size, theme, name):
    address, others = PAGES[name]
    visitor.sign_in(admin)
    assert visitor.open(address).status == 200
    assert visitor.overflow() <= 0
    assert visitor.violations() == []
    visitor.photograph(f"{name}-{size}-{theme}")
    assert visitor.barriers(but=others) == []
