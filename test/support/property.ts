// fast-check with one seed for all properties, so that a suite says the same thing twice: what random values find belongs
// to whoever looks for it, not to whoever builds next. OP_DBUS_SEED=N draws others; the long forms draw new ones each time.

import fc from "fast-check";

const DEFAULT_SEED = 20_261_121;
const given = process.env["OP_DBUS_SEED"];
if (given !== undefined) fc.configureGlobal({ seed: Number(given) });
else if (process.env["OP_DBUS_LONG"] !== "1") fc.configureGlobal({ seed: DEFAULT_SEED });

export { default } from "fast-check";
