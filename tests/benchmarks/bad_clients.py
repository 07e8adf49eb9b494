#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Prints what a thousand bad clients of each kind cost a server, beside a thousand good ones: its memory, its CPU
time, and how late the good ones get their events.

    tests/benchmarks/bad_clients.py PATH/TO/hub PATH/TO/bench_server [CLIENTS]

The good clients follow a topic that is published to once a second. Floods send one request after the other over
each of their connections; the other kinds hold theirs as long as they are let.
"""
import json
import re
import resource
import selectors
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 10
HUB, BENCH = sys.argv[1:3]
DOWNLOAD = tempfile.NamedTemporaryFile()
DOWNLOAD.truncate(64 * 1024 * 1024)
CLIENTS = int(sys.argv[3]) if len(sys.argv) > 3 else 1000


def post(path, body):
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


HUB_SIDE = ["/events?topic=good", lambda: post("/emit", '{"topic":"good","data":"x"}')]
BENCH_SIDE = ["/events", lambda: post("/publish?count=1&size=64", "")]


class Kind:
    """What a bad client sends first, and then whenever it may; whether it reads."""

    def __init__(self, name, first, then=None, every=None, reads=True, program=HUB,
                 anew=False):
        self.name, self.first, self.then, self.every, self.reads = name, first, then, every, reads
        self.program, self.anew = program, anew


BODY_HEAD = b"POST /emit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
KINDS = [
    Kind("none", None),
    Kind("slow heads: a byte a second", lambda i: b"GET / HTTP/1.1\r\nX-Long: ", lambda i: b"x", every=1),
    Kind("slow bodies: a byte a second", lambda i: BODY_HEAD + b"x", lambda i: b"x", every=1),
    Kind("unread downloads", lambda i: get("/download"), reads=False, program=BENCH),
    Kind("idle connections", lambda i: get("/healthz")),
    Kind("unread pipelines", lambda i: get("/healthz") * 200, lambda i: get("/healthz") * 200, reads=False),
    Kind("topic floods: a new topic published to", lambda i: b"",
         lambda i: post("/emit", json.dumps({"topic": f"t{i}", "data": "x" * 1000}))),
    Kind("name floods: a new topic asked for", lambda i: b"",
         lambda i: get(f"/events?topic=n{i}-" + "n" * 200), every=1, anew=True),
    Kind("body floods: 900 KB of a megabyte", lambda i: BODY_HEAD + b"x" * 900_000),
]


class Server:
    def __init__(self, kind):
        self.port = 0 if kind.program == HUB else free_port()
        options = [] if kind.program == HUB else ["--download", DOWNLOAD.name]
        self.process = subprocess.Popen([kind.program, "--port", str(self.port), *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        while self.port == 0:
            found = re.search(r":(\d+)", self.process.stdout.readline())
            self.port = int(found.group(1)) if found else 0
        while True:  # until it listens
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    sys.exit(f"{kind.program} has ended")
                time.sleep(0.01)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.setblocking(False)
        return connection

    def memory(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """A bad one: sends what it has as far as it is taken."""

    def __init__(self, server, kind, number):
        self.kind, self.number, self.unsent, self.is_open = kind, number, kind.first(number), True
        self.server = server
        self.socket = server.connect()
        self.next_time = time.monotonic()

    def work(self):
        if not self.is_open:
            return
        try:
            if self.kind.reads:
                try:
                    if not self.socket.recv(65536):
                        self.is_open = False
                except BlockingIOError:
                    pass
            if not self.unsent and self.kind.then and time.monotonic() >= self.next_time:
                self.number += CLIENTS
                if self.kind.anew:
                    self.socket.close()
                    self.socket = self.server.connect()
                self.unsent = self.kind.then(self.number)
                self.next_time = time.monotonic() + (self.kind.every or 0)
            if self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent):]
        except BlockingIOError:
            pass
        except OSError:
            self.is_open = False
        if not self.is_open:
            self.socket.close()


def run(kind):
    server = Server(kind)
    path, publish = HUB_SIDE if kind.program == HUB else BENCH_SIDE
    selector = selectors.DefaultSelector()
    good = []
    for _ in range(CLIENTS):
        connection = server.connect()
        connection.send(get(path))
        selector.register(connection, selectors.EVENT_READ)
        good.append(connection)
    publisher = server.connect()
    heads = time.monotonic() + 3
    while time.monotonic() < heads:
        for key, _ in selector.select(0.1):
            key.fileobj.recv(65536)
    bad = [Client(server, kind, number) for number in range(CLIENTS)] if kind.first else []
    cpu, late, lost, peak = server.cpu(), [], 0, 0
    begin = time.monotonic()
    for second in range(SECONDS):
        published = time.monotonic()
        publisher.send(publish())
        while time.monotonic() < begin + second + 1:
            for key, _ in selector.select(0.001):
                try:
                    got = key.fileobj.recv(65536)
                except OSError:
                    got = b""
                if got:
                    late.append(time.monotonic() - published)
                else:
                    lost += 1
                    selector.unregister(key.fileobj)
            for each in bad[second % 10::10] if kind.every else bad[:200]:
                each.work()
            bad = bad[200:] + bad[:200]
        peak = max(peak, server.memory())
        try:
            publisher.recv(65536)
        except BlockingIOError:
            pass
    late.sort()
    p99 = late[len(late) * 99 // 100] * 1000 if late else float("nan")
    missed = CLIENTS * SECONDS - len(late)
    print(f"| {kind.name} | {peak:.0f} | {server.cpu() - cpu:.1f} | {p99:.0f} | {lost} | {missed} | "
          f"{sum(each.is_open for each in bad)} |", flush=True)
    server.process.kill()
    server.process.wait()
    for each in good + [client.socket for client in bad]:
        each.close()


soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
print(f"| {CLIENTS} bad clients, {SECONDS} s | most memory, MiB | CPU, s | good ones' p99, ms | good ones lost | "
      "events missed | bad ones left |\n|---|---|---|---|---|---|---|")
for each_kind in KINDS:
    run(each_kind)
