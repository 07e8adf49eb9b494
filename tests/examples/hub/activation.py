# SPDX-License-Identifier: BSL-1.0
"""The hub with sockets that systemd would pass, with a newer one that takes its place, and with mistakes in both."""

import contextlib
import os
import socket
import subprocess
import tempfile
import unittest

from running_hub import PATIENCE, PROGRAM, RunningHub


class PassedSockets(unittest.TestCase):
    """The shell sets LISTEN_PID, since the number of the process is its own."""

    @contextlib.contextmanager
    def hub(self, passed, *options):
        running = self.start(passed, *options)
        try:
            yield running
        finally:
            running.kill()
            running.communicate()

    def start(self, passed, *options):
        command = ["sh", "-c", 'LISTEN_PID=$$ exec "$0" "$@"', PROGRAM, "--port", "1", *options]
        environment = {**os.environ, "LISTEN_FDS": str(len(passed)), "LISTEN_FDNAMES": ":".join("http" for _ in passed)}

        def place(): # the first is 3
            for number, each in enumerate(passed):
                os.dup2(each.fileno(), 3 + number)

        numbers = [3 + number for number in range(len(passed))]
        return subprocess.Popen(command, env=environment, preexec_fn=place, pass_fds=numbers, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def test_serves_what_systemd_listens_on(self):
        with socket.create_server(("127.0.0.1", 0)) as listening, self.hub([listening]) as hub:
            port = listening.getsockname()[1]
            self.assertIn(f":{port}/", hub.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
                client.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                self.assertTrue(client.recv(1000).startswith(b"HTTP/1.1 200"))
            hub.terminate()
            self.assertEqual(hub.wait(PATIENCE), 0)

    def test_clients_wait_while_it_is_started_anew(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            with self.hub([listening]) as first:
                first.stdout.readline()
                first.terminate()
                first.wait(PATIENCE)
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
                client.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                with self.hub([listening]) as second:
                    self.assertTrue(client.recv(1000).startswith(b"HTTP/1.1 200"))
                    second.terminate()

    def refused(self, passed, *options):
        with self.hub(passed, *options) as hub:
            self.assertEqual(hub.wait(PATIENCE), 1)
            return hub.stderr.read()

    def test_says_what_is_wrong(self):
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
            self.assertIn("passes 2 sockets (LISTEN_FDS), and the program listens in 1 places", self.refused([one, two]))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            self.assertIn("the descriptor 3 (http), which systemd passes (LISTEN_FDS), is not a stream socket",
                          self.refused([datagrams]))


class Upgrade(unittest.TestCase):
    def setUp(self):
        self.path = self.enterContext(tempfile.TemporaryDirectory()) + "/upgrade.sock"

    def test_a_newer_hub_takes_over(self):
        with RunningHub("--upgrade-socket", self.path) as old, old.stream("/events?topic=t") as stream:
            with RunningHub("--upgrade-socket", self.path, port=old.port) as new:
                self.assertEqual(old.process.wait(PATIENCE), 0)
                self.assertEqual(stream.rest(), [])
                self.assertIsNotNone(stream.retry)
                with new.stream("/events?topic=t", last_id=stream.last_id) as again:
                    self.assertEqual(again.next_event().type, "tidings-reset")
                self.assertEqual(new.terminate(), 0)
        self.assertFalse(os.path.exists(self.path))

    def test_one_that_cannot_start_changes_nothing(self):
        with RunningHub("--upgrade-socket", self.path) as old:
            for options in (["--hub", "nonsense"], ["--tls-port", "1", "--tls-cert", "/no", "--tls-key", "/no"], ["--log", "/dev/null/no"]):
                failed = subprocess.run([PROGRAM, "--port", str(old.port), "--upgrade-socket", self.path, *options],
                                        capture_output=True, text=True, timeout=PATIENCE)
                self.assertNotEqual(failed.returncode, 0)
                self.assertEqual(old.emit(topic="t", data="one")["receivers"], 0)

    def test_without_its_socket_the_port_is_taken(self):
        with RunningHub("--upgrade-socket", self.path) as old:
            failed = subprocess.run([PROGRAM, "--port", str(old.port)], capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("cannot bind", failed.stderr)


if __name__ == "__main__":
    unittest.main()
