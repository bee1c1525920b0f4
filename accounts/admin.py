"""People, organisations and roles, for staff."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.models import Affiliation, Domain, Organisation, Person, Role
from initiate.staff import Inline, StaffAdmin


@admin.register(Person)
class PersonAdmin(StaffAdmin):
    """Block an account or make someone staff; the words of a person are the person's own."""

    list_display = ("name", "email", "function", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    fields = ("name", "email", "function", "is_active", "is_staff", "joined_at", "last_login")
    readonly_fields = ("name", "email", "function", "joined_at", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class DomainInline(Inline):
    model = Domain
    extra = 1


@admin.register(Organisation)
class OrganisationAdmin(StaffAdmin):
    list_display = ("name", "kind", "website")
    list_filter = ("kind",)
    search_fields = ("name", "domains__name")
    inlines = (DomainInline,)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Affiliation)
class AffiliationAdmin(StaffAdmin):
    list_display = ("person", "organisation", "basis", "confirmed_at", "ends_on")
    list_select_related = ("person", "organisation")
    list_filter = ("basis",)
    search_fields = ("person__name", "organisation__name")
    autocomplete_fields = ("person", "organisation", "confirmed_by")
    readonly_fields = ("asked_at",)


@admin.register(Role)
class RoleAdmin(StaffAdmin):
    """The terms of the secretary; a seat has a page of its own, since it tells more."""

    list_display = ("person", "starts_on", "ends_on")
    list_select_related = ("person",)
    fields = ("person", "starts_on", "ends_on")
    autocomplete_fields = ("person",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        return super().get_queryset(request).filter(name=Role.Name.SECRETARY)

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        obj.name = Role.Name.SECRETARY
        super().save_model(request, obj, form, change)
