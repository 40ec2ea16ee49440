// Whole numbers of a few bits each, in the digits of base64, as Python's digits.py writes them.

// The highest number of so many bits that is not the one for NaN.
export const highest = (bits) => 2 ** bits - 2;

export const fromDigits = (name, text, count, bits) => {
  const wanted = Math.ceil((count * bits) / 6);
  if (typeof text !== "string" || text.length !== wanted)
    throw new Error(`${name}: expected ${wanted} digits, got ${text?.length ?? "none"}.`);
  const wrong = text.match(/[^A-Za-z0-9+/]/);
  if (wrong) throw new Error(`${name}: expected digits of base64, got “${wrong[0]}”.`);
  const bytes = atob(text.padEnd(4 * Math.ceil(wanted / 4), "A"));
  const none = 2 ** bits - 1;
  const values = new Float64Array(count);
  let [held, ready, at] = [0, 0, 0]; // bits that are read and not yet used, how many, the next byte
  for (let i = 0; i < count; i++) {
    for (; ready < bits; ready += 8) held = (held << 8) | bytes.charCodeAt(at++);
    ready -= bits;
    const value = held >> ready;
    held &= (1 << ready) - 1;
    values[i] = value === none ? NaN : value;
  }
  return values;
};
