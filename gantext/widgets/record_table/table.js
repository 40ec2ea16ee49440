// What Python's encode wrote, decoded and checked.
import { fromDigits, highest } from "../digits.js";
import { BITS, FACTORS, MEASURES, UNITS } from "./constants.js";

const isList = (value, length, fits) => Array.isArray(value) && value.length === length && value.every(fits);
const isCount = (value) => Number.isInteger(value) && value > 0;

// A row's numbers are multiples of its unit; `each` numbers in a row.
const unpacked = (name, data, rows, each) => {
  const { bits, units, digits } = data ?? {};
  if (!isCount(bits) || bits > BITS.measures) throw new Error(`record, ${name}: expected numbers of some bits.`);
  const found = fromDigits(`record, units of ${name}`, units, rows, BITS.units);
  if (found.some(Number.isNaN)) throw new Error(`record, ${name}: expected a unit for each row.`);
  return fromDigits(`record, ${name}`, digits, rows * each, bits).map((value, i) =>
    value * UNITS[found[Math.floor(i / each)]]);
};

const decode = (data) => {
  const need = (key, good, expected) => {
    if (!good) throw new Error(`record, ${key}: expected ${expected}.`);
  };
  const given = data ?? {};
  const { seeds, steps, extent, kept, count } = given;
  for (const key of FACTORS)
    need(key, isList(given[key], given[key]?.length, (v) => typeof v === "string") && given[key].length > 0, "names");
  for (const key of ["seeds", "kept", "count"]) need(key, isCount(given[key]), "a whole number above 0");
  need("steps", isList(steps, steps?.length, isCount) && steps.length > 0, "whole numbers");
  need("extent", isList(extent, 2, Number.isFinite) && extent[0] < extent[1], "two numbers, the lower first");
  const every = given.loss.flatMap((loss) => given.constraint.flatMap((constraint) =>
    given.rule.map((rule) => JSON.stringify([loss, constraint, rule]))));
  const there = fromDigits("record, rows", given.rows, every.length, BITS.rows);
  const places = new Map(every.filter((_, i) => there[i] === 1).map((cell, row) => [cell, row]));
  const [values, intervals] = [{}, {}];
  for (const key of Object.keys(MEASURES)) {
    need("ranges", isList(given.ranges?.[key], 2, Number.isFinite), `the worst and the best ${key}`);
    values[key] = unpacked(key, given.values?.[key], places.size, seeds * steps.length);
    intervals[key] = unpacked(`interval of ${key}`, given.intervals?.[key], places.size, 2);
  }
  const shares = fromDigits("record, samples", given.samples, places.size * kept * count * 2, BITS.samples);
  const [low, high] = extent;
  const last = steps.length - 1;
  const of = (row, key) => Array.from({ length: seeds }, (_, seed) => {
    const from = (row * seeds + seed) * steps.length;
    return [...values[key].subarray(from, from + steps.length)];
  });
  return { ...given,
    row: (loss, constraint, rule) => places.get(JSON.stringify([loss, constraint, rule])),
    of, // a measure of a row: a list of its values for each seed
    end: (row, key) => of(row, key).map((line) => line[last]), // after the last step
    interval: (row, key) => [...intervals[key].subarray(2 * row, 2 * row + 2)],
    points: (row, seed) => Array.from({ length: count }, (_, i) => {
      const at = 2 * ((row * kept + seed) * count + i);
      return [shares[at], shares[at + 1]].map((share) => low + ((high - low) * share) / highest(BITS.samples));
    }) };
};

const decoded = new WeakMap(); // a record is decoded once

export const tableOf = (data) => {
  if (typeof data !== "object" || data === null) return decode(data);
  if (!decoded.has(data)) decoded.set(data, decode(data));
  return decoded.get(data);
};

export const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
