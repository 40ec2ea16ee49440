// Made by `python -m tools.formulas` from gantext.widgets.phase_plane.formulas.
const sigmoid = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

export const velocity_bilinear = ([x, y], [damping]) => {
  return [-damping*x - y, -damping*y + x];
};

export const near_bilinear = ([damping]) => {
  return [1, damping, damping];
};

export const step_bilinear_simultaneous = ([x, y, taken], [eta, damping]) => {
  return [eta*(-damping*x - y) + x, eta*(-damping*y + x) + y, taken + 1];
};

export const step_bilinear_alternating = ([x, y, taken], [eta, damping]) => {
  const t0 = eta*(-damping*y + x) + y;
  return [eta*(-damping*x - t0) + x, t0, taken + 1];
};

export const step_bilinear_extragradient = ([x, y, taken], [eta, damping]) => {
  const t0 = eta*(-damping*x - y);
  const t1 = t0 + x;
  const t2 = (1/2)*damping;
  const t3 = eta*(-damping*y + x);
  const t4 = t3 + y;
  return [eta*(damping*(-1/2*t0 - 1/2*x) - t1*t2 - t4) + x, eta*(damping*(-1/2*t3 - 1/2*y) + t1 - t2*t4) + y, taken + 1];
};

export const step_bilinear_optimistic = ([x, y, m0, m1, taken], [eta, damping]) => {
  const t0 = eta*(-damping*x - y);
  const t1 = taken === 0;
  const t2 = eta*(-damping*y + x);
  return [2*t0 + x - (t1 ? t0 : m0), 2*t2 + y - (t1 ? t2 : m1), t0, t2, taken + 1];
};

export const step_bilinear_simultaneousMomentum = ([x, y, m0, m1, taken], [eta, beta, damping]) => {
  const t0 = beta*m0 + eta*(-damping*x - y);
  const t1 = beta*m1 + eta*(-damping*y + x);
  return [t0 + x, t1 + y, t0, t1, taken + 1];
};

export const step_bilinear_alternatingMomentum = ([x, y, m0, m1, taken], [eta, beta, damping]) => {
  const t0 = beta*m1 + eta*(-damping*y + x);
  const t1 = t0 + y;
  const t2 = beta*m0 + eta*(-damping*x - t1);
  return [t2 + x, t1, t2, t0, taken + 1];
};

export const step_bilinear_consensus = ([x, y, taken], [eta, strength, damping]) => {
  const t0 = damping*x;
  const t1 = t0 + y;
  const t2 = (1/2)*damping;
  const t3 = (1/2)*y;
  const t4 = damping*y - x;
  return [eta*(-strength*(damping*((1/2)*t0 + t3) + t1*t2 - t4) - t1) + x, eta*(-strength*(damping*(damping*t3 - 1/2*x) + t1 + t2*t4) - t4) + y, taken + 1];
};

export const step_bilinear_symplectic = ([x, y, taken], [eta, strength, damping]) => {
  const t0 = damping*y;
  const t1 = t0 - x;
  const t2 = -t1;
  const t3 = (1/2)*damping;
  const t4 = damping*x;
  const t5 = t4 + y;
  const t6 = damping*((1/2)*t0 - 1/2*x) - t2*t3 + t5;
  const t7 = -t5;
  const t8 = damping*((1/2)*t4 + (1/2)*y) - t1 - t3*t7;
  const t9 = Math.sign((1/2)*(t1*t8 + t6*t7)*(t2*t6 + t7*t8) + 0.1);
  return [eta*(strength*t1*t9 - t5) + x, eta*(strength*t7*t9 - t0 + x) + y, taken + 1];
};

export const step_bilinear_proximal = ([x, y, taken], [eta, damping]) => {
  const t0 = Math.pow(eta, 2);
  const t1 = Math.pow(damping, 2)*t0;
  const t2 = 1/(2*damping*eta + t0 + t1 + 1);
  const t3 = eta*y;
  return [t2*(-damping*eta*x - t0*x - t1*x - t3) + x, t2*(-damping*t3 + eta*x - t0*y - t1*y) + y, taken + 1];
};

export const velocity_minimax = ([x, y], [r1, gp]) => {
  const t0 = sigmoid(-x*y);
  return [-t0*y, -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x];
};

export const near_minimax = ([r1]) => {
  return [sigmoid(0), 0, r1];
};

export const step_minimax_simultaneous = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  return [-eta*t0*y + x, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x) + y, taken + 1];
};

export const step_minimax_alternating = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y)) + y;
  return [-eta*t0*sigmoid(-t0*x) + x, t0, taken + 1];
};

export const step_minimax_extragradient = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = -x;
  const t1 = sigmoid(-x*y);
  const t2 = (1/2)*gp;
  const t3 = r1*y - t1*x + t2*(2*Math.abs(y) - 2)*Math.sign(y);
  const t4 = -eta*t3;
  const t5 = t4 + y;
  const t6 = -eta*t1*y - t0;
  const t7 = sigmoid(-t5*t6);
  return [-eta*t5*t7 - t0, eta*(-1/2*r1*(2*t4 + 2*y) - t2*(2*Math.abs(eta*t3 - y) - 2)*Math.sign(t5) + t6*t7) + y, taken + 1];
};

export const step_minimax_optimistic = ([x, y, m0, m1, taken], [eta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  const t1 = eta*t0*y;
  const t2 = -t1;
  const t3 = taken === 0;
  const t4 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x);
  return [-2*t1 + x - (t3 ? t2 : m0), 2*t4 + y - (t3 ? t4 : m1), t2, t4, taken + 1];
};

export const step_minimax_simultaneousMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  const t1 = beta*m0 - eta*t0*y;
  const t2 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x);
  return [t1 + x, t2 + y, t1, t2, taken + 1];
};

export const step_minimax_alternatingMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y));
  const t1 = t0 + y;
  const t2 = beta*m0 - eta*t1*sigmoid(-t1*x);
  return [t2 + x, t1, t2, t0, taken + 1];
};

export const step_minimax_consensus = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(-t0);
  const t2 = Math.sign(y);
  const t3 = (1/2)*gp*t2*(2*Math.abs(y) - 2) + r1*y - t1*x;
  const t4 = -t3;
  const t5 = Math.pow(t1, 2);
  const t6 = (1 - t1)*(t0 > -40 ? 1 : 0);
  const t7 = t5*t6;
  const t8 = t1*t4*t6;
  return [eta*(-strength*(-t0*t8 + t1*t4 - t7*Math.pow(y, 3)) - t1*y) + x, eta*(-strength*(-gp*Math.pow(t2, 2)*t4 - r1*t4 + t5*y - t7*x*Math.pow(y, 2) - t8*Math.pow(x, 2)) - t3) + y, taken + 1];
};

export const step_minimax_symplectic = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(-t0);
  const t2 = t1*y;
  const t3 = r1*y;
  const t4 = Math.sign(y);
  const t5 = gp*t4*(2*Math.abs(y) - 2);
  const t6 = -t1*x + t3 + (1/2)*t5;
  const t7 = -t6;
  const t8 = t1*t7;
  const t9 = -t8;
  const t10 = Math.pow(t1, 2);
  const t11 = 1 - t1;
  const t12 = (t0 > -40 ? 1 : 0);
  const t13 = t11*t12;
  const t14 = t10*t13;
  const t15 = t14*Math.pow(y, 3);
  const t16 = t13*t8;
  const t17 = t0*t16;
  const t18 = Math.pow(y, 2);
  const t19 = -t1*t18 + t7*x;
  const t20 = (1/2)*t13;
  const t21 = (1/2)*t15 + (1/2)*t17 + t19*t2*t20 + t9;
  const t22 = -t15 - t17 - t9;
  const t23 = t10*y;
  const t24 = Math.pow(x, 2);
  const t25 = -gp*Math.pow(t4, 2)*t7 - r1*t7 - t14*t18*x - t16*t24 + t23;
  const t26 = (1/2)*r1*t7 - 1/4*r1*(2*t1*x - 2*t3 - t5) + (1/2)*t1*t11*t12*t24*t7 - t1*t19*t20*x + (1/2)*t10*t11*t12*t18*x - t23;
  const t27 = Math.sign((1/2)*(-t2*t22 + t25*t7)*(t21*t22 + t25*t26) + 0.1);
  return [eta*(strength*t21*t27 - t2) + x, eta*(strength*t26*t27 - t6) + y, taken + 1];
};

export const velocity_nonSaturating = ([x, y], [r1, gp]) => {
  const t0 = x*y;
  return [-y*sigmoid(t0), -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0)];
};

export const near_nonSaturating = ([r1]) => {
  return [sigmoid(0), 0, r1];
};

export const step_nonSaturating_simultaneous = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = x*y;
  return [-eta*y*sigmoid(t0) + x, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0)) + y, taken + 1];
};

export const step_nonSaturating_alternating = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y)) + y;
  return [-eta*t0*sigmoid(t0*x) + x, t0, taken + 1];
};

export const step_nonSaturating_extragradient = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = -x;
  const t1 = x*y;
  const t2 = (1/2)*gp;
  const t3 = r1*y + t2*(2*Math.abs(y) - 2)*Math.sign(y) - x*sigmoid(-t1);
  const t4 = -eta*t3;
  const t5 = t4 + y;
  const t6 = -eta*y*sigmoid(t1) - t0;
  const t7 = t5*t6;
  return [-eta*t5*sigmoid(t7) - t0, eta*(-1/2*r1*(2*t4 + 2*y) - t2*(2*Math.abs(eta*t3 - y) - 2)*Math.sign(t5) + t6*sigmoid(-t7)) + y, taken + 1];
};

export const step_nonSaturating_optimistic = ([x, y, m0, m1, taken], [eta, r1, gp]) => {
  const t0 = x*y;
  const t1 = eta*y*sigmoid(t0);
  const t2 = -t1;
  const t3 = taken === 0;
  const t4 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0));
  return [-2*t1 + x - (t3 ? t2 : m0), 2*t4 + y - (t3 ? t4 : m1), t2, t4, taken + 1];
};

export const step_nonSaturating_simultaneousMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = x*y;
  const t1 = beta*m0 - eta*y*sigmoid(t0);
  const t2 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0));
  return [t1 + x, t2 + y, t1, t2, taken + 1];
};

export const step_nonSaturating_alternatingMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y));
  const t1 = t0 + y;
  const t2 = beta*m0 - eta*t1*sigmoid(t1*x);
  return [t2 + x, t1, t2, t0, taken + 1];
};

export const step_nonSaturating_consensus = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(t0);
  const t2 = sigmoid(-t0);
  const t3 = Math.sign(y);
  const t4 = (1/2)*gp*t3*(2*Math.abs(y) - 2) + r1*y - t2*x;
  const t5 = -t4;
  const t6 = t2*t5;
  const t7 = Math.pow(t1, 2);
  const t8 = 1 - t1;
  const t9 = (t0 < 40 ? 1 : 0);
  const t10 = t6*(1 - t2)*(t0 > -40 ? 1 : 0);
  return [eta*(-strength*(-t0*t10 + t6 + t7*t8*t9*Math.pow(y, 3)) - t1*y) + x, eta*(-strength*(-gp*Math.pow(t3, 2)*t5 - r1*t5 - t10*Math.pow(x, 2) + t7*t8*t9*x*Math.pow(y, 2) + t7*y) - t4) + y, taken + 1];
};

export const step_nonSaturating_symplectic = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(t0);
  const t2 = t1*y;
  const t3 = r1*y;
  const t4 = sigmoid(-t0);
  const t5 = Math.sign(y);
  const t6 = gp*t5*(2*Math.abs(y) - 2);
  const t7 = t3 - t4*x + (1/2)*t6;
  const t8 = -t7;
  const t9 = t4*t8;
  const t10 = Math.pow(t1, 2);
  const t11 = 1 - t1;
  const t12 = (t0 < 40 ? 1 : 0);
  const t13 = t10*t11*t12;
  const t14 = t13*Math.pow(y, 3);
  const t15 = 1 - t4;
  const t16 = (t0 > -40 ? 1 : 0);
  const t17 = Math.pow(y, 2);
  const t18 = -t1*t17 + t8*x;
  const t19 = -1/2*t1*t11*t12*t18*y - 1/2*t1*t8 - 1/2*t14 + (1/2)*t15*t16*t4*t8*x*y - 1/2*t9;
  const t20 = t15*t16;
  const t21 = t20*t9;
  const t22 = -t0*t21 + t14 + t9;
  const t23 = Math.pow(x, 2);
  const t24 = -gp*Math.pow(t5, 2)*t8 - r1*t8 + t10*t11*t12*t17*x + t10*y - t21*t23;
  const t25 = (1/2)*r1*t8 - 1/4*r1*(-2*t3 + 2*t4*x - t6) - 1/2*t10*y - 1/2*t13*t17*x + (1/2)*t15*t16*t23*t4*t8 - 1/2*t18*t20*t4*x - 1/2*t2*t4;
  const t26 = Math.sign((1/2)*(t19*t22 + t24*t25)*(-t2*t22 + t24*t8) + 0.1);
  return [eta*(strength*t19*t26 - t2) + x, eta*(strength*t25*t26 - t7) + y, taken + 1];
};

export const velocity_wasserstein = ([x, y], [r1, gp]) => {
  return [-y, -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x];
};

export const near_wasserstein = ([r1]) => {
  return [1, 0, r1];
};

export const step_wasserstein_simultaneous = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = -x;
  return [-eta*y - t0, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0) + y, taken + 1];
};

export const step_wasserstein_alternating = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x) + y;
  return [-eta*t0 + x, t0, taken + 1];
};

export const step_wasserstein_extragradient = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = -x;
  const t1 = (1/2)*gp;
  const t2 = r1*y + t0 + t1*(2*Math.abs(y) - 2)*Math.sign(y);
  const t3 = -eta*t2;
  const t4 = t3 + y;
  return [-eta*t4 + x, eta*(-eta*y - 1/2*r1*(2*t3 + 2*y) - t0 - t1*(2*Math.abs(eta*t2 - y) - 2)*Math.sign(t4)) + y, taken + 1];
};

export const step_wasserstein_optimistic = ([x, y, m0, m1, taken], [eta, r1, gp]) => {
  const t0 = -x;
  const t1 = eta*y;
  const t2 = -t1;
  const t3 = taken === 0;
  const t4 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0);
  return [-t0 - 2*t1 - (t3 ? t2 : m0), 2*t4 + y - (t3 ? t4 : m1), t2, t4, taken + 1];
};

export const step_wasserstein_simultaneousMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = beta*m0 - eta*y;
  const t1 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x);
  return [t0 + x, t1 + y, t0, t1, taken + 1];
};

export const step_wasserstein_alternatingMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x);
  const t1 = t0 + y;
  const t2 = beta*m0 - eta*t1;
  return [t2 + x, t1, t2, t0, taken + 1];
};

export const step_wasserstein_consensus = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = Math.sign(y);
  const t1 = (1/2)*gp*t0*(2*Math.abs(y) - 2) + r1*y - x;
  const t2 = -t1;
  return [eta*(-strength*t2 - y) + x, eta*(-strength*(-gp*Math.pow(t0, 2)*t2 - r1*t2 + y) - t1) + y, taken + 1];
};

export const step_wasserstein_symplectic = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = -y;
  const t1 = r1*y;
  const t2 = Math.sign(y);
  const t3 = gp*t2*(2*Math.abs(y) - 2);
  const t4 = t1 + (1/2)*t3 - x;
  const t5 = -t4;
  const t6 = -gp*Math.pow(t2, 2)*t5 - r1*t5 - t0;
  const t7 = (1/2)*r1*t5 - 1/4*r1*(-2*t1 - t3 + 2*x) - y;
  const t8 = Math.sign((1/2)*(t4*t5 + t6*t7)*(t5*t6 - t5*y) + 0.1);
  return [eta*(strength*t4*t8 + t0) + x, eta*(strength*t7*t8 - t4) + y, taken + 1];
};

export const velocity_leastSquares = ([x, y], [r1, gp]) => {
  const t0 = 2*x*y - 2;
  return [t0*y, -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0*x];
};

export const near_leastSquares = ([r1]) => {
  return [2, 0, r1];
};

export const step_leastSquares_simultaneous = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = 2*x*y - 2;
  return [eta*t0*y + x, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0*x) + y, taken + 1];
};

export const step_leastSquares_alternating = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = 2*x;
  const t1 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*(-t0*y + 2)) + y;
  return [eta*t1*(t0*t1 - 2) + x, t1, taken + 1];
};

export const step_leastSquares_extragradient = ([x, y, taken], [eta, r1, gp]) => {
  const t0 = 2*y;
  const t1 = t0*x - 2;
  const t2 = (1/2)*gp;
  const t3 = r1*y + t2*(2*Math.abs(y) - 2)*Math.sign(y);
  const t4 = eta*(-t1*x - t3);
  const t5 = t4 + y;
  const t6 = eta*t1*y + x;
  const t7 = 2*t5*t6 - 2;
  return [eta*t5*t7 + x, eta*(-1/2*r1*(t0 + 2*t4) - t2*(2*Math.abs(eta*(t1*x + t3) - y) - 2)*Math.sign(t5) - t6*t7) + y, taken + 1];
};

export const step_leastSquares_optimistic = ([x, y, m0, m1, taken], [eta, r1, gp]) => {
  const t0 = 2*y;
  const t1 = t0*x - 2;
  const t2 = eta*t1;
  const t3 = t2*y;
  const t4 = taken === 0;
  const t5 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t1*x);
  return [t0*t2 + x - (t4 ? t3 : m0), 2*t5 + y - (t4 ? t5 : m1), t3, t5, taken + 1];
};

export const step_leastSquares_simultaneousMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = 2*x*y - 2;
  const t1 = beta*m0 + eta*t0*y;
  const t2 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0*x);
  return [t1 + x, t2 + y, t1, t2, taken + 1];
};

export const step_leastSquares_alternatingMomentum = ([x, y, m0, m1, taken], [eta, beta, r1, gp]) => {
  const t0 = 2*x;
  const t1 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*(-t0*y + 2));
  const t2 = t1 + y;
  const t3 = beta*m0 + eta*t2*(t0*t2 - 2);
  return [t3 + x, t2, t3, t1, taken + 1];
};

export const step_leastSquares_consensus = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = 2*x*y;
  const t1 = t0 - 2;
  const t2 = -t1;
  const t3 = Math.sign(y);
  const t4 = (1/2)*gp*t3*(2*Math.abs(y) - 2) + r1*y - t2*x;
  const t5 = -t4;
  return [eta*(-strength*(-t0*t5 + 2*t1*Math.pow(y, 3) + t2*t5) + t1*y) + x, eta*(-strength*(-gp*Math.pow(t3, 2)*t5 - r1*t5 + Math.pow(t1, 2)*y + 2*t1*x*Math.pow(y, 2) - 2*t5*Math.pow(x, 2)) - t4) + y, taken + 1];
};

export const step_leastSquares_symplectic = ([x, y, taken], [eta, strength, r1, gp]) => {
  const t0 = 2*x;
  const t1 = t0*y;
  const t2 = t1 - 2;
  const t3 = t2*y;
  const t4 = t2*Math.pow(y, 3);
  const t5 = r1*y;
  const t6 = -t2;
  const t7 = Math.sign(y);
  const t8 = gp*t7*(2*Math.abs(y) - 2);
  const t9 = t5 - t6*x + (1/2)*t8;
  const t10 = -t9;
  const t11 = t10*t6;
  const t12 = Math.pow(y, 2);
  const t13 = t12*t2;
  const t14 = t0*t10 + 2*t13;
  const t15 = (1/2)*t10*t2 + t10*x*y - 1/2*t11 + (1/2)*t14*y - t4;
  const t16 = -t1*t10 + t11 + 2*t4;
  const t17 = Math.pow(t2, 2);
  const t18 = r1*t10;
  const t19 = t10*Math.pow(x, 2);
  const t20 = -gp*t10*Math.pow(t7, 2) + 2*t12*t2*x + t17*y - t18 - 2*t19;
  const t21 = -1/4*r1*(-2*t5 + 2*t6*x - t8) - t13*x - 1/2*t14*x - 1/2*t17*y + (1/2)*t18 + t19 + (1/2)*t3*t6;
  const t22 = Math.sign((1/2)*(t10*t20 + t16*t3)*(t15*t16 + t20*t21) + 0.1);
  return [eta*(strength*t15*t22 + t3) + x, eta*(strength*t21*t22 - t9) + y, taken + 1];
};

export const jacobian_simultaneous = ([a, p, q], [eta]) => {
  const t0 = a*eta;
  return [-eta*p + 1, -t0, t0, -eta*q + 1];
};

export const jacobian_alternating = ([a, p, q], [eta]) => {
  const t0 = Math.pow(eta, 2);
  const t1 = a*eta;
  return [-Math.pow(a, 2)*t0 - eta*p + 1, a*q*t0 - t1, t1, -eta*q + 1];
};

export const jacobian_extragradient = ([a, p, q], [eta]) => {
  const t0 = Math.pow(eta, 2);
  const t1 = Math.pow(a, 2)*t0 - 1;
  const t2 = a*t0;
  const t3 = -a*eta + p*t2 + q*t2;
  return [-eta*p + Math.pow(p, 2)*t0 - t1, t3, -t3, -eta*q + Math.pow(q, 2)*t0 - t1];
};

export const jacobian_optimistic = ([a, p, q], [eta]) => {
  const t0 = eta*p;
  const t1 = a*eta;
  const t2 = 2*t1;
  const t3 = eta*q;
  return [1 - 2*t0, -t2, -1, 0, t2, 1 - 2*t3, 0, -1, -t0, -t1, 0, 0, t1, -t3, 0, 0];
};

export const jacobian_simultaneousMomentum = ([a, p, q], [eta, beta]) => {
  const t0 = eta*p;
  const t1 = a*eta;
  const t2 = -t1;
  const t3 = eta*q;
  return [1 - t0, t2, beta, 0, t1, 1 - t3, 0, beta, -t0, t2, beta, 0, t1, -t3, 0, beta];
};

export const jacobian_alternatingMomentum = ([a, p, q], [eta, beta]) => {
  const t0 = Math.pow(eta, 2);
  const t1 = Math.pow(a, 2)*t0 + eta*p;
  const t2 = a*eta;
  const t3 = a*q*t0 - t2;
  const t4 = -beta*t2;
  const t5 = eta*q;
  return [1 - t1, t3, beta, t4, t2, 1 - t5, 0, beta, -t1, t3, beta, t4, t2, -t5, 0, beta];
};

export const jacobian_consensus = ([a, p, q], [eta, strength]) => {
  const t0 = eta*strength;
  const t1 = p*t0;
  const t2 = eta + t1;
  const t3 = (1/2)*eta;
  const t4 = strength*t3;
  const t5 = Math.pow(a, 2)*t0 - 1;
  const t6 = q*t0;
  const t7 = eta + t6;
  return [-1/2*p*t2 + p*(-p*t4 - t3) - t5, -a*t2 + a*t6, -a*t1 + a*t7, -1/2*q*t7 + q*(-q*t4 - t3) - t5];
};

export const jacobian_symplectic = ([a, p, q], [eta, strength]) => {
  const t0 = eta*p;
  const t1 = Math.pow(a, 2)*eta*strength - 1;
  const t2 = a*eta;
  const t3 = -t2;
  return [-t0 - t1, q*strength*t2 + t3, -a*strength*t0 - t3, -eta*q - t1];
};

export const jacobian_proximal = ([a, p, q], [eta]) => {
  const t0 = eta*p;
  const t1 = Math.pow(eta, 2);
  const t2 = Math.pow(a, 2)*t1;
  const t3 = q*t1;
  const t4 = eta*q;
  const t5 = t4 + 1;
  const t6 = 1/(p*t3 + t0 + t2 + t5);
  const t7 = t5*t6;
  const t8 = t2*t6 - 1;
  const t9 = a*t6;
  const t10 = t0 + 1;
  return [-t0*t7 - t8, -a*eta*t7 + t3*t9, a*eta*t10*t6 - p*t1*t9, -t10*t4*t6 - t8];
};
