// SPDX-License-Identifier: BSL-1.0
// One EventSource, in Chromium or of the npm package `eventsource`, seen alike: what it has got, and its state.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { EventSource } from 'eventsource';

// Starts a program that prints its address, and ends it with the test, or before.
export async function launch(t, program, ...options) {
  const child = spawn(program, ['--port', '0', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  t.after(() => end('SIGKILL'));
  for await (const line of createInterface(child.stdout)) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
    if (found) return { address: found[0], end };
  }
  throw new Error(`${program} ended before it said where it is`);
}

export const startProgram = async (...all) => (await launch(...all)).address;

// What both kinds run; in a browser it is passed over as text.
function watch(Source, url, types) {
  const source = new Source(url);
  const seen = { events: [], opened: 0, get state() { return source.readyState; }, close: () => source.close(), changed() {} };
  source.onopen = () => { ++seen.opened; seen.changed(); };
  source.onerror = () => seen.changed();
  for (const type of types)
    source.addEventListener(type, ({ data, lastEventId }) => {
      seen.events.push({ type, data, id: lastEventId });
      seen.changed();
    });
  return seen;
}

const TYPES = ['message', 'progress', 'result', 'answer', 'imported', 'failure', 'done', 'headline', 'tidings-reset'];

function until(seen, condition) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('what was waited for has not come')), 30_000);
    seen.changed = () => {
      if (!condition(seen)) return;
      clearTimeout(timer);
      resolve();
    };
    seen.changed();
  });
}

export function npmClient() {
  return async (url) => {
    const seen = watch(EventSource, url, TYPES);
    return {
      snapshot: async () => ({ events: seen.events, opened: seen.opened, state: seen.state }),
      until: (condition) => until(seen, condition),
      opened: (count) => until(seen, () => seen.opened === count),
      close: async () => seen.close(),
    };
  };
}

// A page, of the same origin if no other is given, which has nothing to do with the stream.
export function chromiumClient(browser, origin) {
  return async (url) => {
    const page = await browser.open(`${origin ?? new URL(url).origin}/no-such-page`);
    const call = `watch(EventSource, ${JSON.stringify(url)}, ${JSON.stringify(TYPES)})`;
    await page.evaluate(`(() => { ${watch}; window.seen = ${call}; })()`);
    return {
      snapshot: () => page.evaluate(() => ({ events: seen.events, opened: seen.opened, state: seen.state })),
      until: (condition) => page.waitForFunction(`(${condition})(window.seen)`),
      opened: (count) => page.waitForFunction((wanted) => window.seen.opened === wanted, count),
      close: () => page.close(),
    };
  };
}
