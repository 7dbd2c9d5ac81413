// Taking D-Bus signatures apart (D-Bus specification, "Type System"): what conversions between wire and document
// values need, on strings, without a tree. Signatures that reach this file came from a codec or an introspection that
// checked them; `isOneType` is for the signatures that people write.

const BASIC = "ybnqiuxtdsogh";
const splits = new Map<string, readonly string[]>();
const SPLITS_MAX = 1024;

/** The complete types of a signature in order: "sa{sv}(ii)" -> ["s", "a{sv}", "(ii)"]. Cached, bounded. */
export function splitTypes(signature: string): readonly string[] {
  const known = splits.get(signature);
  if (known !== undefined) return known;
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = endOfType(signature, at, 0);
    if (end < 0) return [];
    types.push(signature.slice(at, end));
    at = end;
  }
  if (splits.size >= SPLITS_MAX) splits.clear();
  splits.set(signature, types);
  return types;
}

/** True for exactly one complete, valid type of at most 255 bytes. */
export function isOneType(signature: string): boolean {
  return signature.length > 0 && signature.length <= 255 && endOfType(signature, 0, 0) === signature.length;
}

/** Members of a struct or dict entry type: "(sa{sv})" -> ["s", "a{sv}"]. */
export function membersOf(type: string): readonly string[] {
  return splitTypes(type.slice(1, -1));
}

/** Index after the complete type that begins at `at`, or -1. Depth is capped as the specification says (32 + 32). */
function endOfType(signature: string, at: number, depth: number): number {
  const code = signature[at];
  if (code === undefined || depth > 64) return -1;
  if (code === "v" || BASIC.includes(code)) return at + 1;
  if (code === "a") {
    if (signature[at + 1] !== "{") return endOfType(signature, at + 1, depth + 1);
    if (!BASIC.includes(signature[at + 2] ?? "(")) return -1;
    const end = endOfType(signature, at + 3, depth + 2);
    return end > 0 && signature[end] === "}" ? end + 1 : -1;
  }
  if (code !== "(" || signature[at + 1] === ")") return -1;
  let next = at + 1;
  while (next > 0 && signature[next] !== ")") next = endOfType(signature, next, depth + 1);
  return next > 0 ? next + 1 : -1;
}
