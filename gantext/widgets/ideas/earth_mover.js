// Two heaps of grains above the ground, two holes below it, and the cheapest way from these to those.
import { path } from "../plot.js";
import { block, idea, name, stage } from "./idea.js";
import * as made from "./earth_mover.made.js";

const { GRAINS, HEAPS, HOLE_GRAINS, HOLE_PLACES, NEAR, RANGES, WORDS } = made;
const [LOW, HIGH] = RANGES.first;
const EDGE = 0.45; // half a grain

const spread = (places, counts) => places.flatMap((place, i) => Array(counts[i]).fill(place)).sort((a, b) => a - b);
const holes = spread(HOLE_PLACES, HOLE_GRAINS);
const heapsOf = ({ first, second }) => spread([first, second], [HEAPS.first, HEAPS.second]);
// How many grains lie below each on the same place.
const levels = (grains) => grains.map((place, i) => grains.slice(0, i).filter((other) => other === place).length);
const share = (grains, place) => grains.filter((other) => other === place).length / GRAINS;

const compute = (state) => {
  const heaps = heapsOf(state);
  const cost = heaps.reduce((sum, place, i) => sum + made.way([place, holes[i]])[0], 0) / GRAINS;
  let divergence = 0;
  for (let place = LOW; place <= HIGH; place += 1) divergence += made.letter([share(heaps, place), share(holes, place)])[0];
  return { ...state, cost, divergence, note: divergence > Math.log(2) - NEAR ? WORDS.apart : WORDS.half };
};

export default idea("EarthMover", made, compute, ({ place, grip }) => {
  const plan = stage(place, { x: [LOW - 1, HIGH + 1], y: [-3.4, 6.6], height: 250 });
  const blocks = ["generator", "data"].map((style) => holes.map(() => block(plan.front, plan, style)));
  const ways = holes.map(() => path(plan.front, plan, "ink thin"));
  const ground = path(plan.front, plan, "ink");
  const forger = name(plan.front, plan, "generator middle", WORDS.generator, [0, -16]);
  const data = name(plan.front, plan, "data middle", WORDS.data, [0, 16]);
  const knobs = Object.fromEntries(Object.keys(HEAPS).map((heap) =>
    [heap, grip(plan, heap, { style: "generator", of: (x) => ({ [heap]: x }) })]));
  const put = (row, grains, sign) => levels(grains).forEach((level, i) => {
    row[i]([grains[i] - EDGE, sign * (level + 0.05)], [grains[i] + EDGE, sign * (level + 0.95)]);
  });
  put(blocks[1], holes, -1);
  ground([[LOW - 1, 0], [HIGH + 1, 0]]);
  HOLE_PLACES.forEach((hole, i) => i || data([hole, -HOLE_GRAINS[i]]));

  return (state) => {
    const heaps = heapsOf(state);
    const [height, depth] = [levels(heaps), levels(holes)];
    put(blocks[0], heaps, 1);
    ways.forEach((way, i) => way([[heaps[i], height[i] + 0.5], [holes[i], -depth[i] - 0.5]]));
    const { first, second } = state;
    forger([first, HEAPS.first + (first === second && HEAPS.second)]);
    knobs.first([first, HEAPS.first]);
    knobs.second([second, first === second ? GRAINS : HEAPS.second]);
    return plan;
  };
}, { first: "generator", second: "generator", cost: "ink", divergence: "ink" });
