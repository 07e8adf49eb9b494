// SPDX-License-Identifier: BSL-1.0
// The list of tasks in Chromium: what one page does, all others show, with htmx and with Datastar.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { launch } from './clients.mjs';

const libraries = fileURLToPath(new URL('node_modules', import.meta.url));
const start = (t, ...options) => launch(t, process.env.LIVE_PAGES, '--libraries', libraries, ...options);
const tasks = (page) => page.locator('#tasks li');

let browser;
before(async () => { browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] }); });
after(() => browser?.close());

async function open(t, url) {
  const page = await browser.newPage();
  t.after(() => page.close());
  page.on('pageerror', (error) => assert.fail(error));
  await page.goto(url);
  await page.locator('#tasks').waitFor({ state: 'attached' });
  return page;
}

async function add(page, text) {
  await page.locator('input').fill(text);
  await page.getByRole('button', { name: 'Add' }).click();
}

async function shows(page, ...texts) {
  await page.waitForFunction(
    (wanted) => {
      const shown = [...document.querySelectorAll('#tasks li')].map((item) => item.firstChild.textContent.trim());
      return JSON.stringify(shown) === JSON.stringify(wanted);
    },
    texts, { timeout: 20_000 });
}

for (const name of ['htmx', 'datastar']) {
  test(`${name}: what one page adds and finishes, the other shows`, async (t) => {
    const { address } = await start(t);
    const one = await open(t, `${address}/${name}.html`);
    const other = await open(t, `${address}/${name}.html`);
    await add(one, 'water the plants');
    await shows(other, 'water the plants');
    await add(other, 'a <b>"task"</b> & more');
    await shows(one, 'water the plants', 'a <b>"task"</b> & more');
    assert.equal(await one.locator('input').inputValue(), ''); // ready for the next task
    await tasks(one).first().getByRole('button').click();
    await shows(other, 'a <b>"task"</b> & more');
  });

  test(`${name}: a page returns by itself when the server was killed`, async (t) => {
    const server = await start(t);
    const page = await open(t, `${server.address}/${name}.html`);
    await add(page, 'this is lost');
    await shows(page, 'this is lost');
    await server.end('SIGKILL');
    const again = await start(t, '--port', new URL(server.address).port);
    assert.equal(again.address, server.address);
    await shows(page); // the list of a new server is empty
    await add(page, 'this is not');
    await shows(page, 'this is not');
  });
}

// One list for both.
test('htmx and Datastar show each other\'s tasks', async (t) => {
  const { address } = await start(t);
  const one = await open(t, `${address}/htmx.html`);
  const other = await open(t, `${address}/datastar.html`);
  await add(one, 'from htmx');
  await add(other, 'from Datastar');
  for (const page of [one, other]) await shows(page, 'from htmx', 'from Datastar');
});
