# SPDX-License-Identifier: BSL-1.0
"""Hubs that share their topics over one engine or several."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from running_hub import RunningHub

ENGINE = shutil.which("redis-server")


class Nodes(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.url = self.url_of("engine")
        self.engine = self.start_engine("engine")

    def url_of(self, name):
        return f"unix://{self.folder}/{name}/engine.sock"

    def start_engine(self, name):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        engine = subprocess.Popen([ENGINE, "--port", "0", "--unixsocket", f"{folder}/engine.sock", "--dir", folder,
                                   "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.kill_engine, engine)
        while "ready to accept connections" not in engine.stdout.readline().lower():
            pass
        return engine

    def kill_engine(self, which):
        which.kill()
        which.wait()
        which.stdout.close()

    # A client goes from one hub to the other, and gets each event once, under one id.
    def test_a_client_between_two_hubs(self):
        with RunningHub("--hub", self.url) as first, RunningHub("--hub", self.url) as second:
            with first.stream("/events?topic=news") as stream:
                ids = [first.emit(topic="news", data="1")["id"], second.emit(topic="news", data="2")["id"]]
                got = [stream.next_event(), stream.next_event()]
            self.assertEqual([each.data for each in got], ["1", "2"])
            self.assertEqual([each.id for each in got], ids)
            with second.stream("/events?topic=news", last_id=ids[0]) as stream:
                self.assertEqual(stream.next_event().data, "2")

    # The engine is killed and comes back: streams stay open, and nothing that was acknowledged is missing.
    def test_an_engine_that_is_killed(self):
        with RunningHub("--hub", self.url) as first, RunningHub("--hub", self.url) as second, \
                second.stream("/events?topic=news") as stream:
            first.emit(topic="news", data="1")
            self.assertEqual(stream.next_event().data, "1")
            self.kill_engine(self.engine)
            self.engine = self.start_engine("engine")
            first.emit(topic="news", data="2")
            self.assertEqual(stream.next_event().data, "2")

    # A publisher whose connection dies between its request and the answer, before or after the event was published, retries at the
    # other hub, also where the first one was killed: it is told the id under which its event came, and each event comes once.
    def test_a_publisher_that_retries_at_another_hub(self):
        hubs = [RunningHub("--hub", self.url) for _ in range(2)]
        self.addCleanup(lambda: [each.__exit__() for each in hubs])
        told, got = [], []
        with RunningHub("--hub", self.url) as reader, reader.stream("/events?topic=news") as stream:
            for number in range(1, 121):
                at = number % 2
                if number % 3 == 0:
                    with self.posted(hubs[at], number):
                        got.append(stream.next_event())
                elif number % 3 == 1:
                    with self.posted(hubs[at], number):
                        pass
                if number % 40 == 0:
                    with self.posted(hubs[at], number):
                        hubs[at].__exit__()
                    hubs[at] = RunningHub("--hub", self.url)
                told.append(self.publish(hubs[1 - at], number)["id"])
                if len(got) < number:
                    got.append(stream.next_event())
            self.assertEqual([each.data for each in got], [str(number) for number in range(1, 121)])
            self.assertEqual([each.id for each in got], told)
            for number in (1, 60, 120):
                self.assertEqual(self.publish(hubs[number % 2], number)["id"], told[number - 1])
            self.publish(hubs[0], 121)
            self.assertEqual(stream.next_event().data, "121")

    def body(self, number):
        return json.dumps({"topic": "news", "data": str(number)})

    def headers(self, number):
        return {"Producer-Id": "ann", "Producer-Seq": str(number)}

    def publish(self, hub, number):
        answer = hub.request("POST", "/emit", self.body(number), self.headers(number))
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.text)

    def posted(self, hub, number):
        """A connection whose end is that of the block, and whose answer nobody reads."""
        lines = [f"{name}: {value}\r\n" for name, value in self.headers(number).items()]
        body = self.body(number)
        return hub.raw(f"POST /emit HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{''.join(lines)}\r\n{body}".encode())

    # What a producer is refused for, and what is said of a repeat that is too old.
    def test_producers(self):
        with RunningHub("--hub", self.url) as hub:
            gap = hub.request("POST", "/emit", self.body(2), self.headers(2))
            self.assertEqual((gap.status, json.loads(gap.text)["last"]), (409, 0))
            first = self.publish(hub, 1)
            self.assertNotIn("duplicate", first)
            for number in range(2, 258):
                self.publish(hub, number)
            self.assertEqual(self.publish(hub, 1), {"id": "", "receivers": 0, "duplicate": True})
            gap = hub.request("POST", "/emit", self.body(259), self.headers(259))
            self.assertEqual((gap.status, json.loads(gap.text)["last"]), (409, 257))
            for headers in ({"Producer-Id": "ann"}, {"Producer-Seq": "1"}, {"Producer-Id": "ann", "Producer-Seq": "x"},
                            {"Producer-Id": "ann", "Producer-Seq": "0"}, {"Producer-Id": "a" * 256, "Producer-Seq": "1"}):
                self.assertEqual(hub.request("POST", "/emit", self.body(1), headers).status, 400)
            self.assertEqual(hub.request("POST", "/emit", "{}", self.headers(258)).status, 400)
        with RunningHub() as alone:
            self.assertEqual(alone.request("POST", "/emit", self.body(1), self.headers(1)).status, 501)
        with RunningHub("--log", f"{self.folder}/log") as alone:
            self.assertEqual(alone.request("POST", "/emit", self.body(1), self.headers(1)).status, 501)

    # A hub that promises replicas says whether there were any.
    def test_a_hub_that_promises_a_replica(self):
        with RunningHub("--hub", self.url, "--replicated", 1) as hub:
            said = hub.emit(topic="news", data="1")
            self.assertEqual((said["replicas"], said["stored_only"]), (0, True))

    # Topics are spread over two engines. One is killed: the topics of the other go on, and a stream of its own is told. With a
    # third, clients of topics that move there are told so, and the others get what they have missed.
    def test_several_engines(self):
        second = self.start_engine("second")
        with RunningHub("--hub", self.url_of("second")) as hub:
            of_second = hub.emit(topic="any", data="1")["id"].partition("-")[0]
        hubs = ["--hub", self.url, "--hub", self.url_of("second"), "--stale-event"]
        with RunningHub(*hubs) as hub:
            ids = {name: hub.emit(topic=name, data="1")["id"] for name in map(str, range(24))}
            owners = {name: id.partition("_")[0] for name, id in ids.items()}
            theirs = next(name for name in ids if owners[name] == of_second)
            ours = next(name for name in ids if owners[name] != of_second)
            with hub.stream(f"/events?topic={theirs}") as told, hub.stream(f"/events?topic={ours}") as untold:
                hub.wait_for_streams(2)
                self.kill_engine(second)
                self.assertEqual(told.next_event().data, '{"stale":true}')
                hub.emit(topic=ours, data="2")
                self.assertEqual(untold.next_event().data, "2")
                self.start_engine("second")
                self.assertEqual(told.next_event().data, '{"stale":false}')
                hub.emit(topic=theirs, data="2")
                self.assertEqual(told.next_event().data, "2")
        self.start_engine("third")
        with RunningHub(*hubs, "--hub", self.url_of("third")) as hub:
            moved = 0
            for name, id in ids.items():
                has_moved = hub.emit(topic=name, data="3")["id"].partition("_")[0] != owners[name]
                moved += has_moved
                with hub.stream(f"/events?topic={name}", last_id=id) as stream:
                    got = stream.next_event()
                    self.assertEqual("moved" in got.data, has_moved, got)
                    if not has_moved:
                        self.assertEqual(got.data, "2" if name in (ours, theirs) else "3")
            self.assertTrue(0 < moved < len(ids), moved)


if __name__ == "__main__":
    if not ENGINE:
        print("there is no redis-server on this machine")
        sys.exit(77)
    unittest.main()
