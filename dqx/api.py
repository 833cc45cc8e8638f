"""All addresses of the API, each with and without the slash at its end."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt

from badDetail_app import api as bad_detail
from badDetail_app import stats_api, unnamed_api
from dqx.audit import api as audit
from dqx.errors import NotFound
from dqx.rest import openapi, refusals
from dqx.rest.doors import View
from dqx.tables import api as tables
from dqx.users import api as users
from reference_app import api as references
from reference_app import file_api as reference_files
from scripts_app import api as scripts
from scripts_app.alerts import api as alerts
from scripts_app.databases import connection_api
from scripts_app.editor import editor_api
from scripts_app.queries import query_api, use_api
from scripts_app.scheduling import schedule_api
from scripts_app.versions import version_api


class Anything:
    """An id that may hold any character, slashes and line breaks too."""

    regex = r"[\s\S]+?"

    def to_python(self, value: str) -> str:
        """As it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(Anything, "anything")


def both(route: str, view: type[View]) -> list[URLPattern]:
    """An address in its two forms. The one with the slash first: an id that ends in a slash needs another one after it."""
    return [path(f"{route}/", view.as_view()), path(route, view.as_view())]


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """404 for an address that is none, also where Django shows a page of its own for debugging."""
    return refusals.answer(NotFound("not_found", "There is no such address."))


urlpatterns = [
    *both("auth/login", users.Login),
    *both("auth/register", users.Register),
    *both("auth/refresh", users.RefreshTokens),
    *both("auth/logout", users.Logout),
    *both("auth/me", users.Me),
    *both("auth/me/password", users.MyPassword),
    *both("auth/users", users.People),
    *both("auth/users/<int:pk>", users.OnePerson),
    *both("reference_tables/export", reference_files.ExportReferences),
    *both("reference_tables/import", reference_files.ImportReferences),
    *both("reference_tables/missing", unnamed_api.Missing),
    *both("reference_tables/uses", use_api.Uses),
    *both("reference_tables/rules", references.Rules),
    *both("reference_tables/rules/<anything:pk>", references.OneRule),
    *both("reference_tables/sources", references.Sources),
    *both("reference_tables/sources/<anything:pk>", references.OneSource),
    *both("bad_detail", bad_detail.BadRows),
    *both("bad_detail/filters", bad_detail.FilterChoices),
    *both("bad_detail/export", bad_detail.Export),
    *both("bad_detail/history", bad_detail.History),
    *both("stats/by_date", stats_api.CountsByDate),
    *both("stats/by_rule", stats_api.CountsByRule),
    *both("stats/by_source", stats_api.CountsBySource),
    *both("stats/summary", stats_api.Summary),
    *both("stats/worst_records", stats_api.WorstRecords),
    *both("stats/activity", stats_api.Activity),
    *both("stats/changes", stats_api.Changes),
    *both("sql_scripts", scripts.Scripts),
    *both("sql_scripts/names", scripts.ScriptNames),
    *both("sql_scripts/<int:pk>", scripts.OneScript),
    *both("sql_scripts/<int:pk>/populate_table", scripts.Populate),
    *both("sql_scripts/<int:pk>/publish", scripts.Publish),
    *both("sql_scripts/<int:pk>/staging", scripts.Staging),
    *both("sql_scripts/<int:pk>/review", scripts.Review),
    *both("sql_scripts/execute", query_api.ExecuteScript),
    *both("sql_scripts/catalogue", editor_api.CatalogueTables),
    *both("sql_scripts/catalogue/columns", editor_api.CatalogueColumns),
    *both("sql_scripts/format", editor_api.Format),
    *both("query", query_api.RunQuery),
    *both("query/stop", query_api.StopQuery),
    *both("connections", connection_api.Connections),
    *both("connections/<int:pk>", connection_api.OneConnection),
    *both("connections/<int:pk>/test", connection_api.TestConnection),
    *both("alerts/channels", alerts.Channels),
    *both("alerts/channels/names", alerts.ChannelNames),
    *both("alerts/channels/<int:pk>", alerts.OneChannel),
    *both("alerts/channels/<int:pk>/test", alerts.TestChannel),
    *both("alerts/rules", alerts.AlertRules),
    *both("alerts/rules/<int:pk>", alerts.OneAlertRule),
    *both("alerts/incidents", alerts.Incidents),
    *both("alerts/messages", alerts.Messages),
    *both("sql_scripts/<int:pk>/versions", version_api.Versions),
    *both("sql_scripts/<int:pk>/versions/<int:n>", version_api.OneVersion),
    *both("sql_scripts/<int:pk>/versions/<int:n>/restore", version_api.Restore),
    *both("scheduler", schedule_api.Schedules),
    *both("scheduler/preview", schedule_api.Preview),
    *both("scheduler/<int:pk>", schedule_api.OneSchedule),
    *both("scheduler/<int:pk>/toggle", schedule_api.Toggle),
    *both("scheduler/<int:pk>/run_now", schedule_api.RunNow),
    *both("scheduler/<int:pk>/next_runs", schedule_api.NextRuns),
    *both("scheduler/<int:pk>/due_times", schedule_api.DueTimes),
    *both("runs", scripts.Runs),
    *both("runs/<int:pk>", scripts.OneRun),
    *both("runs/<int:pk>/cancel", scripts.Cancel),
    *both("tables", tables.Tables),
    *both("tables/<str:table>/structure", tables.TableStructure),
    *both("tables/<str:table>/data", tables.Rows),
    *both("tables/<str:table>/data/<anything:record_id>", tables.OneRow),
    *both("audit", audit.AuditLog),
    *both("schema", openapi.Description),
    re_path(r"^docs/?$", openapi.docs, name="api-docs"),
    re_path("", unknown),
]
