// The rules of ARCHITECTURE.md as a function over file texts, so that the rules themselves can be tested. It reads the
// room table from the document: prose and rule cannot drift apart. Formatted ESM makes a regular expression enough to
// find imports; `import()` and `import type` count too.

export interface Tree {
  /** Path below the repository -> text. */
  readonly files: ReadonlyMap<string, string>;
  readonly architecture: string;
}

interface Room {
  readonly name: string;
  readonly faces: readonly string[];
  readonly imports: ReadonlyMap<string, "all" | "types">;
  readonly packages: ReadonlySet<string>;
}

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const MARKDOWN_IN_ROOT = new Set([
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
]);
const LINES_MAX = 600;
const LINES_MEDIAN_MAX = 120;
/** Files that nothing imports because something outside starts them. */
const ENTRIES = new Set(["src/main.ts"]);

/** The room table: every row that begins with a floor number. */
export function readRooms(architecture: string): ReadonlyMap<string, Room> {
  const rooms = new Map<string, Room>();
  for (const line of architecture.split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    if (!/^\d$/.test(cells[1] ?? "")) continue;
    const [, , name = "", faces = "", imports = "", packages = ""] = cells;
    rooms.set(name, {
      name,
      faces: [...faces.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? ""),
      imports: new Map(
        words(imports).map((w) => [w.replace(":types", ""), w.endsWith(":types") ? "types" : "all"]),
      ),
      packages: new Set(words(packages)),
    });
  }
  return rooms;
}

function words(cell: string): string[] {
  return cell.split(/\s+/).filter((word) => word !== "");
}

/** Imports of a file: relative ones as repository paths, packages and node: by their name. */
function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";/gm;
  for (const [, type, target = ""] of text.matchAll(statement))
    found.push({ target: resolve(path, target), typeOnly: type !== undefined });
  for (const [, target = ""] of text.matchAll(/\bimport\("([^"]+)"\)/g))
    found.push({ target: resolve(path, target), typeOnly: false });
  return found;
}

function resolve(from: string, target: string): string {
  if (!target.startsWith(".")) return target;
  const parts = from.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Every breach, as one sentence each; empty when the tree is tidy. */
export function tidy(tree: Tree): string[] {
  const rooms = readRooms(tree.architecture);
  const sources = [...tree.files].filter(([path]) => path.startsWith("src/") && path.endsWith(".ts"));
  const product = sources.filter(([path]) => !path.endsWith(".test.ts"));
  return [
    ...[...tree.files.keys()]
      .filter((p) => /^[^/]+\.md$/.test(p) && !MARKDOWN_IN_ROOT.has(p))
      .map((p) => `${p}: Markdown in the root is one of ${[...MARKDOWN_IN_ROOT].join(", ")}`),
    ...sources.flatMap(([path, text]) => checkImports(path, text, rooms)),
    ...sources.flatMap(([path, text]) => checkShape(path, text)),
    ...checkMedian(product),
    ...checkCycles(product),
    ...checkImporters(product, tree),
    ...checkCodes(product),
    ...checkLimits(tree, product),
  ];
}

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function checkImports(path: string, text: string, rooms: ReadonlyMap<string, Room>): string[] {
  if (ENTRIES.has(path)) return [];
  const room = rooms.get(roomOf(path));
  if (room === undefined) return [`${path}: room ${roomOf(path)} is not in the table of ARCHITECTURE.md`];
  const faults: string[] = [];
  const isTest = path.endsWith(".test.ts");
  for (const { target, typeOnly } of importsOf(path, text)) {
    if (target.startsWith("node:")) continue;
    if (!target.startsWith("src/")) {
      if (isTest && (target.startsWith("test/") || !target.includes(".ts"))) continue;
      const name = target.startsWith("@")
        ? target.split("/").slice(0, 2).join("/")
        : (target.split("/")[0] ?? target);
      if (!room.packages.has(name)) faults.push(`${path}: ${room.name} may not import ${target}`);
      continue;
    }
    const other = roomOf(target);
    if (other === room.name) continue;
    const allowed = room.imports.get(other);
    if (allowed === undefined) faults.push(`${path}: ${room.name} may not import ${other} (${target})`);
    else if (allowed === "types" && !typeOnly && !isTest)
      faults.push(`${path}: ${room.name} may import only types of ${other} (${target})`);
    else if (!isFace(target, rooms.get(other))) faults.push(`${path}: ${target} is not a face of ${other}`);
  }
  return faults;
}

function isFace(target: string, room: Room | undefined): boolean {
  const inside = target.split("/").slice(2).join("/");
  return (
    room !== undefined &&
    room.faces.some((face) => face === inside || (face === "*.ts" && !inside.includes("/")))
  );
}

function checkShape(path: string, text: string): string[] {
  const lines = text.split("\n").length;
  const faults: string[] = [];
  if (lines > LINES_MAX)
    faults.push(`${path}: ${lines} lines; ${LINES_MAX} is the most, 400 already holds a second idea`);
  if (!path.endsWith(".test.ts") && !text.startsWith("// "))
    faults.push(`${path}: opens without a header comment`);
  return faults;
}

function checkMedian(product: readonly (readonly [string, string])[]): string[] {
  const lengths = product.map(([, text]) => text.split("\n").length).sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return median > LINES_MEDIAN_MAX
    ? [`src: the median file has ${median} lines; ${LINES_MEDIAN_MAX} is the most`]
    : [];
}

function checkCycles(product: readonly (readonly [string, string])[]): string[] {
  const graph = new Map(
    product.map(([path, text]) => [
      path,
      importsOf(path, text)
        .map((i) => i.target)
        .filter((t) => t.startsWith("src/")),
    ]),
  );
  const done = new Set<string>();
  const faults: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    const at = trail.indexOf(path);
    if (at >= 0) return void faults.push(`import cycle: ${[...trail.slice(at), path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  }
  for (const path of graph.keys()) visit(path, []);
  return faults;
}

function checkImporters(product: readonly (readonly [string, string])[], tree: Tree): string[] {
  const used = new Set<string>();
  for (const [path, text] of tree.files)
    if (path.endsWith(".ts") && !path.endsWith(".test.ts"))
      for (const { target } of importsOf(path, text)) used.add(target);
  return product
    .filter(([path]) => !used.has(path) && !ENTRIES.has(path))
    .map(([path]) => `${path}: nothing imports it`);
}

function checkCodes(product: readonly (readonly [string, string])[]): string[] {
  const isTable = (path: string): boolean => path.startsWith("src/base/codes/");
  const rest = product
    .filter(([path]) => !isTable(path))
    .map(([, text]) => text)
    .join("\n");
  return product
    .filter(([path]) => isTable(path))
    .flatMap(([path, text]) =>
      [...text.matchAll(/^\s+(OPD\d{4}):/gm)]
        .map((m) => m[1] ?? "")
        .filter((code) => !rest.includes(`"${code}"`))
        .map((code) => `${path}: ${code} is explained and never used`),
    );
}

function checkLimits(tree: Tree, product: readonly (readonly [string, string])[]): string[] {
  const table = tree.files.get("src/base/limits.ts") ?? "";
  const rest = product
    .filter(([path]) => path !== "src/base/limits.ts")
    .map(([, text]) => text)
    .join("\n");
  return [...table.matchAll(/^ {2}(\w+): /gm)]
    .map((m) => m[1] ?? "")
    .filter((name) => !rest.includes(`LIMITS.${name}`))
    .map((name) => `src/base/limits.ts: ${name} limits nothing`);
}
