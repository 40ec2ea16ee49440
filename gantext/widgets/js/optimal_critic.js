// The critic who answers at once: bars for the two distributions, and the game on one letter.
import { button, clamp, choice, dots, figure, handle, html, linspace, numbers, panels, path, plot, row, sentence, signed, svg, vector, whole } from "./core.js";
import { letterTerms, pointwise } from "./formulas/optimal_critic.js";

const sum = (list) => list.reduce((total, value) => total + value, 0);

// One letter gets `value`; the others share the rest as they did before.
const reshaped = (p, i, value) => {
  const mass = clamp(value, 0, 1);
  const others = sum(p) - p[i];
  return p.map((v, j) => (j === i ? mass : others > 0 ? (v / others) * (1 - mass) : (1 - mass) / (p.length - 1)));
};

const checks = { p_data: vector(0, 1), p_g: vector(0, 1), letter: whole(1, 1000) };

export default figure("OptimalCritic", checks, (ui) => {
  const { p_data, p_g } = ui.state;
  const count = p_data.length;
  const letters = p_data.map((_, i) => i + 1);
  for (const [name, p] of [["p_data", p_data], ["p_g", p_g]]) {
    if (p.length !== count || Math.abs(sum(p) - 1) > 1e-6)
      throw new Error(`${name}: expected ${count} probabilities that sum to 1, got the sum ${sum(p)}.`);
  }
  let now = ui.state;

  const controls = row(ui.root);
  const setLetter = choice(controls, { label: "pointwise game on letter", options: letters.map((k) => [k, k]),
    onInput: (k) => ui.set({ letter: Number(k) }) });
  const fill = (text, make) => button(controls, text, () => ui.set({ p_g: make() }));
  fill("Copy the data", () => [...p_data]);
  fill("Uniform", () => p_data.map(() => 1 / count));
  fill("One letter", () => letters.map((k) => (k === now.letter ? 1 : 0)));
  fill("Push right", () => now.p_g.map((_, i) => now.p_g[(i + count - 1) % count]));

  const place = panels(ui.root);
  const bars = plot(place, { title: "what the critic sees", label: "", x: [0.5, count + 0.5], y: [-0.03, 1.04],
    xlabel: "letter", ylabel: "probability", xticks: count, handles: true });
  const curve = plot(place, { title: "the game on one letter", label: "", x: [0, 1], y: [-1.5, 0.1],
    xlabel: "answer d", ylabel: "a log d + b log(1 − d)" });
  ui.root.append(html("p", { class: "legend" },
    html("span", { class: "key data" }, "data"), " ", html("span", { class: "key generator" }, "generator: drag it"), " ",
    html("span", { class: "key discriminator" }, "optimal critic D*")));

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
  const answers = dots(bars.back, bars, "discriminator", 5);
  const grips = letters.map((k, i) => handle(bars, { label: `generator's probability of letter ${k}`, style: "generator",
    step: [0, 0.01], radius: 6, onMove: (_, y) => ui.set({ p_g: reshaped(now.p_g, i, y), letter: k }) }));

  const d = linspace(0.002, 0.998, 250);
  const game = path(curve.back, curve, "ink");
  const stem = path(curve.back, curve, "discriminator thin dashed");
  const top = dots(curve.back, curve, "discriminator", 6);
  const tell = numbers(ui.root, [["V", "V(p_g, D*)"], ["JS", "JS"], ["a", "a = p_data"], ["b", "b = p_g"],
    ["critic", "D*"], ["height", "top of the curve"]]);
  const say = sentence(ui, ui.root);

  return (state) => {
    if (state.letter > count) throw new Error(`letter: expected one from 1 to ${count}, got ${state.letter}.`);
    if (state.p_g.length !== count || Math.abs(sum(state.p_g) - 1) > 1e-6)
      throw new Error(`p_g: expected ${count} probabilities that sum to 1, got the sum ${sum(state.p_g)}.`);
    now = state;
    const each = state.p_data.map((a, i) => letterTerms([a, state.p_g[i]]));
    const i = state.letter - 1;
    const [a, b] = [state.p_data[i], state.p_g[i]];
    const found = { V: sum(each.map((e) => e[1])), JS: sum(each.map((e) => e[2])), a, b, critic: each[i][0],
      height: pointwise([a, b, each[i][0]])[0] };

    setLetter(state.letter);
    letters.forEach((k, j) => {
      real[j](state.p_data[j]);
      fake[j](state.p_g[j]);
      grips[j]({ x: k + 0.18, y: state.p_g[j], told: `${state.p_g[j].toFixed(3)}, D* ${each[j][0].toFixed(3)}`,
        now: state.p_g[j].toFixed(3), low: 0, high: 1 });
    });
    // Where neither player shows a letter, any answer is optimal: no mark there.
    const shown = letters.map((k, j) => [k, each[j][0]]).filter((_, j) => state.p_data[j] + state.p_g[j] > 0);
    critic(shown);
    answers(shown);
    game(d.map((x) => [x, pointwise([a, b, x])[0]]));
    stem(a + b > 0 ? [[found.critic, -1.5], [found.critic, found.height]] : []);
    top(a + b > 0 ? [[found.critic, found.height]] : []);
    tell(found);
    const told = a + b > 0 ? `D* = ${signed(found.critic, 3)}` : "nobody shows it: D* is free";
    const words = `V = ${signed(found.V, 3)}, JS = ${signed(found.JS, 3)} of at most 0.693. On letter ${state.letter}, `
      + `a = ${signed(a, 3)}, b = ${signed(b, 3)} and ${told}.`;
    say(words);
    bars.describe(`Bars of the data and the generator over ${count} letters, with the optimal critic. `
      + `Generator: ${state.p_g.map((v) => v.toFixed(2)).join(", ")}. `
      + `Critic: ${each.map((e) => e[0].toFixed(2)).join(", ")}.`);
    curve.describe(`The concave curve a log d + b log(1 − d) on letter ${state.letter}, highest at d = `
      + `${found.critic.toFixed(3)}.`);
  };
});
