"""All addresses of the API, each with and without the slash at its end."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt

from badDetail_app import api as bad_detail
from dqx import drf, openapi
from dqx.errors import NotFound
from dqx.rest import View
from dqx.users import api as users
from reference_app import api as references
from scripts_app import api as scripts


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
    return drf.answer(NotFound("not_found", "There is no such address."))


urlpatterns = [
    *both("auth/login", users.Login),
    *both("auth/refresh", users.RefreshAccess),
    *both("auth/me", users.Me),
    *both("reference_tables/rules", references.Rules),
    *both("reference_tables/rules/<anything:pk>", references.OneRule),
    *both("reference_tables/sources", references.Sources),
    *both("reference_tables/sources/<anything:pk>", references.OneSource),
    *both("bad_detail", bad_detail.BadRows),
    *both("bad_detail/filters", bad_detail.FilterChoices),
    *both("sql_scripts", scripts.Scripts),
    *both("sql_scripts/<int:pk>", scripts.OneScript),
    *both("sql_scripts/<int:pk>/populate_table", scripts.Populate),
    *both("sql_scripts/<int:pk>/publish", scripts.Publish),
    *both("sql_scripts/<int:pk>/staging", scripts.Staging),
    *both("sql_scripts/<int:pk>/review", scripts.Review),
    *both("runs", scripts.Runs),
    *both("runs/<int:pk>", scripts.OneRun),
    *both("runs/<int:pk>/cancel", scripts.Cancel),
    *both("schema", openapi.Description),
    re_path(r"^docs/?$", openapi.docs, name="api-docs"),
    re_path("", unknown),
]
