"""Regions, municipalities, themes, wishes and the log, for staff."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiate.staff import Inline, ReadOnlyAdmin, StaffAdmin
from regions.models import Event, Membership, Municipality, Region, RegionWish, Theme


class MembershipInline(Inline):
    """Who moderates: staff appoints them here."""

    model = Membership
    extra = 0
    fields = ("person", "role", "state")
    autocomplete_fields = ("person",)


@admin.register(Region)
class RegionAdmin(StaffAdmin):
    list_display = ("name", "slug", "member_count")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("municipalities",)
    exclude = ("question", "house_rules", "welcome_mail", "contact", "holds_back")
    inlines = (MembershipInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.count_members()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Take away the last day of a suspension that staff ends here."""
        for row in formset.forms:
            if row.instance.ends_on and row.instance.state != Membership.State.SUSPENDED:
                row.instance.ends_on = None
                row.instance.sanctions.end_suspension(request.user)
        super().save_formset(request, form, formset, change)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Municipality)
class MunicipalityAdmin(StaffAdmin):
    list_display = ("name", "code", "province", "youth_region", "labour_region", "inhabitants")
    list_filter = ("province",)
    search_fields = ("name", "code")
    autocomplete_fields = ("organisations",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Theme)
class ThemeAdmin(StaffAdmin):
    list_display = ("name", "name_en", "slug", "position")
    list_editable = ("position",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(RegionWish)
class RegionWishAdmin(StaffAdmin):
    list_display = ("municipality", "person", "at", "handled_at")
    list_select_related = ("municipality", "person")
    list_filter = (("handled_at", admin.EmptyFieldListFilter),)
    fields = ("municipality", "person", "words", "at", "handled_at")
    readonly_fields = ("municipality", "person", "words", "at")
    actions = ("mark_handled",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Mark as handled"))
    def mark_handled(self, request: HttpRequest, queryset: Any) -> None:
        for wish in queryset.filter(handled_at=None):
            wish.handled_at = timezone.now()
            wish.save(update_fields=["handled_at"])
            self.log_change(request, wish, "handled")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The log, unchangeable; ids and enum values, no words of a person."""

    list_display = ("at", "verb", "actor", "subject", "region", "object_kind", "object_id")
    list_select_related = ("actor", "subject", "region")
    list_filter = ("verb", "region")
    date_hierarchy = "at"
    fields = ("at", "verb", "audience", "actor", "subject", "region", "object_kind", "object_id", "data")
