"""The admin for staff: every change there is an event."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from initiate.network import named
from regions.models import Audience, Event, Verb

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
else:  # generic for the type checker only
    ModelAdmin = admin.ModelAdmin
    Inline = admin.TabularInline


def at_work(request: HttpRequest) -> Person:
    """Return the person in the admin, which lets nobody else in."""
    return cast(Person, request.user)


class StaffAdmin(ModelAdmin):
    """What all our admins share: the event for staff, and ids that stay out of sight."""

    list_per_page = 50
    show_full_result_count = False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self.write_event(request, Verb.STAFF_ADDED, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self.write_event(request, Verb.STAFF_CHANGED, obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self.write_event(request, Verb.STAFF_REMOVED, obj)
        return super().log_deletions(request, queryset)

    def write_event(self, request: HttpRequest, verb: str, obj: Model) -> None:
        Event.write(
            verb, by=at_work(request), about=obj, audience=Audience.DESK, spread=False, model=obj._meta.label_lower
        )


class StaffSite(admin.AdminSite):
    """The admin; it takes pages that write events only, so none of what third parties register."""

    site_header = site_title = lazy(named, str)(_("Initiate, for staff"))
    index_title = _("What staff looks after")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)


class ReadOnlyAdmin(StaffAdmin):
    """A log: staff reads it, nobody changes it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
