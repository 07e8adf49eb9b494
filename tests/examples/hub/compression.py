# SPDX-License-Identifier: BSL-1.0
"""The hub with --compress, asked by curl."""

import subprocess
import unittest

from running_hub import RunningHub


class Compression(unittest.TestCase):
    # Each event reaches a client of gzip when it is published, and one that asks for nothing gets the text.
    def test_side_by_side(self):
        hub = self.enterContext(RunningHub("--compress"))
        streams = []
        for asking in (["--compressed", "--header", "Accept-Encoding: gzip"], []):
            stream = subprocess.Popen(["curl", "--silent", "--no-buffer", "--include", *asking,
                                       f"http://127.0.0.1:{hub.port}/events"], stdout=subprocess.PIPE)
            self.addCleanup(stream.wait)
            self.addCleanup(stream.kill)
            self.addCleanup(stream.stdout.close)
            streams.append(stream)
        hub.wait_for_streams(2)
        for data in ("first", "second"):
            hub.emit(data=data)
            heads = []
            for stream in streams:
                lines = []
                while (line := stream.stdout.readline()) and line != f"data: {data}\n".encode():
                    lines.append(line.strip().lower())
                self.assertTrue(line, f"{data} has not come")
                heads.append(lines)
            if data == "first":
                self.assertIn(b"content-encoding: gzip", heads[0])
                self.assertFalse(any(line.startswith(b"content-encoding") for line in heads[1]))
                for lines in heads:
                    self.assertIn(b"vary: accept-encoding", lines)

    # Without the option nothing is compressed, whatever clients accept.
    def test_not_asked_for(self):
        hub = self.enterContext(RunningHub())
        hub.emit(data="first")
        with hub.stream(last_id="unknown", headers={"Accept-Encoding": "gzip, zstd"}) as stream:
            self.assertIsNone(stream.answer.getheader("Content-Encoding"))
            self.assertEqual(stream.next_event().type, "tidings-reset")


if __name__ == "__main__":
    unittest.main()
