"""The settings under test: those of the program, with names of their own for each process of each run."""

import os
import sys

_RUN = os.environ.setdefault("LAMINA_TEST_RUN", "manual")
_PROCESS = f"test-{_RUN}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

# Queues that a test's programs share with nobody else.
_QUEUES = _PROCESS + os.environ.get("LAMINA_TEST_QUEUES", "")

# Set, not given as defaults: a test run never touches queues and buckets that something else uses.
os.environ |= {
    "SECRET_KEY": "for-tests-only-" + "x" * 50,
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "RABBITMQ_QUEUE_PREFIX": _QUEUES,
    "S3_CACHE_BUCKET": f"{_PROCESS}-cache",
    "S3_ARCHIVE_BUCKET": f"{_PROCESS}-archive",
    "S3_MEDIA_BUCKET": f"{_PROCESS}-media",
}

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if "pytest" in sys.modules:
    # The programs answer within seconds while the database is away; the tests' own process has time, since on
    # a busy machine one late connection would fail the setup of every test of a process.
    DATABASES["default"]["OPTIONS"] |= {"connect_timeout": 30}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 60  # noqa: F405
# Tests of the second factor turn it on.
MFA_REQUIRED = False
# A drill need not wait as long as a laboratory does for a mail server that hangs.
EMAIL_TIMEOUT = int(os.environ.get("EMAIL_TIMEOUT_S", "10"))
# The point at which a process under test ends itself; only these settings know it.
FAULT = os.environ.get("FAULT", "")
