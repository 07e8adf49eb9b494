# SPDX-License-Identifier: BSL-1.0
"""What the options of the hub bound."""

import contextlib
import socket
import subprocess
import time
import unittest

from running_hub import PATIENCE, PROGRAM, RunningHub, read_to_end

GET = b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n"


class Limits(unittest.TestCase):
    def run_hub(self, *options):
        return self.enterContext(RunningHub(*options))

    def assert_ends(self, raw, at_least_ms):
        """The peer ends the connection, not before its time; that it does within our patience, the socket sees to."""
        begin = time.monotonic()
        text = read_to_end(raw)
        self.assertGreater((time.monotonic() - begin) * 1000, at_least_ms * 0.9)
        return text

    def test_command_line(self):
        for options in [["--port", "0", "--nonsense", "1"], ["--port"], [], ["--port", "0", "--history"],
                        ["--port", "0", "--history", "x"], ["--port", "0", "--log-lines", "xml"], ["--port", "70000"], ["--port", "0", "--max-body", "-1"],
                        ["--port", "0", "--hub", "http://127.0.0.1:6379"], ["--port", "0", "--hub", "redis://x", "--log", "y"], ["stray"],
                        ["--port", "0", "--hub", "unix:///nobody", "--hub", "unix:///nobody"]]:
            with self.subTest(options):
                ended = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual(ended.returncode, 64)
                self.assertIn("usage: hub", ended.stderr)

    def test_host(self):
        with RunningHub("--host", "127.0.0.2") as hub, socket.create_connection(("127.0.0.2", hub.port), PATIENCE) as raw:
            raw.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            self.assertTrue(read_to_end(raw).endswith(b"ok\n"))

    def test_a_head_that_does_not_arrive(self):
        hub = self.run_hub("--header-timeout-ms", 300)
        with hub.raw() as silent:
            self.assert_ends(silent, 300)
        with hub.raw(b"GET /healthz HT") as half:
            self.assert_ends(half, 300)

    def test_a_body_that_does_not_arrive(self):
        hub = self.run_hub("--body-timeout-ms", 300)
        with hub.raw(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc") as half:
            self.assertTrue(self.assert_ends(half, 300).startswith(b"HTTP/1.1 408 "))

    def test_an_idle_connection(self):
        hub = self.run_hub("--idle-timeout-ms", 300)
        with hub.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as idle:
            self.assertTrue(self.assert_ends(idle, 300).endswith(b"ok\n"))

    def test_keep_alive(self):
        hub = self.run_hub("--keepalive-ms", 100)
        with hub.stream() as stream:
            for _ in range(3):
                self.assertIsNotNone(stream.next_comment())

    def test_a_large_body(self):
        hub = self.run_hub("--max-body", 1000)
        self.assertEqual(hub.request("POST", "/echo", b"x" * 1000).status, 200)
        self.assertEqual(hub.request("POST", "/echo", b"x" * 1001).status, 413)

    def test_too_many_connections(self):
        hub = self.run_hub("--max-connections", 3)
        with contextlib.ExitStack() as open:
            for _ in range(3):
                open.enter_context(hub.stream())
            with hub.raw(GET) as refused:
                text = read_to_end(refused)
                self.assertTrue(text == b"" or text.startswith(b"HTTP/1.1 503 "), text)
        hub.wait_for_streams(0)
        with hub.stream() as stream:
            self.assertEqual(stream.status, 200)

    # A client that never reads: 64 KiB at a time until its stream is no longer there.
    def emit_until_cut(self, hub, most_bytes):
        payload = "x" * 65_536
        for sent in range(most_bytes // len(payload)):
            hub.emit(data=payload)
            if hub.stats()["streams"] == 0:
                return sent * len(payload)
        raise AssertionError(f"the stream is still there after {most_bytes} bytes")

    def never_read(self, hub):
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(PATIENCE)
        raw.connect(("127.0.0.1", hub.port))
        raw.sendall(GET)
        hub.wait_for_streams(1)
        return contextlib.closing(raw)

    def test_too_much_unsent(self):
        small = self.run_hub("--max-queue", 200_000)
        with self.never_read(small):
            sent = self.emit_until_cut(small, 16_000_000)  # what the kernel takes is not unsent
        large = self.run_hub("--max-queue", 5_000_000)
        with self.never_read(large):
            self.assertGreater(self.emit_until_cut(large, 40_000_000), sent + 4_000_000)

    def test_a_peer_that_takes_nothing(self):
        hub = self.run_hub("--write-timeout-ms", 300, "--max-queue", 100_000_000)
        with self.never_read(hub):
            for _ in range(160):
                hub.emit(data="x" * 65_536)
            hub.wait_for_streams(0)

    def test_history(self):
        hub = self.run_hub("--history", 3)
        ids = [hub.emit(data=str(i))["id"] for i in range(6)]
        with hub.stream(last_id=ids[2]) as stream:
            self.assertEqual([stream.next_event().data for _ in range(3)], ["3", "4", "5"])
        with hub.stream(last_id=ids[1]) as stream:
            told = stream.next_event()
            self.assertEqual((told.type, told.id), ("tidings-reset", ids[1]))  # no id of its own
            hub.emit(data="6")
            self.assertEqual(stream.next_event().data, "6")

    def test_the_end(self):
        hub = self.run_hub("--drain-ms", 2000)
        with contextlib.ExitStack() as open:
            streams = [open.enter_context(hub.stream()) for _ in range(50)]
            hub.emit(data="last")
            begin = time.monotonic()
            self.assertEqual(hub.terminate(), 0)
            self.assertLess(time.monotonic() - begin, 2.5)
            for stream in streams:
                self.assertEqual([event.data for event in stream.rest()], ["last"])


if __name__ == "__main__":
    unittest.main()
