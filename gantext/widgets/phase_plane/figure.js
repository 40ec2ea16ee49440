// Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them.
import {
  button, choice, figure, fill, html, number, numbers, oneOf, player, row, scientific, sentence, signed, slider,
  whole,
} from "../core.js";
import { panels } from "../plot.js";
import { ANATOMY, FALLBACK, GAMES, PENALTIES, RANGES, RULES, SETTINGS, TOLD, WORDS } from "./constants.js";
import { follow, kinked, measure, multipliers, predict } from "./orbit.js";
import { makePlane, twoDigits } from "./plane.js";
import { makeSpectrum } from "./spectrum.js";

// What is said --------------------------------------------------------------------------------------------------

const told = (state, name) => fill(SETTINGS[name], { value: twoDigits(state[name]) });

const toldGame = (state) => {
  const undamped = state.damping === 0 ? "plain" : "damped";
  const penalised = state.penalty === "none" ? "dirac" : "penalised";
  const { game, penalty } = state;
  return fill(WORDS[GAMES[game].dirac ? penalised : undamped],
    { game, penalty, damping: told(state, "damping"), gamma: told(state, "gamma") });
};

const toldGrowth = (state, { found, why }) => ({
  predicted: found.predicted === undefined
    ? WORDS.kinked : fill(WORDS.predicted, { growth: signed(found.predicted, 3) }),
  measured: found.measured === undefined ? fill(WORDS.unmeasured, { why })
    : fill(WORDS.measured, { growth: signed(found.measured, 3), first: Math.floor(state.steps / 2), last: state.steps }),
});

const inWords = (state, own, beside) => {
  const settings = (rule, ...more) => [...more, ...RULES[rule].uses].map((name) => told(state, name)).join(", ");
  const first = fill(WORDS.sentence, { ...toldGrowth(state, own), game: toldGame(state),
    rule: state.rule[0].toUpperCase() + state.rule.slice(1), settings: settings(state.rule, "eta") });
  if (!beside) return first;
  const rule = state.beside;
  const named = RULES[rule].uses.length ? fill(WORDS.set, { rule, settings: settings(rule) }) : rule;
  return first + fill(WORDS.beside, { ...toldGrowth(state, beside), rule: named });
};

const toldPoint = (point) => point.map((value) => signed(value, 3)).join(", ");

// The orbit of a rule and all that is known of it.
const study = (state, rule) => {
  const orbit = follow(state, rule, [state.x, state.y]);
  const seen = measure(state, rule, orbit);
  const values = kinked(state) ? [] : multipliers(state, rule);
  const predicted = values.length ? predict(values) : {};
  const found = { predicted: predicted.growth, turn: predicted.turn, measured: seen.growth,
    turned: seen.turn === undefined ? undefined : Math.abs(seen.turn),
    distance: seen.distance <= TOLD ? seen.distance : undefined };
  return { orbit, seen, values, predicted, found, why: seen.why };
};

// The figure ----------------------------------------------------------------------------------------------------

const within = (name) => number(RANGES[name][0], RANGES[name][1]);

const checks = {
  game: oneOf(Object.keys(GAMES)),
  rule: oneOf(Object.keys(RULES)),
  penalty: oneOf(Object.keys(PENALTIES)),
  eta: within("eta"),
  damping: within("damping"),
  gamma: within("gamma"),
  beta: within("beta"),
  strength: within("strength"),
  x: within("x"),
  y: within("y"),
  steps: whole(RANGES.steps[0], RANGES.steps[1]),
  beside: oneOf(["", ...Object.keys(RULES)]),
};

const playable = (game) => Object.keys(RULES).filter((rule) => !(RULES[rule].affine && GAMES[game].dirac));

const labels = [["predicted", "growth per step, predicted"], ["measured", "measured"],
  ["turn", "degrees per step, predicted", 1], ["turned", "measured", 1], ["distance", "distance now", 4, scientific]];

export default figure("PhasePlane", checks, (ui) => {
  const all = (names) => Object.keys(names).map((name) => [name, name]);
  const range = (parent, name, label, digits = 2) => {
    const [low, high, step] = RANGES[name];
    return slider(parent, { label, low, high, step, digits, onInput: (value) => ui.set({ [name]: value }) });
  };

  const choices = row(ui.root);
  const setGame = choice(choices, { label: "game", options: all(GAMES), onInput: (game) => {
    const fits = (rule) => !rule || playable(game).includes(rule);
    const { rule, beside } = ui.state;
    ui.set({ game, rule: fits(rule) ? rule : FALLBACK, beside: fits(beside) ? beside : "" });
  } });
  const setRule = choice(choices, { label: "update rule", options: all(RULES),
    onInput: (rule) => ui.set({ rule }) });
  const setBeside = choice(choices, { label: "beside it", options: [["", "no other rule"], ...all(RULES)],
    onInput: (beside) => ui.set({ beside }) });
  const setEta = range(choices, "eta", "step size η");
  const more = row(ui.root);
  const setPenalty = choice(more, { label: "penalty", options: all(PENALTIES),
    onInput: (penalty) => ui.set({ penalty }) });
  const penaltyBox = more.lastChild;
  const setGamma = range(more, "gamma", "penalty's weight γ");
  const setDamping = range(more, "damping", "damping d");
  const setBeta = range(more, "beta", "momentum β");
  const setStrength = range(more, "strength", "weight of the added term");

  const place = panels(ui.root);
  const plane = makePlane(ui, place);
  const drawSpectrum = makeSpectrum(place);

  const buttons = row(ui.root);
  const last = RANGES.steps[1];
  const orbitPlayer = player(ui, buttons, { name: "the orbit", perSecond: 20, step: () => {
    const steps = ui.state.steps < last ? ui.state.steps + 1 : 0;
    ui.set({ steps });
    return steps < last;
  } });
  const rewind = (text, steps) => button(buttons, text, () => {
    orbitPlayer.pause();
    ui.set({ steps });
  });
  rewind("Back to the start", 0);
  rewind("Whole orbit", last);
  const setSteps = range(buttons, "steps", "steps", 0);

  const tell = numbers(ui.root, [...labels, ["first", "first step to"], ["trial", "trial step to"]]);
  const besideName = html("p", { class: "run" });
  ui.root.append(besideName);
  const tellBeside = numbers(ui.root, labels.map(([key, ...how]) => [`beside_${key}`, ...how]));
  const say = sentence(ui, ui.root);

  return (state) => {
    const { dirac } = GAMES[state.game];
    for (const name of ["rule", "beside"])
      if (state[name] && !playable(state.game).includes(state[name]))
        throw new Error(`${fill(WORDS.closed, { name, rule: state[name], game: state.game })}.`);
    const uses = [state.rule, state.beside].flatMap((rule) => RULES[rule]?.uses ?? []);

    setGame(state.game);
    setRule(state.rule, playable(state.game));
    setBeside(state.beside, ["", ...playable(state.game)]);
    setEta(state.eta);
    setPenalty(state.penalty);
    penaltyBox.hidden = !dirac;
    setGamma(state.gamma, !dirac || state.penalty === "none");
    setDamping(state.damping, dirac);
    setBeta(state.beta, !uses.includes("beta"));
    setStrength(state.strength, !uses.includes("strength"));
    setSteps(state.steps);

    const own = study(state, state.rule);
    const beside = state.beside ? study(state, state.beside) : undefined;
    const to = plane.show(state, own.orbit, beside?.orbit ?? [], own.seen);
    drawSpectrum(state, { ...own, others: beside?.values ?? [] });
    const first = { first: toldPoint(to) };
    if (ANATOMY[state.rule] === "trial")
      first.trial = toldPoint(follow(state, "simultaneous", [state.x, state.y], 1)[1]);
    tell({ ...own.found, ...first });
    besideName.hidden = !beside;
    besideName.textContent = state.beside;
    tellBeside(Object.fromEntries(Object.entries(beside?.found ?? {}).map(([key, value]) => [`beside_${key}`, value])));
    say(inWords(state, own, beside));
    plane.plan.describe(`Streamlines of ${toldGame(state)} around the equilibrium in the middle, and ${state.steps} steps `
      + `from ${twoDigits(state.x)}, ${twoDigits(state.y)} to ${own.orbit.at(-1).map(twoDigits).join(", ")}.`);
  };
});
