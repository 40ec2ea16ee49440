// The critic who answers at once: bars for the two distributions, and the game on one letter.
import {
  button, choice, clamp, figure, fill, linspace, numbers, row, scientific, sentence, signed, svg, vector, whole,
} from "../core.js";
import { clickable, dots, handle, panels, path, plot, words } from "../plot.js";
import { HEIGHTS, TITLES, WORDS } from "./constants.js";
import { letterTerms, pointwise } from "./formulas.js";

const sum = (list) => list.reduce((total, value) => total + value, 0);

// One letter gets `value`; the others share the rest as they did before.
const reshaped = (p, i, value) => {
  const mass = clamp(value, 0, 1);
  const others = sum(p) - p[i];
  return p.map((v, j) => (j === i ? mass : others > 0 ? (v / others) * (1 - mass) : (1 - mass) / (p.length - 1)));
};

const checks = { p_data: vector(0, 1), p_g: vector(0, 1), letter: whole(1, 1000) };

export default figure("OptimalCritic", checks, (ui) => {
  const count = ui.state.p_data.length;
  const letters = ui.state.p_data.map((_, i) => i + 1);

  const controls = row(ui.root);
  const setLetter = choice(controls, { label: "pointwise game on letter", options: letters.map((k) => [k, k]),
    onInput: (k) => ui.set({ letter: Number(k) }) });
  const shape = (text, make) => button(controls, text, () => ui.set({ p_g: make(ui.state) }));
  shape("Copy the data", ({ p_data: p }) => [...p]);
  shape("Uniform", () => letters.map(() => 1 / count));
  shape("One letter", ({ letter }) => letters.map((k) => (k === letter ? 1 : 0)));
  shape("Push right", ({ p_g: p }) => p.map((_, i) => p[(i + count - 1) % count]));

  const place = panels(ui.root);
  const named = (style, text) => svg("tspan", { class: style }, text);
  const bars = plot(place, { title: [named("data", "data"), ", ", named("generator", "generator"), " (drag a bar), ",
    named("discriminator", "critic D*")], label: "", x: [0.5, count + 0.5], y: [-0.03, 1.04],
    xlabel: "letter", ylabel: "probability", xticks: count, handles: true });
  const curve = plot(place, { title: "the game on one letter", label: "", x: [0, 1], y: HEIGHTS,
    xlabel: "answer d", ylabel: TITLES.game });
  const letterAt = (x) => clamp(Math.round(x), 1, count);
  clickable(bars, (x) => ui.set({ letter: letterAt(x) }));
  const chosen = svg("rect", { class: "chosen", width: bars.x(1) - bars.x(0), y: bars.y(1.04),
    height: bars.y(-0.03) - bars.y(1.04) });
  bars.back.append(chosen);

  const bar = (k, shift, style) => {
    const element = svg("rect", { class: style, x: bars.x(k + shift - 0.17), width: bars.x(0.34) - bars.x(0) });
    bars.back.append(element);
    return (height) => {
      element.setAttribute("y", bars.y(height));
      element.setAttribute("height", Math.max(0, bars.y(0) - bars.y(height)));
    };
  };
  const real = letters.map((k) => bar(k, -0.18, "data"));
  const fake = letters.map((k) => bar(k, 0.18, "generator"));
  const critic = path(bars.back, bars, "discriminator thin dashed");
  const marks = dots(bars.back, bars, "discriminator", 5);
  // A bar is grabbed anywhere in its letter's column, from above its top down to the axis.
  const column = bars.x(1) - bars.x(0);
  const above = Math.min(22, column);
  const bodies = letters.map(() => svg("rect", { x: bars.x(-0.18) - bars.x(0) - column / 2, y: -above, width: column }));
  const grips = letters.map((k, i) => handle(bars, { label: `generator's probability of letter ${k}`, style: "generator",
    step: [0, 0.01], ends: [[k, k], [0, 1]], radius: 6, body: bodies[i],
    onMove: (_, y) => ui.set({ p_g: reshaped(ui.state.p_g, i, y), letter: k }) }));

  const d = linspace(0.002, 0.998, 250);
  const game = path(curve.back, curve, "ink");
  const stem = path(curve.back, curve, "discriminator thin dashed");
  const top = dots(curve.back, curve, "discriminator", 6);
  const topWords = words(curve.front, curve, "discriminator", { dy: -10 });
  const title = curve.svg.querySelector(".title");
  const tell = numbers(ui.root, [["V", "V(p_g, D*)"], ["JS", "JS", 3, scientific], ["a", "a = p_data"], ["b", "b = p_g"],
    ["critic", "D*"], ["height", "top of the curve"]]);
  const say = sentence(ui, ui.root);

  return (state) => {
    if (state.letter > count) throw new Error(`letter: expected one from 1 to ${count}, got ${state.letter}.`);
    for (const [name, p] of [["p_data", state.p_data], ["p_g", state.p_g]]) {
      if (p.length !== count || Math.abs(sum(p) - 1) > 1e-6)
        throw new Error(`${name}: expected ${count} probabilities that sum to 1, got the sum ${sum(p)}.`);
    }
    const each = state.p_data.map((a, i) => letterTerms([a, state.p_g[i]]));
    const i = state.letter - 1;
    const [a, b] = [state.p_data[i], state.p_g[i]];
    const found = { V: sum(each.map((e) => e[1])), JS: sum(each.map((e) => e[2])), a, b };
    if (a + b > 0) Object.assign(found, { critic: each[i][0], height: pointwise([a, b, each[i][0]])[0] });

    // Where neither player shows a letter, any answer is optimal.
    const answers = letters.map((_, j) => (state.p_data[j] + state.p_g[j] > 0 ? each[j][0] : undefined));
    const toldAnswer = (j, digits) => (answers[j] === undefined ? "free" : signed(answers[j], digits));

    setLetter(state.letter);
    chosen.setAttribute("x", bars.x(state.letter - 0.5));
    letters.forEach((k, j) => {
      real[j](state.p_data[j]);
      fake[j](state.p_g[j]);
      bodies[j].setAttribute("height", Math.max(2 * above, above + bars.y(0) - bars.y(state.p_g[j])));
      grips[j]({ x: k + 0.18, y: state.p_g[j], told: `${signed(state.p_g[j], 3)}, D* ${toldAnswer(j, 3)}`,
        now: state.p_g[j].toFixed(3), low: 0, high: 1 });
    });
    const shown = letters.map((k, j) => [k, answers[j]]).filter(([, answer]) => answer !== undefined);
    critic(shown);
    marks(shown);
    game(d.map((x) => [x, pointwise([a, b, x])[0]]));
    const peak = [found.critic, found.height];
    stem(a + b > 0 ? [[found.critic, HEIGHTS[0]], peak] : []);
    top(a + b > 0 ? [peak] : []);
    topWords(...peak, answers[i] === undefined ? "" : `D* = ${signed(found.critic, 3)}`,
      { side: found.critic > 0.8 ? "end" : "middle" });
    title.textContent = `the game on letter ${state.letter}`;
    tell(found);
    const told = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, signed(value, 3)]));
    const answer = fill(a + b > 0 ? WORDS.critic : WORDS.free, told);
    say(fill(WORDS.sentence, { ...told, letter: state.letter, critic: answer }));
    bars.describe(`Bars of the data and the generator over ${count} letters, with the optimal critic. `
      + `Generator: ${state.p_g.map((v) => v.toFixed(2)).join(", ")}. `
      + `Critic: ${letters.map((_, j) => toldAnswer(j, 2)).join(", ")}.`);
    curve.describe(a + b > 0
      ? `The concave curve ${TITLES.game} on letter ${state.letter}, highest at d = ${signed(found.critic, 3)}.`
      : `The curve ${TITLES.game} on letter ${state.letter}, 0 everywhere: nobody shows the letter.`);
  };
});
