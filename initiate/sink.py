"""The demo's mail server: keeps every mail as a file in INITIATE_HOME/mail; nothing leaves the machine.

`python -m initiate.sink PORT`
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from initiate import environment


class Drawer:
    """Writes each mail whole or not at all: a name that ends in .eml is a finished mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        path = self.folder / f"{time.time_ns()}.part"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(envelope.original_content or b"")
        path.rename(path.with_suffix(".eml"))
        return "250 kept"


async def serve(folder: Path, port: int) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    controller = UnthreadedController(Drawer(folder), hostname="127.0.0.1", port=port, loop=loop)
    server = await controller._create_server()
    await done.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(environment.HOME / "mail", int(sys.argv[1])))
