"""Figures for upstairs: of a region, of the network or of the InnovatieKabinet; as a page, CSV and a spreadsheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from challenges.cabinet_figures import cabinet_figures_for
from challenges.figures import Figures, figures_for
from challenges.forms.figures import FiguresQuery
from challenges.sheets import CSV, ODS, as_csv, as_ods
from regions.models import Region


@require_safe
def figures(request: HttpRequest, slug: str = "") -> HttpResponse:
    region, found = _figures(request, slug)
    return render(request, "challenges/figures.html", {"region": region, "figures": found})


@require_safe
def figures_csv(request: HttpRequest, slug: str = "") -> HttpResponse:
    _region, found = _figures(request, slug)
    return _file(as_csv(found.tables), CSV, f"{slug or 'initiate'}-cijfers.csv")


@require_safe
def figures_ods(request: HttpRequest, slug: str = "") -> HttpResponse:
    _region, found = _figures(request, slug)
    return _file(as_ods(found.tables), ODS, f"{slug or 'initiate'}-cijfers.ods")


@require_safe
def cabinet_figures(request: HttpRequest) -> HttpResponse:
    query, found = _cabinet_figures(request)
    return render(request, "challenges/cabinet_figures.html", {"query": query, "figures": found})


@require_safe
def cabinet_figures_csv(request: HttpRequest) -> HttpResponse:
    _query, found = _cabinet_figures(request)
    return _file(as_csv(found.tables), CSV, "innovatiekabinet-cijfers.csv")


@require_safe
def cabinet_figures_ods(request: HttpRequest) -> HttpResponse:
    _query, found = _cabinet_figures(request)
    return _file(as_ods(found.tables), ODS, "innovatiekabinet-cijfers.ods")


def _figures(request: HttpRequest, slug: str) -> tuple[Region | None, Figures]:
    region = get_object_or_404(Region, slug=slug) if slug else None
    return region, figures_for(request.user, region)


def _cabinet_figures(request: HttpRequest) -> tuple[FiguresQuery, Figures]:
    query = FiguresQuery.read(request.GET)
    return query, cabinet_figures_for(request.user, query.region, query.quarters)


def _file(content: bytes, mime: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
