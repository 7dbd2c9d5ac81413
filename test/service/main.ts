// The test service as a program of its own: node test/service/main.ts ADDRESS. It prints "ready" once it owns its name
// and runs until its standard input ends, so it never outlives the test that started it.

import { startTestService } from "./service.ts";

const address = process.argv[2];
if (address === undefined) throw new Error("usage: main.ts ADDRESS");
const service = await startTestService(address);
console.log("ready");
process.stdin.resume().once("end", () => void service.close());
