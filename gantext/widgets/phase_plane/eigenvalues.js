// Eigenvalues of a small matrix, given row by row, as pairs: real and imaginary part.
const times = (a, b) => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const over = (a, b) => {
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
};

// The characteristic polynomial's coefficients, highest first (Faddeev and LeVerrier).
const characteristic = (matrix, n) => {
  const coefficients = [1];
  let power = Array(n * n).fill(0);
  for (let k = 1; k <= n; k++) {
    power = power.map((value, i) => value + (i % (n + 1) === 0 ? coefficients.at(-1) : 0));
    const old = power;
    power = old.map((_, i) => {
      let total = 0;
      for (let j = 0; j < n; j++) total += matrix[Math.floor(i / n) * n + j] * old[j * n + (i % n)];
      return total;
    });
    let trace = 0;
    for (let j = 0; j < n; j++) trace += power[j * (n + 1)];
    coefficients.push(-trace / k);
  }
  return coefficients;
};

// All roots at once (Weierstrass, Durand and Kerner).
const roots = (coefficients) => {
  const n = coefficients.length - 1;
  const size = 1 + Math.max(...coefficients.slice(1).map(Math.abs));
  let found = Array.from({ length: n }, (_, k) => {
    const angle = 0.4 + (2 * Math.PI * k) / n;
    return [size * Math.cos(angle), size * Math.sin(angle)];
  });
  for (let round = 0; round < 300; round++) {
    let moved = 0;
    found = found.map((z, i) => {
      const value = coefficients.reduce((sum, c) => [sum[0] * z[0] - sum[1] * z[1] + c, sum[0] * z[1] + sum[1] * z[0]], [0, 0]);
      const others = found.reduce((product, other, j) => (j === i ? product : times(product, minus(z, other))), [1, 0]);
      if (others[0] === 0 && others[1] === 0) return z;
      const by = over(value, others);
      moved = Math.max(moved, Math.hypot(...by));
      return minus(z, by);
    });
    if (moved < 1e-16 * size) break;
  }
  return found;
};

export const eigenvalues = (matrix) => roots(characteristic(matrix, Math.sqrt(matrix.length)));
