// SPDX-License-Identifier: BSL-1.0
// The example chat in front of npm's EventSource.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { Seen, startPrinting } from './program.mjs';

const TYPES = ['here', 'join', 'leave', 'say', 'ban'];

async function openRoom(t) {
  const { address, lines } = await startPrinting(t, process.env.CHAT);
  const [, moderator] = /^moderator: (.*)$/.exec(lines[0]);
  const enter = (name) => fetch(`${address}/people`, { method: 'POST', body: name });
  const as = (token, path, body) => fetch(`${address}${path}`, { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } });

  // A stream, by the cookie that a browser would send.
  function listen(token) {
    const seen = new Seen();
    const source = new EventSource(`${address}/room`, {
      fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, Cookie: `token=${token}` } }),
    });
    t.after(() => source.close());
    for (const type of TYPES) source.addEventListener(type, ({ data }) => seen.add([type, data]));
    seen.errors = new Seen();
    source.onerror = ({ code }) => seen.errors.add([code, source.readyState]);
    seen.close = () => source.close();
    seen.has = (type, data) => seen.until((list) => list.some((each) => each[0] === type && each[1] === data));
    return seen;
  }
  return { address, moderator, enter, as, listen, tokenOf: async (name) => (await enter(name)).text() };
}

const said = (from, text) => ['say', JSON.stringify({ from, text })];

test('what is said comes to all, once and in order', async (t) => {
  const room = await openRoom(t);
  const [ada, bob] = [await room.tokenOf('ada'), await room.tokenOf('bob')];
  const streams = [room.listen(ada), room.listen(bob)];
  for (const each of streams) await each.until((list) => list.length > 0);
  for (let i = 0; i < 20; ++i) assert.equal((await room.as(i % 2 ? ada : bob, '/room', `"${i}" ☎`)).status, 204);
  for (const each of streams) {
    await each.until((list) => list.filter(([type]) => type === 'say').length === 20);
    assert.deepEqual(each.all.filter(([type]) => type === 'say'), Array.from({ length: 20 }, (_, i) => said(i % 2 ? 'ada' : 'bob', `"${i}" ☎`)));
  }
});

test('who is here, whatever becomes of the tabs', async (t) => {
  const room = await openRoom(t);
  const [ada, bob] = [await room.tokenOf('ada'), await room.tokenOf('bob')];
  const watching = room.listen(ada);
  await watching.has('here', '["ada"]');
  const tabs = [room.listen(bob), room.listen(bob), room.listen(bob)];
  for (const each of tabs) await each.has('here', '["ada","bob"]');
  tabs[0].close();
  tabs[1].close();
  await room.as(bob, '/room', 'still here'); // from the third
  await watching.has(...said('bob', 'still here'));
  tabs[2].close();
  await watching.has('leave', 'bob');
  assert.deepEqual(watching.all, [['here', '["ada"]'], ['join', 'bob'], said('bob', 'still here'), ['leave', 'bob']]);
});

test('a ban ends all streams of a person, for good', async (t) => {
  const room = await openRoom(t);
  const [ada, bob] = [await room.tokenOf('ada'), await room.tokenOf('bob')];
  const watching = room.listen(ada);
  await watching.has('here', '["ada"]');
  const tabs = [room.listen(bob), room.listen(bob)];
  for (const each of tabs) await each.has('here', '["ada","bob"]');

  assert.equal((await room.as(ada, '/bans/bob')).status, 403);
  assert.equal((await room.as('', '/bans/bob')).status, 401);
  assert.equal((await room.as(room.moderator, '/bans/bob')).status, 204);
  await watching.has('leave', 'bob');
  for (const each of tabs) await each.errors.until((list) => list.some(([code, state]) => code === 401 && state === 2));
  assert.equal((await room.as(bob, '/room', 'but')).status, 401);
  assert.equal((await room.enter('bob')).status, 403);
  assert.deepEqual(watching.all, [['here', '["ada"]'], ['join', 'bob'], ['ban', 'bob'], ['leave', 'bob']]);
  assert.equal((await room.as(ada, '/room', 'peace')).status, 204);
  await watching.has(...said('ada', 'peace'));
});

test('names and messages that are none', async (t) => {
  const room = await openRoom(t);
  for (const name of ['', 'x'.repeat(41), 'moderator', 'a\nb', 'a\0b', Buffer.from([0xff])]) assert.equal((await room.enter(name)).status, 400, name);
  const ada = await room.enter('ada');
  assert.equal(ada.status, 201);
  assert.match(ada.headers.get('set-cookie'), /^token=[0-9a-f]{32}; Path=\/; SameSite=Strict; HttpOnly; Secure$/);
  const token = await ada.text();
  for (const text of ['', 'x'.repeat(2_001), Buffer.from([0xff])]) assert.equal((await room.as(token, '/room', text)).status, 400);
  const foreign = await fetch(`${room.address}/room`, { headers: { Cookie: `token=${token}`, Origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403);
});
