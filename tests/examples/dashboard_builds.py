# SPDX-License-Identifier: BSL-1.0
"""The dashboard in front of raw clients: what it shows of a build's output, and how soon it stops.

DASHBOARD names the program. Times are bounds for a busy machine; what the loop of the server does is counted in its CPU time.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

PATIENCE = 30


class Dashboard:
    def __init__(self, folder, command):
        options = ["--port", "0", "--keep", f"{folder}/builds.db", "--", *command]
        self.process = subprocess.Popen([os.environ["DASHBOARD"], *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline())[1])

    @contextlib.contextmanager
    def ask(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path)
            yield connection.getresponse()
        finally:
            connection.close()

    def start_build(self):
        with self.ask("POST", "/builds") as answer:
            return json.loads(answer.read())["id"]

    def loop_cpu(self):
        """Milliseconds of CPU time of the loop that serves the pages, which is the main thread."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/schedstat") as stat:
            return int(stat.read().split()[0]) / 1e6

    def end(self):
        """Ends it as Ctrl-C does; how many seconds that took, and what it had to say."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        said = self.process.communicate(timeout=PATIENCE)[1]
        assert self.process.returncode == 0, f"ended with {self.process.returncode}: {said}"
        return time.monotonic() - began, said


@contextlib.contextmanager
def dashboard(*command):
    with tempfile.TemporaryDirectory() as folder:
        running = Dashboard(folder, command)
        try:
            yield running
        finally:
            running.process.kill()
            running.process.communicate()


def events(text):
    """(type, data) of each event."""
    blocks = (dict(line.partition(": ")[::2] for line in block.split("\n")) for block in text.split("\n\n"))
    return [(block["event"], block["data"]) for block in blocks if "event" in block]


def lines_and_state(text):
    seen = events(text)
    state = next(json.loads(data)["state"] for type, data in reversed(seen) if type == "result")
    return [data for type, data in seen if type == "line"], state


def watch(running, build):
    with running.ask("GET", f"/builds/{build}/events") as answer:
        return lines_and_state(answer.read().decode())


class Output(unittest.TestCase):
    # All lines, in order, at a thousand a second or more.
    def test_every_line_is_shown(self):
        with dashboard("seq", "5000") as running:
            began = time.monotonic()
            lines, state = watch(running, running.start_build())
            self.assertLess(time.monotonic() - began, 5)
            self.assertEqual((lines, state), ([str(n) for n in range(1, 5001)], "succeeded"))
            self.assertEqual(running.end()[1], "")

    # The line that says why is the last one before the code, also when the command ends with it.
    def test_the_last_line_of_a_failure_is_shown(self):
        with dashboard("sh", "-c", "seq 200; echo broken >&2; exit 3") as running:
            lines, state = watch(running, running.start_build())
            self.assertEqual(lines, [*(str(n) for n in range(1, 201)), "broken", "error: the command ended with exit code 3"])
            self.assertEqual(state, "failed")

    # Of what is too long the beginning and the end are shown, and how many lines lie between.
    def test_what_is_left_out_is_counted(self):
        with dashboard("seq", "50000") as running:
            lines, _ = watch(running, running.start_build())
            self.assertEqual(lines[:20_000], [str(n) for n in range(1, 20_001)])
            self.assertIn("its last lines are shown when the command has ended", lines[20_000])
            self.assertEqual(lines[20_001], "… 29000 lines are left out here …")
            self.assertEqual(lines[20_002:], [str(n) for n in range(49_001, 50_001)])

    # Who comes when it is over reads the same out of the file, also from the next dashboard.
    def test_the_log_has_every_line(self):
        with tempfile.TemporaryDirectory() as folder:
            first = Dashboard(folder, ["seq", "5000"])
            watch(first, first.start_build())
            first.end()
            second = Dashboard(folder, ["true"])
            self.assertEqual(watch(second, 1), ([str(n) for n in range(1, 5001)], "succeeded"))
            second.end()

    # What a daemon prints that outlives the command is not waited for.
    def test_a_daemon_does_not_hold_the_build_up(self):
        with dashboard("sh", "-c", "tail -f /dev/null & echo main") as running:
            self.assertEqual(watch(running, running.start_build()), (["main"], "succeeded"))


class Stopping(unittest.TestCase):
    def stop(self, *command):
        with dashboard(*command) as running:
            build = running.start_build()
            with running.ask("GET", f"/builds/{build}/events") as answer:
                while not answer.readline().startswith(b"data: "):
                    pass
                began = time.monotonic()
                with running.ask("POST", f"/builds/{build}/stop") as stopped:
                    self.assertEqual(stopped.status, 202)
                rest = answer.read().decode()
                took = time.monotonic() - began
            self.assertEqual(lines_and_state(rest)[1], "stopped")
            return took

    # At once, however much the command prints.
    def test_stop_ends_a_loud_command(self):
        self.assertLess(self.stop("yes"), 3)

    # One that does not listen is killed.
    def test_stop_ends_a_command_that_ignores_it(self):
        self.assertLess(self.stop("sh", "-c", "trap '' TERM; echo ready; while :; do tail -f /dev/null; done"), 3)

    # Builds and open pages hold the dashboard up for less than a second.
    def test_sigterm_ends_the_dashboard(self):
        with dashboard("yes") as running, running.ask("GET", "/builds/events") as page:
            self.assertEqual(page.status, 200)
            running.start_build()
            took, said = running.end()
            self.assertLess(took, 1)
            self.assertEqual(said, "")


class Loop(unittest.TestCase):
    # The start of a build opens a log on the disk and starts a process: the loop that serves the pages does neither.
    def test_a_start_costs_the_loop_nothing(self):
        with dashboard("true") as running:
            watch(running, running.start_build())
            before = running.loop_cpu()
            for _ in range(5):
                watch(running, running.start_build())
            self.assertLess(running.loop_cpu() - before, 5 * 20)
            self.assertEqual(running.end()[1], "")


if __name__ == "__main__":
    unittest.main()
