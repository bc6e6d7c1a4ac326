"""A witness as a process of its own."""

import re
import signal
import subprocess
import sys
from contextlib import contextmanager

from radiokey.base.log.note import COSIGNING, VerifierKey

HOST = "127.0.0.1"


@contextmanager
def starting(name, state, *logs):
    """Run `radiokey base witness`; yield what waits until it is served and returns its keys, in the order of
    their algorithms, and where it is."""
    known = [part for log in logs for part in ("--log", str(log))]
    command = (sys.executable, "-m", "radiokey", "base", "witness", name, *known)
    with subprocess.Popen(
        (*command, "--state", str(state), "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:

        def served():
            keys = [VerifierKey.parse(process.stdout.readline(), algorithm) for algorithm in COSIGNING]
            assert {key.name for key in keys} == {name}
            first = process.stdout.readline()
            told = re.fullmatch(rf"The witness {re.escape(name)} is on (http://{HOST}:\d+)\n", first)
            assert told, first
            return keys, told[1]

        try:
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate()
    assert (process.returncode, err) == (0, "")


@contextmanager
def serving(name, state, *logs):
    """Run `radiokey base witness`; yield its keys, in the order of their algorithms, and where it is."""
    with starting(name, state, *logs) as served:
        yield served()
