// How low the share of all seeds may be when so many of them agree.
import { svg } from "../core.js";
import { path, plot } from "../plot.js";
import { idea, name } from "./idea.js";
import * as made from "./agreeing_seeds.made.js";

const { MODES, RANGES, WORDS } = made;
const [LOW, HIGH] = RANGES.seeds;
const lowest = (seeds) => made.lowest([seeds])[0];

const compute = ({ seeds }) => ({ seeds, low: lowest(seeds), modes: MODES * lowest(seeds) });

export default idea("AgreeingSeeds", made, compute, ({ place, grip }) => {
  const plan = plot(place, { label: "", x: [0, HIGH + 1], y: [0, 1.05], xlabel: WORDS.seeds, ylabel: WORDS.share, height: 240,
    handles: true });
  const area = svg("g", { class: "measured area" });
  plan.back.append(area);
  const region = path(area, plan, "");
  const curve = path(plan.back, plan, "ink");
  const open = path(plan.front, plan, "measured thick");
  const lead = path(plan.back, plan, "muted thin dashed");
  const allowed = name(plan.front, plan, "measured middle", WORDS.allowed, [0, -6]);
  const low = name(plan.front, plan, "ink", "", [12, 14]);
  const knob = grip(plan, "seeds", { style: "measured", of: (x) => ({ seeds: x }) });
  const counts = Array.from({ length: HIGH - LOW + 1 }, (_, i) => LOW + i);
  const line = counts.map((n) => [n, lowest(n)]);
  curve(line);
  region([...line, [HIGH, 1], [LOW, 1]]);
  allowed([HIGH / 2, 1]);

  return ({ seeds }, { low: share }) => {
    open([[seeds, share], [seeds, 1]]);
    lead([[0, share], [seeds, share]]);
    low([seeds, share], share.toFixed(3));
    knob([seeds, share]);
    return plan;
  };
}, { seeds: "measured", low: "ink" });
