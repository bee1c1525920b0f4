"""All settings. What differs between places comes from the environment (docs/operations.md lists it)."""

import os
from email.utils import formataddr
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from initiate import environment as env
from initiate import logs

django_stubs_ext.monkeypatch()  # so that Paginator[Challenge] and the like can be written

BASE_DIR = env.BASE_DIR
INITIATE_HOME = env.HOME

# --- what the environment says ------------------------------------------------------------------------------
DEBUG = env.setting("DEBUG", env.truth, "true or false", "false")
SECRET_KEY = env.setting("SECRET_KEY", env.secret, "at least 50 characters of chance")
SITE = env.setting("SITE_URL", env.site_url, "as in https://initiate.example, without a path")
SITE_URL = SITE.geturl()
DATABASE, DATABASE_OPTIONS = env.setting(
    "DATABASE_URL", env.database, "as in postgresql://user:password@host:5432/name"
)
REDIS_URL = env.setting("REDIS_URL", env.redis, "as in redis://host:6379/0 or unix:///path/to/socket")
CACHE_URL = env.setting("CACHE_URL", env.redis, "as in redis://host:6380/0 or unix:///path/to/socket")
EMAIL = env.setting("EMAIL_URL", env.smtp, "as in smtp+tls://user:password@host:587", "smtp://127.0.0.1:25")
# What the network is called, and a folder with files that stand in for ours: logo.svg, touch-icon.png, share.png.
NETWORK_NAME = env.setting("NETWORK_NAME", env.name, "a name of 1 to 60 characters on one line", "Initiate")
NETWORK_FILES = env.setting("NETWORK_FILES", env.folder, "the path of a folder", "")
# Where the relay tells whether it took a mail; unset: it cannot be asked. See digests/enquiry.py.
RELAY_QUERY_URL = env.setting("RELAY_QUERY_URL", env.enquiry, "as in https://relay.example/taken, without a query", "")
# Whether the demo network may be loaded: known passwords, a page that shows all mail.
DEMO = env.setting("DEMO", env.truth, "true or false", "false")
REQUIRE_SECOND_FACTOR = env.setting("REQUIRE_SECOND_FACTOR", env.truth, "true or false", "true")
# How many proxies of ours stand in front: the last so many addresses in X-Forwarded-For are believed.
PROXIES = env.setting("PROXIES", env.between(0, 5), "a number from 0 to 5", "0")
DATABASE_POOL = env.setting("DATABASE_POOL", env.between(1, 100), "the connections of one web process, 1 to 100", "8")
SECURITY_CONTACT = env.setting("SECURITY_CONTACT", env.contact, "mailto:someone@host or https://host/page", "")
CONTACT = env.setting("CONTACT", env.contact, "mailto:someone@host or https://host/page", "")
ACCESSIBILITY_STATEMENT = env.setting("ACCESSIBILITY_STATEMENT", env.link, "https://host/page", "")
METRICS_TOKEN = env.setting("METRICS_TOKEN", env.token, "at least 20 characters of chance", "")
LOG_LEVEL = env.setting(
    "LOG_LEVEL", env.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "DEBUG, INFO, WARNING or ERROR", "INFO"
)
LOG_FORMAT = env.setting("LOG_FORMAT", env.one_of("JSON", "TEXT"), "json or text", "json")

HTTPS = SITE.scheme == "https"
LOOPBACK = SITE.hostname in {"127.0.0.1", "localhost", "::1"}
ALLOWED_HOSTS = [f"[{SITE.hostname}]" if ":" in str(SITE.hostname) else str(SITE.hostname)]
if LOOPBACK:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# --- parts --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "initiate",
    "digests",
    "challenges",
    "regions",
    "accounts",
    "initiate.apps.StaffConfig",  # django.contrib.admin, with a site of our own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # FORM_RENDERER falls back on its templates
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "taggit",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "initiate.middleware.access_line",
    "initiate.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "initiate.middleware.told_redirect",
    "initiate.middleware.refuse_unreadable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "initiate.middleware.own_language",
    "initiate.middleware.sliding_session",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.second_factor",
    "initiate.resume.keep_what_was_typed",
    "initiate.resume.come_back",
    "accounts.middleware.refused_form",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "initiate.urls"
WSGI_APPLICATION = "initiate.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "digests.context.notices",
                "accounts.context.reader",
            ],
        },
    }
]
FORM_RENDERER = "initiate.forms.Renderer"

# --- data ---------------------------------------------------------------------------------------------------
# The pool is for the web only (wsgi.py says so): a worker needs a connection of its own, for the locks on it.
WEB = os.environ.get("INITIATE_PROCESS") == "web"
# While the database is away each attempt doubles its wait: given up after five seconds, the next request begins anew,
# so that a site is back as soon as its database is.
POOL = {"pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10, "reconnect_timeout": 5}} if WEB else {}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **DATABASE,
        "OPTIONS": {**DATABASE_OPTIONS, **POOL},
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0,
    }
}
CACHES = {
    "default": {
        "BACKEND": "initiate.cache.PatientCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 0.5},
    }
}
SESSION_ENGINE = "initiate.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # sliding: see initiate.middleware.sliding_session
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
MEDIA_ROOT = INITIATE_HOME / "files"  # never served from here: a view checks who asks, each time
MEDIA_URL = "media-is-not-served/"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# --- language -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "Europe/Amsterdam"

# --- static files -------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or INITIATE_HOME / "static")
# The first folder that has a file gives it.
STATICFILES_DIRS = [*([NETWORK_FILES] if NETWORK_FILES else []), BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- security -----------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^healthz$", r"^metrics$"]  # asked from inside, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "initiate.errors.forgery"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # allauth draws the QR code of a second factor as data:
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- people -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {"login": "accounts.doors.LoginForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up: allauth keeps that in the session
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # who asks for a new password hears by mail that there is no account
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password, address or second step is told by mail
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE.scheme
# A visitor reports something, or comes to a meeting, with an address that may be somebody else's: so often from one
# place, and to one address.
ACCOUNT_RATE_LIMITS = {
    "report": "20/h/ip,5/d/key",
    "guest": "30/h/ip,6/d/key",
    "backing": "20/d/user,5/d/key",
    "preview": "60/m/user",
}
if DEMO and LOOPBACK:
    # On a laptop the demo is also looked at by many browsers at once, all from one address.
    ACCOUNT_RATE_LIMITS |= {"login": "300/m/ip", "login_failed": "300/m/ip,5/300s/key", "report": "300/m/ip,5/d/key"}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "accounts.doors.KeyForm", "edit_webauthn": "accounts.doors.KeyNameForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = NETWORK_NAME
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_LOGIN_ON_GET = True  # form-action above lets no form lead elsewhere; `state` and PKCE tie the way back
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False  # who is new gives a name, and chooses how often mail comes
SOCIALACCOUNT_ADAPTER = "accounts.adapter.OrganisationAdapter"
TAGGIT_CASE_INSENSITIVE = True

# --- mail ---------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 30
MAIL_DOMAIN = "initiate.example" if LOOPBACK else str(SITE.hostname)
DEFAULT_FROM_EMAIL = env.setting(
    "MAIL_FROM",
    env.mail_from,
    "as in Initiate <post@host>",
    formataddr((NETWORK_NAME, f"noreply@{MAIL_DOMAIN}")),
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Without it answering by mail is off: no mail carries an address for answers.
REPLY_DOMAIN = env.setting("REPLY_DOMAIN", env.mail_domain, "as in antwoord.initiate.example", "")

# --- tasks --------------------------------------------------------------------------------------------------
# A message may be lost at any time: the database says what is due. See docs/operations.md.
VISIBILITY_TIMEOUT = 3600
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# A page waits half a second for a broker that hangs, then goes on: the next tick finds what it had to say.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "socket_timeout": 0.25 if WEB else 5,
    "socket_connect_timeout": 0.25 if WEB else 2,
    "retry_on_timeout": not WEB,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": VISIBILITY_TIMEOUT}
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = not WEB
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 280
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = TIME_ZONE
# Static, on purpose: beat only asks, each minute, what the database says is due. `tick` takes no arguments.
CELERY_BEAT_SCHEDULE = {"tick": {"task": "digests.tasks.tick", "schedule": 60.0, "options": {"expires": 55}}}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps no file that a kill could spoil

# --- logs ---------------------------------------------------------------------------------------------------
logs.configure()
LOGGING = logs.logging_config(LOG_LEVEL, LOG_FORMAT)
