"""The workers that were seen of late."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("queues", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("seen_at", models.DateTimeField(verbose_name="last seen")),
            ],
            options={
                "db_table": "workers",
                "ordering": ["name"],
            },
        ),
    ]
