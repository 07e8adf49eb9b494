# SPDX-License-Identifier: BSL-1.0
"""Topics of a hub with a log that are retired."""

import tempfile
import unittest

from running_hub import RunningHub


class Retired(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    # Opening topics in a log takes its time; one that is retired meanwhile is not followed.
    def test_while_topics_are_opened(self):
        hub = self.enterContext(RunningHub("--log", self.folder))
        for number in range(20):
            names = [f"{number}.{i}" for i in range(24)]
            target = "/events?" + "&".join(f"topic={name}" for name in names)
            with hub.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as raw:
                hub.post("/retire", topic=names[0])
                raw.recv(1)  # all are open
                self.assertEqual(hub.emit(topic=names[0], data="x")["receivers"], 0)

    # What a topic holds stays in the log, and the next hub lets it be followed again.
    def test_until_the_next_start(self):
        with RunningHub("--log", self.folder) as hub:
            last_id = hub.emit(topic="a", data="1")["id"]
            hub.emit(topic="a", data="2")
            hub.post("/retire", topic="a")
            self.assertEqual(hub.request("GET", "/events?topic=a").status, 204)
        with RunningHub("--log", self.folder) as hub, hub.stream("/events?topic=a", last_id=last_id) as stream:
            self.assertEqual(stream.next_event().data, "2")


if __name__ == "__main__":
    unittest.main()
