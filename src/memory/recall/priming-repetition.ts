// Repetition priming (Tulving & Schacter 1990): what was recalled is found more easily again; each time adds the same, up to a cap,
// and it does not fade within a session (as long as the memory is open).

const EACH = 0.05;
const MOST = 0.3;

/** The boost after so many recalls. */
export function repeated(times: number): number {
  return Math.min(EACH * times, MOST);
}
