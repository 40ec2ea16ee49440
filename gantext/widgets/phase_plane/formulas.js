// Made by `python -m tools.formulas` from gantext.widgets.phase_plane.formulas.
const sigmoid = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

export const velocity_bilinear = ([x, y], [damping]) => {
  return [-damping*x - y, -damping*y + x];
};

export const near_bilinear = ([damping]) => {
  return [1, damping, damping];
};

export const step_bilinear_simultaneous = ([x, y, step], [eta, damping]) => {
  return [eta*(-damping*x - y) + x, eta*(-damping*y + x) + y, step + 1];
};

export const step_bilinear_alternating = ([x, y, step], [eta, damping]) => {
  const t0 = eta*(-damping*y + x) + y;
  return [eta*(-damping*x - t0) + x, t0, step + 1];
};

export const step_bilinear_extragradient = ([x, y, step], [eta, damping]) => {
  const t0 = eta*(-damping*x - y);
  const t1 = t0 + x;
  const t2 = (1/2)*damping;
  const t3 = eta*(-damping*y + x);
  const t4 = t3 + y;
  return [eta*(damping*(-1/2*t0 - 1/2*x) - t1*t2 - t4) + x, eta*(damping*(-1/2*t3 - 1/2*y) + t1 - t2*t4) + y, step + 1];
};

export const step_bilinear_optimistic = ([x, y, m0, m1, step], [eta, damping]) => {
  const t0 = eta*(-damping*x - y);
  const t1 = step === 0;
  const t2 = eta*(-damping*y + x);
  return [2*t0 + x - (t1 ? t0 : m0), 2*t2 + y - (t1 ? t2 : m1), t0, t2, step + 1];
};

export const step_bilinear_simultaneousMomentum = ([x, y, m0, m1, step], [eta, beta, damping]) => {
  const t0 = beta*m0 + eta*(-damping*x - y);
  const t1 = beta*m1 + eta*(-damping*y + x);
  return [t0 + x, t1 + y, t0, t1, step + 1];
};

export const step_bilinear_alternatingMomentum = ([x, y, m0, m1, step], [eta, beta, damping]) => {
  const t0 = beta*m1 + eta*(-damping*y + x);
  const t1 = t0 + y;
  const t2 = beta*m0 + eta*(-damping*x - t1);
  return [t2 + x, t1, t2, t0, step + 1];
};

export const step_bilinear_consensus = ([x, y, step], [eta, strength, damping]) => {
  const t0 = damping*x;
  const t1 = t0 + y;
  const t2 = (1/2)*damping;
  const t3 = (1/2)*y;
  const t4 = damping*y - x;
  return [eta*(-strength*(damping*((1/2)*t0 + t3) + t1*t2 - t4) - t1) + x, eta*(-strength*(damping*(damping*t3 - 1/2*x) + t1 + t2*t4) - t4) + y, step + 1];
};

export const step_bilinear_symplectic = ([x, y, step], [eta, strength, damping]) => {
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
  return [eta*(strength*t1*t9 - t5) + x, eta*(strength*t7*t9 - t0 + x) + y, step + 1];
};

export const step_bilinear_proximal = ([x, y, step], [eta, damping]) => {
  const t0 = Math.pow(eta, 2);
  const t1 = Math.pow(damping, 2)*t0;
  const t2 = 1/(2*damping*eta + t0 + t1 + 1);
  const t3 = eta*y;
  return [t2*(-damping*eta*x - t0*x - t1*x - t3) + x, t2*(-damping*t3 + eta*x - t0*y - t1*y) + y, step + 1];
};

export const velocity_minimax = ([x, y], [r1, gp]) => {
  const t0 = sigmoid(-x*y);
  return [-t0*y, -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x];
};

export const near_minimax = ([r1]) => {
  return [sigmoid(0), 0, r1];
};

export const step_minimax_simultaneous = ([x, y, step], [eta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  return [-eta*t0*y + x, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x) + y, step + 1];
};

export const step_minimax_alternating = ([x, y, step], [eta, r1, gp]) => {
  const t0 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y)) + y;
  const t1 = -t0;
  return [eta*t1*sigmoid(t1*x) + x, t0, step + 1];
};

export const step_minimax_extragradient = ([x, y, step], [eta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  const t1 = (1/2)*gp;
  const t2 = eta*(-r1*y + t0*x - t1*(2*Math.abs(y) - 2)*Math.sign(y));
  const t3 = -t2 - y;
  const t4 = -eta*t0*y + x;
  const t5 = sigmoid(t3*t4);
  return [eta*t3*t5 + x, eta*((1/2)*r1*(-2*t2 - 2*y) + t1*(2*Math.abs(t3) - 2)*Math.sign(t3) + t4*t5) + y, step + 1];
};

export const step_minimax_optimistic = ([x, y, m0, m1, step], [eta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  const t1 = eta*t0*y;
  const t2 = -t1;
  const t3 = step === 0;
  const t4 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x);
  return [-2*t1 + x - (t3 ? t2 : m0), 2*t4 + y - (t3 ? t4 : m1), t2, t4, step + 1];
};

export const step_minimax_simultaneousMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = sigmoid(-x*y);
  const t1 = beta*m0 - eta*t0*y;
  const t2 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + t0*x);
  return [t1 + x, t2 + y, t1, t2, step + 1];
};

export const step_minimax_alternatingMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y));
  const t1 = t0 + y;
  const t2 = -t1;
  const t3 = beta*m0 + eta*t2*sigmoid(t2*x);
  return [t3 + x, t1, t3, t0, step + 1];
};

export const step_minimax_consensus = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(-t0);
  const t2 = Math.sign(y);
  const t3 = (1/2)*gp*t2*(2*Math.abs(y) - 2) + r1*y - t1*x;
  const t4 = t1*t3;
  const t5 = Math.pow(t1, 2);
  const t6 = 1 - t1;
  const t7 = (t0 > -40 ? 1 : 0);
  const t8 = t6*t7;
  const t9 = t5*t8;
  return [eta*(-strength*(t1*t3*t6*t7*x*y - t4 - t9*Math.pow(y, 3)) - t1*y) + x, eta*(-strength*(gp*Math.pow(t2, 2)*t3 + r1*t3 + t4*t8*Math.pow(x, 2) + t5*y - t9*x*Math.pow(y, 2)) - t3) + y, step + 1];
};

export const step_minimax_symplectic = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(-t0);
  const t2 = t1*y;
  const t3 = r1*y;
  const t4 = t1*x;
  const t5 = Math.sign(y);
  const t6 = gp*t5*(2*Math.abs(y) - 2);
  const t7 = t3 - t4 + (1/2)*t6;
  const t8 = t1*t7;
  const t9 = Math.pow(y, 3);
  const t10 = Math.pow(t1, 2);
  const t11 = 1 - t1;
  const t12 = (t0 > -40 ? 1 : 0);
  const t13 = t11*t12;
  const t14 = t13*t8;
  const t15 = Math.pow(y, 2);
  const t16 = t1*t15 + t7*x;
  const t17 = (1/2)*t13;
  const t18 = -1/2*t0*t14 + (1/2)*t10*t11*t12*t9 - t16*t17*t2 + t8;
  const t19 = t10*t13;
  const t20 = t1*t11*t12*t7*x*y - t19*t9 - t8;
  const t21 = t10*y;
  const t22 = r1*t7;
  const t23 = t14*Math.pow(x, 2);
  const t24 = gp*Math.pow(t5, 2)*t7 - t15*t19*x + t21 + t22 + t23;
  const t25 = (1/4)*r1*(2*t3 - 2*t4 + t6) + (1/2)*t10*t11*t12*t15*x + t16*t17*t4 - t21 - 1/2*t22 - 1/2*t23;
  const t26 = Math.sign((1/2)*(t18*t20 + t24*t25)*(-t2*t20 - t24*t7) + 0.1);
  return [eta*(strength*t18*t26 - t2) + x, eta*(strength*t25*t26 - t7) + y, step + 1];
};

export const velocity_nonSaturating = ([x, y], [r1, gp]) => {
  const t0 = x*y;
  return [-y*sigmoid(t0), -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0)];
};

export const near_nonSaturating = ([r1]) => {
  return [sigmoid(0), 0, r1];
};

export const step_nonSaturating_simultaneous = ([x, y, step], [eta, r1, gp]) => {
  const t0 = x*y;
  return [-eta*y*sigmoid(t0) + x, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0)) + y, step + 1];
};

export const step_nonSaturating_alternating = ([x, y, step], [eta, r1, gp]) => {
  const t0 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y)) + y;
  const t1 = -t0;
  return [eta*t1*sigmoid(-t1*x) + x, t0, step + 1];
};

export const step_nonSaturating_extragradient = ([x, y, step], [eta, r1, gp]) => {
  const t0 = x*y;
  const t1 = (1/2)*gp;
  const t2 = eta*(-r1*y - t1*(2*Math.abs(y) - 2)*Math.sign(y) + x*sigmoid(-t0));
  const t3 = -t2 - y;
  const t4 = -eta*y*sigmoid(t0) + x;
  const t5 = t3*t4;
  return [eta*t3*sigmoid(-t5) + x, eta*((1/2)*r1*(-2*t2 - 2*y) + t1*(2*Math.abs(t3) - 2)*Math.sign(t3) + t4*sigmoid(t5)) + y, step + 1];
};

export const step_nonSaturating_optimistic = ([x, y, m0, m1, step], [eta, r1, gp]) => {
  const t0 = x*y;
  const t1 = eta*y*sigmoid(t0);
  const t2 = -t1;
  const t3 = step === 0;
  const t4 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0));
  return [-2*t1 + x - (t3 ? t2 : m0), 2*t4 + y - (t3 ? t4 : m1), t2, t4, step + 1];
};

export const step_nonSaturating_simultaneousMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = x*y;
  const t1 = beta*m0 - eta*y*sigmoid(t0);
  const t2 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-t0));
  return [t1 + x, t2 + y, t1, t2, step + 1];
};

export const step_nonSaturating_alternatingMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x*sigmoid(-x*y));
  const t1 = t0 + y;
  const t2 = -t1;
  const t3 = beta*m0 + eta*t2*sigmoid(-t2*x);
  return [t3 + x, t1, t3, t0, step + 1];
};

export const step_nonSaturating_consensus = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(t0);
  const t2 = Math.pow(t1, 2);
  const t3 = t2*(1 - t1)*(t0 < 40 ? 1 : 0);
  const t4 = sigmoid(-t0);
  const t5 = Math.sign(y);
  const t6 = (1/2)*gp*t5*(2*Math.abs(y) - 2) + r1*y - t4*x;
  const t7 = t4*t6;
  const t8 = t7*(1 - t4)*(t0 > -40 ? 1 : 0);
  return [eta*(-strength*(t0*t8 + t3*Math.pow(y, 3) - t7) - t1*y) + x, eta*(-strength*(gp*Math.pow(t5, 2)*t6 + r1*t6 + t2*y + t3*x*Math.pow(y, 2) + t8*Math.pow(x, 2)) - t6) + y, step + 1];
};

export const step_nonSaturating_symplectic = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = x*y;
  const t1 = sigmoid(t0);
  const t2 = t1*y;
  const t3 = r1*y;
  const t4 = sigmoid(-t0);
  const t5 = t4*x;
  const t6 = Math.sign(y);
  const t7 = gp*t6*(2*Math.abs(y) - 2);
  const t8 = t3 - t5 + (1/2)*t7;
  const t9 = t4*t8;
  const t10 = (1/2)*t9;
  const t11 = Math.pow(t1, 2);
  const t12 = (1 - t1)*(t0 < 40 ? 1 : 0);
  const t13 = t11*t12;
  const t14 = t13*Math.pow(y, 3);
  const t15 = (1 - t4)*(t0 > -40 ? 1 : 0);
  const t16 = t10*t15;
  const t17 = Math.pow(y, 2);
  const t18 = t1*t17 + t8*x;
  const t19 = (1/2)*t2;
  const t20 = -t0*t16 + (1/2)*t1*t8 + t10 + t12*t18*t19 - 1/2*t14;
  const t21 = t15*t9;
  const t22 = t0*t21 + t14 - t9;
  const t23 = t11*y;
  const t24 = r1*t8;
  const t25 = t13*t17*x;
  const t26 = Math.pow(x, 2);
  const t27 = gp*Math.pow(t6, 2)*t8 + t21*t26 + t23 + t24 + t25;
  const t28 = (1/4)*r1*(2*t3 - 2*t5 + t7) + (1/2)*t15*t18*t5 - t16*t26 - t19*t4 - 1/2*t23 - 1/2*t24 - 1/2*t25;
  const t29 = Math.sign((1/2)*(-t2*t22 - t27*t8)*(t20*t22 + t27*t28) + 0.1);
  return [eta*(strength*t20*t29 - t2) + x, eta*(strength*t28*t29 - t8) + y, step + 1];
};

export const velocity_wasserstein = ([x, y], [r1, gp]) => {
  return [-y, -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x];
};

export const near_wasserstein = ([r1]) => {
  return [1, 0, r1];
};

export const step_wasserstein_simultaneous = ([x, y, step], [eta, r1, gp]) => {
  const t0 = -x;
  return [-eta*y - t0, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0) + y, step + 1];
};

export const step_wasserstein_alternating = ([x, y, step], [eta, r1, gp]) => {
  const t0 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x) + y;
  return [-eta*t0 + x, t0, step + 1];
};

export const step_wasserstein_extragradient = ([x, y, step], [eta, r1, gp]) => {
  const t0 = (1/2)*gp;
  const t1 = eta*(-r1*y - t0*(2*Math.abs(y) - 2)*Math.sign(y) + x);
  const t2 = -t1 - y;
  return [eta*t2 + x, eta*(-eta*y + (1/2)*r1*(-2*t1 - 2*y) + t0*(2*Math.abs(t2) - 2)*Math.sign(t2) + x) + y, step + 1];
};

export const step_wasserstein_optimistic = ([x, y, m0, m1, step], [eta, r1, gp]) => {
  const t0 = -x;
  const t1 = eta*y;
  const t2 = -t1;
  const t3 = step === 0;
  const t4 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0);
  return [-t0 - 2*t1 - (t3 ? t2 : m0), 2*t4 + y - (t3 ? t4 : m1), t2, t4, step + 1];
};

export const step_wasserstein_simultaneousMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = beta*m0 - eta*y;
  const t1 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x);
  return [t0 + x, t1 + y, t0, t1, step + 1];
};

export const step_wasserstein_alternatingMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y + x);
  const t1 = t0 + y;
  const t2 = beta*m0 - eta*t1;
  return [t2 + x, t1, t2, t0, step + 1];
};

export const step_wasserstein_consensus = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = Math.sign(y);
  const t1 = (1/2)*gp*t0*(2*Math.abs(y) - 2) + r1*y - x;
  return [eta*(strength*t1 - y) + x, eta*(-strength*(gp*Math.pow(t0, 2)*t1 + r1*t1 + y) - t1) + y, step + 1];
};

export const step_wasserstein_symplectic = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = r1*y;
  const t1 = Math.sign(y);
  const t2 = gp*t1*(2*Math.abs(y) - 2);
  const t3 = t0 + (1/2)*t2 - x;
  const t4 = -t3;
  const t5 = r1*t3;
  const t6 = gp*Math.pow(t1, 2)*t3 + t5 + y;
  const t7 = (1/4)*r1*(2*t0 + t2 - 2*x) - 1/2*t5 - y;
  const t8 = Math.sign((1/2)*(t3*t4 + t6*t7)*(t4*t6 - t4*y) + 0.1);
  return [eta*(strength*t3*t8 - y) + x, eta*(strength*t7*t8 - t3) + y, step + 1];
};

export const velocity_leastSquares = ([x, y], [r1, gp]) => {
  const t0 = 2*x*y - 2;
  return [t0*y, -1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0*x];
};

export const near_leastSquares = ([r1]) => {
  return [2, 0, r1];
};

export const step_leastSquares_simultaneous = ([x, y, step], [eta, r1, gp]) => {
  const t0 = 2*x*y - 2;
  return [eta*t0*y + x, eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0*x) + y, step + 1];
};

export const step_leastSquares_alternating = ([x, y, step], [eta, r1, gp]) => {
  const t0 = 2*x;
  const t1 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - x*(t0*y - 2)) + y;
  const t2 = -t1;
  return [eta*t2*(t0*t2 + 2) + x, t1, step + 1];
};

export const step_leastSquares_extragradient = ([x, y, step], [eta, r1, gp]) => {
  const t0 = 2*y;
  const t1 = t0*x - 2;
  const t2 = (1/2)*gp;
  const t3 = eta*(-r1*y - t1*x - t2*(2*Math.abs(y) - 2)*Math.sign(y));
  const t4 = -t3 - y;
  const t5 = eta*t1*y + x;
  const t6 = 2*t4*t5 + 2;
  return [eta*t4*t6 + x, eta*((1/2)*r1*(-t0 - 2*t3) + t2*(2*Math.abs(t4) - 2)*Math.sign(t4) + t5*t6) + y, step + 1];
};

export const step_leastSquares_optimistic = ([x, y, m0, m1, step], [eta, r1, gp]) => {
  const t0 = 2*y;
  const t1 = t0*x - 2;
  const t2 = -eta*t1;
  const t3 = -t2*y;
  const t4 = step === 0;
  const t5 = eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t1*x);
  return [-t0*t2 + x - (t4 ? t3 : m0), 2*t5 + y - (t4 ? t5 : m1), t3, t5, step + 1];
};

export const step_leastSquares_simultaneousMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = 2*x*y - 2;
  const t1 = beta*m0 + eta*t0*y;
  const t2 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - t0*x);
  return [t1 + x, t2 + y, t1, t2, step + 1];
};

export const step_leastSquares_alternatingMomentum = ([x, y, m0, m1, step], [eta, beta, r1, gp]) => {
  const t0 = 2*x;
  const t1 = beta*m1 + eta*(-1/2*gp*(2*Math.abs(y) - 2)*Math.sign(y) - r1*y - x*(t0*y - 2));
  const t2 = t1 + y;
  const t3 = -t2;
  const t4 = beta*m0 + eta*t3*(t0*t3 + 2);
  return [t4 + x, t2, t4, t1, step + 1];
};

export const step_leastSquares_consensus = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = 2*x;
  const t1 = t0*y;
  const t2 = t1 - 2;
  const t3 = -t2;
  const t4 = Math.sign(y);
  const t5 = (1/2)*gp*t4*(2*Math.abs(y) - 2) + r1*y + t2*x;
  return [eta*(-strength*(t1*t5 + t2*t5 - 2*t3*Math.pow(y, 3)) - t3*y) + x, eta*(-strength*(gp*Math.pow(t4, 2)*t5 + r1*t5 - t0*t3*Math.pow(y, 2) + Math.pow(t3, 2)*y + 2*t5*Math.pow(x, 2)) - t5) + y, step + 1];
};

export const step_leastSquares_symplectic = ([x, y, step], [eta, strength, r1, gp]) => {
  const t0 = 2*x;
  const t1 = t0*y;
  const t2 = t1 - 2;
  const t3 = -t2;
  const t4 = t3*y;
  const t5 = Math.pow(y, 3);
  const t6 = r1*y;
  const t7 = t2*x;
  const t8 = Math.sign(y);
  const t9 = gp*t8*(2*Math.abs(y) - 2);
  const t10 = t6 + t7 + (1/2)*t9;
  const t11 = t10*t2;
  const t12 = Math.pow(y, 2);
  const t13 = t12*t3;
  const t14 = t0*t10 + 2*t13;
  const t15 = (1/2)*t10*t3 - t10*x*y - 1/2*t11 - 1/2*t14*y + t3*t5;
  const t16 = t1*t10 + t11 - 2*t3*t5;
  const t17 = Math.pow(t3, 2)*y;
  const t18 = r1*t10;
  const t19 = t10*Math.pow(x, 2);
  const t20 = gp*t10*Math.pow(t8, 2) - t0*t13 + t17 + t18 + 2*t19;
  const t21 = (1/4)*r1*(2*t6 + 2*t7 + t9) + t12*t3*x + (1/2)*t14*x - 1/2*t17 - 1/2*t18 - t19 + (1/2)*t2*t3*y;
  const t22 = Math.sign((1/2)*(-t10*t20 - t16*t4)*(t15*t16 + t20*t21) + 0.1);
  return [eta*(strength*t15*t22 - t4) + x, eta*(strength*t21*t22 - t10) + y, step + 1];
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
