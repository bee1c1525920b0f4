"""The paths of the bell, the overview, leaving it, the mail log of staff, and the demo's mail."""

from django.urls import path

from digests import drawer, log, views

app_name = "digests"

urlpatterns = [
    path("mijn/meldingen/", views.notices, name="notices"),
    path("mijn/meldingen/gelezen/", views.read_all, name="read_all"),
    path("mijn/meldingen/<int:pk>/", views.open_notice, name="open"),
    path("mijn/overzicht/", views.overview, name="overview"),
    path("mijn/voorkeuren/adres/opnieuw/", views.try_address, name="try_address"),
    path("afmelden/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("beheer/mail/", log.log, name="log"),
    path("beheer/mail/<int:pk>/", log.log_mail, name="log_mail"),
    path("beheer/mail/<int:pk>/besluit/", log.log_decide, name="log_decide"),
    path("stil/<str:token>/", views.quiet, name="quiet"),
    path("demo/mail/", drawer.mails, name="demo_mail"),
    path("demo/mail/<slug:name>/", drawer.mail, name="demo_mail_one"),
    path("demo/mail/<slug:name>/html/", drawer.html_part, name="demo_mail_html"),
]
