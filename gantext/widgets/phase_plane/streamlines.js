// Streamlines: one passes through each cell of a grid, roughly.
import { VIEW } from "./constants.js";

const cells = 22;
const cellOf = ([x, y]) => {
  const [i, j] = [x, y].map((v) => Math.floor(((v + VIEW) / (2 * VIEW)) * cells));
  return i >= 0 && i < cells && j >= 0 && j < cells ? i + cells * j : -1;
};

export const streamlines = (velocity) => {
  const direction = ([x, y]) => {
    const [u, v] = velocity([x, y]);
    const speed = Math.hypot(u, v);
    return speed > 1e-9 ? [u / speed, v / speed] : undefined;
  };
  const owner = new Int32Array(cells * cells);
  let serial = 0;
  // Half a line, along the flow or against it, until it would enter a cell that is taken, or closes.
  const trail = (start, stride) => {
    const points = [];
    const home = cellOf(start);
    let [at, cell, before] = [start, home, undefined];
    for (let k = 0; k < 400; k++) {
      const first = direction(at);
      const second = first && direction([at[0] + (stride / 2) * first[0], at[1] + (stride / 2) * first[1]]);
      // A flow that turns back at once has a kink there.
      if (!second || (before && before[0] * second[0] + before[1] * second[1] < 0)) break;
      before = second;
      at = [at[0] + stride * second[0], at[1] + stride * second[1]];
      const next = cellOf(at);
      if (next !== cell) {
        if (next < 0 || (owner[next] && next !== home)) break;
        owner[next] = serial;
        cell = next;
      }
      points.push(at);
      if (k > 10 && Math.hypot(at[0] - start[0], at[1] - start[1]) < 0.75 * Math.abs(stride))
        return { points: [...points, start], closed: true };
    }
    return { points, closed: false };
  };
  const drawn = [];
  // From the edge inwards, so that spirals are not cut where they are widest.
  const seeds = Array.from({ length: cells * cells }, (_, k) => [k % cells, Math.floor(k / cells)])
    .map(([i, j]) => [i, j].map((v) => ((v + 0.5) / cells) * 2 * VIEW - VIEW))
    .sort((a, b) => Math.max(...b.map(Math.abs)) - Math.max(...a.map(Math.abs)));
  for (const seed of seeds) {
    if (owner[cellOf(seed)]) continue;
    owner[cellOf(seed)] = ++serial;
    const ahead = trail(seed, 0.06);
    const behind = ahead.closed ? [] : trail(seed, -0.06).points.reverse();
    const line = [...behind, seed, ...ahead.points];
    if (line.length >= 20) drawn.push(line);
    else owner.forEach((who, k) => who === serial && (owner[k] = 0));
  }
  return drawn;
};

export const gap = [NaN, NaN];

export const arrowhead = (line) => {
  const k = Math.floor(line.length / 2);
  const [x, y] = line[k];
  const [u, v] = [x - line[k - 1][0], y - line[k - 1][1]];
  const length = Math.hypot(u, v) / 0.09;
  const wing = (side) => [x - (u + side * v * 0.6) / length, y - (v - side * u * 0.6) / length];
  return [wing(1), [x, y], wing(-1), gap];
};
