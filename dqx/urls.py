"""All addresses: the composition root of pages, admin and API."""

from django.contrib import admin
from django.urls import include, path, re_path

from badDetail_app import figures as bad_row_figures
from badDetail_app import views as bad_detail
from dqx import web
from dqx.monitoring import views as monitoring
from dqx.monitoring.metrics import Figures
from dqx.tables import views as tables
from dqx.users import views as users
from reference_app import views as references
from scripts_app import script_views, views
from scripts_app.alerts import figures as alert_figures
from scripts_app.alerts import views as alert_views
from scripts_app.databases import connection_views
from scripts_app.editor import editor_views
from scripts_app.ledger import figures as run_figures

FIGURES = Figures(run_figures.families, bad_row_figures.families, alert_figures.families)

urlpatterns = [
    path("", views.home, name="home"),
    re_path(r"^bad-detail/?$", bad_detail.bad_detail, name="bad-detail"),
    re_path(r"^editor/?$", script_views.listed, name="editor"),
    re_path(r"^editor/new/?$", editor_views.new, name="editor-new"),
    re_path(r"^editor/(?P<pk>[0-9]{1,18})/?$", editor_views.script, name="editor-script"),
    re_path(r"^editor/(?P<pk>[0-9]{1,18})/review/?$", script_views.review, name="script-review"),
    re_path(r"^editor/(?P<pk>[0-9]{1,18})/staging/?$", script_views.staging, name="script-staging"),
    re_path(r"^editor/(?P<pk>[0-9]{1,18})/versions/?$", script_views.versions, name="script-versions"),
    re_path(r"^visualization/?$", bad_detail.visualization, name="visualization"),
    re_path(r"^runs/?$", views.runs, name="runs"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/?$", views.run, name="run"),
    re_path(r"^connections/?$", connection_views.connections, name="connections"),
    re_path(r"^tables/?$", tables.tables, name="tables"),
    re_path(r"^tables/(?P<name>[^/]{1,63})/?$", tables.tables, name="table"),
    re_path(r"^accounts/login/?$", users.SignIn.as_view(), name="login"),
    re_path(r"^accounts/logout/?$", users.SignOut.as_view(), name="logout"),
    re_path(r"^register/?$", users.SignUp.as_view(), name="register"),
    re_path(r"^profile/?$", users.profile, name="profile"),
    re_path(r"^scheduler/?$", views.scheduler, name="scheduler"),
    re_path(r"^alerts/?$", alert_views.alerts, name="alerts"),
    re_path(r"^references/?$", references.references, name="references"),
    path("api/", include("dqx.api")),
    path("admin/", admin.site.urls),
    re_path(r"^healthz/?$", web.alive, name="healthz"),
    re_path(r"^readyz/?$", monitoring.ready, name="readyz"),
    re_path(r"^metrics/?$", monitoring.metrics, {"figures": FIGURES}, name="metrics"),
]
handler400 = web.bad_request
handler403 = web.forbidden
handler404 = web.not_found
handler500 = web.failed
