"""One form for every log line, the libraries' included. A line holds no query string, body or secret."""

import logging
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def renderer(form: str) -> Processor:
    if form == "JSON":
        return structlog.processors.JSONRenderer()
    return text_line


LOGFMT = structlog.processors.LogfmtRenderer(key_order=["level", "event"], bool_as_flag=False)


def text_line(logger: Any, name: str, event: EventDict) -> str:
    """For the eye: a value with a line break is quoted, so that no name forges a line; a traceback stands below."""
    traceback = event.pop("exception", None)
    event.pop("timestamp", None)
    return str(LOGFMT(logger, name, event)) + (f"\n{traceback}" if traceback else "")


def logging_config(level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING; `form` is JSON or TEXT."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer(form)],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would mail the admins and print twice.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Every answer of 400 or more is on the access line already; its path may hold a secret key.
            "django.request": {"level": "ERROR"},
            "django.security.csrf": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(capture=True)
