from django.apps import AppConfig


class InitiateConfig(AppConfig):
    name = "initiate"
    verbose_name = "Initiate"
