// SPDX-License-Identifier: BSL-1.0
// A hub that has no place for its clients for a while, in front of Chromium's EventSource and that of npm: every
// page is back by itself.
import { after, before, describe, test } from 'node:test';
import { get } from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { chromiumClient, launch, npmClient } from './clients.mjs';
import { startBrowser } from './support.mjs';

const AWAY = 60_000; // how long a restart takes, in milliseconds
let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

// A stream that is open until it is ended.
async function holdStream(address) {
  const asking = get(`${address}/events`, { agent: false });
  asking.on('error', () => {});
  await once(asking, 'response');
  return { end: () => asking.destroy() };
}

// Publishes until somebody is there to receive it, and then waits until the client has it.
async function reach(address, client) {
  const body = JSON.stringify({ topic: 'a', event: 'headline', data: 'back' });
  const emit = async () => {
    try {
      return (await (await fetch(`${address}/emit`, { method: 'POST', body })).json()).receivers;
    } catch {
      return 0; // refused too
    }
  };
  while (await emit() === 0) await pause(200);
  await client.until((seen) => seen.events.some(({ data }) => data === 'back'));
}

// Most of it is waiting, so both kinds wait together.
describe('a hub without a place', { concurrency: true }, () => {
  for (const [kind, make] of [['Chromium', () => chromiumClient(browser)], ['npm', npmClient]]) {
    describe(kind, { concurrency: true }, () => {
      // The page is refused, comes back and is refused again, and gets its events once there is room.
      test('a full hub', async (t) => {
        const { address } = await launch(t, process.env.HUB, '--max-connections', '2');
        const streams = [await holdStream(address), await holdStream(address)];
        const client = await make()(`${address}/events?topic=a`);
        await client.until((seen) => seen.opened >= 2);
        streams.forEach((stream) => stream.end());
        await reach(address, client);
        await client.close();
      });

      // The hub drains, is gone for a minute, and is there again at the same address.
      test('a hub that is restarted', { timeout: AWAY + 120_000 }, async (t) => {
        const first = await launch(t, process.env.HUB, '--drain-ms', '1000');
        const client = await make()(`${first.address}/events?topic=a`);
        await client.opened(1);
        await first.end('SIGTERM');
        await pause(AWAY);
        const { address } = await launch(t, process.env.HUB, '--port', new URL(first.address).port);
        await reach(address, client);
        await client.close();
      });
    });
  }
});
