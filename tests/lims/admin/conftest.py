"""An administrator at the admin's pages."""

import pytest


@pytest.fixture
def admin(client, alma):
    """A client in which Alma is logged in."""
    client.force_login(alma)
    return client
