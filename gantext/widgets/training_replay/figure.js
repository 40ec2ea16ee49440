// Recorded trainings, played back: samples over the discriminator's surface, and the losses, frame by frame.
import {
  choice, clamp, figure, fill, html, numbers, player, row, scientific, sentence, slider, svg, whole,
} from "../core.js";
import { clickable, dots, handle, panels, path, plot, words } from "../plot.js";
import { PER_FRAME, TITLES, WORDS } from "./constants.js";
import { decodeAll } from "./recording.js";

// A canvas within the axes of a plot --------------------------------------------------------------------------

const themes = { attributes: true, attributeFilter: ["data-theme", "theme", "data-jp-theme-light", "class"] };
const deepest = 0.7; // the opacity of D = 1
const STROKES = 3;

// Paints a frame of a run under a plot, and again when the plot's size or the page's theme changes.
const canvasUnder = (ui, plan) => {
  const { edge, width, height } = plan;
  const share = (part, all) => `${(100 * part) / all}%`;
  const canvas = html("canvas", { "aria-hidden": "true", style: `left: ${share(edge.left, width)}; `
    + `top: ${share(edge.top, height)}; width: ${share(width - edge.left - edge.right, width)}; `
    + `height: ${share(height - edge.top - edge.bottom, height)}` });
  const stage = html("div", { class: "stage" });
  plan.svg.replaceWith(stage);
  stage.append(canvas, plan.svg);
  const pen = canvas.getContext("2d");
  const small = html("canvas");
  const smallPen = small.getContext("2d");
  let run, frame, colors;
  let size = { width: 0, height: 0 };

  const shade = (color) => {
    const { mesh, opinions } = run;
    small.width = mesh;
    small.height = mesh;
    const image = smallPen.createImageData(mesh, mesh);
    for (let i = 0; i < mesh; i++) {
      for (let j = 0; j < mesh; j++) {
        const value = opinions[(frame * mesh + i) * mesh + j];
        // Rows go up in a recording, and down in an image.
        image.data[4 * ((mesh - 1 - i) * mesh + j) + 3] = Math.round(255 * deepest * (value || 0));
      }
    }
    smallPen.putImageData(image, 0, 0);
    smallPen.globalCompositeOperation = "source-in"; // opacity is there; now the colour
    smallPen.fillStyle = color;
    smallPen.fillRect(0, 0, mesh, mesh);
  };

  // Round ends of lines without length are dots, many in one stroke: much quicker than each for itself. One stroke
  // fills where its dots meet but once, so a few strokes take turns and a crowd still looks darker.
  const scatter = (color, radius, wide, high) => {
    pen.strokeStyle = color;
    pen.globalAlpha = 0.65;
    pen.lineCap = "round";
    pen.lineWidth = 2 * radius;
    for (let turn = 0; turn < STROKES; turn++) {
      pen.beginPath();
      for (let i = frame * run.count + turn; i < (frame + 1) * run.count; i += STROKES) {
        const [x, y] = [run.places[2 * i] * wide, (1 - run.places[2 * i + 1]) * high];
        if (!(x >= 0)) continue; // outside
        pen.moveTo(x, y);
        pen.lineTo(x + 0.01, y);
      }
      pen.stroke();
    }
    pen.globalAlpha = 1;
  };

  const paint = () => {
    const ratio = globalThis.devicePixelRatio || 1;
    const wide = Math.round(size.width * ratio);
    const high = Math.round(size.height * ratio);
    if (!run || !wide || !high) return;
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== high) canvas.height = high;
    colors ??= ["discriminator", "generator"].map((who) => getComputedStyle(canvas).getPropertyValue(`--gx-${who}`));
    shade(colors[0]);
    pen.globalCompositeOperation = "copy";
    // An entry of the surface is the middle of its pixel: half a pixel hangs over on each side.
    const [cellX, cellY] = [wide / (run.mesh - 1), high / (run.mesh - 1)];
    pen.drawImage(small, -cellX / 2, -cellY / 2, wide + cellX, high + cellY);
    pen.globalCompositeOperation = "source-over";
    scatter(colors[1], 2.2 * ratio, wide, high);
  };

  const sizes = new ResizeObserver((entries) => {
    size = entries.at(-1).contentRect;
    paint();
  });
  sizes.observe(canvas);
  const theme = new MutationObserver(() => {
    colors = undefined;
    paint();
  });
  for (const element of [document.documentElement, document.body]) theme.observe(element, themes);
  ui.onRemove(() => {
    sizes.disconnect();
    theme.disconnect();
  });
  return (newRun, newFrame) => {
    if (newRun === run && newFrame === frame) return;
    [run, frame] = [newRun, newFrame];
    paint();
  };
};

// One side of the figure: a run's samples, its losses and its numbers -----------------------------------------

const outside = (run, frame) => {
  let count = 0;
  for (let i = frame * run.count; i < (frame + 1) * run.count; i++) if (Number.isNaN(run.places[2 * i])) count++;
  return count;
};

const inWords = (run, frame) => {
  const share = Math.floor(100 * run.share[frame] + 0.5);
  const away = outside(run, frame);
  return fill(WORDS.sentence, {
    name: run.name,
    step: run.steps[frame],
    where: fill(run.share[frame] ? WORDS.nearest : WORDS.lost, { share, favourite: run.favourite[frame] }),
    captured: run.captured[frame],
    modes: run.modes.length,
    beyond: away ? fill(WORDS.beyond, { away, count: run.count }) : "",
  });
};

const losses = (run, who) => run[`${who}_loss`].map((loss) => loss ?? NaN);

// On a phone all is drawn in half the width, so that two runs stand side by side and fit one screen.
const makePlane = (parent, side, narrow) => {
  const size = narrow ? { width: 180, height: 184, xticks: 3, yticks: 3 } : { width: 360, height: 366 };
  return plot(parent, { title: side, label: "", x: [-1, 1], y: [-1, 1], ...size });
};

const makeChart = (parent, steps, narrow) => {
  const size = narrow ? { width: 180, height: 140, xticks: 2, yticks: 3 }
    : { width: 360, height: 230, yticks: 4, xlabel: TITLES.step, ylabel: TITLES.loss };
  return plot(parent, { title: TITLES.losses, label: "", x: [0, steps.at(-1)], y: [0, 1], handles: true, ...size });
};

// The frame whose step is nearest; whoever moves on by `stride` or more leaves the frame `from`.
const frameAt = (steps, step, from, stride) => {
  const away = steps.map((s) => Math.abs(s - step));
  const nearest = away.indexOf(Math.min(...away));
  const by = nearest === from && away[from] >= 0.99 * stride ? Math.sign(step - steps[from]) : 0;
  return clamp(nearest + by, 0, steps.length - 1);
};

const makeSide = (ui, { side, plane, chart, told, steps, onFrame }) => {
  const last = steps.at(-1);
  const titles = [plane, chart].map((plan) => plan.svg.querySelector(".title"));
  const boxes = [plane, chart].map((plan) => plan.svg.closest(".panel"));
  const paint = canvasUnder(ui, plane);
  const rings = dots(plane.back, plane, "data rings", plane.width < 300 ? 5 : 8);
  const now = path(chart.front, chart, "ink thin dashed");
  const lines = ["discriminator", "generator"].map((who) => ({ who, line: path(chart.back, chart, who),
    mark: dots(chart.front, chart, who, 5) }));
  const lineWords = lines.map(({ who }) => words(chart.front, chart, who));
  const height = chart.height - chart.edge.top - chart.edge.bottom;
  const stride = steps.length > 1 ? (last - steps[0]) / (steps.length - 1) : 0;
  const grip = handle(chart, { label: `moment in the losses on the ${side}`, style: "ink", radius: 5, step: [stride, 0],
    body: svg("rect", { x: -22, width: 44, y: -height, height }), ends: [[steps[0], last], [0, 1]],
    onMove: (step) => onFrame((frame) => frameAt(steps, step, frame, stride)) });
  clickable(chart, (step) => onFrame(() => frameAt(steps, step)));
  const name = html("p", { class: "run" });
  const box = html("div", { class: "panel" }, name);
  told.append(box);
  const tell = numbers(box, [[`${side}_favourite`, "favourite mode", 0], [`${side}_share`, "its share", 3],
    [`${side}_captured`, "modes captured", 0], [`${side}_quality`, "quality", 3, scientific],
    [`${side}_generator_loss`, "generator's loss", 3, scientific], [`${side}_discriminator_loss`, "discriminator's loss", 3, scientific]]);
  let run, reach;

  // At the line's highest point, so that the two names seldom meet.
  const nameLine = (put, of, who) => {
    const found = losses(of, who);
    const top = found.reduce((best, loss, k) => (loss > (found[best] ?? -Infinity) ? k : best), 0);
    const late = steps[top] > last / 2;
    put(steps[top], found[top], who, { side: late ? "end" : "start", right: late ? -5 : 5, down: -5 });
  };

  return (newRun, frame, newReach) => {
    for (const element of [...boxes, box]) element.hidden = !newRun;
    if (newRun && (newRun !== run || String(newReach) !== String(reach))) {
      chart.scale([0, last], newReach);
      plane.scale(newRun.extent, newRun.extent);
      rings(newRun.modes);
      for (const { who, line } of lines) line(losses(newRun, who).map((loss, k) => [steps[k], loss]));
      titles[0].textContent = newRun.name;
      lines.forEach(({ who }, i) => nameLine(lineWords[i], newRun, who));
      name.textContent = newRun.name;
    }
    [run, reach] = [newRun, newReach];
    if (!run) {
      tell({});
      return;
    }
    paint(run, frame);
    now([[steps[frame], reach[0]], [steps[frame], reach[1]]]);
    grip({ x: steps[frame], y: reach[0], told: `step ${steps[frame]}`, now: steps[frame], low: steps[0], high: last });
    for (const { who, mark } of lines) mark([[steps[frame], losses(run, who)[frame]]]);
    const found = {};
    for (const key of PER_FRAME)
      if (run[key][frame] !== null) found[`${side}_${key}`] = run[key][frame];
    if (!run.share[frame]) delete found[`${side}_favourite`];
    tell(found);
    plane.describe(`Samples over the discriminator's surface. ${inWords(run, frame)}`);
    const values = ["generator", "discriminator"].map((who) => `${who} ${losses(run, who)[frame].toFixed(2)}`);
    chart.describe(`Both losses of ${run.name} over ${last} steps. At step ${steps[frame]}: ${values.join(", ")}.`);
  };
};

const NARROW = 520; // pixels of width below which it is drawn as for a phone

// The figure --------------------------------------------------------------------------------------------------

const checks = {
  recordings: (list) => {
    decodeAll(list); // says by itself what is wrong, and where
    return "";
  },
  left: (name) => (typeof name === "string" ? "" : "the name of a recording"),
  right: (name) => (typeof name === "string" ? "" : "the name of a recording, or none"),
  frame: whole(0, 1e6),
};

const assemble = (ui, runs, narrow) => {
  const steps = runs[0].steps;
  const names = runs.map((run) => run.name);
  const last = steps.length - 1;

  const options = names.map((name) => [name, name]);
  const chosen = row(ui.root);
  const setLeft = choice(chosen, { label: "left run", options, onInput: (left) => ui.set({ left }) });
  const setRight = choice(chosen, { label: "right run", options: [["", "none"], ...options],
    onInput: (right) => ui.set({ right }) });
  const controls = row(ui.root);
  const setFrame = slider(controls, { label: "step of training", low: 0, high: last, step: 1,
    words: (f) => String(steps[f]), onInput: (frame) => {
      play.pause();
      ui.set({ frame });
    } });
  // Stops at the end, and begins again from there.
  const play = player(ui, controls, { perSecond: 10, name: "the training", step: () => {
    const frame = (ui.state.frame + 1) % steps.length;
    ui.set({ frame });
    return frame < last;
  } });

  const place = panels(ui.root);
  place.classList.toggle("narrow", narrow);
  const key = (style, text) => html("span", { class: `key ${style}` }, text);
  ui.root.append(html("p", { class: "legend" }, key("generator", TITLES.samples), " ", key("data", TITLES.modes), " ",
    key("discriminator shades", TITLES.surface)));
  const tellStep = numbers(ui.root, [["step", "step", 0]]);
  const told = panels(ui.root);
  told.classList.toggle("narrow", narrow);
  const both = ["left", "right"];
  const planes = both.map((side) => makePlane(place, side, narrow));
  const charts = both.map(() => makeChart(place, steps, narrow));
  const onFrame = (from) => {
    play.pause();
    ui.set({ frame: from(ui.state.frame) });
  };
  const sides = both.map((side, k) => makeSide(ui, { side, plane: planes[k], chart: charts[k], told, steps, onFrame }));
  const say = sentence(ui, ui.root);

  return (state) => {
    const shown = [state.left, state.right].map((name, k) => {
      const run = runs.find((one) => one.name === name);
      if (!run && (k === 0 || name))
        throw new Error(`${["left", "right"][k]}: expected one of ${names.join(", ")}, got “${name}”.`);
      return run;
    });
    if (state.frame > last) throw new Error(`frame: expected one from 0 to ${last}, got ${state.frame}.`);
    const { frame } = state;
    setLeft(state.left);
    setRight(state.right);
    setFrame(frame);
    tellStep({ step: steps[frame] });
    const values = shown.flatMap((run) => (run ? [...losses(run, "generator"), ...losses(run, "discriminator")] : []))
      .filter(Number.isFinite);
    const reach = [Math.min(0, ...values), 1.2 * Math.max(0, ...values) || 1]; // with room for names
    sides.forEach((show, k) => show(shown[k], frame, reach));
    say(shown.filter(Boolean).map((run) => inWords(run, frame)).join(" "));
  };
};

export default figure("TrainingReplay", checks, (ui) => {
  let shown, view, drawnNarrow, state;
  let wide = ui.root.clientWidth; // asked once: the answer makes a browser lay out the page
  const isNarrow = () => wide > 0 && wide < NARROW;
  const draw = (newState) => {
    state = newState;
    const runs = decodeAll(state.recordings);
    const narrow = isNarrow();
    if (runs !== shown || narrow !== drawnNarrow) {
      ui.root.replaceChildren();
      view = assemble(ui, runs, narrow);
      [shown, drawnNarrow] = [runs, narrow];
    }
    view(state);
  };
  let later;
  const turned = new ResizeObserver((entries) => {
    wide = entries.at(-1).contentRect.width;
    cancelAnimationFrame(later);
    later = requestAnimationFrame(() => isNarrow() !== drawnNarrow && draw(state));
  });
  turned.observe(ui.root);
  ui.onRemove(() => {
    turned.disconnect();
    cancelAnimationFrame(later);
  });
  return draw;
});
