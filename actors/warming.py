"""Warms a worker process up before its first job: fonts and connections are loaded once."""

import contextlib

import structlog
from django.db import connection
from dramatiq import Broker, Middleware

from pdfcache import registry, store
from pdfcache.errors import StoreError

log = structlog.get_logger(__name__)


class WarmUp(Middleware):
    """Loads typefaces and opens connections as a worker process boots."""

    def after_process_boot(self, broker: Broker) -> None:
        for kind in registry.kinds():
            registry.get(kind).prepare()
        # No object has this key: the look-up opens the connection.
        with contextlib.suppress(StoreError):
            store.stat("cache/")
        # The pool stays open; only this thread's borrowed connection goes back.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
        log.info("worker process is warm")
