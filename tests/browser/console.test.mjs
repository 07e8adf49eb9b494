// SPDX-License-Identifier: BSL-1.0
// The console of a panel in Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fallBehind, startHub, token } from './console.mjs';
import { startBrowser } from './support.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

async function start(t, options) {
  const hub = await startHub(options);
  t.after(() => hub.close());
  return hub;
}

async function open(t, address) {
  const page = await browser.open(address);
  t.after(() => page.close());
  page.on('pageerror', (error) => assert.fail(error));
  return page;
}

const picture = (page, plot) => page.evaluate((name) => document.querySelector(`[data-plot="${name}"]`).toDataURL(), plot);
const changes = (page, plot, before) => page.waitForFunction(
  ([name, old]) => document.querySelector(`[data-plot="${name}"]`).toDataURL() !== old, [plot, before]);
const shows = (page, selector, text) => page.waitForFunction(
  ([where, wanted]) => document.querySelector(where)?.textContent.includes(wanted), [selector, text]);

test('plots move, and a lagging topic is found in two clicks', async (t) => {
  const hub = await start(t);
  for (let i = 0; i < 60; ++i) await hub.emit(`a/${i}`, 'one');
  await fallBehind(hub, 'z/late');
  const page = await open(t, hub.panel);
  await page.click('th button[data-order="name"]');
  await shows(page, '#rows tr:first-child', 'a/0');
  assert.equal(await page.locator('#rows tr', { hasText: 'z/late' }).count(), 0); // too far down
  assert.equal(await page.textContent('#count'), 'the first 50 of 61');

  await page.click('[data-plot="lag"]');
  await page.waitForFunction(() => document.querySelector('#rows tr')?.dataset.topic === 'z/late');
  await page.click('#rows tr:first-child');
  await shows(page, '#events li', 'xxxx');
  assert.equal(await page.textContent('#tail-name'), 'z/late');
  assert.match(await page.textContent('#rows tr:first-child td.late'), /^\d+ \(1\)$/);

  const before = await picture(page, 'delivered');
  await hub.emit('a/1', 'two');
  await changes(page, 'delivered', before);
  assert.equal(await page.textContent('#health'), 'ok');
  assert.equal(await page.isVisible('#publish'), false); // there is no token
});

test('what topics and events say stays text', async (t) => {
  const hub = await start(t);
  const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
  await hub.emit(evil, evil, 'headline');
  const page = await open(t, hub.panel);
  await page.click('#rows tr:first-child');
  await shows(page, '#events li', evil);
  assert.equal(await page.textContent('#tail-name'), evil);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('img, #events script').count(), 0);
  assert.ok((await page.textContent('#events small')).startsWith('headline · '));
});

test('topics are found by name, and events come until they are paused', async (t) => {
  const hub = await start(t);
  for (const name of ['news/one', 'news/two', 'prices/one']) await hub.emit(name, 'first');
  const page = await open(t, hub.panel);
  await page.fill('#match', 'NEWS');
  await page.waitForFunction(() => document.querySelectorAll('#rows tr').length === 2);
  await page.click('#rows tr:first-child');
  await shows(page, '#events', 'first');
  await hub.emit('news/one', 'second');
  await shows(page, '#events li:first-child', 'second');
  await page.click('#pause');
  await hub.emit('news/one', 'third');
  await page.click('#pause');
  await page.reload(); // the topic is in the address
  await shows(page, '#events li:first-child', 'third');
});

test('it logs in, publishes, and asks for the token again when the server has forgotten it', async (t) => {
  const hub = await start(t, { hasToken: true });
  await hub.emit('news', 'first');
  const page = await open(t, hub.panel);
  assert.equal(page.url(), `${hub.panel}login`);
  await page.fill('#token', 'wrong');
  await page.click('button');
  await page.waitForURL(`${hub.panel}login?wrong`);
  await page.fill('#token', token);
  await page.click('button');
  await page.waitForURL(hub.panel);
  const cookie = (await browser.cookies()).find((each) => each.name.startsWith('tidings-admin'));
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);

  await page.click('#rows tr:first-child');
  await page.fill('[name=type]', 'headline');
  await page.fill('[name=data]', 'two\nlines & <b>more</b>');
  await page.click('#publish button');
  await shows(page, '#events li:first-child', 'two\nlines & <b>more</b>');
  await shows(page, '#published', 'published as ');
  await page.fill('[name=data]', 'x'.repeat(70_000));
  await page.click('#publish button');
  await shows(page, '#published', 'the body is too large');

  await hub.kill();
  await shows(page, '#link', 'reconnecting');
  await hub.start();
  await page.waitForURL(`${hub.panel}login`);
});

test('it comes back by itself', async (t) => {
  const hub = await start(t);
  await hub.emit('news', 'first');
  const page = await open(t, hub.panel);
  await page.click('#rows tr:first-child');
  await shows(page, '#link', 'live');
  await hub.kill();
  await shows(page, '#link', 'reconnecting');
  await hub.start();
  await shows(page, '#link', 'live');
  const before = await picture(page, 'streams');
  await changes(page, 'streams', before);
  await hub.emit('news', 'after the restart');
  await shows(page, '#events', 'after the restart');
});

test('it has room on a phone, and follows the light', async (t) => {
  const hub = await start(t);
  await hub.emit('a-name-that-is-much-longer-than-a-phone-is-wide-'.repeat(4), 'one');
  const page = await open(t, hub.panel);
  await shows(page, '#link', 'live');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForSelector('#rows tr');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await ground(), light);
});
