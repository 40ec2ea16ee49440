// A record as a table: a loss in each row, a constraint in each column; and what the chosen cell holds.
import {
  OWN_KEYS, button, choice, clamp, figure, fill, fresh, html, numbers, oneOf, row, scientific, sentence, signed, slider,
  svg, whole, write,
} from "../core.js";
import { dots, panels, path, plot, words } from "../plot.js";
import { MEASURES, TITLES, WORDS } from "./constants.js";
import { mean, tableOf } from "./table.js";

const NARROW = 520; // pixels of width below which the heads of columns stand upright

// A number that may be large, in a few characters (as `_brief` in Python).
const brief = (value, digits) => signed(value, Math.min(digits, 2 - (value >= 10) - (value >= 100)));

// How good a value is, from 0 to 1.
const goodness = (value, [worst, best]) => clamp((value - worst) / (best - worst), 0, 1);

// The table of cells ------------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// Each cell is a button, and the arrow keys move from one to the next, as in a grid: one of them is in the order of
// the Tab key.
const makeCells = (ui, table, narrow) => {
  const { loss: losses, constraint: constraints } = table;
  const id = fresh("caption");
  const caption = html("p", { class: "legend", id });
  const head = html("tr", {}, html("td"), ...constraints.map((name) =>
    html("th", { scope: "col" }, html("span", {}, name))));
  const cells = losses.map((loss) => constraints.map((constraint) => {
    const box = html("td");
    const press = button(box, "", () => ui.set({ loss, constraint }));
    const none = html("span", {}, html("span", { "aria-hidden": "true" }, "–"),
      html("span", { class: "unseen" }, WORDS.none));
    box.append(none);
    return { box, press, none, loss, constraint };
  }));
  const grid = html("table", { ...OWN_KEYS, role: "grid", "aria-labelledby": id }, html("thead", {}, head),
    html("tbody", {}, ...cells.map((line, i) =>
      html("tr", {}, html("th", { scope: "row" }, losses[i]), ...line.map(({ box }) => box)))));
  const frame = html("div", { class: narrow ? "cells narrow" : "cells" }, grid);
  ui.root.append(caption, frame);

  grid.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    const end = { Home: 0, End: constraints.length - 1 }[event.key];
    if ((!by && end === undefined) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const { loss, constraint, rule } = ui.state;
    let [i, j] = [losses.indexOf(loss), constraints.indexOf(constraint)];
    const [down, right] = by ?? [0, end === 0 ? 1 : -1];
    if (end !== undefined) j = end - right;
    do [i, j] = [i + down, j + right];
    while (cells[i]?.[j] && table.row(losses[i], constraints[j], rule) === undefined);
    const next = cells[i]?.[j];
    if (!next) return;
    ui.set({ loss: next.loss, constraint: next.constraint });
    next.press.focus();
  });

  return (state) => {
    const { measure, rule } = state;
    const { title, digits } = MEASURES[measure];
    write(caption, fill(WORDS.table, { measure: title, steps: table.steps.at(-1), seeds: table.seeds }));
    for (const { press, none, loss, constraint } of cells.flat()) {
      const place = table.row(loss, constraint, rule);
      press.hidden = place === undefined;
      none.hidden = !press.hidden;
      if (press.hidden) continue;
      const value = mean(table.end(place, measure));
      const chosen = loss === state.loss && constraint === state.constraint;
      write(press, brief(value, digits));
      press.setAttribute("aria-label", fill(WORDS.cell, { loss, constraint, measure: title, value: press.textContent }));
      press.setAttribute("aria-pressed", chosen);
      press.tabIndex = chosen ? 0 : -1;
      press.style.setProperty("--gx-share", goodness(value, table.ranges[measure]).toFixed(3));
    }
  };
};

// The measure against steps -----------------------------------------------------------------------------------

const makeChart = (parent, table) => {
  const { steps } = table;
  const plan = plot(parent, { title: " ", label: "", x: [0, steps.at(-1)], y: [0, 1], xlabel: TITLES.step, height: 366 });
  const title = plan.svg.querySelector(".title");
  const real = path(plan.back, plan, "data dotted");
  const seeds = path(plan.back, plan, "muted thin pale");
  const one = path(plan.back, plan, "generator");
  const all = path(plan.back, plan, "measured heavy");
  const marks = ["data", "generator", "measured"].map((style) => words(plan.front, plan, style));
  const gap = [[NaN, NaN]]; // where the line of one seed ends and the next begins
  return (state, place) => {
    const { measure, seed } = state;
    const reference = state.references[measure];
    const lines = table.of(place, measure);
    const means = steps.map((_, k) => mean(lines.map((line) => line[k])));
    const top = 1.05 * Math.max(...table.ranges[measure], ...lines.flat(), reference ?? 0);
    plan.scale([0, steps.at(-1)], [0, top]);
    const put = (values) => values.map((value, k) => [steps[k], value]);
    seeds(lines.flatMap((line) => [...put(line), ...gap]));
    one(put(lines[seed]));
    all(put(means));
    real(reference === null ? [] : [[0, reference], [steps.at(-1), reference]]);
    const named = fill(TITLES.one, { seed });
    const { title: name } = MEASURES[measure];
    write(title, fill(WORDS.chart, { ...state, measure: name }));
    // Two names at the right end, apart: above its line the higher one, and below the lower one.
    const [mine, mean_] = [lines[seed].at(-1), means.at(-1)];
    const above = mean_ >= mine;
    const over = plan.y(Math.max(mine, mean_)) < plan.edge.top + 20 ? 18 : -8; // no room above
    const under = over > 0 ? 36 : 18;
    const beside = (up) => ({ side: "end", right: -4, down: up ? over : under });
    marks[0](0, reference ?? 0, reference === null ? "" : TITLES.real, { right: 6, down: reference > top / 2 ? 16 : -6 });
    marks[1](steps.at(-1), mine, named, beside(!above));
    marks[2](steps.at(-1), mean_, TITLES.mean, beside(above));
    const from = [means[0], mean_].map((value) => signed(value, 3));
    plan.describe(`${title.textContent}, a line for each seed over ${steps.at(-1)} steps; the mean goes from ${from[0]} to ${from[1]}.`);
  };
};

// Samples over the modes --------------------------------------------------------------------------------------

const makePlane = (parent, table) => {
  const { extent } = table;
  const plan = plot(parent, { title: " ", label: "", x: extent, y: extent, height: 366 });
  const title = plan.svg.querySelector(".title");
  const rings = svg("g", { class: "data rings" });
  plan.back.append(rings);
  const points = dots(plan.back, plan, "generator", 2.6);
  return ({ world, seed }, place) => {
    const { means, std } = world;
    rings.replaceChildren(...means.map(([x, y], k) => svg("circle", { cx: plan.x(x), cy: plan.y(y),
      r: plan.x(3 * std[k]) - plan.x(0) })));
    const found = table.points(place, seed);
    points(found);
    write(title, fill(WORDS.plane, { seed }));
    const away = found.filter(([x]) => Number.isNaN(x)).length;
    plan.describe(`${found.length} ${title.textContent} over ${means.length} modes`
      + `${away ? `, ${away} of them outside the picture` : ""}.`);
  };
};

// The figure --------------------------------------------------------------------------------------------------

const isPoint = (point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
const text = (value) => (typeof value === "string" ? "" : "a name");

const checks = {
  record: (data) => {
    tableOf(data); // says by itself what is wrong, and where
    return "";
  },
  world: (value) => {
    const { means, std } = value ?? {};
    const good = Array.isArray(means) && means.length > 0 && means.every(isPoint) && Array.isArray(std)
      && std.length === means.length && std.every(Number.isFinite);
    return good ? "" : "means and std of modes";
  },
  loss: text,
  constraint: text,
  rule: text,
  measure: oneOf(Object.keys(MEASURES)),
  seed: whole(0, 1e6),
  references: (value) => {
    const good = value && Object.keys(MEASURES).every((name) => value[name] === null || Number.isFinite(value[name]));
    return good ? "" : "a number or null for each measure";
  },
};

// Of a measure in the numbers below, with its name.
const told = (prefix, before) => Object.entries(MEASURES).map(([name, { title }]) =>
  [`${prefix}${name}`, `${before} ${title}`, prefix && name === "captured" ? 0 : 3, scientific]);

const assemble = (ui, table, narrow) => {
  // Where a rule has not the chosen cell, another with the same constraint, or else the first that there is.
  const cellOf = (rule) => {
    const { loss, constraint } = ui.state;
    const every = table.loss.flatMap((one) => table.constraint.map((other) => ({ loss: one, constraint: other })));
    const there = every.filter((cell) => table.row(cell.loss, cell.constraint, rule) !== undefined);
    const same = there.filter((cell) => cell.constraint === constraint);
    return same.find((cell) => cell.loss === loss) ?? same[0] ?? there[0];
  };
  const controls = row(ui.root);
  const setRule = choice(controls, { label: TITLES.rule, options: table.rule.map((name) => [name, name]),
    onInput: (rule) => ui.set({ rule, ...cellOf(rule) }) });
  const setMeasure = choice(controls, { label: TITLES.measure,
    options: Object.entries(MEASURES).map(([name, { title }]) => [name, title]),
    onInput: (measure) => ui.set({ measure }) });
  const showCells = makeCells(ui, table, narrow);
  const place = panels(ui.root);
  const parts = [makeChart(place, table), makePlane(place, table)];
  const setSeed = slider(row(ui.root), { label: TITLES.seed, low: 0, high: table.kept - 1, step: 1, digits: 0,
    onInput: (seed) => ui.set({ seed }) });
  const tellMeans = numbers(ui.root, [...told("", TITLES.mean), ["complete", TITLES.complete, 0]]);
  const seedName = html("p", { class: "run" });
  ui.root.append(seedName);
  const tellSeed = numbers(ui.root, told("seed_", "its"));
  const say = sentence(ui, ui.root);

  return (state) => {
    const { loss, constraint, rule, measure, seed } = state;
    for (const key of ["loss", "constraint", "rule"])
      if (!table[key].includes(state[key]))
        throw new Error(`${key}: expected one of ${table[key].join(", ")}, got “${state[key]}”.`);
    const at = table.row(loss, constraint, rule);
    if (at === undefined) throw new Error(`record: expected a row ${loss}, ${constraint}, ${rule}, got none.`);
    if (seed >= table.kept) throw new Error(`seed: expected one from 0 to ${table.kept - 1}, got ${seed}.`);
    setRule(rule);
    setMeasure(measure);
    setSeed(seed);
    showCells(state);
    for (const part of parts) part(state, at);
    const [means, mine] = [{}, {}];
    for (const key of Object.keys(MEASURES)) {
      const last = table.end(at, key);
      means[key] = mean(last);
      mine[`seed_${key}`] = last[seed];
    }
    const [, modes] = table.ranges.captured;
    means.complete = table.end(at, "captured").filter((count) => count === modes).length;
    tellMeans(means);
    write(seedName, fill(TITLES.one, { seed }));
    tellSeed(mine);
    const [low, high] = table.interval(at, measure);
    say(fill(WORDS.sentence, { loss, constraint, rule, steps: table.steps.at(-1), complete: means.complete,
      seeds: table.seeds, modes: state.world.means.length, measure: MEASURES[measure].said,
      mean: signed(means[measure], 3),
      interval: Number.isNaN(low) ? "" : fill(WORDS.interval, { low: signed(low, 3), high: signed(high, 3) }) }));
  };
};

export default figure("RecordTable", checks, (ui) => {
  let shown, view;
  const isNarrow = (width) => width > 0 && width < NARROW;
  const sizes = new ResizeObserver((entries) => {
    ui.root.querySelector(".cells")?.classList.toggle("narrow", isNarrow(entries.at(-1).contentRect.width));
  });
  sizes.observe(ui.root);
  ui.onRemove(() => sizes.disconnect());
  return (state) => {
    const table = tableOf(state.record);
    if (table !== shown) {
      ui.root.replaceChildren();
      view = assemble(ui, table, isNarrow(ui.root.clientWidth));
      shown = table;
    }
    view(state);
  };
});
