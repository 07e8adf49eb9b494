# SPDX-License-Identifier: BSL-1.0
"""A hub is replaced under load, with its events in memory, in SQLite and in an engine. usage: upgrades.py [STREAMS] [UPGRADES]

Clients follow a topic and come back as an EventSource does, a publisher repeats what is not acknowledged, and the hub is replaced
by the next process again and again. Counts what was acknowledged and lost, what came twice, how many clients were told that they
may have missed something (tidings-reset), and which connections were refused or reset.
"""

import asyncio
import dataclasses
import json
import multiprocessing
import os
import resource
import select
import shutil
import socket
import sys
import tempfile
import time

PROGRAM = os.environ["HUB"]
PATIENCE = 60
END = "end"


@dataclasses.dataclass
class Follower:
    """One client of one topic."""
    port: int
    got: list = dataclasses.field(default_factory=list)
    resets: int = 0
    connections: int = 0
    refused: int = 0
    broken: int = 0
    last_id: str = ""
    retry: float = 1.0

    async def stream(self):
        """Over HTTP/1.0, whose bodies have no frame. True when the last event has come."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET /events?topic=t HTTP/1.0\r\nHost: 127.0.0.1\r\nLast-Event-ID: {self.last_id}\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            self.connections += 1
            fields = {}
            while line := await reader.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                if "retry" in fields:
                    self.retry = int(fields["retry"]) / 1000
                self.last_id = fields.get("id", self.last_id)
                if fields.get("event") == "tidings-reset":
                    self.resets += 1
                elif "data" in fields and fields.get("event") != "tidings-place":
                    if fields["data"] == END:
                        return True
                    self.got.append(int(fields["data"]))
                fields = {}
            return False
        finally:
            writer.close()

    async def follow(self):
        while True:
            try:
                if await self.stream():
                    return
            except ConnectionRefusedError:
                self.refused += 1
            except (ConnectionError, asyncio.IncompleteReadError):
                self.broken += 1
            await asyncio.sleep(self.retry)


class Publisher:
    """Publishes numbers, each until it is acknowledged, and each over a connection of its own. In a process of its own, since what
    thousands of followers cost here would count as waiting."""

    def __init__(self, port, pause, has_producer):
        self.port, self.pause = port, pause
        self.has_producer = has_producer # the hub then recognizes what is repeated
        self.told = {"acknowledged": [], "refused": 0, "broken": 0, "repeated": 0, "longest": 0.0}

    def post(self, number, data):
        body = json.dumps({"topic": "t", "data": str(data)})
        producer = f"Producer-Id: p\r\nProducer-Seq: {number}\r\n" if self.has_producer else ""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(f"POST /emit HTTP/1.0\r\nHost: 127.0.0.1\r\n{producer}Content-Length: {len(body)}\r\n\r\n{body}"
                               .encode())
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        if not answer:
            raise ConnectionResetError
        return answer.split()[1] == b"200"

    def publish(self, number, data):
        since = time.monotonic()
        while True:
            try:
                if self.post(number, data):
                    break
            except ConnectionRefusedError:
                self.told["refused"] += 1
            except ConnectionError:
                self.told["broken"] += 1
            self.told["repeated"] += 1
            select.select([], [], [], 0.02)
        self.told["longest"] = max(self.told["longest"], time.monotonic() - since)

    def run(self, stop):
        """Until there is something to read from `stop`."""
        number = 0
        while not select.select([stop], [], [], self.pause)[0]:
            number += 1
            self.publish(number, number)
            self.told["acknowledged"].append(number)
        self.publish(number + 1, END)
        stop.send(self.told)


async def start_hub(port, folder, options):
    """It serves when it has said where."""
    hub = await asyncio.create_subprocess_exec(
        PROGRAM, "--port", str(port), "--upgrade-socket", folder + "/upgrade.sock", "--history", "1000000", *options,
        stdout=asyncio.subprocess.PIPE)
    line = await asyncio.wait_for(hub.stdout.readline(), PATIENCE)
    return hub, int(line.split(b":")[2].split(b"/")[0])


async def start_engine(path):
    engine = await asyncio.create_subprocess_exec("redis-server", "--port", "0", "--unixsocket", path, "--save", "",
                                                  stdout=asyncio.subprocess.DEVNULL)
    for _ in range(500):
        try:
            socket.socket(socket.AF_UNIX).connect(path)
            return engine
        except OSError:
            await asyncio.sleep(0.01)
    raise AssertionError("the engine does not start")


async def settle(followers, connections):
    """Until each has come back so often."""
    until = time.monotonic() + PATIENCE
    while any(each.connections < connections for each in followers):
        if time.monotonic() > until:
            raise AssertionError(f"not all clients came back: {sorted({each.connections for each in followers})}")
        await asyncio.sleep(0.05)


async def upgrade_under_load(kind, streams, upgrades, folder):
    """What went wrong, as lines for people."""
    os.mkdir(folder)
    engine = await start_engine(folder + "/engine.sock") if kind == "engine" else None
    options = {"memory": [], "SQLite": ["--log", folder], "engine": ["--hub", f"unix://{folder}/engine.sock"]}[kind]
    hub, port = await start_hub(0, folder, options)
    try:
        followers = [Follower(port) for _ in range(streams)]
        publisher = Publisher(port, max(0.01, streams / 25_000), kind == "engine")
        stop, other_end = multiprocessing.Pipe()
        publishing = multiprocessing.Process(target=publisher.run, args=[other_end], daemon=True)
        tasks = []
        for each in followers:
            tasks.append(asyncio.create_task(each.follow()))
            if len(tasks) % 100 == 0:
                await asyncio.sleep(0.02)
        await settle(followers, 1)
        publishing.start()
        for number in range(upgrades):
            old = hub
            hub, _ = await start_hub(port, folder, options)
            if await asyncio.wait_for(old.wait(), PATIENCE) != 0:
                return [f"{kind}: the old hub ended with {old.returncode}"]
            await settle(followers, number + 2)
        stop.send("enough")
        await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
        told = stop.recv() if stop.poll(PATIENCE) else {"acknowledged": []}
    finally:
        if publishing.pid:
            publishing.kill()
        for process in filter(None, [hub, engine]):
            if process.returncode is None:
                process.kill()
                await process.wait()
    return judge(kind, upgrades, followers, told)


def judge(kind, upgrades, followers, publisher):
    wanted = set(publisher["acknowledged"])
    lost = sum(len(wanted - set(each.got)) for each in followers)
    lost_untold = sum(len(wanted - set(each.got)) for each in followers if each.resets == 0)
    twice = sum(len(each.got) - len(set(each.got)) for each in followers)
    told = sum(each.resets for each in followers)
    refused = publisher["refused"] + sum(each.refused for each in followers)
    broken = publisher["broken"] + sum(each.broken for each in followers)
    print(f"{kind}: {upgrades} upgrades under {len(followers)} streams: {len(wanted)} events acknowledged, "
          f"{sum(len(each.got) for each in followers)} deliveries, {lost} lost ({lost_untold} of them by clients that were not told), "
          f"{twice} twice, {told} resets; {refused} connections refused, {broken} broken; "
          f"{publisher['repeated']} posts repeated, the longest took {publisher['longest']:.2f} s", flush=True)
    expected_resets = upgrades * len(followers) if kind == "memory" else 0
    rules = {
        "events were acknowledged and are lost to clients that were not told": lost_untold == 0 and (lost == 0 or kind == "memory"),
        "events came twice": twice == 0,
        f"there should be {expected_resets} resets": told == expected_resets,
        "connections were refused": refused == 0,
        "connections were broken": broken == 0,
        "publishers waited for more than a second": publisher["longest"] < 1,
        "nothing was published": len(wanted) > 0,
    }
    return [f"{kind}: {text}" for text, holds in rules.items() if not holds]


async def main(streams, upgrades):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    kinds = ["memory", "SQLite"] + (["engine"] if shutil.which("redis-server") else [])
    if len(kinds) < 3:
        print("no redis-server here: nothing is replaced with an engine")
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        if streams > 1_000: # each has the machine for itself
            for kind in kinds:
                faults += await upgrade_under_load(kind, streams, upgrades, f"{folder}/{kind}")
        else:
            for each in await asyncio.gather(*(upgrade_under_load(kind, streams, upgrades, f"{folder}/{kind}") for kind in kinds)):
                faults += each
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*([int(each) for each in sys.argv[1:]] or [100, 1]))))
