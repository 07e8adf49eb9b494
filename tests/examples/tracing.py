# SPDX-License-Identifier: BSL-1.0
"""The example 13_tracing: a publish and its deliveries, as spans of one trace in lines of OTLP/JSON."""

import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest

from running_example import PATIENCE, next_block

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Tracing(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.process = subprocess.Popen([os.environ["PROGRAM"], "--port", "0"], cwd=self.folder, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        self.port = int(re.search(r"http://127.0.0.1:(\d+)/", self.process.stdout.readline())[1])

    def connect(self, method, target, body=None, headers={}):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request(method, target, body, headers)
        return connection.getresponse()

    def spans(self):
        """Ends the server, which writes what it still has."""
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(PATIENCE), 0)
        with open(os.path.join(self.folder, "spans.jsonl"), encoding="utf-8") as lines:
            return [json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0] for line in lines]

    def test_a_publish_and_its_deliveries_share_a_trace(self):
        readers = [self.connect("GET", "/events") for _ in range(3)]
        self.assertEqual(self.connect("POST", "/", "hello", {"traceparent": f"00-{TRACE}-{CALLER}-01"}).status, 202)
        for reader in readers:
            self.assertIn("data: hello", next_block(reader))
        spans = self.spans()
        publish, = (span for span in spans if span["name"] == "publish")
        self.assertEqual((publish["traceId"], publish["parentSpanId"]), (TRACE, CALLER))
        deliveries = [span for span in spans if span["name"] == "deliver"]
        self.assertEqual([(span["traceId"], span["parentSpanId"]) for span in deliveries], [(TRACE, publish["spanId"])] * 3)
        self.assertEqual(len({span["spanId"] for span in spans}), 4)
        self.assertTrue(all(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) for span in spans))

    def test_a_publish_without_a_trace_begins_one(self):
        self.assertEqual(self.connect("POST", "/", "hello", {"traceparent": "none"}).status, 202)
        span, = self.spans()
        self.assertEqual(span["parentSpanId"], "")
        self.assertRegex(span["traceId"], "^[0-9a-f]{32}$")


if __name__ == "__main__":
    unittest.main()
