// Made by `python -m tools.formulas` from gantext.widgets.optimal_critic.formulas.
const xlogy = (x, y) => (x === 0 ? 0 : x * Math.log(y));
const xlog1py = (x, y) => (x === 0 ? 0 : x * Math.log1p(y));

export const letterTerms = ([a, b]) => {
  const t0 = a + b;
  const t1 = t0 > 0;
  const t2 = a > 0;
  const t3 = b > 0;
  const t4 = t0 === 0;
  const t5 = a - b;
  const t6 = -t5;
  const t7 = 3*a + b;
  const t8 = 1/t7;
  const t9 = t7 > 1e-100;
  const t10 = Math.abs(t5) < 0.1;
  const t11 = (t9 || t10 && t9) && (t9 && Math.abs(t5*t8) < 0.1 || !t9);
  const t12 = (t11 ? Math.pow(t6, 2)*(t9 ? Math.pow(t7, -2) : 1) : 0);
  const t13 = 2*a;
  const t14 = t1 && t2;
  const t15 = a + 3*b;
  const t16 = 1/t15;
  const t17 = t15 > 1e-100;
  const t18 = (t17 || t10 && t17) && (t17 && Math.abs(t16*t5) < 0.1 || !t17);
  const t19 = (t18 ? Math.pow(t5, 2)*(t17 ? Math.pow(t15, -2) : 1) : 0);
  const t20 = 2*b;
  const t21 = t1 && t3;
  return [(t1 ? a*(t1 ? 1/t0 : 1) : 1/2), a*(Math.log((t2 ? a : 1)) - Math.log((t2 ? t0 : 1))) + b*(Math.log((t3 ? b : 1)) - Math.log((t3 ? t0 : 1))), (1/4)*(t2 && t4 ? 0 : (t11 ? -4*a*(t12*(t12*(t12*(t12*(t12*(t12*(t12*(0.05263157894736842*t12 + 0.058823529411764705) + 0.06666666666666667) + 0.07692307692307693) + 0.09090909090909091) + 0.1111111111111111) + 0.14285714285714285) + 0.2) + 0.3333333333333333)*(t11 ? Math.pow(t6, 3)*(t9 ? Math.pow(t7, -3) : 1) : 0) + t6*(t11 ? t6*(t9 ? t8 : 1) : 0) : -a + b + t13*(-Math.log((t14 ? t0 : 1)) + Math.log((t14 ? t13 : 1))))) + (1/4)*(t3 && t4 ? 0 : (t18 ? -4*b*(t19*(t19*(t19*(t19*(t19*(t19*(t19*(0.05263157894736842*t19 + 0.058823529411764705) + 0.06666666666666667) + 0.07692307692307693) + 0.09090909090909091) + 0.1111111111111111) + 0.14285714285714285) + 0.2) + 0.3333333333333333)*(t18 ? Math.pow(t5, 3)*(t17 ? Math.pow(t15, -3) : 1) : 0) + t5*(t18 ? t5*(t17 ? t16 : 1) : 0) : t20*(-Math.log((t21 ? t0 : 1)) + Math.log((t21 ? t20 : 1))) + t5))];
};

export const pointwise = ([a, b, d]) => {
  return [xlog1py(b, (b === 0 && d === 1 ? 0 : -d)) + xlogy(a, (a === 0 && d === 0 ? 1 : d))];
};
