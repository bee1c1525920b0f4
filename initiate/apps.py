from django.apps import AppConfig
from django.contrib.admin import apps


class InitiateConfig(AppConfig):
    name = "initiate"
    verbose_name = "Initiate"
    default = True


class StaffConfig(apps.AdminConfig):
    """Django's admin, as the site for staff."""

    default = False
    default_site = "initiate.staff.StaffSite"
