// Made by `python -m tools.formulas` from gantext.widgets.ideas.earth_mover.
export const RANGES = {"first": [-8, 8, 1], "second": [-8, 8, 1]};
export const DIGITS = {"first": 0, "second": 0, "cost": 2, "divergence": 3};
export const NAMES = {"first": "where the forger's large heap stands", "second": "where his small heap stands"};
export const HEAPS = {"first": 4, "second": 2};
export const HOLES = {"-4": 3, "4": 3};
export const GRAINS = 6;
export const HOLE_PLACES = [-4, 4];
export const HOLE_GRAINS = [3, 3];
export const WORDS = {
  "sentence": "The forger's heaps stand at {first} and {second}. In the cheapest plan a grain travels {cost} places on average, which is W₁. JS = {divergence}{note}.",
  "apart": ", which is log 2, near or far",
  "half": ": it notices only the grains that lie where holes are",
  "data": "data",
  "generator": "forger"
};
export const NEAR = 1e-09;

export const way = ([x, y]) => {
  return [Math.abs(x - y)];
};

export const letter = ([a, b]) => {
  const t0 = a > 0;
  const t1 = a + b;
  const t2 = t1 === 0;
  const t3 = a - b;
  const t4 = -t3;
  const t5 = 3*a + b;
  const t6 = 1/t5;
  const t7 = t5 > 1e-100;
  const t8 = Math.abs(t3) < 0.1;
  const t9 = (t7 || t7 && t8) && (t7 && Math.abs(t3*t6) < 0.1 || !t7);
  const t10 = (t9 ? Math.pow(t4, 2)*(t7 ? Math.pow(t5, -2) : 1) : 0);
  const t11 = 2*a;
  const t12 = t1 > 0;
  const t13 = t0 && t12;
  const t14 = b > 0;
  const t15 = a + 3*b;
  const t16 = 1/t15;
  const t17 = t15 > 1e-100;
  const t18 = (t17 || t17 && t8) && (t17 && Math.abs(t16*t3) < 0.1 || !t17);
  const t19 = (t18 ? Math.pow(t3, 2)*(t17 ? Math.pow(t15, -2) : 1) : 0);
  const t20 = 2*b;
  const t21 = t12 && t14;
  return [(1/4)*(t0 && t2 ? 0 : (t9 ? -4*a*(t10*(t10*(t10*(t10*(t10*(t10*(t10*(0.05263157894736842*t10 + 0.058823529411764705) + 0.06666666666666667) + 0.07692307692307693) + 0.09090909090909091) + 0.1111111111111111) + 0.14285714285714285) + 0.2) + 0.3333333333333333)*(t9 ? Math.pow(t4, 3)*(t7 ? Math.pow(t5, -3) : 1) : 0) + t4*(t9 ? t4*(t7 ? t6 : 1) : 0) : -a + b + t11*(-Math.log((t13 ? t1 : 1)) + Math.log((t13 ? t11 : 1))))) + (1/4)*(t14 && t2 ? 0 : (t18 ? -4*b*(t19*(t19*(t19*(t19*(t19*(t19*(t19*(0.05263157894736842*t19 + 0.058823529411764705) + 0.06666666666666667) + 0.07692307692307693) + 0.09090909090909091) + 0.1111111111111111) + 0.14285714285714285) + 0.2) + 0.3333333333333333)*(t18 ? Math.pow(t3, 3)*(t17 ? Math.pow(t15, -3) : 1) : 0) + t3*(t18 ? t3*(t17 ? t16 : 1) : 0) : t20*(-Math.log((t21 ? t1 : 1)) + Math.log((t21 ? t20 : 1))) + t3))];
};
