"""Pages for machines: is this process alive, can it serve, does the whole work; who to tell about a leak."""

from datetime import timedelta

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg_pool import PoolTimeout
from redis import Redis
from redis.exceptions import RedisError

from digests.models import Pulse
from digests.stalled import complaint

STALE_AFTER = timedelta(seconds=180)
AWAY = (DatabaseError, PoolTimeout)


@require_safe
@never_cache
@transaction.non_atomic_requests
def livez(request: WSGIRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@transaction.non_atomic_requests
def readyz(request: WSGIRequest) -> HttpResponse:
    """Whether this process can serve: the database answers and knows every migration of this code."""
    try:
        missing = unapplied_migrations()
    except AWAY:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    if missing:
        return HttpResponse(f"{missing} migrations are not applied\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


def unapplied_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@require_safe
@never_cache
@transaction.non_atomic_requests
def healthz(request: WSGIRequest) -> HttpResponse:
    """JSON of each part: "ok", or in words what is wrong; 503 when one is."""
    parts = {"broker": broker()}
    try:
        parts |= {"database": "ok", "tick": pulse("tick"), "worker": pulse("worker"), "sender": sender()}
    except AWAY:
        parts |= dict.fromkeys(("tick", "worker", "sender"), "unknown") | {"database": "does not answer"}
    healthy = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if healthy else "stale", "parts": parts}, status=200 if healthy else 503)


def broker() -> str:
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping()
    except RedisError:
        return "does not answer"
    return "ok"


def pulse(name: str) -> str:
    last = Pulse.objects.filter(name=name).values_list("at", flat=True).first()
    return "ok" if last and timezone.now() - last < STALE_AFTER else "silent for more than 3 minutes"


def sender() -> str:
    return complaint() or "ok"


@require_safe
@transaction.non_atomic_requests
def robots(request: WSGIRequest) -> HttpResponse:
    return HttpResponse(
        "User-agent: *\nDisallow: /account/\nDisallow: /beheer/\nDisallow: /mijn/\n",
        content_type="text/plain",
    )


@require_safe
@transaction.non_atomic_requests
def security_txt(request: WSGIRequest) -> HttpResponse:
    """RFC 9116. It says nothing until the people who run the site say where reports go."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {expires}", "Preferred-Languages: nl, en"]
    lines.append(f"Policy: {settings.SITE_URL}{reverse('page', args=['veiligheid'])}")
    lines.append(f"Canonical: {settings.SITE_URL}/.well-known/security.txt")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
