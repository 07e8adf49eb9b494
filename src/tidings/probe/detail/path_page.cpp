// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_page.hpp>

namespace tidings::detail {

// The page reports what it has seen; what that means is said by the server, in `verdict`.
std::string_view const path_page = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The path of event streams</title>
<style>
  :root { color-scheme: light dark; --line: #8886; --good: #2a7; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .2rem; } #verdict p { margin: .2rem 0; }
  pre { overflow-x: auto; margin: .3rem 0; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .4rem; white-space: pre-wrap; }
  svg { width: 100%; height: 3rem; } line { stroke: var(--line); } circle { fill: var(--good); }
  form { margin: 1rem 0; } input { width: 5rem; font: inherit; } button { font: inherit; }
</style>
<h1>What is between this browser and the server?</h1>
<p>The server sends 20 events, one each 100 ms. Below they are where they arrived. Then two streams stay open, one silent and one with
a comment each second, to see whether something cuts them.</p>
<svg viewBox="0 0 1000 60" role="img" aria-label="When events arrived"><line x1="0" y1="30" x2="1000" y2="30"></line></svg>
<form><label>Wait for a cut for <input name="seconds" type="number" min="1" max="600"> seconds</label> <button>Again</button></form>
<p id="state" role="status"></p>
<div id="verdict"></div>
<script>
const seconds = Math.min(600, Math.max(1, Number(new URLSearchParams(location.search).get('seconds')) || 20));
document.forms[0].seconds.value = seconds;
const below = (name) => `${location.pathname.replace(/\/$/, '')}/${name}`;
const state = document.getElementById('state');

// Calls `each` with the type of each event and the milliseconds until it came. Ends with the stream, whatever ends it.
async function read(address, each) {
  const begin = performance.now();
  try {
    const response = await fetch(address, { cache: 'no-store' });
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    each(null, 0, response);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const blocks = (text + value).split('\n\n');
      text = blocks.pop();
      for (const block of blocks) each(/^event: (\w+)/m.exec(block)?.[1], performance.now() - begin);
    }
  } catch (error) {
    console.log(String(error));
  }
  return performance.now() - begin;
}

async function beats() {
  const seen = { arrived: [], headers: [], encoding: '' };
  await read(below('beats'), (type, time, response) => {
    if (response) {
      seen.headers = [...response.headers];
      seen.encoding = response.headers.get('content-encoding') ?? '';
    }
    if (type !== 'beat') return;
    seen.arrived.push(Math.round(time));
    const dot = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    for (const [name, value] of [['cx', Math.min(990, 10 + time / 2.6)], ['cy', 30], ['r', 7], ['opacity', 0.6]]) dot.setAttribute(name, value);
    document.querySelector('svg').append(dot);
  });
  return seen;
}

// The milliseconds after which it was cut, or nothing.
async function endure(name) {
  let has_ended = false;
  const time = await read(`${below(name)}?seconds=${seconds}`, (type) => { has_ended ||= type === 'end'; });
  return has_ended ? undefined : Math.round(time);
}

function show(verdict) {
  const place = document.getElementById('verdict');
  for (const section of verdict.split(/^# /m).slice(1)) {
    const [head, ...rest] = section.trimEnd().split('\n');
    const add = (tag, text) => place.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
    add('h2', head);
    for (const line of rest) {
      const setting = line.startsWith('    ') && line.slice(4);
      if (setting === false) add('p', line);
      else if (place.lastChild.tagName === 'PRE') place.lastChild.textContent += `\n${setting}`;
      else add('pre', setting);
    }
  }
}

async function probe() {
  state.textContent = 'Events are coming …';
  const seen = await beats();
  state.textContent = `Two streams are to last for ${seconds} seconds …`;
  const [silence, traffic] = await Promise.all([endure('silence'), endure('traffic')]);
  const protocol = performance.getEntriesByType('navigation')[0]?.nextHopProtocol ?? ''; // of this page, which came the same way
  const report = [`arrived: ${seen.arrived.join(' ')}`, `protocol: ${protocol}`, `encoding: ${seen.encoding}`];
  if (silence !== undefined) report.push(`silence-cut: ${silence}`);
  if (traffic !== undefined) report.push(`traffic-cut: ${traffic}`);
  for (const [name, value] of seen.headers) report.push(`header-${name}: ${value}`);
  const answer = await fetch(below('verdict'), { method: 'POST', body: report.join('\n') });
  show(await answer.text());
  state.textContent = 'Done.';
}
probe().catch((error) => { state.textContent = `The probe has failed: ${error}`; });
</script>
</html>
)html";

} // namespace tidings::detail
