// SPDX-License-Identifier: BSL-1.0
// The example market_feed in front of npm's EventSource.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { plugIn } from './cable.mjs';
import { Seen, start } from './program.mjs';

function follow(t, address, query = '') {
  const seen = new Seen();
  seen.opened = new Seen();
  const source = new EventSource(`${address}/prices${query}`);
  t.after(() => source.close());
  source.onopen = () => seen.opened.add('open');
  source.addEventListener('price', ({ data }) => seen.add(JSON.parse(data)));
  source.addEventListener('tidings-reset', ({ data }) => seen.add({ reset: data }));
  return seen;
}

const startFeed = (t) => start(t, process.env.MARKET_FEED);
const symbolsOf = (list) => new Set(list.map(({ symbol }) => symbol));

// Of each symbol a later price is of a later trade: nothing comes twice, and nothing out of order.
function checkOrder(list) {
  const latest = new Map();
  for (const { symbol, trade } of list) {
    assert.ok(trade > (latest.get(symbol) ?? 0), `${symbol}: ${trade} behind ${latest.get(symbol)}`);
    latest.set(symbol, trade);
  }
}

test('first the newest price of each symbol, then each change', async (t) => {
  const prices = await follow(t, await startFeed(t)).until((list) => list.length > 5_000);
  assert.equal(symbolsOf(prices.slice(0, 600)).size, 500); // among changes that came meanwhile
  checkOrder(prices);
});

test('some symbols alone', async (t) => {
  const address = await startFeed(t);
  const [two, all] = [follow(t, address, '?symbol=AAAA&symbol=AABB'), follow(t, address, '?prefix=AAB')];
  const prices = await two.until((list) => list.length > 20);
  assert.deepEqual(symbolsOf(prices), new Set(['AAAA', 'AABB']));
  checkOrder(prices);
  const begin = symbolsOf(await all.until((list) => list.length > 100));
  assert.deepEqual([begin.size, [...begin].every((symbol) => symbol.startsWith('AAB'))], [26, true]);
  assert.equal((await fetch(`${address}/prices?symbol=NONE`)).status, 404);
});

test('a price from elsewhere', async (t) => {
  const address = await startFeed(t);
  const set = (symbol, body) => fetch(`${address}/prices/${symbol}`, { method: 'POST', body });
  const prices = follow(t, address, '?symbol=AAAC');
  await prices.until((list) => list.length > 0);
  assert.equal((await set('AAAC', '4321.5')).status, 204);
  await prices.until((list) => list.some(({ price }) => price === 4321.5));
  for (const body of ['', 'dear', '-1', '1x', 'inf']) assert.equal((await set('AAAC', body)).status, 400, body);
  assert.equal((await set('NONE', '1')).status, 404);
});

// Whoever comes back gets what has changed meanwhile, the newest of each symbol alone.
test('a connection that breaks', async (t) => {
  const address = await startFeed(t);
  const cable = await plugIn(t, address);
  const [prices, others] = [follow(t, cable.address, '?prefix=AAA'), follow(t, address, '?symbol=AAAA')];
  await prices.until((list) => list.length > 100);
  cable.pull();
  const lastSeen = prices.all.filter(({ symbol }) => symbol === 'AAAA').at(-1).trade;
  await others.until((list) => list.at(-1)?.trade > lastSeen + 5);
  await prices.opened.until((list) => list.length === 2);
  const length = prices.all.length;
  await prices.until((list) => list.length > length + 100);
  assert.ok(prices.all.every(({ reset }) => !reset));
  checkOrder(prices.all);
});
