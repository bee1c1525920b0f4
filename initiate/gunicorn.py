"""Gunicorn here and in production: `gunicorn initiate.wsgi -c initiate/gunicorn.py --bind HOST:PORT`."""

import os
from pathlib import Path

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or min(4, os.cpu_count() or 1))
threads = 4  # at most DATABASE_POOL: a thread without a connection waits
timeout = 60
graceful_timeout = 8
keepalive = 5
limit_request_line = 8190  # what was typed into a search may be long; a longer one gets a bare page
loglevel = "warning"  # each request has a line of its own: initiate.middleware.access_line
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat, not a secret; a disk may block it
