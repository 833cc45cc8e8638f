"""All addresses: the composition root of pages, admin and API."""

from django.contrib import admin
from django.urls import include, path, re_path

from dqx import web
from scripts_app import views

urlpatterns = [
    path("", views.home, name="home"),
    path("api/", include("dqx.api")),
    path("admin/", admin.site.urls),
    re_path(r"^healthz/?$", web.alive, name="healthz"),
]
handler400 = web.bad_request
handler403 = web.forbidden
handler404 = web.not_found
handler500 = web.failed
