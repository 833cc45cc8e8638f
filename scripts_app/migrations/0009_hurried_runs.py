"""Through which door somebody asked for what a schedule had queued."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scripts", "0008_query_stops")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="hurried",
            field=models.CharField(
                blank=True,
                choices=[("person", "Person"), ("api", "API"), ("schedule", "Schedule"), ("cli", "Command line")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
    ]
