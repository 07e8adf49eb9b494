# SPDX-License-Identifier: BSL-1.0
"""The hub as a process, and clients that speak to it over sockets."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess

# For anything that is waited for; what takes longer has failed.
PATIENCE = 15

PROGRAM = os.environ["HUB"]


class Event:
    def __init__(self, id, type, data):
        self.id, self.type, self.data = id, type, data

    def __repr__(self):
        return f"Event({self.id!r}, {self.type!r}, {self.data!r})"


class Stream:
    """An event stream, read as the WHATWG standard says."""

    def __init__(self, port, target, headers):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", target, headers=headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last_id = headers.get("Last-Event-ID", "")
        self.comments = []
        self.retry = None

    def line(self):
        """The next line, without its end; None at the end of the stream."""
        try:
            text = self.answer.readline()
        except (http.client.IncompleteRead, ConnectionError):
            return None
        return text.decode()[:-1] if text else None

    def next_event(self):
        """None at the end of the stream. Takes note of a place, and passes it over."""
        id, type, data = None, "", []
        while (line := self.line()) is not None:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line == "":
                self.last_id = self.last_id if id is None else id
                if data and type != "tidings-place":
                    return Event(self.last_id, type or "message", "\n".join(data))
                id, type, data = None, "", []
            elif field == "":
                self.comments.append(value)
            elif field == "id":
                id = value
            elif field == "event":
                type = value
            elif field == "data":
                data.append(value)
            elif field == "retry":
                self.retry = int(value)
        return None

    def next_comment(self):
        while (line := self.line()) is not None:
            if line.startswith(":"):
                return line[1:].removeprefix(" ")
        return None

    def rest(self):
        events = []
        while event := self.next_event():
            events.append(event)
        return events

    def close(self, with_reset=False):
        if with_reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.answer.close()
        self.connection.close()
        self.socket.close()


class Answer:
    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()
        self.text = self.body.decode(errors="replace")


class RunningHub:
    """Ends with its block, whatever happens in it."""

    def __init__(self, *options, port=0, errors=subprocess.DEVNULL):
        self.process = subprocess.Popen([PROGRAM, "--port", str(port), *map(str, options)], stdout=subprocess.PIPE, text=True,
                                        stderr=errors)
        found = re.search(r":(\d+)/", self.process.stdout.readline())
        if not found:
            self.__exit__()
            raise AssertionError(f"the hub ended with {self.process.returncode} before it said where it is")
        self.port = int(found[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def terminate(self):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def request(self, method, target, body=None, headers={}):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, target, body, headers)
            return Answer(connection.getresponse())

    def post(self, target, **members):
        return self.request("POST", target, json.dumps(members))

    def emit(self, **members):
        answer = self.post("/emit", **members)
        assert answer.status == 200, f"{answer.status} {answer.text}"
        return json.loads(answer.text)

    def stats(self):
        return json.loads(self.request("GET", "/stats").text)

    def wait_for_streams(self, count):
        self.wait_for_stats(streams=count)

    def wait_for_stats(self, **wanted):
        """Asks until these are the numbers; each question is a round trip, not a guess at a time."""
        for _ in range(20_000):
            answer = self.request("GET", "/stats")
            if answer.status == 200 and wanted.items() <= json.loads(answer.text).items():
                return
        raise AssertionError(f"{answer.status} {answer.text}: not {wanted}")

    @contextlib.contextmanager
    def stream(self, target="/events", last_id=None, headers={}):
        all_headers = dict(headers)
        if last_id is not None:
            all_headers["Last-Event-ID"] = last_id
        stream = Stream(self.port, target, all_headers)
        try:
            yield stream
        finally:
            stream.close()

    @contextlib.contextmanager
    def raw(self, text=b""):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as raw:
            raw.sendall(text)
            yield raw


def read_to_end(raw):
    """Everything until the peer closes or resets."""
    pieces = []
    with contextlib.suppress(ConnectionError):
        while piece := raw.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)
