"""One line per log record, with its context as key=value pairs; query strings never reach a log."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

QUERY_STRING = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")


def line_formatter() -> logging.Formatter:
    """Return the formatter for every handler; structlog's and the standard library's records look alike."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _as_text,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
            _scrub,
        ],
    )


def _as_text(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {
        key: value if isinstance(value, (str, int, float)) else str(value) for key, value in event.items()
    }


def _scrub(_logger: WrappedLogger, _name: str, line: Any) -> str:
    # A presigned URL is a key to the document until it expires.
    return QUERY_STRING.sub(r"\1?[scrubbed]", line)
