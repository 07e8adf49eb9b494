# SPDX-License-Identifier: BSL-1.0
"""Clients that lose their connections, and what they get when they come back."""

import random
import shutil
import subprocess
import threading
import time
import unittest

from running_hub import PATIENCE, RunningHub


class Resume(unittest.TestCase):
    def setUp(self):
        self.hub = self.enterContext(RunningHub("--history", 10_000, "--topic-idle-ms", 200))

    def publish(self, count, *topics):
        def run():
            for i in range(count):
                for topic in topics:
                    self.hub.emit(topic=topic, data=f"{topic} {i}", event="even" if i % 2 == 0 else "odd")

        publisher = threading.Thread(target=run)
        publisher.start()
        self.addCleanup(publisher.join)

    # A stream ends again and again: closed or reset by the client, or sent away by the hub.
    def test_forced_disconnects(self):
        random.seed(1)
        got, last_id = [], None
        self.hub.emit(data="begin")
        with self.hub.stream() as stream:
            self.hub.emit(data="first")
            last_id = stream.next_event().id
        self.publish(1_000, "default")
        while len(got) < 1_000:
            with self.hub.stream(last_id=last_id) as stream:
                for _ in range(random.randrange(1, 60)):
                    if len(got) == 1_000 or not (event := stream.next_event()):
                        break
                    got.append(event.data)
                    last_id = event.id
                how = random.randrange(3)
                if how == 0:
                    self.hub.post("/disconnect")
                    for event in stream.rest():
                        got.append(event.data)
                        last_id = event.id
                else:
                    stream.close(with_reset=how == 1)
        self.assertEqual(got, [f"default {i}" for i in range(1_000)])

    # Several topics and a filter on one stream; one id holds the place in all of them.
    def test_several_topics(self):
        random.seed(2)
        target = "/events?topic=a&topic=b/c&topic=d%20e&type=even"
        topics = ["a", "b/c", "d e"]
        got, last_id = {topic: [] for topic in topics}, None
        with self.hub.stream(target) as stream:
            for topic in topics:
                self.hub.emit(topic=topic, data="begin", event="even")
                last_id = stream.next_event().id
        self.publish(300, *topics)
        while sum(map(len, got.values())) < 450:
            with self.hub.stream(target, last_id=last_id) as stream:
                for _ in range(random.randrange(1, 40)):
                    if sum(map(len, got.values())) == 450:
                        break
                    event = stream.next_event()
                    topic, _, number = event.data.rpartition(" ")
                    got[topic].append(int(number))
                    last_id = event.id
        self.assertEqual(got, {topic: list(range(0, 300, 2)) for topic in topics})

    def test_ids_in_the_query(self):
        ids = [self.hub.emit(data=str(i))["id"] for i in range(3)]
        with self.hub.stream(f"/events?lastEventId={ids[0]}") as stream:
            self.assertEqual([stream.next_event().data, stream.next_event().data], ["1", "2"])
        with self.hub.stream(f"/events?lastEventId={ids[0]}", last_id=ids[1]) as stream:
            self.assertEqual(stream.next_event().data, "2")  # the header wins

    def test_own_ids(self):
        for i in range(5):
            self.hub.emit(id=f"own {i}", data=str(i))
        with self.hub.stream(last_id="own 2") as stream:
            self.assertEqual([stream.next_event().data, stream.next_event().data], ["3", "4"])

    def test_an_unknown_id(self):
        self.hub.emit(data="old")
        with self.hub.stream(last_id="what is this") as stream:
            told = stream.next_event()
            self.assertEqual((told.type, told.id), ("tidings-reset", "what is this"))
            self.hub.emit(data="new")
            self.assertEqual(stream.next_event().data, "new")

    # A topic that nobody uses is forgotten, and with it its ids; one that is followed stays, however silent it is.
    def test_topics_expire_unless_followed(self):
        with self.hub.stream("/events?topic=followed") as stream:
            first = self.hub.emit(topic="followed", data="1")["id"]
            unused = self.hub.emit(topic="unused", data="1")["id"]
            self.hub.emit(topic="unused", data="2")  # which is lost with the topic
            begin = time.monotonic()
            while time.monotonic() < begin + 0.5:  # the hub looks for unused topics when others are asked for
                self.hub.emit(topic="other", data="x")
            with self.hub.stream("/events?topic=unused", last_id=unused) as back:
                self.assertEqual(back.next_event().type, "tidings-reset")
            self.hub.emit(topic="followed", data="2")
            self.assertEqual([stream.next_event().data, stream.next_event().data], ["1", "2"])
        with self.hub.stream("/events?topic=followed", last_id=first) as back:
            self.assertEqual(back.next_event().data, "2")

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl(self):
        url = f"http://127.0.0.1:{self.hub.port}/events"
        first = self.hub.emit(data="1")["id"]
        self.hub.emit(data="2")
        with subprocess.Popen(["curl", "-sN", "-H", f"Last-Event-ID: {first}", url], stdout=subprocess.PIPE, text=True) as curl:
            lines = [curl.stdout.readline() for _ in range(5)]
            self.assertRegex(lines[0], r"^retry: \d+\n$")
            self.assertEqual(lines[3:], ["data: 2\n", "\n"])
            self.hub.emit(data="3")
            lines = [curl.stdout.readline() for _ in range(3)]
            self.assertEqual(lines[1:], ["data: 3\n", "\n"])
            self.hub.post("/disconnect")
            self.assertEqual(curl.wait(PATIENCE), 0)


if __name__ == "__main__":
    unittest.main()
