// logf and cosf as the C library of the machines has them (the algorithms of ARM's optimized routines, which glibc uses since
// 2.28): worked out in f64 and rounded once, which is not always the nearest f32, so Math.log rounded is another number
// in one of some hundred cases. The reference of the vector set is a native program, and its draws are these.

const f = Math.fround;
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** A number as C writes it, 0x1.8p-2 without its 0x. */
function hex(text: string): number {
  const [, sign = "", whole = "", digits = "", power = ""] = /^(-?)(\d)\.?([0-9a-f]*)p(.+)$/.exec(text)!;
  return (
    Number(`${sign}1`) *
    (Number(whole) + parseInt(`${digits}0`, 16) / 16 ** (digits.length + 1)) *
    2 ** Number(power)
  );
}

const INVERSES = Float64Array.from(
  (
    "1.661ec79f8f3bep+0 1.571ed4aaf883dp+0 1.49539f0f010bp+0 1.3c995b0b80385p+0 1.30d190c8864a5p+0 1.25e227b0b8eap+0 " +
    "1.1bb4a4a1a343fp+0 1.12358f08ae5bap+0 1.0953f419900a7p+0 1p+0 1.e608cfd9a47acp-1 1.ca4b31f026aap-1 " +
    "1.b2036576afce6p-1 1.9c2d163a1aa2dp-1 1.886e6037841edp-1 1.767dcf5534862p-1"
  ).split(" "),
  hex,
);
const LOGARITHMS = Float64Array.from(
  (
    "-1.57bf7808caadep-2 -1.2bef0a7c06ddbp-2 -1.01eae7f513a67p-2 -1.b31d8a68224e9p-3 -1.6574f0ac07758p-3 " +
    "-1.1aa2bc79c81p-3 -1.a4e76ce8c0e5ep-4 -1.1973c5a611cccp-4 -1.252f438e10c1ep-5 0p+0 1.aa5aa5df25984p-5 " +
    "1.c5e53aa362eb4p-4 1.526e57720db08p-3 1.bc2860d22477p-3 1.1058bc8a07ee1p-2 1.4043057b6ee09p-2"
  ).split(" "),
  hex,
);
const [A0, A1, A2] = [hex("-1.00ea348b88334p-2"), hex("1.5575b0be00b6ap-2"), hex("-1.ffffef20a4123p-2")];

/** Of a positive number that is neither subnormal nor infinite. */
export function logf(x: number): number {
  float[0] = x;
  const shifted = (bits[0]! - 0x3f330000) | 0;
  const row = (shifted >> 19) & 15;
  bits[0] = bits[0]! - (shifted & 0xff800000);
  const r = float[0]! * INVERSES[row]! - 1;
  const whole = LOGARITHMS[row]! + (shifted >> 23) * Math.LN2;
  const r2 = r * r;
  return f((A0 * r2 + (A1 * r + A2)) * r2 + (whole + r));
}

const HALF_PI = Math.PI / 2;
const HALF_PI_INVERSE = hex("1.45f306dc9c883p+23");
const [C1, C2] = [hex("-1.ffffffd0c621cp-2"), hex("1.55553e1068f19p-5")];
const [C3, C4] = [hex("-1.6c087e89a359dp-10"), hex("1.99343027bf8c3p-16")];
const [S1, S2, S3] = [hex("-1.555545995a603p-3"), hex("1.1107605230bc4p-7"), hex("-1.994eb3774cf24p-13")];

/** Of a number from 0 to 120. */
export function cosf(x: number): number {
  if (x < 2 ** -12) return 1;
  const quarter = x < Math.PI / 4 ? 0 : (Math.trunc(x * HALF_PI_INVERSE) + 0x800000) >> 24;
  const rest = x - quarter * HALF_PI;
  const y2 = rest * rest;
  if ((quarter & 1) === 0) {
    const y4 = y2 * y2;
    const cos = 1 + y2 * C1 + y4 * C2 + y4 * y2 * (C3 + y2 * C4);
    return f((quarter & 2) === 0 ? cos : -cos);
  }
  const y = (quarter & 2) === 0 ? -rest : rest;
  const y3 = y * y2;
  return f(y + y3 * S1 + y3 * y2 * (S2 + y2 * S3));
}
