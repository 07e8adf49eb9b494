// SPDX-License-Identifier: BSL-1.0
// Plots of samples over the last 15 minutes, by hand on canvases.

const longest_span = 15 * 60 * 1000;
const shortest_span = 60 * 1000;
const longest_gap = 5000; // of milliseconds between samples; a longer one is a hole in the line

const plots = [
  { title: 'Connected', series: [['streams', 'streams'], ['connections', 'connections']] },
  { title: 'Streams a second', series: [['opened', 'opened'], ['ended', 'ended']] },
  { title: 'Events a second', series: [['delivered', 'delivered'], ['published', 'published']] },
  { title: 'Publish to socket', series: [['p50', 'p50'], ['p99', 'p99']], unit: seconds },
  { title: 'Lag', series: [['events behind', 'lag'], ['lagging', 'lagging']], order: 'lag' },
  { title: 'Memory', series: [['unsent', 'buffered'], ['histories', 'kept']], unit: bytes },
];

const samples = [];
let pointed; // the time below the pointer

export function add(sample) {
  const last = samples.at(-1);
  if (last && sample.t <= last.t) return; // seen before the connection was lost
  samples.push(sample);
  while (samples[0].t < sample.t - longest_span) samples.shift();
}

export const latest = () => samples.at(-1);

// Units of what is shown: a number is divided by the step as long as it is that large.
export function short(value) { return scaled(value, 1000, 10_000, ['', 'k', 'M', 'G', 'T']); }
export function bytes(value) { return scaled(value, 1024, 1024, [' B', ' KB', ' MB', ' GB', ' TB']); }
function seconds(value) { return value === null ? '–' : scaled(value * 1e6, 1000, 1000, [' µs', ' ms', ' s']); }

function scaled(value, step, largest, units) {
  let unit = 0;
  while (value >= largest && unit < units.length - 1) { value /= step; ++unit; }
  return `${value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)}${units[unit]}`;
}

// Makes the figures; `onOrder` is called where one is chosen that topics can be ordered by.
export function build(into, onOrder) {
  for (const plot of plots) {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const title = document.createElement('b');
    title.textContent = plot.title;
    caption.append(title);
    plot.outputs = plot.series.map(([name], i) => {
      const label = document.createElement('span');
      label.className = i ? 'two' : 'one';
      const output = document.createElement('output');
      label.append(name, output);
      caption.append(label);
      return output;
    });
    plot.canvas = document.createElement('canvas');
    plot.canvas.dataset.plot = plot.series[0][1];
    figure.append(caption, plot.canvas);
    if (plot.order) {
      figure.className = 'sorts';
      figure.title = 'order the topics by this';
      figure.addEventListener('click', () => onOrder(plot.order));
    }
    into.append(figure);
    plot.canvas.addEventListener('pointermove', (event) => {
      const box = plot.canvas.getBoundingClientRect();
      pointed = end() - span() * (1 - (event.clientX - box.left) / box.width);
      draw();
    });
    plot.canvas.addEventListener('pointerleave', () => { pointed = undefined; draw(); });
  }
  new ResizeObserver(draw).observe(into);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

const end = () => samples.at(-1)?.t ?? Date.now();
// What a server has that started just now would be a line of no width.
const span = () => Math.max(end() - (samples[0]?.t ?? end()), shortest_span);

const ago = (time) => {
  const seconds = Math.round((end() - time) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ago`;
};

// A round number that the values stay below.
function ceiling(most, unit) {
  if (most <= (unit === seconds ? 0.001 : 1)) return unit === seconds ? 0.001 : 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= most);
}

function sampleAt(time) {
  let low = 0;
  let high = samples.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle].t < time) low = middle + 1; else high = middle;
  }
  return samples[low];
}

export function draw() {
  if (samples.length === 0) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name);
  const shown = pointed === undefined ? samples.at(-1) : sampleAt(pointed);
  for (const plot of plots) {
    plot.series.forEach(([, key], i) => { plot.outputs[i].textContent = (plot.unit ?? short)(shown[key]); });
    drawPlot(plot, colour, shown);
  }
}

function drawPlot(plot, colour, shown) {
  const { canvas } = plot;
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);

  const foot = 14;
  const head = 4;
  const top = ceiling(Math.max(...samples.map((each) => Math.max(...plot.series.map(([, key]) => each[key])))), plot.unit);
  const x = (t) => width * (1 - (end() - t) / span());
  const y = (value) => height - foot - (height - foot - head) * value / top;

  pen.font = '10px system-ui, sans-serif';
  pen.fillStyle = colour('--quiet');
  pen.strokeStyle = colour('--line');
  pen.lineWidth = 1;
  pen.beginPath();
  for (const level of [0, top / 2, top]) {
    pen.moveTo(0, Math.round(y(level)) + 0.5);
    pen.lineTo(width, Math.round(y(level)) + 0.5);
  }
  pen.stroke();
  pen.textBaseline = 'alphabetic';
  for (const part of [1, 2 / 3, 1 / 3]) {
    const time = end() - part * span();
    pen.textAlign = part === 1 ? 'left' : 'center';
    pen.fillText(ago(time), x(time), height - 2);
  }
  pen.textAlign = 'right';
  pen.fillText('now', width, height - 2);
  pen.textAlign = 'left';
  pen.textBaseline = 'top';
  pen.fillText((plot.unit ?? short)(top), 0, y(top) + 2);

  // The first series is drawn last, so that it lies on top.
  plot.series.map(([, key], i) => [key, colour(i ? '--two' : '--one'), i === 0]).reverse().forEach(([key, line, filled]) => {
    for (const run of runs(key)) {
      pen.beginPath();
      run.forEach((each, i) => (i ? pen.lineTo(x(each.t), y(each[key])) : pen.moveTo(x(each.t), y(each[key]))));
      pen.strokeStyle = line;
      pen.lineWidth = 1.5;
      pen.lineJoin = 'round';
      pen.stroke();
      if (!filled) continue;
      pen.lineTo(x(run.at(-1).t), y(0));
      pen.lineTo(x(run[0].t), y(0));
      pen.globalAlpha = 0.1;
      pen.fillStyle = line;
      pen.fill();
      pen.globalAlpha = 1;
    }
  });
  if (pointed === undefined) return;
  pen.fillStyle = colour('--quiet');
  pen.fillRect(Math.round(x(shown.t)), 0, 1, height - foot);
  const isRight = x(shown.t) > width / 2;
  pen.textBaseline = 'top';
  pen.textAlign = isRight ? 'right' : 'left';
  pen.fillText(ago(shown.t), x(shown.t) + (isRight ? -5 : 5), 4);
}

// Samples without holes between them. Where nothing happened, there is nothing to tell.
function runs(key) {
  const all = [];
  let last;
  for (const sample of samples) {
    if (sample[key] === null) { last = undefined; continue; }
    if (!last || sample.t - last.t > longest_gap) all.push([]);
    all.at(-1).push(sample);
    last = sample;
  }
  return all;
}
