# SPDX-License-Identifier: BSL-1.0
"""What the endpoints of the hub promise."""

import base64
import json
import unittest

from running_hub import RunningHub


class Contract(unittest.TestCase):
    def setUp(self):
        self.hub = self.enterContext(RunningHub("--cors-origin", "https://a.example", "--cors-origin", "https://b.example"))

    def assert_refuses(self, path, methods, allowed):
        for method in methods:
            with self.subTest(path=path, method=method):
                answer = self.hub.request(method, path)
                self.assertEqual(answer.status, 405)
                self.assertLessEqual(set(allowed), set(answer.headers["Allow"].split(", ")))

    def test_health(self):
        answer = self.hub.request("GET", "/healthz")
        self.assertEqual((answer.status, answer.body), (200, b"ok\n"))
        self.assertEqual(answer.headers["Content-Length"], "3")
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        head = self.hub.request("HEAD", "/healthz")
        self.assertEqual((head.status, head.body, head.headers["Content-Length"]), (200, b"", "3"))
        self.assert_refuses("/healthz", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"], ["GET", "HEAD"])

    def test_echo(self):
        body = bytes(range(256)) * 100
        answer = self.hub.request("POST", "/echo", body)
        self.assertEqual((answer.status, answer.body), (200, body))
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertEqual(self.hub.request("POST", "/echo", b"").body, b"")
        self.assert_refuses("/echo", ["GET", "HEAD", "PUT", "OPTIONS"], ["POST"])

    def test_nothing_else(self):
        for path in ["/", "/nothing", "/events/", "/healthz/x"]:
            self.assertEqual(self.hub.request("GET", path).status, 404)

    def test_head_of_a_stream(self):
        with self.hub.stream() as stream:  # the head comes though there is no event
            self.assertEqual(stream.status, 200)
            self.assertEqual(stream.answer.headers["Content-Type"], "text/event-stream")
            names = set(stream.answer.headers.keys())
        head = self.hub.request("HEAD", "/events")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(set(head.headers.keys()), names)
        self.assert_refuses("/events", ["POST", "PUT", "DELETE", "OPTIONS"], ["GET", "HEAD"])

    def test_all_fields(self):
        with self.hub.stream("/events?topic=t") as stream:
            sent = self.hub.emit(topic="t", event="price", id="own 1", data="a\nb\r\nc\rd", retry=1500, comment="x\ny")
            self.assertEqual(sent, {"id": "own 1", "receivers": 1})
            event = stream.next_event()
            self.assertEqual((event.id, event.type, event.data), ("own 1", "price", "a\nb\nc\nd"))
            self.assertEqual(stream.retry, 1500)
            self.assertEqual([stream.next_comment(), stream.next_comment()], ["x", "y"])

    def test_bytes(self):
        with self.hub.stream() as stream:
            self.hub.emit(data_b64=base64.b64encode("ü: ok".encode()).decode())
            self.assertEqual(stream.next_event().data, "ü: ok")
            self.hub.emit(data="")
            self.assertEqual(stream.next_event().data, "")

    def test_no_data(self):
        with self.hub.stream() as stream:
            self.assertEqual(self.hub.emit(comment="hello\r\nthere"), {"id": "", "receivers": 1})
            self.assertEqual([stream.next_comment(), stream.next_comment()], ["hello", "there"])
            self.assertEqual(self.hub.emit(retry=7)["receivers"], 1)
            self.assertEqual(self.hub.emit()["receivers"], 1)
            self.assertEqual(self.hub.emit(event="no data either")["receivers"], 0)
            self.hub.emit(data="end")
            self.assertEqual(stream.next_event().data, "end")
            self.assertEqual(stream.retry, 7)

    def test_assigned_ids_rise(self):
        with self.hub.stream("/events?topic=a") as stream:
            ids = [self.hub.emit(topic="a", data=str(i))["id"] for i in range(20)]
            self.assertEqual([stream.next_event().id for _ in ids], ids)
        numbers = [int(id.rpartition("-")[2]) for id in ids]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_every_stream_of_the_topic(self):
        with self.hub.stream("/events?topic=a") as one, self.hub.stream("/events?topic=a") as two, self.hub.stream() as other:
            self.assertEqual(self.hub.emit(topic="a", data="x")["receivers"], 2)
            self.assertEqual(self.hub.emit(data="y")["receivers"], 1)
            self.assertEqual([each.next_event().data for each in (one, two, other)], ["x", "x", "y"])

    def test_what_cannot_be_sent(self):
        bad = [{"id": "a\nb"}, {"id": "a\rb"}, {"id": "a\0b"}, {"event": "a\nb"}, {"event": "a\rdata: x"}, {"event": "a\0b"},
               {"retry": -1}, {"retry": 1.5}, {"retry": "1"}, {"data": 7}, {"topic": []}, {"comment": {}},
               {"data_b64": "!!!"}, {"data_b64": "/w=="}, {"data_b64": "A"}, {"data": "x", "data_b64": "eA=="}]
        with self.hub.stream() as stream:
            for members in bad:
                with self.subTest(members):
                    answer = self.hub.post("/emit", **{"data": "bad"} | {"comment": "bad"} | members
                                           if "data_b64" not in members else members)
                    self.assertEqual(answer.status, 400)
            for body in [b"", b"{", b"[]", b"7", b'{"data": "\xff"}', b'{"data": "x"} y']:
                with self.subTest(body):
                    self.assertEqual(self.hub.request("POST", "/emit", body).status, 400)
            self.hub.emit(data="good")
            self.assertEqual(stream.next_event().data, "good")
            self.assertEqual(stream.comments, [])

    def test_an_id_is_taken_once(self):
        self.hub.emit(id="x", data="1")
        self.assertEqual(self.hub.post("/emit", id="x", data="2").status, 400)

    # What the hub gives out it takes back, and nobody can forge the ids that it makes.
    def test_ids_that_do_not_come_back(self):
        made = self.hub.emit(data="1")["id"]
        epoch, number = made.rsplit("-", 1)
        for bad in [f"{epoch}-{int(number) + 1}", made, "x" * 256, " x", "x ", "a\tb", "a\x7fb", "x;finished",
                    f"default={made}", f"a={made}&b={made}"]:
            with self.subTest(bad):
                self.assertEqual(self.hub.post("/emit", id=bad, data="bad").status, 400)
        self.hub.emit(id="x" * 255, data="2")
        with self.hub.stream(last_id="x" * 255) as stream:
            self.hub.emit(data="3")
            self.assertEqual(stream.next_event().data, "3")

    # Nothing can reach anybody without data, and the publisher is told.
    def test_nothing_to_send(self):
        with self.hub.stream():
            for members in [{"event": "x"}, {"id": "x"}, {"event": "x", "id": "y"}]:
                answer = json.loads(self.hub.post("/emit", **members).text)
                self.assertEqual((answer["id"], answer["receivers"]), ("", 0))
                self.assertIn("data", answer["warning"])
            self.assertEqual(self.hub.emit(event="x", comment="c"), {"id": "", "receivers": 1})

    def test_names(self):
        name = "n" * 255
        with self.hub.stream(f"/events?topic={name}") as stream:
            self.hub.emit(topic=name, data="x")
            self.assertEqual(stream.next_event().data, "x")
        for path in [f"/events?topic={name}n", "/events?topic=%ff"]:
            self.assertEqual(self.hub.request("GET", path).status, 400)
        for path in ["/emit", "/disconnect", "/retire"]:
            self.assertEqual(self.hub.post(path, topic=name + "n", data="x").status, 400)

    # The ids of a stream are as short for many topics as for one.
    def test_many_topics_in_a_stream(self):
        path = "/events?" + "&".join(f"topic=topic-{i:03}" for i in range(400))
        with self.hub.stream(path) as stream:
            self.hub.emit(topic="topic-007", data="x")
            last = stream.next_event().id
        self.assertLess(len(last), 32)
        self.hub.emit(topic="topic-399", data="y")
        with self.hub.stream(path, last_id=last) as stream:
            self.assertEqual(stream.next_event().data, "y")

    # Each topic resumes by itself, also when the other is no longer there.
    def test_a_topic_resumes_without_its_company(self):
        with self.hub.stream("/events?topic=a&topic=b") as stream:
            self.hub.emit(topic="a", data="1")
            last = stream.next_event().id
        self.hub.emit(topic="a", data="2")
        self.hub.post("/retire", topic="b")
        for path in ["/events?topic=a&topic=b", "/events?topic=a"]:
            with self.hub.stream(path, last_id=last) as stream:
                self.assertEqual(stream.next_event().data, "2")

    def test_disconnect(self):
        with self.hub.stream("/events?topic=a") as one, self.hub.stream("/events?topic=a") as two, self.hub.stream() as other:
            self.assertEqual(json.loads(self.hub.post("/disconnect", topic="a").text), {"closed": 2})
            self.assertEqual((one.rest(), two.rest()), ([], []))
            self.hub.emit(data="x")
            self.assertEqual(other.next_event().data, "x")
        self.assertEqual(json.loads(self.hub.post("/disconnect", topic="nobody's").text), {"closed": 0})
        with self.hub.stream("/events?topic=a") as back:
            self.assertEqual(back.status, 200)

    def test_retire(self):
        with self.hub.stream("/events?topic=a") as stream:
            self.assertEqual(json.loads(self.hub.post("/retire", topic="a").text), {"closed": 1})
            self.assertEqual(stream.rest(), [])
        self.assertEqual(self.hub.request("GET", "/events?topic=a").status, 204)
        with self.hub.stream("/events?topic=a&topic=b") as stream:  # what is left of several
            self.hub.emit(topic="b", data="x")
            self.assertEqual(stream.next_event().data, "x")

    def test_fail(self):
        with self.hub.stream("/fail") as stream:
            self.assertEqual(stream.next_event().data, "before")
            self.assertIsNone(stream.next_event())
        self.assertEqual(self.hub.request("GET", "/healthz").status, 200)

    def test_stats(self):
        before = self.hub.stats()
        self.assertEqual((before["connections"], before["streams"]), (1, 0))
        with self.hub.stream(), self.hub.stream():
            self.hub.wait_for_stats(connections=3, streams=2)
            self.assertGreaterEqual(self.hub.stats()["accepted"], before["accepted"] + 3)
        self.hub.wait_for_streams(0)

    def test_origins(self):
        for origin in ["https://a.example", "https://b.example"]:
            with self.hub.stream(headers={"Origin": origin}) as stream:
                self.assertEqual(stream.answer.headers["Access-Control-Allow-Origin"], origin)
                self.assertEqual(stream.answer.headers["Access-Control-Allow-Credentials"], "true")
                self.assertIn("Origin", stream.answer.headers["Vary"])
        with self.hub.stream(headers={"Origin": "https://c.example"}) as stream:
            self.assertIsNone(stream.answer.headers["Access-Control-Allow-Origin"])
            self.assertIn("Origin", stream.answer.headers["Vary"])
        asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET",
                 "Access-Control-Request-Headers": "last-event-id"}
        preflight = self.hub.request("OPTIONS", "/events", headers=asked)
        self.assertEqual(preflight.status, 204)
        self.assertEqual(preflight.headers["Access-Control-Allow-Origin"], "https://a.example")
        self.assertIn("Last-Event-ID", preflight.headers["Access-Control-Allow-Headers"])

    # What pages of a listed origin may do on one path does not hang on the method that they do it with: the
    # question before a post is answered, and so may what it is answered be read, refusals included.
    def test_pages_of_an_origin_post(self):
        asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "content-type, cache-control"}
        for path in ["/emit", "/disconnect", "/retire"]:
            preflight = self.hub.request("OPTIONS", path, headers=asked)
            self.assertEqual(preflight.status, 204)
            self.assertIn("POST", preflight.headers["Access-Control-Allow-Methods"])
            for header in ["Content-Type", "Cache-Control"]:
                self.assertIn(header, preflight.headers["Access-Control-Allow-Headers"])
        for method, path, body, status in [("POST", "/emit", b'{"data": "x"}', 200), ("POST", "/emit", b"{", 400),
                                           ("GET", "/emit", None, 405), ("POST", "/events", b"", 405),
                                           ("POST", "/disconnect", b'{"topic": "a"}', 200)]:
            with self.subTest(method=method, path=path, status=status):
                answer = self.hub.request(method, path, body, {"Origin": "https://a.example"})
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "https://a.example")
        refused = self.hub.request("OPTIONS", "/emit", headers=asked | {"Origin": "https://c.example"})
        self.assertEqual(refused.status, 403)

    # A page whose site has its own name lead to this machine (DNS rebinding) asks for that name.
    def test_hosts(self):
        port = self.hub.port
        for host in ["localhost", f"localhost:{port}", f"127.0.0.1:{port}", "[::1]", "hub.localhost", "workstation"]:
            for path in ["/events", "/stats", "/healthz"]:
                with self.subTest(host=host, path=path):
                    self.assertEqual(self.hub.request("HEAD", path, headers={"Host": host}).status, 200)
        for path in ["/events", "/stats", "/healthz", "/nothing"]:
            self.assertEqual(self.hub.request("GET", path, headers={"Host": "evil.example"}).status, 421)
        self.assertEqual(self.hub.request("POST", "/emit", b"{}", {"Host": "evil.example"}).status, 421)

    def test_further_hosts(self):
        with RunningHub("--allow-host", "app.example") as hub:
            for host, status in [("app.example", 200), ("app.example:80", 200), ("localhost", 200), ("evil.example", 421)]:
                self.assertEqual(hub.request("GET", "/healthz", headers={"Host": host}).status, status)
        with RunningHub("--host", "0.0.0.0") as hub:  # the network's names are not known
            self.assertEqual(hub.request("GET", "/healthz", headers={"Host": "anything.example"}).status, 200)

    # A path may be percent-encoded, and still leads to the same route.
    def test_origins_of_encoded_paths(self):
        for path in ["/emit", "/%65mit", "/disconnect", "/disconn%65ct", "/retire", "/retir%65"]:
            with self.subTest(path):
                answer = self.hub.request("POST", path, b"{}", {"Origin": "https://c.example"})
                self.assertEqual(answer.status, 403)
        with self.hub.stream("/%65vents", headers={"Origin": "https://a.example"}) as stream:
            self.assertEqual(stream.answer.headers["Access-Control-Allow-Origin"], "https://a.example")


if __name__ == "__main__":
    unittest.main()
