"""A real SMTP server on this machine that keeps what it receives."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """Where to send to, and what arrived."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 # the name aiosmtpd calls
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self.messages.append(message_from_bytes(raw, policy=policy.default))  # type: ignore[arg-type] # the default policy gives this class
        return "250 OK"

    def sent_to(self, address: str) -> list[EmailMessage]:
        """Give the messages to an address, oldest first."""
        return [message for message in self.messages if address in str(message["To"])]


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer("127.0.0.1", free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    yield server
    controller.stop()
