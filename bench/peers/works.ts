// The works that every JavaScript peer runs, in a process of its own; a peer brings only `call`. Each work prints one
// JSON line. The C and Rust peers do the same with the same sizes (stats.h, zbus/src/main.rs).

const SEQUENTIAL = 5_000;
const WARM = 4_000;
const PIPELINED = 20_000;
const DEPTH = 64;
const MEBIBYTES = 40;
const TREES = 5;

const TEXT = "hello from the bench";
const BUS = "org.freedesktop.DBus";
const SERVICE = "org.opdbus.bench";
const PATH = "/org/opdbus/bench";

export interface Ask {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly (string | Uint8Array)[];
}
/** Answers the first value of the reply. */
export type CallPeer = (ask: Ask) => Promise<unknown>;

export interface Peer {
  readonly call: CallPeer;
  /** How many objects a decoded a{oa{sa{sv}}} has. */
  readonly count: (tree: unknown) => number;
}

const service = { destination: SERVICE, path: PATH, interface: SERVICE };
const PING: Ask = {
  destination: BUS,
  path: "/org/freedesktop/DBus",
  interface: `${BUS}.Peer`,
  member: "Ping",
  signature: "",
  body: [],
};
const ECHO: Ask = { ...service, member: "Echo", signature: "s", body: [TEXT] };
const GET_TREE: Ask = {
  destination: SERVICE,
  path: `${PATH}/tree/10000`,
  interface: `${BUS}.ObjectManager`,
  member: "GetManagedObjects",
  signature: "",
  body: [],
};

const works: Readonly<Record<string, (peer: Peer) => Promise<object>>> = {
  ping: ({ call }) => sequential(call, PING),
  echo: ({ call }) => sequential(call, ECHO),
  echo_pipe64: ({ call }) => pipelined(call),
  bytes1m: ({ call }) => mebibytes(call),
  gmo10k: (peer) => trees(peer),
};

/** Runs the works that the command line names, and ends the process. */
export async function runWorks(peer: Peer): Promise<never> {
  for (const work of process.argv.slice(2)) {
    process.stdout.write(`${JSON.stringify({ work, ...(await works[work]!(peer)) })}\n`);
  }
  process.exit(0);
}

async function sequential(call: CallPeer, ask: Ask): Promise<object> {
  for (let i = 0; i < WARM; i++) await call(ask);
  const samplesUs = new Float64Array(SEQUENTIAL);
  const before = cpuUs();
  for (let i = 0; i < SEQUENTIAL; i++) {
    const begun = nowUs();
    await call(ask);
    samplesUs[i] = nowUs() - begun;
  }
  return { ...percentiles(samplesUs), cpu_us: (cpuUs() - before) / SEQUENTIAL };
}

async function pipelined(call: CallPeer): Promise<object> {
  let left = PIPELINED;
  const worker = async (): Promise<void> => {
    while (left-- > 0) if ((await call(ECHO)) !== TEXT) throw new Error("the echo differs");
  };
  const before = cpuUs();
  const begun = nowUs();
  await Promise.all(Array.from({ length: DEPTH }, worker));
  return { calls_s: (PIPELINED / (nowUs() - begun)) * 1e6, cpu_us: (cpuUs() - before) / PIPELINED };
}

async function mebibytes(call: CallPeer): Promise<object> {
  const bytes = Buffer.alloc(1 << 20, "x");
  const ask: Ask = { ...service, member: "EchoBytes", signature: "ay", body: [bytes] };
  const samplesUs = new Float64Array(MEBIBYTES);
  for (let i = 0; i < 5; i++) await call(ask);
  const before = cpuUs();
  for (let i = 0; i < MEBIBYTES; i++) {
    const begun = nowUs();
    const got = (await call(ask)) as Uint8Array;
    if (got.length !== bytes.length) throw new Error("the length differs");
    samplesUs[i] = nowUs() - begun;
  }
  return { ...percentiles(samplesUs), cpu_us: (cpuUs() - before) / MEBIBYTES };
}

async function trees({ call, count }: Peer): Promise<object> {
  // What is resident, not the peak: stripping types at start peaks higher than what stays.
  const rssBeforeMb = process.memoryUsage.rss() / 2 ** 20;
  const cpuMs: number[] = [];
  const wallMs: number[] = [];
  let rssFirstMb = 0;
  for (let i = 0; i < TREES; i++) {
    const begun = nowUs();
    const before = cpuUs();
    if (count(await call(GET_TREE)) !== 10_000) throw new Error("objects are missing");
    wallMs.push((nowUs() - begun) / 1e3);
    cpuMs.push((cpuUs() - before) / 1e3);
    if (i === 0) rssFirstMb = peakRssMb();
  }
  return {
    wall_ms: Math.min(...wallMs),
    cpu_ms: Math.min(...cpuMs),
    cpu_first_ms: cpuMs[0],
    rss_before_mb: rssBeforeMb,
    rss_first_mb: rssFirstMb,
    rss_peak_mb: peakRssMb(),
  };
}

function percentiles(samplesUs: Float64Array): object {
  samplesUs.sort();
  const at = (part: number): number | undefined => samplesUs[Math.floor(samplesUs.length * part)];
  return { p50_us: at(0.5), p99_us: at(0.99) };
}

const nowUs = (): number => performance.now() * 1e3;
const peakRssMb = (): number => process.resourceUsage().maxRSS / 1024;
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
