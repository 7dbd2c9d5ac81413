// The name a bus name has in documents: its last label in lower case (org.freedesktop.hostname1 -> hostname1). Where
// two services would share one, or a plugin has it already, all of them take more labels, from the right
// (freedesktop-portal, gnome-portal; the whole bus name if nothing else is left). The same set of names always gives the same answer.

/** Service -> plugin name. `taken`: names that other plugins have. */
export function pluginNames(
  services: readonly string[],
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let open = [...new Set(services)].sort();
  for (let labels = 1; open.length > 0; labels++) {
    const byName = Map.groupBy(open, (service) => nameOf(service, labels));
    open = [];
    for (const [name, group] of byName) {
      const isWhole = group.every((service) => service.split(".").length <= labels);
      const isFree = group.length === 1 && !taken.has(name);
      if (isFree || isWhole) for (const service of group) names.set(service, isFree ? name : service);
      else open.push(...group);
    }
  }
  return names;
}

/** The last `count` labels of a bus name, lower case: "freedesktop-hostname1". */
function nameOf(service: string, count = 1): string {
  return service.split(".").slice(-count).join("-").toLowerCase();
}
