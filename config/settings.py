"""Settings, read from the environment once. What each variable means stands in README.md."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pghistory
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO = env.flag("LAMINA_DEMO", False)

SITE_URL = env.url("SITE_URL", ("http", "https"))
SITE_HOST = urlsplit(SITE_URL).hostname or ""
HTTPS = SITE_URL.startswith("https://")
if DEMO and SITE_HOST not in ("127.0.0.1", "localhost", "::1"):
    raise env.EnvError("LAMINA_DEMO", "the demo's accounts and secrets are for loopback only")

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [SITE_HOST])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "lims",
    "pdfcache",
    "actors",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_dramatiq",
    "django_htmx",
    "bootstrap",
    "lucide",
    "csp",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.UserLanguage",
    "lims.views.kit.audit_context.Acting",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SecondFactor",
    "config.middleware.Profile",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lims.admin.policy.AdminPolicy",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lims.views.kit.context.laboratory",
                "lims.views.overview.context.header_counts",
            ],
            "builtins": ["lims.templatetags.lamina"],
        },
    }
]

# A pool per process: a request borrows a connection that is open and checked, and gives it back.
# Without a time-out of its own a request would wait 30 s for a database that is away.
DATABASES = {"default": env.database("DATABASE_URL") | {"CONN_HEALTH_CHECKS": True}}
DATABASES["default"]["OPTIONS"] |= {
    "pool": {"min_size": 1, "max_size": 16, "timeout": 3, "max_idle": 300},
    "connect_timeout": 3,
}
# Behind a pooler of transactions nothing may outlive one: no prepared statement, no cursor of the server.
DATABASE_POOLER = env.choice("DATABASE_POOLER", ("session", "transaction"))
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLER == "transaction"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A change is found by its thing alone.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

AUTH_USER_MODEL = "lims.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "lims.views.people.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_FORMS = {"signup": "lims.forms.people.accounts.SignupForm"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_REQUIRED = env.flag("MFA_REQUIRED", not DEMO)
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, maximum=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

LANGUAGE_CODE = env.text("LANGUAGE_CODE", "es")
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise env.EnvError("LANGUAGE_CODE", f"must be es or en, not {LANGUAGE_CODE!r}")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", "America/Argentina/Buenos_Aires")
USE_TZ = True
FORMAT_MODULE_PATH = ["lims.formats"]

# The largest draft of a report that the services allow sends so many: 40 specimens with a synoptic table of
# 60 rows each, and two texts for each of 9,999 cassettes. More than 10 MB, some 3,000 pages, nobody types.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Only `make run` may do without a broker: its sweeper then runs the jobs itself.
RABBITMQ_URL = env.text("RABBITMQ_URL", "" if DEMO else None)
if RABBITMQ_URL:
    RABBITMQ_URL = env.url("RABBITMQ_URL", ("amqp", "amqps"))
RABBITMQ_QUEUE_PREFIX = env.text("RABBITMQ_QUEUE_PREFIX", "lamina")
RABBITMQ_QUEUE_TYPE = env.choice("RABBITMQ_QUEUE_TYPE", ("quorum", "classic"))
DRAMATIQ_BROKER: dict[str, Any] = {
    "BROKER": "actors.broker.Broker",
    "OPTIONS": {"url": RABBITMQ_URL, "queue_type": RABBITMQ_QUEUE_TYPE},
    "MIDDLEWARE": [
        "django_dramatiq.middleware.DbConnectionsMiddleware",
        "dramatiq.middleware.TimeLimit",
        "actors.warming.WarmUp",
    ],
}
DRAMATIQ_AUTODISCOVER_MODULES = ("pdfs", "reports", "mail", "operations", "upkeep")

S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", ("http", "https"))
S3_PUBLIC_ENDPOINT_URL = env.url("S3_PUBLIC_ENDPOINT_URL", ("http", "https"), S3_ENDPOINT_URL)
S3_REGION = env.text("S3_REGION", "us-east-1")
S3_ACCESS_KEY = env.text("S3_ACCESS_KEY")
S3_SECRET_KEY = env.text("S3_SECRET_KEY")
S3_CACHE_BUCKET = env.text("S3_CACHE_BUCKET", "lamina-cache")
S3_ARCHIVE_BUCKET = env.text("S3_ARCHIVE_BUCKET", "lamina-archive")
S3_MEDIA_BUCKET = env.text("S3_MEDIA_BUCKET", "lamina-media")
PDF_URL_TTL_S = env.integer("PDF_URL_TTL_S", 300, minimum=1, maximum=604_800)
PDF_CACHE_DAYS = env.integer("PDF_CACHE_DAYS", 30, minimum=2)
ARCHIVE_RETENTION_DAYS = env.optional_integer("ARCHIVE_RETENTION_DAYS", minimum=1)
# The history keeps so many months besides the present one; unset, for ever.
HISTORY_MONTHS = env.optional_integer("HISTORY_MONTHS", minimum=12, maximum=1_200)
# A secret of its own lets SECRET_KEY rotate without rendering every cached PDF anew.
PDFCACHE_SECRET = env.text("PDFCACHE_SECRET", SECRET_KEY)

globals().update(env.email("EMAIL_URL", "console://" if DEMO or DEBUG else "smtp://127.0.0.1:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Lamina <no-reply@{SITE_HOST}>")
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
S3_PUBLIC_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(S3_PUBLIC_ENDPOINT_URL))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Micrographs come from the store, by links of their own.
        "img-src": ["'self'", "data:", S3_PUBLIC_ORIGIN],
        # A draft's preview is drawn on the spot, on our own origin.
        "frame-src": ["'self'", S3_PUBLIC_ORIGIN],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # A form may answer with a redirect to a PDF, which lives on the store's origin.
        "form-action": ["'self'", S3_PUBLIC_ORIGIN],
        "frame-ancestors": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.line_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO"},
        "django.server": {"handlers": ["stderr"], "propagate": False},
        # pika logs at WARNING and above what our broker logs in one line.
        "pika": {"level": "CRITICAL"},
        # It logs its own version when it is loaded.
        "pikepdf": {"level": "WARNING"},
    },
}

UNFOLD = {
    "SITE_TITLE": "Lamina",
    "SITE_HEADER": "Lamina",
    "SITE_URL": "/",
    "SITE_ICON": "lims.admin.site.logo",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "lims.admin.site.logo"}],
    "SHOW_BACK_BUTTON": True,
    "COLORS": "lims.admin.site.colours",
    "STYLES": ["lims.admin.site.stylesheet"],
    "SCRIPTS": ["lims.admin.site.script"],
    "SIDEBAR": {"navigation": "lims.admin.site.sidebar"},
}
