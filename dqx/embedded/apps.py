from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "dqx.embedded"
    label = "embedded"
    verbose_name = "Embedded servers"
