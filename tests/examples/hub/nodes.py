# SPDX-License-Identifier: BSL-1.0
"""Two hubs that share their topics over an engine."""

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
        self.url = f"unix://{self.folder}/engine.sock"
        self.start_engine()

    def start_engine(self):
        self.engine = subprocess.Popen([ENGINE, "--port", "0", "--unixsocket", f"{self.folder}/engine.sock", "--dir", self.folder,
                                        "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"],
                                       stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.kill_engine, self.engine)
        while "ready to accept connections" not in self.engine.stdout.readline().lower():
            pass

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
            self.start_engine()
            first.emit(topic="news", data="2")
            self.assertEqual(stream.next_event().data, "2")


if __name__ == "__main__":
    if not ENGINE:
        print("there is no redis-server on this machine")
        sys.exit(77)
    unittest.main()
