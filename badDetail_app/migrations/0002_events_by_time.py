from django.db import migrations

from badDetail_app import table_statements as statements
from dqx import sql


def index(apps, editor):
    """Let the events of the last days be found."""
    sql.execute(statements.index_events_by_time())


def forget(apps, editor):
    """Take the index away."""
    sql.execute(statements.forget_events_by_time())


class Migration(migrations.Migration):
    dependencies = [("bad_detail", "0001_initial")]

    operations = [migrations.RunPython(index, forget)]
