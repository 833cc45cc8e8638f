"""What every page's template gets."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

import dqx
from dqx.users.permissions import may


class Page(NamedTuple):
    """An entry of the navigation: a label, the name of its address, an icon of bootstrap-icons, the action that it needs."""

    label: str
    name: str
    icon: str
    action: str


PAGES = (
    Page("Overview", "home", "speedometer2", "bad_detail.view_baddetail"),
    Page("Scripts", "editor", "filetype-sql", "scripts.view_script"),
    Page("Bad rows", "bad-detail", "exclamation-diamond", "bad_detail.view_baddetail"),
    Page("Charts", "visualization", "bar-chart-line", "bad_detail.view_baddetail"),
    Page("Runs", "runs", "clock-history", "scripts.view_run"),
    Page("Schedules", "scheduler", "calendar-week", "scripts.view_schedule"),
    Page("Alerts", "alerts", "bell", "scripts.view_alertrule"),
    Page("References", "references", "card-checklist", "reference.view_rule"),
    Page("Tables", "tables", "table", "tables.view_table"),
    Page("Connections", "connections", "plug", "scripts.view_connection"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The pages that the person may open, the present one marked, and DQX's version."""
    items = []
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        for page in (page for page in PAGES if may(request.user, page.action)):
            url = reverse(page.name)
            active = request.path == url if url == "/" else request.path.startswith(url)
            items.append({"label": page.label, "url": url, "icon": page.icon, "active": active})
    return {"nav_items": items, "version": dqx.__version__}
