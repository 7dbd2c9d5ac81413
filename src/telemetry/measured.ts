// Whether this build measures itself. `OP_DBUS_MEASURED=off npm run build` puts `false` here, and then every call that
// stands behind `if (MEASURED)` is gone from the bundle, with all that only such calls need. Sources that run as they are
// measure. To switch off at run time, hand out `noMetrics` and `noTracer` instead: that costs an empty call.

declare const OP_DBUS_MEASURED: boolean | undefined;

export const MEASURED: boolean = typeof OP_DBUS_MEASURED === "undefined" ? true : OP_DBUS_MEASURED;
