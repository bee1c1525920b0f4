"""Every path of the site. An app's own paths stand in its `urls.py`; this file only hangs them up."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from accounts.views import set_language
from initiate import metrics, operations, views
from regions.views.search import search

handler400 = "initiate.errors.bad_request"
handler403 = "initiate.errors.forbidden"
handler404 = "initiate.errors.absent"
handler500 = "initiate.errors.broken"

# The admin has no door of its own: rate limits and the second factor are those of the site.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's documented way

urlpatterns = [
    path("livez", operations.livez, name="livez"),
    path("readyz", operations.readyz, name="readyz"),
    path("healthz", operations.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("robots.txt", operations.robots, name="robots"),
    path(".well-known/security.txt", operations.security_txt, name="security_txt"),
    path("", views.home, name="home"),
    path("pagina/<slug:slug>/", views.page, name="page"),
    path("begrippen/", views.glossary, name="glossary"),
    path("ontwerp/", views.design, name="design"),
    path("", include("regions.urls")),
    path("zoeken/", search, name="search"),
    path("", include("challenges.urls")),
    path("", include("accounts.urls")),
    path("", include("digests.urls")),
    path("taal/", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("beheer/", admin.site.urls),
]
