"""Seats, stage texts and decisions of the portfolio meeting, for staff."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import Role
from challenges.models import Asking, BoardDecision, Challenge, Seat, StageText
from initiate.staff import StaffAdmin, at_work
from regions.models import Event, Verb


@admin.register(Seat)
class SeatAdmin(StaffAdmin):
    list_display = ("person", "expertise", "starts_on", "ends_on", "agreed_at")
    list_select_related = ("person",)
    search_fields = ("person__name", "expertise")
    fields = ("person", "expertise", "themes", "interests", "starts_on", "ends_on", "agreed_at")
    readonly_fields = ("agreed_at",)
    autocomplete_fields = ("person",)

    def save_model(self, request: HttpRequest, obj: Seat, form: Any, change: bool) -> None:
        """A new term opens what stands before the InnovatieKabinet at that moment."""
        obj.name = Role.Name.SEAT
        super().save_model(request, obj, form, change)
        Asking.objects.invite(by=at_work(request))


@admin.register(StageText)
class StageTextAdmin(StaffAdmin):
    list_display = ("key", "text")
    search_fields = ("key", "text")


@admin.register(BoardDecision)
class BoardDecisionAdmin(StaffAdmin):
    """Which pilots may be scaled up; only challenges that staff may read can be chosen."""

    list_display = ("challenge", "decided_on", "is_positive")
    list_select_related = ("challenge",)
    fields = ("challenge", "decided_on", "is_positive", "words")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "challenge":
            pilots = Challenge.objects.visible_to(at_work(request)).published().filter(stage="pilot")
            kwargs["queryset"] = pilots.order_by("title")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: BoardDecision, form: Any, change: bool) -> None:
        if not change:
            obj.recorded_by = at_work(request)
        super().save_model(request, obj, form, change)
        if not change:
            Event.write(Verb.BOARD_DECIDED, by=at_work(request), contribution=obj.challenge, about=obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
