"""Django's admin in DQX's clothes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

# The heads of the first page in their order: by what people do, not by where the code lies. Others follow by name.
GROUPS = ("Scripts", "Alerts", "Bad rows", "References", "Administration")


class AdminSite(admin.AdminSite):
    """The admin for everybody who can sign in; the matrix says what each sees."""

    site_title = "DQX"
    site_header = "DQX"
    index_title = "Administration"
    site_url = "/"
    enable_nav_sidebar = False  # the navigation is the one of the pages

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models that the person may see, by group; those of one application where it is named."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        groups: dict[str, Any] = {}
        for app in self._build_app_dict(request).values():
            for model in app["models"]:
                name = getattr(self._registry[model["model"]], "group", "") or app["name"]
                empty = {**app, "name": name, "app_url": reverse("admin:index"), "models": []}
                groups.setdefault(name, empty)["models"].append(model)
        return sorted(groups.values(), key=_place)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one place to sign in, and it leads back here."""
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """People change their password in their profile."""
        return redirect("profile")


def _place(group: dict[str, Any]) -> tuple[int, str]:
    name = group["name"]
    return GROUPS.index(name) if name in GROUPS else len(GROUPS), name


class AdminConfig(DjangoAdminConfig):
    """Makes it the default site."""

    default_site = "dqx.admin_site.AdminSite"
