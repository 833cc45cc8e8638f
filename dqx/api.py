"""All addresses of the API."""

urlpatterns: list = []
