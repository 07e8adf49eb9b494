// SPDX-License-Identifier: BSL-1.0
// The event streams of the fuzz corpus mean the same to npm's eventsource-parser and to ours, but for three things in
// which that package differs from the standard (WHATWG HTML, 9.2.6):
//
// - The id of an event is the one of its own block. By the standard an event without one has the id of an earlier block,
//   and the id of a block without data counts as well. So ids are compared where the package gives one.
// - A CR at the end of what has come is not looked at until more comes. So both read a colon behind the file.
// - A retry time of any size is taken, as a floating-point number. So it is compared where it is a whole number to both.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { createParser } from 'eventsource-parser';

function theirs(bytes) {
  const events = [];
  let retry;
  const parser = createParser({
    onEvent: ({ id, event, data }) => events.push({ id, type: event ?? 'message', data }),
    onRetry: (time) => { if (Number.isSafeInteger(time)) retry = time; },
  });
  parser.feed(new TextDecoder().decode(bytes));
  return { events, retry };
}

function ours(bytes, folder) {
  const file = join(folder, 'stream');
  writeFileSync(file, bytes);
  const lines = execFileSync(process.env.PRINT_EVENTS, [file], { encoding: 'utf8' }).split('\n').slice(0, -1);
  const text = (hex) => Buffer.from(hex, 'hex').toString('utf8');
  const events = lines.filter((line) => !line.startsWith('retry ')).map((line) => {
    const [id, type, data] = line.split(' ').map(text);
    return { id, type, data };
  });
  const retry = lines.find((line) => line.startsWith('retry '))?.slice('retry '.length);
  return { events, retry: retry === undefined ? undefined : Number(retry) };
}

// Both parsers come to the same events for every file of the corpus.
test('eventsource-parser reads the corpus as we do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-'));
  let events = 0;
  for (const name of readdirSync(process.env.CORPUS)) {
    const bytes = Buffer.concat([readFileSync(join(process.env.CORPUS, name)), Buffer.from(':')]);
    const expected = theirs(bytes);
    const seen = ours(bytes, folder);
    seen.events.forEach((event, i) => { if (expected.events[i]?.id === undefined) event.id = undefined; });
    assert.deepEqual(seen.events, expected.events, name);
    if (Number.isSafeInteger(seen.retry)) assert.equal(seen.retry, expected.retry, name);
    events += seen.events.length;
  }
  assert.ok(events > 100, `the corpus has ${events} events only`);
  rmSync(folder, { recursive: true });
});
