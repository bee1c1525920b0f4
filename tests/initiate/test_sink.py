"""The demo's mail server, as a process."""

import os
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from initiate.run import free_port


def connect(port: int) -> smtplib.SMTP:
    for _ in range(100):
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=5)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the sink does not come up")


def test_sink_keeps_each_mail_whole(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Overzicht", "post@initiate.example", "bo@demo.example"
    mail.set_content("Eén regel\n.\nnog een regel\n")
    port = free_port()
    command = [sys.executable, "-m", "initiate.sink", str(port)]
    sink = subprocess.Popen(command, env=os.environ | {"INITIATE_HOME": str(tmp_path)})
    with connect(port) as server:
        server.send_message(mail)
        server.send_message(mail)
    sink.terminate()
    assert sink.wait(10) == 0
    kept = [path.read_bytes().replace(b"\r\n", b"\n") for path in (tmp_path / "mail").iterdir()]
    assert kept == [bytes(mail), bytes(mail)]
