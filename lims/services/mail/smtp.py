"""One message over one SMTP connection, in steps, so that the caller knows what the server knows."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMultiAlternatives, sanitize_address

ANSWER_MAX = 500
# A server reads a whole message before it answers; twice this is shorter than the lease of a job.
DATA_PATIENCE = 2.5
TROUBLE = (smtplib.SMTPException, OSError)


class NotNow(Exception):
    """The server is away or busy and has not taken the message; a retry later helps."""


class Refused(Exception):
    """The server has refused the message for good; the text is its answer."""


class Unknown(Exception):
    """The connection broke after the message was begun: nobody can know whether the server took it."""


class Session:
    """A conversation with the server about one message."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def offer(self, recipient: str) -> None:
        """Say from whom and to whom. Raises NotNow and Refused."""
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        try:
            self._server.ehlo_or_helo_if_needed()
            _expect(*self._server.mail(sanitize_address(sender, "utf-8")))
            _expect(*self._server.rcpt(sanitize_address(recipient, "utf-8")))
        except ValueError as error:
            raise Refused(_answer_of(error)) from error
        except TROUBLE as error:
            raise NotNow(_answer_of(error)) from error

    def transmit(self, message: bytes) -> str:
        """Give the message over and return the server's answer. Raises NotNow, Refused and Unknown."""
        assert self._server.sock is not None
        self._server.sock.settimeout(settings.EMAIL_TIMEOUT * DATA_PATIENCE)
        try:
            code, text = self._server.data(message)
        except smtplib.SMTPDataError as error:
            # It did not even want to hear the message.
            raise _error_of(error.smtp_code, _answer_of(error)) from error
        except TROUBLE as error:
            raise Unknown(_answer_of(error)) from error
        if not 200 <= code < 600:
            raise Unknown(_answer_text(code, text))
        return _expect(code, text)


def is_used() -> bool:
    """Return whether mail goes out by SMTP; the demo prints it instead."""
    return isinstance(get_connection(), EmailBackend)


@contextmanager
def session() -> Iterator[Session]:
    """Connect, encrypt and log in as the settings say. Raises NotNow."""
    backend = get_connection()
    assert isinstance(backend, EmailBackend)
    try:
        try:
            backend.open()
        except TROUBLE as error:
            raise NotNow(_answer_of(error)) from error
        assert backend.connection is not None
        yield Session(backend.connection)
    finally:
        # The server's answer to our good-bye changes nothing any more.
        with suppress(*TROUBLE):
            backend.close()


def wire_form(message: EmailMultiAlternatives) -> bytes:
    """Return a message as it travels."""
    return message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # it is Django's own class


def _expect(code: int, text: bytes) -> str:
    if not 200 <= code < 300:
        raise _error_of(code, _answer_text(code, text))
    return _answer_text(code, text)


def _error_of(code: int, answer: str) -> NotNow | Refused:
    return Refused(answer) if 500 <= code < 600 else NotNow(answer)


def _answer_of(error: Exception) -> str:
    """Return the server's answer, or else what happened to the connection."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer_text(error.smtp_code, _bytes(error.smtp_error))
    return (str(error) or type(error).__name__)[:ANSWER_MAX]


def _answer_text(code: int, text: bytes) -> str:
    return " ".join(f"{code} {text.decode('utf-8', 'replace')}".split())[:ANSWER_MAX]


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
