// Work on many things, a bounded number at a time. Results keep the order of the items.

/** Runs `one` for every item, at most `max` at once. The first rejection rejects: what was begun is not waited for, and
 * nothing else is begun. */
export async function inParallel<T, R>(
  items: readonly T[],
  max: number,
  one: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    for (let at = next++; at < items.length; at = next++) results[at] = await one(items[at] as T);
  }
  try {
    await Promise.all(Array.from({ length: Math.min(max, items.length) }, worker));
  } finally {
    next = items.length;
  }
  return results;
}
