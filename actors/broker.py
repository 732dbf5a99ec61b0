"""The RabbitMQ broker: quorum queues, confirmed and bounded publishing, and no poison messages."""

import contextlib
from typing import Any

import pika
import pika.exceptions
import structlog
from dramatiq.broker import MessageProxy
from dramatiq.brokers.rabbitmq import DEAD_MESSAGE_TTL, RabbitmqBroker, _RabbitmqConsumer
from dramatiq.common import xq_name
from dramatiq.message import Message

from actors.errors import BrokerAway
from actors.publisher import Breaker, Publisher, Publishers

log = structlog.get_logger(__name__)

# The address that stands for "none configured"; nothing listens there.
NO_BROKER = "amqp://127.0.0.1:1"
CLOSE_ATTEMPTS = 5
# No step waits longer than a second; django-dramatiq's own defaults wait 48 s for a broker that is away.
CONNECTION = {
    "connection_attempts": 1,
    "heartbeat": 30,
    "socket_timeout": 1,
    "stack_timeout": 1,
    "blocked_connection_timeout": 1,
}


class Broker(RabbitmqBroker):
    """Dramatiq's broker with the guarantees that the job ledger counts on."""

    def __init__(self, *, url: str, queue_type: str, middleware: list | None = None) -> None:
        super().__init__(confirm_delivery=True, url=url or NO_BROKER, middleware=middleware)
        several = self.parameters if isinstance(self.parameters, list) else [self.parameters]
        for parameters in several:
            for name, value in CONNECTION.items():
                setattr(parameters, name, value)
        self._queue_type = queue_type
        self._breaker = Breaker()
        self._publishers = Publishers(
            lambda: Publisher(self._publish, self._heartbeat, self._drop_connection)
        )

    @property
    def consumer_class(self) -> type[_RabbitmqConsumer]:
        return Consumer

    def enqueue(self, message: Message, *, delay: int | None = None) -> Message:
        """Send a message and return it once it is confirmed; raise BrokerAway within about a second."""
        if delay is not None:
            raise NotImplementedError("Delays are the ledger's: enqueue the job with delay_s instead.")
        self._breaker.check()
        publisher = self._publishers.get()
        try:
            publisher.publish(message)
        except Exception as error:
            self._breaker.trip()
            self._publishers.discard(publisher)
            raise BrokerAway("RabbitMQ does not answer; the sweeper retries.") from error
        self._breaker.reset()
        return message

    def ping(self) -> None:
        """Raise BrokerAway unless a connection can be made now; for readiness checks only."""
        try:
            pika.BlockingConnection(self.parameters).close()
        except Exception as error:
            raise BrokerAway("RabbitMQ does not answer; the sweeper retries.") from error

    def close(self) -> None:
        self._publishers.stop()
        for _ in range(CLOSE_ATTEMPTS):
            # The thread of a publisher that hung may take its own connection out of the sets meanwhile.
            with contextlib.suppress(RuntimeError):
                return super().close()

    def _publish(self, message: Message) -> None:
        fresh = getattr(self.state, "connection", None) is None
        try:
            self._publish_once(message)
        except Exception:
            self._drop_connection()
            if fresh:
                raise
            # The connection was stale: closed by a restart of the broker, say. One new one is worth a try.
            self._publish_once(message)

    def _publish_once(self, message: Message) -> None:
        self.declare_queue(message.queue_name, ensure=True)
        try:
            self.channel.basic_publish(
                exchange="",
                routing_key=message.queue_name,
                body=message.encode(),
                properties=pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent),
                mandatory=True,
            )
        except pika.exceptions.UnroutableError:
            # The queue was deleted; the next attempt declares it again.
            self.queues_pending.add(message.queue_name)
            raise

    def _heartbeat(self) -> None:
        connection = getattr(self.state, "connection", None)
        if connection is None:
            return
        try:
            connection.process_data_events(time_limit=0)
        except Exception:
            self._drop_connection()

    def _drop_connection(self) -> None:
        try:
            del self.connection
        except Exception as error:
            # A hung connection may refuse to close; the next attempt must start anew all the same.
            log.info("connection dropped", error=type(error).__name__)
            self.state.__dict__.clear()

    def _build_queue_arguments(self, queue_name: str) -> dict:
        return super()._build_queue_arguments(queue_name) | self._type_argument()

    def _declare_xq_queue(self, queue_name: str) -> Any:
        arguments = {"x-message-ttl": DEAD_MESSAGE_TTL} | self._type_argument()
        return self.channel.queue_declare(queue=xq_name(queue_name), durable=True, arguments=arguments)

    def _type_argument(self) -> dict:
        return {"x-queue-type": self._queue_type} if self._queue_type != "classic" else {}


class Consumer(_RabbitmqConsumer):
    """Dramatiq's consumer, which refuses every body that is not a plain wake-up of this queue.

    Such a body would end worker threads for good while the process looks alive. Refused ones go to
    the queue's dead letters; the job behind a damaged wake-up is woken again by the sweeper.
    """

    def __next__(self) -> MessageProxy | None:
        message = super().__next__()
        if message is None or self._is_wake_up(message):
            return message
        log.error("message refused", queue=self.queue_name)
        self.nack(message)
        return None

    def _is_wake_up(self, message: MessageProxy) -> bool:
        return (
            message.queue_name == self.queue_name
            and isinstance(message.actor_name, str)
            and message.actor_name in self.broker.actors
            and message.options == {}
            and message.kwargs == {}
            and len(message.args) == 1
            and type(message.args[0]) is int
        )
