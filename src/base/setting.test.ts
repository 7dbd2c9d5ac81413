// Addresses at which metrics may be served: of this machine alone, as numbers, and shown as they were read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { localAddress, showAddress, type Given } from "./setting.ts";

const form = localAddress();

function check(given: Given, expected: "refused" | "taken"): void {
  test(`${JSON.stringify(given)} is ${expected}`, () => {
    const read = form.read(given, false);
    if (expected === "refused")
      assert.match("fault" in read ? read.fault : "", /not shown to other machines/);
    else assert.equal("value" in read && showAddress(read.value), given);
  });
}

check("127.0.0.1:9464", "taken");
check("127.255.3.4:0", "taken");
check("[::1]:65535", "taken");
check("unix:/run/op-dbus/metrics.sock", "taken");

check("0.0.0.0:9464", "refused");
check("[::]:9464", "refused");
check("192.0.2.1:9464", "refused");
check("localhost:9464", "refused");
check("127.0.0.1.example.org:9464", "refused");
check("127.0.0.256:9464", "refused");
check("127.0.0.1", "refused");
check("127.0.0.1:65536", "refused");
check("127.0.0.1:9464 ", "refused");
check(":9464", "refused");
check("9464", "refused");
check(9464, "refused");
check("[::ffff:10.0.0.1]:9464", "refused");
check("unix:relative", "refused");
check("unix:/a\0b", "refused");
check("", "refused");
