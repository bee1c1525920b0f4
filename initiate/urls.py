"""Every path of the site. An app's own paths stand in its `urls.py`; this file only hangs them up."""

from django.contrib import admin
from django.urls import include, path

from initiate import operations

handler400 = "initiate.errors.bad_request"
handler403 = "initiate.errors.forbidden"
handler404 = "initiate.errors.absent"
handler500 = "initiate.errors.broken"

urlpatterns = [
    path("livez", operations.livez, name="livez"),
    path("readyz", operations.readyz, name="readyz"),
    path("healthz", operations.healthz, name="healthz"),
    path("robots.txt", operations.robots, name="robots"),
    path(".well-known/security.txt", operations.security_txt, name="security_txt"),
    path("", include("challenges.urls")),
    path("account/", include("allauth.urls")),
    path("beheer/", admin.site.urls),
]
