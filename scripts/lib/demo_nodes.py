# SPDX-License-Identifier: BSL-1.0
"""Nodes of a hub that are killed while events are published and followed: see scripts/demo-nodes, which builds what this runs.

HUB is the program of examples/hub. Exits with 77 where nginx or the engine is not installed.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

CLIENTS = 6
PUBLISHERS = 4
TOPIC = "demo"
PACE = 0.01  # seconds between events, and between attempts
DOWN = 1  # seconds that a node is away
PATIENCE = 10  # seconds, for anything that should take an instant

# The settings of docs/guide/05-behind-a-proxy.md; a node that is away is passed over each time, and not left out afterwards.
NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream nodes {{
        server 127.0.0.1:{first} max_fails=0;
        server 127.0.0.1:{second} max_fails=0;
    }}
    server {{
        listen 127.0.0.1:{port};
        location = / {{
            default_type text/html;
            root {page.parent};
            try_files /{page.name} =404;
        }}
        location / {{
            proxy_pass http://nodes;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_read_timeout 1h;
            add_header Set-Cookie "node=$upstream_addr; Path=/";
        }}
    }}
}}
"""


def free_port(wanted=0):
    """The port itself, if one is wanted."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            sys.exit(f"port {wanted} cannot be used ({error.strerror}); give another one by --port")
        return probe.getsockname()[1]


def wait_until(is_true):
    end = time.monotonic() + PATIENCE
    while not is_true() and time.monotonic() < end:
        threading.Event().wait(PACE)
    return is_true()


class Processes:
    """What was started: it ends with this block, and with this process, however that ends."""

    def __init__(self, folder):
        self.folder = folder
        self.running = {}

    def start(self, name, is_ready, *words):
        """Waits until it is ready, which `is_ready` knows of what it has said."""
        log = pathlib.Path(self.folder, f"{name}.log")
        with log.open("w") as said:
            self.running[name] = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, words)], stdin=subprocess.DEVNULL,
                                                  stdout=said, stderr=subprocess.STDOUT)
        wait_until(lambda: is_ready(log.read_text()) or self.running[name].poll() is not None)
        if not is_ready(log.read_text()) or self.running[name].poll() is not None:
            sys.exit(f"{name} cannot be started; it said:\n{log.read_text()}")

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.kill(name)


class Publisher(threading.Thread):
    """Publishes its name and a number. Each event has an id of its own, so that one that got no answer can be published again: if
    it was kept, the hub refuses it as known."""

    def __init__(self, port, name):
        super().__init__(daemon=True)
        self.port, self.name = port, name
        self.acknowledged = 0  # all up to this one
        self.retries = 0
        self.trouble = ""  # the last one
        self.is_ending = threading.Event()

    def run(self):
        while not self.is_ending.wait(PACE):
            number = self.acknowledged + 1
            while not self.is_kept(number):
                self.retries += 1
                if self.is_ending.wait(PACE):
                    return
            self.acknowledged = number

    def is_kept(self, number):
        body = json.dumps({"topic": TOPIC, "id": f"{self.name}-{number}", "data": f"{self.name} {number}"})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/emit", body)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.trouble = repr(error)
            return False
        finally:
            connection.close()
        self.trouble = f"{answer.status} {text}"
        return answer.status == 200 or (answer.status == 400 and "published on this topic already" in text)


class Client(threading.Thread):
    """Follows the topic as an EventSource does, comes back with the id of its last event, and counts."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.id = ""
        self.newest = {}  # number, of each publisher
        self.gaps = self.repeats = self.resets = self.connections = 0
        self.nodes = set()
        self.is_open = threading.Event()

    def run(self):
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request("GET", f"/events?topic={TOPIC}", headers={"Last-Event-ID": self.id} if self.id else {})
                answer = connection.getresponse()
                if answer.status == 200:
                    self.connections += 1
                    self.nodes.add(re.findall(r"[\d.]+:\d+", answer.getheader("Set-Cookie"))[-1])  # behind those that were away
                    self.read(answer)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            threading.Event().wait(PACE)

    def read(self, answer):
        fields = {}
        while line := answer.readline():
            name, is_field, value = line.decode().rstrip("\n").partition(": ")
            if is_field:
                fields[name] = value
            elif fields:
                self.take(fields)
                fields = {}

    def take(self, fields):
        self.id = fields.get("id", self.id)
        self.is_open.set()  # its place is known
        if fields.get("event") == "tidings-reset":
            self.resets += 1
        if "event" in fields or "data" not in fields:
            return
        publisher, _, number = fields["data"].partition(" ")
        beyond = int(number) - self.newest.get(publisher, 0)
        if beyond <= 0:
            self.repeats += 1
        else:
            self.gaps += beyond - 1
            self.newest[publisher] = int(number)


def start_engine(processes):
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    port = free_port()
    processes.start("the engine", lambda said: "eady to accept connections" in said, program, "--bind", "127.0.0.1", "--port", port,
                    "--dir", processes.folder, "--appendonly", "yes", "--save", "")
    return f"redis://127.0.0.1:{port}"


def start_node(processes, port, engine):
    processes.start(f"the node at {port}", lambda said: "The hub is at" in said, os.environ["HUB"], "--port", port, "--hub", engine,
                    "--history", 100_000)


def start_nginx(processes, port, nodes):
    page = pathlib.Path(__file__).resolve().with_suffix(".html")
    config = pathlib.Path(processes.folder, "nginx.conf")
    config.write_text(NGINX.format(folder=processes.folder, port=port, page=page, first=nodes[0], second=nodes[1]))
    processes.start("nginx", lambda _: serves_page(port), shutil.which("nginx"), "-p", processes.folder, "-c", config, "-e", "stderr")


def serves_page(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def total(clients, what):
    return sum(getattr(each, what) for each in clients)


def run(arguments, processes):
    engine = start_engine(processes)
    nodes = [free_port(), free_port()]
    for each in nodes:
        start_node(processes, each, engine)
    port = free_port(arguments.port)
    start_nginx(processes, port, nodes)
    print(f"The nodes are at {nodes[0]} and {nodes[1]}; a page to watch is at http://127.0.0.1:{port}/", flush=True)

    clients = [Client(port) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    if not all(each.is_open.wait(PATIENCE) for each in clients):
        sys.exit("not all clients were let in")
    publishers = [Publisher(port, f"p{i}") for i in range(PUBLISHERS)]
    for each in publishers:
        each.start()
    begin = time.monotonic()
    kills = 0
    while (next_kill := (kills + 1) * arguments.every) <= arguments.seconds:
        threading.Event().wait(max(0, begin + next_kill - time.monotonic()))
        victim = nodes[kills % 2]
        processes.kill(f"the node at {victim}")
        threading.Event().wait(DOWN)
        start_node(processes, victim, engine)
        kills += 1
        print(f"{next_kill:3.0f} s: the node at {victim} was killed and started; {total(publishers, 'acknowledged')} events acknowledged, "
              f"{total(clients, 'gaps')} gaps, {total(clients, 'repeats')} repeats", flush=True)
    return judge(kills, publishers, clients)


def judge(kills, publishers, clients):
    for each in publishers:
        each.is_ending.set()
    for each in publishers:
        each.join()
        if each.acknowledged == 0:
            print(f"{each.name} has published nothing; the last that it heard was: {each.trouble}")
    acknowledged = total(publishers, "acknowledged")
    wait_until(lambda: all(missing_at(each, publishers) == 0 for each in clients))
    gaps = total(clients, "gaps") + sum(missing_at(each, publishers) for each in clients)
    repeats = total(clients, "repeats")
    nodes = set().union(*(each.nodes for each in clients))
    print(f"{kills} kills; {acknowledged} events acknowledged, {total(publishers, 'retries')} times published again; {CLIENTS} clients, "
          f"{total(clients, 'connections')} connections to {len(nodes)} nodes, {total(clients, 'resets')} resets; "
          f"{gaps} gaps, {repeats} repeats")
    return 0 if acknowledged > 0 and gaps == 0 and repeats == 0 else 1


def missing_at(client, publishers):
    return sum(max(0, each.acknowledged - client.newest.get(each.name, 0)) for each in publishers)


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo-nodes", description="Kills nodes of a hub, and counts gaps and repeats.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=10, help="seconds from kill to kill")
    parser.add_argument("--port", type=int, default=8080, help="of nginx; 0: any free one")
    arguments = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin"  # where Debian has nginx
    if not shutil.which("nginx") or not (shutil.which("valkey-server") or shutil.which("redis-server")):
        print("nginx, and valkey-server or redis-server, are not installed")
        return 77
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory() as folder, Processes(folder) as processes:
        return run(arguments, processes)


if __name__ == "__main__":
    sys.exit(main())
