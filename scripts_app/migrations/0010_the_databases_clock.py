"""When something began is told by the clock of the database, which is one for all machines."""

from django.db import migrations, models
from django.db.models.functions import Now


def _now(model: str, field: str) -> migrations.AlterField:
    return migrations.AlterField(model, field, models.DateTimeField(db_default=Now(), editable=False))


class Migration(migrations.Migration):
    # One table at a time, so that nobody waits for two of them; each may be done again.
    atomic = False

    dependencies = [("scripts", "0009_hurried_runs")]

    operations = [
        _now("run", "created_at"),
        _now("duetime", "recorded_at"),
        _now("incident", "opened_at"),
        _now("message", "created_at"),
    ]
