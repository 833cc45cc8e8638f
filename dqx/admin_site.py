"""Django's admin in DQX's clothes."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminSite(admin.AdminSite):
    """The admin for everybody who can sign in; the matrix says what each sees."""

    site_title = "DQX"
    site_header = "DQX"
    index_title = "Administration"
    site_url = "/"
    enable_nav_sidebar = False  # the navigation is the one of the pages


class AdminConfig(DjangoAdminConfig):
    """Makes it the default site."""

    default_site = "dqx.admin_site.AdminSite"
