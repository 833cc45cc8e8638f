"""Django's admin in DQX's clothes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode


class AdminSite(admin.AdminSite):
    """The admin for everybody who can sign in; the matrix says what each sees."""

    site_title = "DQX"
    site_header = "DQX"
    index_title = "Administration"
    site_url = "/"
    enable_nav_sidebar = False  # the navigation is the one of the pages

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one place to sign in, and it leads back here."""
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """People change their password in their profile."""
        return redirect("profile")


class AdminConfig(DjangoAdminConfig):
    """Makes it the default site."""

    default_site = "dqx.admin_site.AdminSite"
