# SPDX-License-Identifier: BSL-1.0
"""What Prometheus' own programs say of the metrics of the hub: HUB, and where they are installed PROMTOOL and Python's prometheus_client."""

import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "examples" / "hub"))

from running_hub import RunningHub

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open_metrics
    from prometheus_client.parser import text_string_to_metric_families as parse_text
except ImportError:
    parse_open_metrics = parse_text = None
PROMTOOL = os.environ.get("PROMTOOL")
OPEN_METRICS = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"


def samples(families):
    return {(sample.name, *sorted((name, value) for name, value in sample.labels.items() if name != "le")) for family in families
            for sample in family.samples}


class Metrics(unittest.TestCase):
    def setUp(self):
        self.hub = self.enterContext(RunningHub())
        with self.hub.stream("/events?topic=a") as stream:
            self.hub.emit(topic="a", data="x")
            stream.next_event()
        self.hub.wait_for_streams(0)
        self.hub.request("GET", "/nothing")

    def scrape(self, accept):
        answer = self.hub.request("GET", "/metrics", headers={"Accept": accept})
        self.assertEqual(answer.status, 200)
        return answer.text

    def run_promtool(self, *arguments, text=""):
        done = subprocess.run([PROMTOOL, *arguments], input=text, text=True, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    @unittest.skipUnless(PROMTOOL, "promtool was not found")
    def test_promtool_reads_the_text(self):
        self.run_promtool("check", "metrics", text=self.scrape("*/*"))

    @unittest.skipUnless(PROMTOOL, "promtool was not found")
    def test_promtool_reads_the_rules(self):
        self.run_promtool("check", "rules", str(ROOT / "docs" / "operating" / "alerts.yml"))

    @unittest.skipUnless(parse_text, "prometheus_client was not found")
    def test_both_formats_have_the_same_series(self):
        plain = samples(parse_text(self.scrape("*/*")))
        self.assertIn(("tidings_requests_total", ("method", "GET"), ("route", "none"), ("status", "404")), plain)
        # Python's parser takes OpenMetrics at its word: units, suffixes, the order of families and the end.
        open_metrics = samples(parse_open_metrics(self.scrape(OPEN_METRICS)))
        of_scrapes = {each for each in open_metrics | plain if ("route", "/metrics") in each}
        self.assertEqual(open_metrics - of_scrapes, plain - of_scrapes)


if __name__ == "__main__":
    unittest.main()
