// SPDX-License-Identifier: BSL-1.0
// The console: one event stream, and what it says as a page. What topics and events say is foreign text, and is only ever
// set as textContent.
import { add, build, bytes, draw, latest, short } from './plots.js';

const at = (id) => document.getElementById(id);
const most_events = 200; // on the page

function say(id, state, text) {
  at(id).dataset.state = state;
  at(id).textContent = text;
}

// What is to be shown. A change opens a new stream, which goes on after the last sample.
const view = { order: 'lag', match: '', topic: '' };
let source;
let timer;
let lastSample = '';

function show(changed = {}) {
  Object.assign(view, changed);
  clearTimeout(timer);
  source?.close();
  source = new EventSource(`live?${new URLSearchParams({ ...view, last_event_id: lastSample })}`);
  source.onopen = () => say('link', 'good', 'live');
  source.onmessage = (event) => { lastSample = event.lastEventId; showSample(JSON.parse(event.data)); };
  source.addEventListener('topics', (event) => showTopics(JSON.parse(event.data)));
  source.addEventListener('followed', (event) => showFollowed(event.data));
  source.addEventListener('tail', (event) => showEvents(JSON.parse(event.data)));
  source.onerror = () => {
    say('link', 'bad', 'reconnecting');
    // The browser gives up when the server answers with an error.
    if (source.readyState !== EventSource.CLOSED) return;
    timer = setTimeout(show, 2000);
    checkLogin();
  };
}

async function checkLogin() {
  const answer = await fetch('about').catch(() => undefined);
  if (answer?.status === 401) location.assign('login');
  return answer?.ok ? answer.json() : undefined;
}

// The last 15 minutes

let dirty = false;
function redraw() {
  if (dirty) return;
  dirty = true;
  requestAnimationFrame(() => { dirty = false; draw(); });
}

function showSample(sample) {
  add(sample);
  redraw();
  const { state, streams } = latest();
  say('health', state === 'ok' ? 'good' : 'bad', state);
  document.title = `${short(streams)} streams · tidings`;
}

// Topics

function cell(text, className = '') {
  const made = document.createElement('td');
  made.textContent = text;
  made.className = className;
  return made;
}

function rowOf(topic) {
  const row = document.createElement('tr');
  const name = document.createElement('td');
  const button = document.createElement('button'); // for keyboards
  button.textContent = topic.name;
  button.title = topic.name;
  name.append(button);
  const lagging = topic.lag > 0;
  row.append(name, cell(short(topic.followers)),
    cell(lagging ? `${short(topic.lag)} (${short(topic.lagging)})` : '0', lagging ? 'late' : ''),
    cell(short(topic.published)), cell(short(topic.rate)), cell(`${short(topic.events)} · ${bytes(topic.bytes)}`));
  row.dataset.topic = topic.name;
  row.addEventListener('click', () => choose(topic.name));
  return row;
}

function showTopics({ count, rows }) {
  const focused = document.activeElement?.closest('tr')?.dataset.topic;
  at('rows').replaceChildren(...rows.map(rowOf));
  at('count').textContent = count > rows.length ? `the first ${rows.length} of ${count}` : `${count}`;
  at('none').hidden = count > 0;
  markChosen();
  for (const row of at('rows').children) if (focused !== undefined && row.dataset.topic === focused) row.querySelector('button').focus();
}

function orderBy(order) {
  for (const button of document.querySelectorAll('th button')) button.setAttribute('aria-pressed', button.dataset.order === order);
  show({ order });
}

for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => orderBy(button.dataset.order));
let typing;
at('match').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => show({ match: at('match').value }), 200);
});

// The events of one topic

let isPaused = false;
let mayPublish = false;

function eventOf({ id, type, data, size }) {
  const item = document.createElement('li');
  const about = document.createElement('small');
  about.textContent = [type, id].filter(Boolean).join(' · ');
  item.append(about, data);
  const shown = new TextEncoder().encode(data).length;
  if (size > shown) item.append(` … and ${bytes(size - shown)} more`);
  return item;
}

function gap(text) {
  const item = document.createElement('li');
  item.className = 'gap';
  item.textContent = text;
  return item;
}

function showEvents({ skipped, events }) {
  if (isPaused) return;
  const list = at('events');
  if (skipped) list.prepend(gap(`${skipped} more, too many to show`));
  for (const event of events) list.prepend(eventOf(event));
  while (list.childElementCount > most_events) list.lastElementChild.remove();
  at('hint').hidden = true;
}

function markChosen() {
  for (const row of at('rows').children) row.setAttribute('aria-selected', row.dataset.topic === view.topic);
}

function choose(name) {
  if (name === view.topic) return;
  history.replaceState(null, '', `#${encodeURIComponent(name)}`);
  setPaused(false);
  at('tail-name').textContent = name;
  at('tail-name').title = name;
  at('pause').hidden = false;
  at('publish').hidden = !mayPublish;
  at('published').textContent = '';
  at('hint').hidden = false;
  at('hint').textContent = 'Nothing yet.';
  show({ topic: name });
  markChosen();
}

// From here on its last events come, also those that are on the page.
function showFollowed(state) {
  at('tail-state').textContent = state;
  if (state === 'live' && !isPaused) at('events').replaceChildren();
}

function setPaused(paused) {
  isPaused = paused;
  at('pause').setAttribute('aria-pressed', paused);
  at('pause').textContent = paused ? 'go on' : 'pause';
}
at('pause').addEventListener('click', () => setPaused(!isPaused));

at('publish').addEventListener('submit', async (submitted) => {
  submitted.preventDefault();
  const form = new URLSearchParams(new FormData(submitted.target));
  form.set('topic', view.topic);
  const answer = await fetch('publish', { method: 'POST', body: form }).catch(() => undefined);
  const said = answer ? await answer.text() : 'the server cannot be reached';
  at('published').className = answer?.ok ? '' : 'bad';
  at('published').textContent = answer?.ok ? `published as ${JSON.parse(said).id}` : said.trim();
  if (answer?.ok) submitted.target.elements.data.value = '';
});

build(at('plots'), orderBy);
at('host').textContent = location.host;
if (location.hash.length > 1) choose(decodeURIComponent(location.hash.slice(1)));
orderBy(view.order);
checkLogin().then((about) => {
  mayPublish = about?.may_publish ?? false;
  at('publish').hidden = !(mayPublish && view.topic);
});
