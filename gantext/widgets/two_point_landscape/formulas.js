// Made by `python -m tools.formulas` from gantext.widgets.two_point_landscape.formulas.
const sigmoid = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

export const firstLoss = ([q, kappa, lam]) => {
  const t0 = 1 - q;
  const t1 = q + 1/2;
  const t2 = 3/2 - q;
  return [kappa*q*t0 - t1*Math.log(Math.max(2.2250738585072014e-308, t1)) - t2*Math.log(Math.max(2.2250738585072014e-308, t2)) - (lam + 1)*(-q*Math.log(Math.max(2.2250738585072014e-308, q)) - t0*Math.log(Math.max(2.2250738585072014e-308, t0))) + Math.log(2)];
};

export const firstStationary = ([q, kappa]) => {
  const t0 = Math.log(q);
  const t1 = 1 - q;
  const t2 = Math.log(t1);
  return [(q === 1/2 ? (1/2)*kappa - 1/2 : (kappa*q - kappa*t1 - t0 + t2 - Math.log(3/2 - q) + Math.log(q + 1/2))/(t0 - t2))];
};

export const firstTurn = ([q, kappa]) => {
  const t0 = (q === 1/2 ? 0 : 1);
  const t1 = Math.log(q);
  const t2 = 1 - q;
  const t3 = Math.log(t2);
  const t4 = t1 - t3;
  const t5 = 1/t4;
  const t6 = 1/q;
  const t7 = t0*t5;
  const t8 = q + 1/2;
  const t9 = 1/t2;
  const t10 = 3/2 - q;
  const t11 = t0*(kappa*q - kappa*t2 - t1 + t3 - Math.log(t10) + Math.log(t8))/Math.pow(t4, 2);
  return [2*kappa*t0*t5 + t0*t5/t8 + t0*t5/t10 - t11*t6 - t11*t9 - t6*t7 - t7*t9];
};

export const firstThreshold = ([kappa]) => {
  return [(1/2)*kappa - 1/2];
};

export const firstRoll = ([theta, kappa, lam]) => {
  const t0 = sigmoid(-Math.abs(theta));
  const t1 = Math.log(t0/(1 - t0));
  const t2 = sigmoid(-Math.abs(t1));
  const t3 = 1 - t2;
  const t4 = sigmoid(t1 + 0.1*(-kappa*t2 + kappa*t3 - (lam + 1)*(-Math.log(t2) + Math.log(t3)) + Math.log(3/2 - t2) - Math.log(t2 + 1/2))*Math.sign(t1));
  const t5 = (Math.log1p(-t4) - Math.log(t4))*Math.sign(theta);
  return [t5, sigmoid(t5)];
};

export const secondLoss = ([q, kappa, lam]) => {
  const t0 = q + 1/2;
  const t1 = 3/2 - q;
  const t2 = 1 - q;
  return [kappa*(1 - Math.pow(2*q - 1, 4)) - t0*Math.log(Math.max(2.2250738585072014e-308, t0)) - t1*Math.log(Math.max(2.2250738585072014e-308, t1)) - (lam + 1)*(-q*Math.log(Math.max(2.2250738585072014e-308, q)) - t2*Math.log(Math.max(2.2250738585072014e-308, t2))) + Math.log(2)];
};

export const secondStationary = ([q, kappa]) => {
  const t0 = Math.log(q);
  const t1 = Math.log(1 - q);
  return [(q === 1/2 ? -1/2 : (8*kappa*Math.pow(2*q - 1, 3) - t0 + t1 - Math.log(3/2 - q) + Math.log(q + 1/2))/(t0 - t1))];
};

export const secondTurn = ([q, kappa]) => {
  const t0 = 1/q;
  const t1 = Math.log(q);
  const t2 = 1 - q;
  const t3 = Math.log(t2);
  const t4 = t1 - t3;
  const t5 = 1/t4;
  const t6 = (q === 1/2 ? 0 : 1);
  const t7 = t5*t6;
  const t8 = q + 1/2;
  const t9 = 1/t2;
  const t10 = 3/2 - q;
  const t11 = 2*q - 1;
  const t12 = t6*(8*kappa*Math.pow(t11, 3) - t1 + t3 - Math.log(t10) + Math.log(t8))/Math.pow(t4, 2);
  return [48*kappa*Math.pow(t11, 2)*t5*t6 - t0*t12 - t0*t7 - t12*t9 + t5*t6/t8 - t7*t9 + t5*t6/t10];
};

export const secondThreshold = ([kappa]) => {
  return [-1/2];
};

export const secondRoll = ([theta, kappa, lam]) => {
  const t0 = sigmoid(-Math.abs(theta));
  const t1 = Math.log(t0/(1 - t0));
  const t2 = sigmoid(-Math.abs(t1));
  const t3 = sigmoid(t1 + 0.1*(-8*kappa*Math.pow(2*t2 - 1, 3) - (lam + 1)*(-Math.log(t2) + Math.log(1 - t2)) + Math.log(3/2 - t2) - Math.log(t2 + 1/2))*Math.sign(t1));
  const t4 = (Math.log1p(-t3) - Math.log(t3))*Math.sign(theta);
  return [t4, sigmoid(t4)];
};

export const logitOf = ([q]) => {
  return [Math.log(q/(1 - q))];
};

export const shareOf = ([theta]) => {
  return [sigmoid(theta)];
};

export const present = ([lam, steps]) => {
  return [lam*Math.max(0, 1 - 0.002*steps)];
};

export const kick = ([state]) => {
  const t0 = (((48271*state) % 2147483647) + 2147483647) % 2147483647;
  return [t0, 1.6130980182210228e-11*t0 - 0.017320508075688773];
};
