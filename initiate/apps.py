from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class InitiateConfig(AppConfig):
    name = "initiate"
    verbose_name = "Initiate"


class StaffConfig(AdminConfig):
    """Django's admin, as the site for staff."""

    default_site = "initiate.staff.StaffSite"
