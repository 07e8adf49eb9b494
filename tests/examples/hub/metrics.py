# SPDX-License-Identifier: BSL-1.0
"""What the hub tells of itself, and that what docs/operating/ asks for is in it."""

import json
import pathlib
import re
import tempfile
import unittest

from running_hub import RunningHub

OPERATING = pathlib.Path(__file__).resolve().parents[3] / "docs" / "operating"


def families(text):
    """{name: type}"""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def names_of_series(text):
    """All names that a query may use."""
    names = set()
    for name, kind in families(text).items():
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


def names_used(query):
    return set(re.findall(r"\btidings_[a-z0-9_]+", query))


class Metrics(unittest.TestCase):
    def setUp(self):
        self.hub = self.enterContext(RunningHub())

    def scrape(self):
        answer = self.hub.request("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        return answer.text

    def test_what_happens(self):
        with self.hub.stream("/events?topic=prices/ACME") as stream:
            self.hub.emit(topic="prices/ACME", data="1")
            self.assertEqual(stream.next_event().data, "1")
            text = self.scrape()
        self.assertIn('\ntidings_events_published_total{topic="{name...}"} 1\n', text)
        self.assertIn('\ntidings_events_delivered_total{topic="{name...}"} 1\n', text)
        self.assertIn('\ntidings_followers{topic="{name...}"} 1\n', text)
        self.assertIn("\ntidings_streams 1\n", text)
        self.assertNotIn("ACME", text)

    def test_lines_of_requests(self):
        with tempfile.TemporaryFile() as errors:
            with RunningHub("--log-lines", "json", errors=errors) as hub:
                self.assertEqual(hub.request("GET", "/nowhere?token=secret").status, 404)
                with hub.stream("/events?topic=prices"):
                    hub.emit(topic="prices", data="1")
                self.assertEqual(hub.terminate(), 0)
            errors.seek(0)
            text = errors.read().decode()
        self.assertNotIn("secret", text)
        lines = {line["path"]: line for line in map(json.loads, text.splitlines())}
        self.assertEqual(lines["/nowhere"]["status"], 404)
        self.assertEqual((lines["/events"]["stream"], lines["/events"]["route"]), (True, "/events"))
        self.assertEqual(lines["/emit"]["method"], "POST")

    def assert_known(self, queries):
        known = names_of_series(self.scrape())
        self.assertGreater(len(queries), 5)
        for query in queries:
            self.assertTrue(names_used(query), query)
            self.assertLessEqual(names_used(query), known, query)

    def test_alerts(self):
        rules = (OPERATING / "alerts.yml").read_text()
        self.assert_known(re.findall(r"^ +expr: (.+)$", rules, re.MULTILINE))

    def test_dashboard(self):
        panels = json.loads((OPERATING / "grafana.json").read_text())["panels"]
        self.assert_known([target["expr"] for panel in panels for target in panel["targets"]])


if __name__ == "__main__":
    unittest.main()
