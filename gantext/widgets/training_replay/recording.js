// What Python's Recording.encode wrote, decoded and checked.
import { fromDigits, highest } from "../digits.js";
import { BITS, PER_FRAME } from "./constants.js";

const isList = (value, length, fits) => Array.isArray(value) && value.length === length && value.every(fits);
const isLoss = (value) => value === null || Number.isFinite(value);

export const decode = (data) => {
  const { name, steps, extent, modes, count, mesh } = data ?? {};
  if (typeof name !== "string" || !name) throw new Error("name: expected some text.");
  const need = (key, good, expected) => {
    if (!good) throw new Error(`recording “${name}”, ${key}: expected ${expected}.`);
  };
  need("steps", isList(steps, steps?.length, (v, i) => Number.isInteger(v) && (i === 0 || v > steps[i - 1]))
    && steps.length > 0, "whole numbers, increasing");
  need("extent", isList(extent, 2, Number.isFinite) && extent[0] < extent[1], "two numbers, the lower first");
  need("modes", isList(modes, modes?.length, (p) => isList(p, 2, Number.isFinite)) && modes.length > 0, "points");
  need("count", Number.isInteger(count) && count > 0, "a whole number above 0");
  need("mesh", Number.isInteger(mesh) && mesh > 1, "a whole number above 1");
  const frames = steps.length;
  const isMode = (k) => Number.isInteger(k) && k >= 0 && k < modes.length;
  const kinds = { generator_loss: isLoss, discriminator_loss: isLoss, favourite: isMode, captured: Number.isInteger };
  for (const key of PER_FRAME)
    need(key, isList(data[key], frames, kinds[key] ?? Number.isFinite), `${frames} numbers`);
  // Shares of the highest; NaN where there is none.
  const read = (key, number) => fromDigits(`recording “${name}”, ${key}`, data[key], frames * number, BITS[key])
    .map((value) => value / highest(BITS[key]));
  return { ...data,
    places: read("samples", count * 2), // shares of the extent
    opinions: read("surface", mesh * mesh) };
};

const decoded = new WeakMap(); // a list of recordings is decoded once

export const decodeAll = (list) => {
  if (!Array.isArray(list) || list.length === 0) throw new Error("recordings: expected one or more, got none.");
  if (!decoded.has(list)) {
    const runs = list.map(decode);
    if (new Set(runs.map((run) => run.name)).size < runs.length)
      throw new Error("recordings: expected different names.");
    if (runs.some((run) => String(run.steps) !== String(runs[0].steps)))
      throw new Error("recordings: expected the same steps in all.");
    decoded.set(list, runs);
  }
  return decoded.get(list);
};
