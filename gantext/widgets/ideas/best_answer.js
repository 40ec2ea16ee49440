// Two probabilities end to end; stretched to length 1, they part at the best critic's answer.
import { path } from "../plot.js";
import { block, idea, name, stage } from "./idea.js";
import * as made from "./best_answer.made.js";

const { WORDS } = made;
const [TOP, BOTTOM, HALF] = [1, 0, 0.18];

const compute = ({ data, generator }) => ({ data, generator, critic: made.critic([data, generator])[0] });

export default idea("BestAnswer", made, compute, ({ place, grip }) => {
  const plan = stage(place, { x: [0, 1], y: [-0.5, 1.4], height: 190, margin: 16 });
  const bars = ["data", "generator"].map((style) => block(plan.front, plan, style));
  const parts = ["data", "generator"].map((style) => block(plan.front, plan, `${style} pale`));
  const strings = [0, 1, 2].map(() => path(plan.front, plan, "ink thin dotted"));
  const cut = path(plan.front, plan, "discriminator");
  const painter = name(plan.front, plan, "data", WORDS.data);
  const forger = name(plan.front, plan, "generator", WORDS.generator);
  const answer = name(plan.front, plan, "discriminator middle", WORDS.critic);
  const stretched = name(plan.front, plan, "muted", WORDS.stretched);
  // The forger's bar begins where the painter's ends.
  const real = grip(plan, "data", { style: "data", of: (x) => ({ data: x }) });
  const fake = grip(plan, "generator", { style: "generator", of: (x) => ({ generator: x - joint }) });
  let joint = 0;

  return ({ data: a, generator: b }, { critic }) => {
    joint = a;
    bars[0]([0, TOP + HALF], [a, TOP - HALF]);
    bars[1]([a, TOP + HALF], [a + b, TOP - HALF]);
    parts[0]([0, BOTTOM + HALF], [critic, BOTTOM - HALF]);
    parts[1]([critic, BOTTOM + HALF], [1, BOTTOM - HALF]);
    [[0, 0], [a, critic], [a + b, 1]].forEach(([above, below], i) => {
      strings[i]([[above, TOP - HALF], [below, BOTTOM + HALF]]);
    });
    cut([[critic, BOTTOM - 1.5 * HALF], [critic, BOTTOM + HALF]]);
    painter([0, TOP + 1.5 * HALF]);
    forger([Math.max(a, 0.18), TOP + 1.5 * HALF]);
    answer([critic, BOTTOM - 2.4 * HALF], `${WORDS.critic} = ${critic.toFixed(2)}`);
    stretched([0, BOTTOM - 2.4 * HALF]);
    real([a, TOP]);
    fake([a + b, TOP]);
    return plan;
  };
}, { data: "data", generator: "generator", critic: "discriminator" });
