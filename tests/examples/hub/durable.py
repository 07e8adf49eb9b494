# SPDX-License-Identifier: BSL-1.0
"""The hub is killed under load, again and again. usage: durable.py [rounds]

Nothing that a publisher was told is kept is lost, nothing that a follower got is lost, nothing comes twice.
"""

import http.client
import json
import sys
import tempfile
import threading

from running_hub import RunningHub

PUBLISHERS = 4


class Publisher(threading.Thread):
    """Emits as fast as it is answered, until the hub is gone."""

    def __init__(self, hub, name):
        super().__init__()
        self.hub, self.name, self.sent, self.kept = hub, name, 0, []
        self.enough = threading.Event()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=15)
        while True:
            text = f"{self.name} {self.sent}"
            try:
                connection.request("POST", "/emit", json.dumps({"data": text}))
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return self.enough.set()
            if answer.status == 200:
                self.kept.append(text)
            self.sent += 1
            if self.sent == 30:
                self.enough.set()


def one_round(folder, number, last_id):
    """What was kept, what a follower got, and its last id."""
    with RunningHub("--log", folder, "--history", 1_000_000) as hub, hub.stream(last_id=last_id) as stream:
        publishers = [Publisher(hub, f"{number}.{i}") for i in range(PUBLISHERS)]
        for each in publishers:
            each.start()
        for each in publishers:
            each.enough.wait()
        hub.process.kill()
        got = [event.data for event in stream.rest()]
        for each in publishers:
            each.join()
        return [text for each in publishers for text in each.kept], got, stream.last_id or None


def main(rounds):
    kept, got, last_id = [], [], None
    with tempfile.TemporaryDirectory() as folder:
        with RunningHub("--log", folder) as hub, hub.stream() as stream:
            hub.emit(data="begin")
            last_id = stream.next_event().id
        for number in range(rounds):
            kept_now, got_now, last_id = one_round(folder, number, last_id)
            kept += kept_now
            got += got_now
        with RunningHub("--log", folder, "--history", 1_000_000) as hub, hub.stream(last_id=last_id) as stream:
            hub.emit(data="end")
            while (event := stream.next_event()).data != "end":
                got.append(event.data)
    lost = set(kept) - set(got)
    twice = len(got) - len(set(got))
    places = {text: at for at, text in enumerate(got)}
    disorder = sum(places[a] > places[b] for a, b in zip(kept, kept[1:]) if a.split()[0] == b.split()[0])
    print(f"{rounds} rounds of kill -9: {len(kept)} acknowledged, {len(got)} received by a follower that came back each "
          f"time; {len(lost)} lost, {twice} twice, {disorder} out of order")
    return 0 if kept and not lost and not twice and not disorder and "tidings-reset" not in got else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
