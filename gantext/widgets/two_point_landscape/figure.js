// The forger's loss in the two-point world, a ball that rolls down it, and the bifurcation diagram.
import {
  button, calm, choice, clamp, figure, fill, flag, html, linspace, number, numbers, oneOf, player, row, scientific, sentence,
  signed, slider, svg, whole,
} from "../core.js";
import { dots, handle, panels, path, plot, words } from "../plot.js";
import { EDGES, FIRST_LOGIT, LAST, RANGES, TITLES, WIDEST, WORDS, WORLDS } from "./constants.js";
import * as formulas from "./formulas.js";

const TOP = RANGES.lam[1];

const checks = {
  world: oneOf(Object.keys(WORLDS)),
  kappa: number(...RANGES.kappa),
  lam: number(...RANGES.lam),
  start: number(...RANGES.start),
  annealing: flag,
  steps: whole(...RANGES.steps),
  seed: whole(...RANGES.seed),
};

const share = (logit) => formulas.shareOf([logit])[0];

// A formula of one world, such as "Loss".
const of = (world, name) => formulas[WORLDS[world].key + name];

// Where a function changes its sign between two points: the last float before it does.
const bisect = (f, low, high) => {
  const positive = f(low) > 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (f(middle) > 0 === positive) low = middle;
    else high = middle;
  }
};

const signChanges = (f, points) => {
  const signs = points.map((x) => f(x) > 0);
  return points.slice(1).flatMap((x, i) => (signs[i] === signs[i + 1] ? [] : [bisect(f, points[i], x)]));
};

// For one kappa, as TwoPointLoss does it: the logits > 0 at which `stationary` turns, q = share(-logit), and what
// follows from them. Between them it is monotone and meets a weight once or never.
const survey = (world, kappa) => {
  const [loss, stationary, turn] = ["Loss", "Stationary", "Turn"].map((name) => of(world, name));
  const lamAt = (logit) => stationary([share(-logit), kappa])[0];
  const folds = signChanges((logit) => turn([share(-logit), kappa])[0], linspace(0.01, WIDEST, 600));
  const balance = of(world, "Threshold")([kappa])[0];
  const collapse = Math.max(balance, ...folds.map(lamAt));

  const points = (lam) => {
    const logits = signChanges((logit) => lamAt(logit) - lam, [FIRST_LOGIT, ...folds, WIDEST]).reverse();
    const left = logits.map((logit) => share(-logit));
    // The right half is the mirror image; the slope comes in from minus infinity, so that minima are first.
    return [...left, 0.5, ...left.map((q) => 1 - q).reverse()].map((q, i, all) => (
      { q, loss: loss([i > left.length ? all[all.length - 1 - i] : q, kappa, lam])[0], minimum: i % 2 === 0 }));
  };

  // Lines of the diagram, from balance outwards, one for each piece and side. The outermost is of minima.
  const ends = [1e-3, ...folds, WIDEST];
  const pieces = ends.slice(1).map((end, k) => {
    const line = linspace(ends[k], end, 200).map((logit) => [lamAt(logit), share(-logit)]);
    return { stable: (folds.length - k) % 2 === 0, line };
  });
  const lines = (wanted) => {
    const found = pieces.filter(({ stable }) => stable === wanted).flatMap(({ line }) => (
      [...line, [NaN, NaN], ...line.map(([lam, q]) => [lam, 1 - q]), [NaN, NaN]]));
    const [from, to] = wanted ? [Math.max(balance, 0), TOP] : [0, Math.min(balance, TOP)];
    return from < to ? [...found, [from, 0.5], [to, 0.5]] : found;
  };
  return { loss: (q, lam) => loss([q, kappa, lam])[0], points, balance, collapse,
    minima: lines(true), maxima: lines(false) };
};

// Where the ball is after 0, 1, ... steps: [lambda, q].
const journey = (world, kappa, lam, start, annealing, seed) => {
  const roll = of(world, "Roll");
  const weight = (steps) => (annealing ? formulas.present([lam, steps])[0] : lam);
  let theta = formulas.logitOf([start])[0];
  let q = start;
  let [random, push] = [seed + 1, 0];
  return Array.from({ length: LAST + 1 }, (_, steps) => {
    const place = [weight(steps), q];
    [theta, q] = roll([theta, kappa, weight(steps)]);
    if (annealing) {
      [random, push] = formulas.kick([random]);
      theta += push;
      q = share(theta);
    }
    return place;
  });
};

// Computes anew only when what it depends on has changed.
const remember = (compute) => {
  let before, found;
  return (...key) => {
    if (before === undefined || key.some((value, i) => value !== before[i])) [before, found] = [key, compute(...key)];
    return found;
  };
};

const STILL = 5e-4; // nearer to its end, a ball is seen to rest

// Dense where the loss is steep.
const abscissae = [0, ...linspace(-9, 9, 241).map(share), 1];

export default figure("TwoPointLandscape", checks, (ui) => {
  const surveyed = remember(survey);
  const travelled = remember(journey);
  const trip = ({ world, kappa, lam, start, annealing, seed }) => travelled(world, kappa, lam, start, annealing, seed);
  const range = (parent, name, label, more = {}) => {
    const [low, high, step] = RANGES[name];
    return slider(parent, { label, low, high, step, onInput: (value) => ui.set({ [name]: value }), ...more });
  };

  const controls = row(ui.root);
  const setWorld = choice(controls, { label: "world", options: Object.entries(WORLDS).map(([name, { label }]) => [name, label]),
    onInput: (world) => ui.set({ world }) });
  const setAnnealing = choice(controls, { label: "the bonus", options: [["held", "keeps its weight λ"],
    ["lowered", "is lowered to 0 (annealing)"]],
    onInput: (way) => ui.set({ annealing: way === "lowered", steps: 0 }) });
  const weights = row(ui.root);
  const setKappa = range(weights, "kappa", "price κ of covering both");
  const setLam = range(weights, "lam", "bonus λ (where annealing starts)");

  const motion = row(ui.root);
  const rests = remember((places) => places.findLastIndex(([, q]) => Math.abs(q - places.at(-1)[1]) > STILL) + 1);
  const stride = ({ annealing }) => (calm() && 40) || (annealing ? 2 : 1); // steps a frame
  const roll = player(ui, motion, { name: "the ball", perSecond: 60, step: () => {
    const { state } = ui;
    const now = state.steps;
    if (!roll.playing()) return ui.set({ steps: Math.min(now + 1, LAST) });
    const end = state.annealing ? LAST : Math.min(rests(trip(state)), LAST);
    const steps = now >= end ? 0 : Math.min(now + stride(state), end);
    ui.set({ steps });
    return steps < end;
  } });
  const restart = (changes) => {
    roll.pause();
    ui.set({ ...changes, steps: 0 });
  };
  // A start has few digits, so that balance can be met exactly.
  const [first, last, hop] = RANGES.start;
  const startOf = (q) => clamp(Math.round(q * 1000) / 1000, first, last);
  const startAt = (q) => restart({ start: startOf(q) });
  const weightOf = (lam) => clamp(Math.round(lam * 100) / 100, 0, TOP);
  button(motion, "Reset", () => restart({}));
  button(motion, "Start from here", () => startAt(trip(ui.state)[ui.state.steps][1]));
  const noise = button(motion, "Other noise", () => restart({ seed: (ui.state.seed + 1) % (RANGES.seed[1] + 1) }));
  const setSteps = range(motion, "steps", "steps taken", { digits: 0, onInput: (steps) => {
    roll.pause();
    ui.set({ steps });
  } });

  const place = panels(ui.root);
  const valley = plot(place, { title: TITLES.valley, label: "", x: EDGES, y: [0, 1], xlabel: TITLES.share,
    ylabel: TITLES.loss, handles: true });
  const map = plot(place, { title: TITLES.map, label: "", x: [0, TOP], y: EDGES,
    xlabel: TITLES.weight, ylabel: TITLES.share, xticks: 7, handles: true });

  const curve = path(valley.back, valley, "ink");
  const rolled = path(valley.back, valley, "generator thick");
  const maxima = dots(valley.front, valley, "ink hollow", 5);
  const minima = dots(valley.front, valley, "data", 5.5);
  const begun = dots(valley.front, valley, "generator hollow", 4);
  const [lowWords, highWords] = [words(valley.front, valley, "data"), words(valley.front, valley, "ink")];
  // Whoever lets go of the ball sees it roll.
  const grip = handle(valley, { label: "the ball; moved, it starts anew", style: "generator", step: [hop, 0],
    onMove: startAt, onRelease: () => roll.start() });

  const edges = [["balance", ["λ", svg("tspan", { class: "sub", dy: 3 }, "c")]], ["collapse", ["λ*"]]].map(([key, name]) => {
    const line = path(map.back, map, "ink thin dotted");
    const text = svg("text", { class: "mark" }, ...name);
    map.back.append(text);
    return { key, text, line };
  });
  const stable = path(map.back, map, "ink");
  const unstable = path(map.back, map, "ink thin dashed");
  const trace = path(map.back, map, "generator thick");
  const [stableWords, unstableWords] = [words(map.front, map, "ink"), words(map.front, map, "ink")];
  const hereWords = words(map.front, map, "generator");
  const here = handle(map, { label: "you are here; moved, the ball starts anew", style: "generator",
    step: [RANGES.lam[2], hop], ends: [[0, TOP], [first, last]],
    onMove: (lam, q) => restart({ lam: weightOf(lam), start: startOf(q) }), onRelease: () => roll.start() });

  const tell = numbers(ui.root, [["lam", "λ now"], ["q", "q of the ball"], ["loss", "L there"], ["minima", "minima"],
    ["barrier", "climb out of collapse", 3, scientific], ["balance_threshold", html("span", {}, "threshold λ", html("sub", {}, "c"), " of balance")],
    ["collapse_threshold", "threshold λ* of collapse"]]);
  const say = sentence(ui, ui.root);

  // In the upper half, where the ball seldom is.
  const nameBranch = (put, line, text, near, down) => {
    const upper = line.filter(([lam, q]) => lam >= 0 && lam < 0.7 * TOP && q >= 0.5);
    const [lam, q] = upper.reduce((best, one) => (Math.abs(one[0] - near) < Math.abs(best[0] - near) ? one : best),
      [Infinity, 0]);
    put(lam, q, upper.length ? text : "", { right: 4, down });
  };
  const drawn = remember((world, kappa) => {
    const found = surveyed(world, kappa);
    stable(found.minima);
    unstable(found.maxima);
    nameBranch(stableWords, found.minima, TITLES.minima, 0.6, 15);
    nameBranch(unstableWords, found.maxima, TITLES.maxima, 0.1, -7);
    for (const { key, text, line } of edges) {
      const lam = found[key];
      // In the first world the two are one.
      const shown = lam >= 0 && lam <= TOP && !(key === "collapse" && lam === found.balance);
      line(shown ? [[lam, 0], [lam, 1]] : []);
      text.setAttribute("visibility", shown ? "visible" : "hidden");
      const room = lam < 3.2;
      text.setAttribute("x", shown ? map.x(lam) + (room ? 5 : -5) : 0);
      text.setAttribute("y", map.y(0.74));
      text.setAttribute("text-anchor", room ? "start" : "end");
    }
  });
  const shaped = remember((world, kappa, weight) => {
    const { loss } = surveyed(world, kappa);
    const line = abscissae.map((x) => [x, loss(x, weight)]);
    const heights = line.map(([, y]) => y);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const margin = 0.08 * (high - low);
    valley.scale(EDGES, [low - margin, high + margin]);
    curve(line);
  });

  return (state) => {
    const { world, kappa, lam, start, annealing, steps } = state;
    const { loss, points, balance, collapse } = surveyed(world, kappa);
    const places = trip(state);
    const [weight, q] = places[steps];
    const found = points(weight);
    const low = found.filter(({ minimum }) => minimum);
    const told = { lam: weight, q, loss: loss(q, weight), minima: low.map((m) => signed(m.q, 3)).join(", "),
      balance_threshold: balance, collapse_threshold: collapse,
      barrier: found.length > 1 ? found[1].loss - found[0].loss : undefined };

    setWorld(world);
    setAnnealing(annealing ? "lowered" : "held");
    setKappa(kappa);
    setLam(lam);
    setSteps(steps);
    noise.hidden = !annealing;

    drawn(world, kappa);
    shaped(world, kappa, weight);
    const until = places.slice(0, steps + 1);
    rolled(annealing ? [] : until.map(([, x]) => [x, loss(x, weight)]));
    const spots = (wanted) => found.filter(({ minimum }) => minimum === wanted).map((p) => [p.q, p.loss]);
    minima(spots(true));
    maxima(spots(false));
    begun(steps > 0 ? [[start, loss(start, weight)]] : []);
    grip({ x: q, y: told.loss, told: `share ${signed(q, 3)}, loss ${signed(told.loss, 3)}`, now: signed(q, 3), low: 0,
      high: 1 });
    trace(until);
    here({ x: weight, y: q, told: `weight ${signed(weight, 2)}, share ${signed(q, 3)}`, now: signed(weight, 2), low: 0,
      high: TOP });
    const toLeft = weight > 2.4;
    hereWords(weight, q, TITLES.here, { side: toLeft ? "end" : "start", right: toLeft ? -12 : 12, down: q > 0.9 ? 18 : -9 });
    // Where the ball seldom is: at balance, or else on the right.
    const valleyFloor = low.find((point) => point.q === 0.5) ?? low.at(-1);
    const hill = found.findLast(({ minimum }) => !minimum);
    lowWords(valleyFloor.q, valleyFloor.loss, TITLES.minimum, { side: valleyFloor.q > 0.8 ? "end" : "middle", down: -12 });
    highWords(hill?.q ?? 0, hill?.loss ?? 0, hill ? TITLES.maximum : "", { side: "middle", down: -10 });

    tell(told);
    const lowered = steps > 0 ? "lowered" : "to lower";
    const came = steps === 1 ? "one step" : "came";
    say(fill(WORDS.sentence, {
      world,
      kappa: signed(kappa, 2),
      weight: fill(WORDS[annealing ? lowered : "held"], { lam: signed(weight, 2), first: signed(lam, 2) }),
      where: low.length > 1 ? WORDS.minima : WORDS.minimum,
      minima: told.minima,
      start: signed(start, 3),
      does: fill(WORDS[steps > 0 ? came : "to come"],
        { q: signed(places[steps || LAST][1], 3), steps: steps || LAST }),
    }));
    valley.describe(`The loss over the share q, from ${signed(loss(0, weight), 2)} at the edges to `
      + `${signed(loss(0.5, weight), 2)} at balance, with minima at ${told.minima} and the ball at ${signed(q, 3)}.`);
    map.describe(`Stationary shares q for each weight λ: ${collapse > 0
      ? `collapsed minima below λ = ${signed(collapse, 2)}, ` : "no collapsed minima, "}`
      + `balance a minimum ${balance > 0 ? `above λ = ${signed(balance, 2)}` : "everywhere"}. `
      + `The ball is at λ = ${signed(weight, 2)}, q = ${signed(q, 3)}.`);
  };
});
