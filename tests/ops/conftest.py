"""What the API's tests have, for these too."""

from tests.api.conftest import as_admin, as_nobody, as_viewer  # noqa: F401
