"""The product's paths, and the page that everything is compared with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from initiate import urls as product
from regions.models import Contribution, State, Visibility


def bare(request: HttpRequest) -> HttpResponse:
    """List 20 rows of one query, and nothing else: what a page of Django costs at least on this machine."""
    public = Contribution.objects.filter(state=State.PUBLISHED, visibility=Visibility.PUBLIC)
    rows = public.order_by("-last_activity_at", "-pk").values("pk", "title", "last_activity_at")[:20]
    return render(request, "bench/bare.html", {"rows": rows})


handler400 = product.handler400
handler403 = product.handler403
handler404 = product.handler404
handler500 = product.handler500
urlpatterns = [path("bench/bare/", bare, name="bare"), *product.urlpatterns]
