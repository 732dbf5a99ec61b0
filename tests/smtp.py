"""A real SMTP server that keeps every message that it took, and can be told to misbehave."""

import asyncio
import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, syntax

from tests.proxy import closed_port

OK, REFUSE_RECIPIENT, GREYLIST, BUSY, DISCONNECT = "ok", "refuse recipient", "greylist", "421", "disconnect"
HANG, HANG_AFTER_DATA, DROP_AFTER_DATA = "hang", "hang after data", "drop after data"
REFUSE_DATA, DEFER_DATA, UNREADY_FOR_DATA = "refuse data", "defer data", "unready for data"

WORDS = {
    REFUSE_RECIPIENT: "550 5.1.1 No such user here",
    GREYLIST: "450 4.2.0 Greylisted, come back later",
    BUSY: "421 4.3.2 Too busy",
    REFUSE_DATA: "554 5.7.1 Looks like spam",
    DEFER_DATA: "451 4.3.0 Disk full",
    UNREADY_FOR_DATA: "451 4.3.2 Not now",
}
# Longer than anybody who waits here has patience for.
FOR_EVER_S = 3_600


@dataclass(frozen=True)
class Taken:
    """A message that the server took charge of, also where it could not say so any more."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class Server(SMTP):
    """Asks its sink before it asks for a message."""

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.mode == UNREADY_FOR_DATA:
            await self.push(WORDS[UNREADY_FOR_DATA])
        else:
            await super().smtp_DATA(arg)


class Listener(Controller):
    """Runs that server in a thread."""

    def factory(self) -> SMTP:
        return Server(self.handler, **self.SMTP_kwargs)


class Sink:
    """The server on a free port of loopback; `mode`, and `modes` by recipient, may change at any time."""

    def __init__(self, mode: str = OK) -> None:
        self.mode, self.modes = mode, dict[str, str]()
        self.taken, self.asked = list[Taken](), 0
        self.port = closed_port()
        self._controller = Listener(self, hostname="127.0.0.1", port=self.port, server_hostname="sink")

    def __enter__(self) -> "Sink":
        self.start()
        return self

    def __exit__(self, *_exc) -> None:
        self._controller.stop(no_assert=True)

    def start(self) -> None:
        self._controller.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(self, server: SMTP, session, envelope, hostname, responses) -> list[str]:
        session.host_name = hostname
        if self.mode == DISCONNECT:
            server.transport.abort()
        return responses

    async def handle_RCPT(self, server: SMTP, session, envelope, address, options) -> str:
        self.asked += 1
        mode = self.modes.get(address, self.mode)
        if mode == HANG:
            await asyncio.sleep(FOR_EVER_S)
        if mode in (REFUSE_RECIPIENT, GREYLIST, BUSY):
            return WORDS[mode]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:
        mode = self.modes.get(envelope.rcpt_tos[0], self.mode)
        if mode in (REFUSE_DATA, DEFER_DATA):
            return WORDS[mode]
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), message))
        if mode == DROP_AFTER_DATA:
            server.transport.abort()
        if mode == HANG_AFTER_DATA:
            await asyncio.sleep(FOR_EVER_S)
        return f"250 2.0.0 Ok: queued as {len(self.taken)}"
