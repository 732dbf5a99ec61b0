"""Rate limits of clients without a login."""

import ipaddress
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

# A network of one household or clinic: its addresses are as one client.
IPV6_PREFIX = 64


def seconds_to_wait(request: HttpRequest, what: str, limit: int, window_s: int) -> int:
    """Count a request and return in how many seconds its client may ask again, 0 for now.

    The count is kept in the cache that all processes share, by the client's address as TRUSTED_PROXY_COUNT
    lets it be known.
    """
    now_s = _now_s()
    key = f"limit:{what}:{_client(request)}:{now_s // window_s}"
    return window_s - now_s % window_s if _counted(key, 2 * window_s) > limit else 0


def _now_s() -> int:
    return int(time.time())


def _counted(key: str, lifetime_s: int) -> int:
    cache.add(key, 0, lifetime_s)
    try:
        return cache.incr(key)
    except ValueError:
        # The cache was emptied in between.
        return 1


def _client(request: HttpRequest) -> str:
    try:
        return _network(get_adapter().get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return "unknown"


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False).network_address)
