// SPDX-License-Identifier: BSL-1.0
// The examples and the hub in front of the clients that people have: Chromium's EventSource, and that of npm.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import { chromiumClient, npmClient, startProgram } from './clients.mjs';
import { createCable, startBrowser } from './support.mjs';

const { fetchEventSource } = createRequire(import.meta.url)('@microsoft/fetch-event-source');

const CLOSED = 2;
let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

const example = (name) => `${process.env.EXAMPLES}/${name}`;
const dataOf = ({ events }, type) => events.filter((event) => event.type === type).map(({ data }) => data);

for (const [kind, make] of [['Chromium', () => chromiumClient(browser)], ['npm', npmClient]]) {
  describe(kind, { concurrency: true }, () => {
    // The handler returns, the client comes back by itself, and gets the same again.
    test('five events', async (t) => {
      const client = await make()(`${await startProgram(t, example('01_five_events'))}/`);
      await client.until((seen) => seen.opened === 2 && seen.events.length >= 6);
      const { events } = await client.snapshot();
      assert.deepEqual(events.slice(0, 6).map(({ data }) => data), [1, 2, 3, 4, 5, 1].map((n) => `event ${n}`));
      await client.close();
    });

    test('a clock', async (t) => {
      const client = await make()(`${await startProgram(t, example('02_clock'))}/`);
      await client.until((seen) => seen.events.length >= 2);
      for (const { data } of (await client.snapshot()).events) assert.match(data, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      await client.close();
    });

    test('helpers that take a context', async (t) => {
      const client = await make()(`${await startProgram(t, example('03_helpers'))}/`);
      await client.until((seen) => seen.events.some(({ type }) => type === 'result'));
      const seen = await client.snapshot();
      assert.deepEqual(dataOf(seen, 'progress').slice(0, 4), ['build 0 %', 'build 50 %', 'build 100 %', 'test 0 %']);
      assert.equal(dataOf(seen, 'result')[0], 'given up');
      await client.close();
    });

    // The comments of the keep-alive reach nobody; the connection stays the same one.
    test('a silent handler', async (t) => {
      const client = await make()(`${await startProgram(t, example('05_keep_alive'))}/`);
      await client.until((seen) => seen.events.length >= 1);
      const { events, opened } = await client.snapshot();
      assert.deepEqual([events[0].type, events[0].data, opened], ['answer', '42', 1]);
      await client.close();
    });

    // The error is an event, the last one; the client asks once more, is told not to, and stops for good.
    test('an error after the head', async (t) => {
      const client = await make()(`${await startProgram(t, example('06_error_event'))}/`);
      await client.until((seen) => seen.state === 2);
      const seen = await client.snapshot();
      assert.deepEqual(dataOf(seen, 'imported'), ['row 1', 'row 2']);
      assert.deepEqual(dataOf(seen, 'failure'), ['row 3: the date is missing']);
      assert.deepEqual([seen.opened, seen.state], [1, CLOSED]);
      await client.close();
    });

    // Sent away again and again, the client gets every event of both topics that the filter lets pass, once and in order.
    test('the hub', async (t) => {
      const hub = await startProgram(t, process.env.HUB);
      const post = (path, body) => fetch(`${hub}${path}`, { method: 'POST', body: JSON.stringify(body) });
      const client = await make()(`${hub}/events?topic=a&topic=b&type=headline`);
      let opened = 1;
      await client.opened(opened);
      await post('/emit', { topic: 'a', retry: 10 }); // so that it does not wait for seconds
      for (let round = 0; round < 5; ++round) {
        for (const topic of ['a', 'b', 'a']) {
          await post('/emit', { topic, event: 'headline', data: `${topic} ${round}` });
          await post('/emit', { topic, event: 'gossip', data: 'for others' });
        }
        await post('/disconnect', { topic: round % 2 === 0 ? 'a' : 'b' });
        await post('/emit', { topic: 'b', event: 'headline', data: `b ${round} while away` });
        opened += 1;
        await client.opened(opened);
      }
      await client.until((seen) => seen.events.length >= 20);
      const seen = await client.snapshot();
      const told = (topic) => dataOf(seen, 'headline').filter((data) => data.startsWith(topic));
      assert.deepEqual(told('a'), [0, 1, 2, 3, 4].flatMap((round) => [`a ${round}`, `a ${round}`]));
      assert.deepEqual(told('b'), [0, 1, 2, 3, 4].flatMap((round) => [`b ${round}`, `b ${round} while away`]));
      assert.equal(seen.events.length, 20);
      await client.close();
    });

    // A place that the hub does not know: one event says so, then comes what is new.
    test('the hub forgets', async (t) => {
      const hub = await startProgram(t, process.env.HUB, '--history', '2');
      const emit = (data) => fetch(`${hub}/emit`, { method: 'POST', body: JSON.stringify({ data }) });
      const { id } = await (await emit('0')).json();
      for (const data of ['1', '2', '3']) await emit(data);
      const client = await make()(`${hub}/events?lastEventId=${id}`);
      await client.until((seen) => seen.events.length === 1);
      await emit('4');
      await client.until((seen) => seen.events.length === 2);
      const { events } = await client.snapshot();
      assert.deepEqual(events.map(({ type }) => type), ['tidings-reset', 'message']);
      assert.equal(JSON.parse(events[0].data).reason, 'evicted');
      assert.equal(events[1].data, '4');
      await client.close();
    });

    // It has got nothing yet, and knows its place by an event that no page listens to.
    test('a client is sent away before its first event', async (t) => {
      const hub = await startProgram(t, process.env.HUB);
      const post = (path, body) => fetch(`${hub}${path}`, { method: 'POST', body: JSON.stringify(body) });
      const client = await make()(`${hub}/events?topic=a`);
      await client.opened(1);
      await post('/disconnect', { topic: 'a' });
      await post('/emit', { topic: 'a', data: 'while away' });
      await client.until((seen) => seen.events.length >= 1);
      const { events } = await client.snapshot();
      assert.deepEqual(events.map(({ type, data }) => [type, data]), [['message', 'while away']]);
      await client.close();
    });

    test('the hub retires a topic', async (t) => {
      const hub = await startProgram(t, process.env.HUB);
      const client = await make()(`${hub}/events?topic=a`);
      await client.until((seen) => seen.opened === 1);
      await fetch(`${hub}/emit`, { method: 'POST', body: JSON.stringify({ topic: 'a', retry: 10 }) });
      await fetch(`${hub}/retire`, { method: 'POST', body: JSON.stringify({ topic: 'a' }) });
      await client.until((seen) => seen.state === 2);
      assert.equal((await client.snapshot()).opened, 1);
      await client.close();
    });
  });
}

// A page of another origin resumes a stream of several topics. Chromium asks no leave for the id of an EventSource, whatever
// it is made of; for browsers that do, "unit/hub: ids are safe in a header" tests its letters and its length.
test('another origin resumes several topics', async (t) => {
  const origin = await startProgram(t, example('01_five_events'));
  const hub = await startProgram(t, process.env.HUB, '--cors-origin', origin);
  const cable = await createCable(new URL(hub).port);
  t.after(() => cable.close());
  const emit = (body) => fetch(`${hub}/emit`, { method: 'POST', body: JSON.stringify(body) });
  const client = await chromiumClient(browser, origin)(`${cable.address}events?topic=a&topic=b`);
  await client.opened(1);
  await emit({ topic: 'a', retry: 10 });
  await emit({ topic: 'a', data: 'before' });
  await client.until((seen) => seen.events.length === 1);
  cable.pull();
  await emit({ topic: 'b', data: 'away' });
  await client.opened(2);
  await emit({ topic: 'a', data: 'after' });
  await client.until((seen) => seen.events.length === 3);
  const { events } = await client.snapshot();
  assert.deepEqual(events.map(({ data }) => data), ['before', 'away', 'after']);
  const [, back] = cable.requestsFor('/events');
  assert.match(back, new RegExp(`^GET .*\\r\\nLast-Event-ID: ${events[0].id}\\r\\n`, 's'));
  await client.close();
});

// This library hands over every block of lines: the place is one that can be told from events, and its id comes back.
test('fetch-event-source learns its place', async (t) => {
  globalThis.window = globalThis;
  globalThis.document = { removeEventListener() {} };
  const hub = await startProgram(t, process.env.HUB);
  const post = (path, body) => fetch(`${hub}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const seen = [];
  let onEvent = () => {};
  const next = () => new Promise((resolve) => { onEvent = resolve; });
  let arrived = next();
  fetchEventSource(`${hub}/events?topic=a`, {
    fetch, signal: stop.signal, openWhenHidden: true,
    onmessage(event) {
      if (!event.event && !event.data) return; // what it makes of a pause, as of a comment
      seen.push(event);
      onEvent();
    },
    onclose() { throw new Error('the stream is asked for once more'); },
    onerror: () => 500,
  });
  await arrived;
  assert.equal(seen[0].event, 'tidings-place');
  assert.match(seen[0].id, /^[0-9a-v]{12}-\d+$/);
  assert.equal(seen[0].data, seen[0].id);
  arrived = next();
  await post('/disconnect', { topic: 'a' });
  await post('/emit', { topic: 'a', data: 'while away' });
  await arrived;
  assert.deepEqual(seen.slice(1).map(({ event, data }) => [event, data]), [['', 'while away']]);
});

// This one hands over what has data.
test('eventsource-parser learns its place', async (t) => {
  const hub = await startProgram(t, process.env.HUB);
  const stop = new AbortController();
  t.after(() => stop.abort());
  const { body } = await fetch(`${hub}/events?topic=a`, { signal: stop.signal });
  const seen = [];
  const parser = createParser({ onEvent: (event) => seen.push(event) });
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    if (seen.length > 0) break;
  }
  assert.equal(seen[0].event, 'tidings-place');
  assert.match(seen[0].id, /^[0-9a-v]{12}-\d+$/);
  assert.equal(seen[0].data, seen[0].id);
});
