"""When something was changed is told by the clock of the database, which is one for all machines."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.AlterField("entry", "at", models.DateTimeField(db_default=Now(), editable=False))]
