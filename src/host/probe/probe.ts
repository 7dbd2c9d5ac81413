// Questions to the machine that D-Bus does not answer: does something listen there, has a name an address, does a
// program say yes. Each is asked once, ends with its signal, and never throws for what it finds.

export type { Answer } from "./answer.ts";
export { askCommand, commandDistrust } from "./command.ts";
export { askDns } from "./dns.ts";
export { askTcp } from "./tcp.ts";
