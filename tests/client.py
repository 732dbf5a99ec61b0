"""A visitor: an HTTP client with a session, who opens documents as a browser's waiting page does."""

import json
import time
from importlib import import_module
from urllib.parse import urljoin

import urllib3
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

OPEN_TIMEOUT_S = 60
# Every visitor of a stampede keeps its connection to the store.
STORE = urllib3.PoolManager(maxsize=200)


def session_of(user) -> str:
    """Return the key of a new session in which the user is logged in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


class Visitor:
    """One user at one web server. Answers are JSON unless the server sends a document."""

    def __init__(self, base_url: str, user, connections: int = 1) -> None:
        self._base_url = base_url
        self._headers = {"Cookie": f"sessionid={session_of(user)}", "Accept": "application/json"}
        self._http = urllib3.PoolManager(maxsize=connections, timeout=urllib3.Timeout(30), retries=False)

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        """Return the answer, redirects not followed."""
        return self._http.request("GET", urljoin(self._base_url, path), headers=self._headers, redirect=False)

    def post(self, path: str) -> urllib3.BaseHTTPResponse:
        """Return the answer to a change without fields, redirects not followed."""
        token = "c" * 32
        cookies = {"Cookie": f"{self._headers['Cookie']}; csrftoken={token}", "X-CSRFToken": token}
        return self._http.request(
            "POST", urljoin(self._base_url, path), headers=self._headers | cookies, redirect=False
        )

    def open(self, path: str) -> bytes:
        """Return the PDF behind a document's URL, waiting for it as the waiting page does."""
        deadline_s = time.monotonic() + OPEN_TIMEOUT_S
        answer = self.get(path)
        while answer.status == 202:
            path = self._wait(json.loads(answer.data), deadline_s)
            answer = self.get(path)
        if answer.status == 302:
            answer = STORE.request("GET", answer.headers["Location"], retries=False)
        assert (answer.status, answer.data[:5]) == (200, b"%PDF-"), (answer.status, answer.data[:300])
        return answer.data

    def _wait(self, waiting: dict, deadline_s: float) -> str:
        status_url = waiting["status_url"]
        while waiting["state"] != "ready":
            assert time.monotonic() < deadline_s, f"still {waiting}"
            assert waiting["state"] in ("queued", "rendering"), waiting
            time.sleep(waiting["retry_after_ms"] / 1000)
            waiting = json.loads(self.get(status_url).data)
        return waiting["pdf_url"]
