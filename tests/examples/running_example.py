# SPDX-License-Identifier: BSL-1.0
"""Runs one example on a free port, and talks to it as its clients would."""

import contextlib
import http.client
import re
import signal
import subprocess
import urllib.parse

# For anything that an example is waited for; the longest of them takes five seconds.
PATIENCE = 15


class RunningExample:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.output = []
        while not self.output or not self.output[-1].startswith("http://"):
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"{program} ended without printing its address; it printed {self.output}")
            self.output.append(line.strip())
        self.address = urllib.parse.urlsplit(self.output[-1])

    def next_line(self):
        return self.process.stdout.readline().strip()

    def stop(self):
        """Asks the example to end, as Ctrl-C does, and demands that it does so soon and well."""
        self.process.send_signal(signal.SIGINT)
        try:
            assert self.process.wait(PATIENCE) == 0, f"ended with {self.process.returncode}"
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    @contextlib.contextmanager
    def open(self, path, method="GET", body=None):
        """The head of an answer has arrived; its body is read as it comes. Leaving closes the connection."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body)
            yield connection.getresponse()
        finally:
            connection.close()

    def text(self, path, method="GET", body=None):
        """The whole body of an answer that ends."""
        with self.open(path, method, body) as answer:
            return without_retry(answer.read().decode())


def without_retry(text):
    """A stream without the pause that it begins with, which is random."""
    return re.sub(r"^retry: \d+\n\n", "", text)


def next_block(answer):
    """What a stream sends next, up to its blank line: an event or a comment, without the blank line. Pauses are passed over."""
    lines = []
    while line := answer.readline().decode():
        if line == "\n" and lines and not lines[0].startswith("retry: "):
            return "".join(lines)
        lines = [] if line == "\n" else [*lines, line]
    raise AssertionError(f"the stream ended after {lines}")


def without_times(text):
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>", text)
