"""The tests' databases: migrated once per run and copied for each of its processes; emptied between tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

Unreachable = psycopg.OperationalError
RUN = os.environ["LAMINA_TEST_RUN"]
MIGRATED = f"test-{RUN}"
# What migrating writes is there for every test.
KEPT = ["django_migrations", "django_content_type", "auth_permission"]
# Every table is locked, as truncating all of them would: who still writes is waited for. To delete a test's
# few rows takes a tenth of the time of truncating, but no trigger or foreign key may have a say in it, which
# takes a superuser.
EMPTY = """
DO $$
DECLARE
    tables regclass[];
    one regclass;
    has_rows boolean;
    full_tables regclass[] := '{}';
BEGIN
    SELECT array_agg(oid::regclass ORDER BY relname) INTO tables FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL (KEPT);
    EXECUTE 'LOCK TABLE ' || array_to_string(tables, ', ');
    FOREACH one IN ARRAY tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO has_rows;
        IF has_rows THEN
            full_tables := full_tables || one;
        END IF;
    END LOOP;
    IF full_tables = '{}' THEN
        RETURN;
    ELSIF current_setting('is_superuser') = 'off' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(full_tables, ', ') || ' CASCADE';
    ELSE
        SET LOCAL session_replication_role = replica;
        FOREACH one IN ARRAY full_tables LOOP
            EXECUTE format('DELETE FROM %s', one);
        END LOOP;
    END IF;
END $$
""".replace("KEPT", f"ARRAY{KEPT}")


@contextmanager
def copied(name: str) -> Iterator[None]:
    """Have Django work on a new copy of the migrated database for the length of a `with`."""
    with _server() as server:
        # One process migrates, the others wait for it.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [MIGRATED])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone():
            _migrate(server)
        _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _command(server, "CREATE DATABASE {} TEMPLATE {}", name, MIGRATED)
    _go_to(name)
    yield
    connection.close_pool()
    with _server() as server:
        _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def forget() -> None:
    """Remove the migrated database, at the end of the run."""
    with _server() as server:
        _command(server, "DROP DATABASE IF EXISTS {}", MIGRATED)


def empty() -> None:
    """Remove every row that a test committed."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)


def _server() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _migrate(server: psycopg.Connection) -> None:
    draft = f"{MIGRATED}-draft"
    _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", draft)
    _command(server, "CREATE DATABASE {}", draft)
    _go_to(draft)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    connection.close_pool()
    _command(server, "ALTER DATABASE {} RENAME TO {}", draft, MIGRATED)


def _go_to(name: str) -> None:
    connection.close()
    connection.close_pool()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _command(server: psycopg.Connection, words: str, *names: str) -> None:
    server.execute(sql.SQL(words).format(*map(sql.Identifier, names)))
