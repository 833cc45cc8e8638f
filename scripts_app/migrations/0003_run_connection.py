"""Which database a populate reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scripts", "0002_versions_and_schedules")]

    operations = [
        migrations.AddField(
            "run",
            "connection_name",
            models.CharField("connection", max_length=100, blank=True, default="", db_default=""),
        ),
        migrations.AddField(
            "run",
            "connection_given",
            models.BooleanField("connection given once", default=False, db_default=False),
        ),
    ]
