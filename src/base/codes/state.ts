// Error codes 2xxx: documents, plans, applies and rollbacks.

import { code, type CodeEntry } from "./entry.ts";

export const STATE_CODES = {
  // plan
  OPD2101: code(
    "input",
    "the name fits more than one item",
    "A key in the document is no item's own key, but an alias of several. op-dbus does not guess which one is meant: write the key itself, as `op-dbus query` shows it.",
  ),
  OPD2102: code(
    "input",
    "one item is named twice",
    "Two keys of the document lead to the same item, one of them through an alias. Keep one of them, so that there is one wish for the item.",
  ),
  OPD2103: code(
    "input",
    "there is no such item, and it cannot be created",
    "The document names an item that the service does not have, and its mapping knows no way to create one. Look for a spelling mistake; the hint shows the nearest name.",
  ),
  OPD2104: code(
    "input",
    "the item cannot be removed",
    "The document asks for an item to be gone, and the mapping knows no call that removes it.",
  ),
  OPD2105: code(
    "input",
    "the value is fixed when the item is created",
    "This field can be chosen when an item is created and not changed afterwards. Remove the item and create it again in a second document, or leave the field out.",
  ),
  OPD2106: code(
    "input",
    "more would be removed than the document allows",
    "`exclusive` asks that nothing else exists, and `max_removals` caps how much that may remove. More items than that are here and not named. Look at the list: raise the cap if it is right, else name what shall stay.",
  ),
  OPD2107: code(
    "failed",
    "verification failed, everything was put back",
    "All calls were answered, but the machine is not as the document says after the time for verification. Everything that the apply had done was undone, and reading again showed the values from before. The message lists each difference.",
    3,
  ),
  OPD2108: code(
    "refused",
    "not authorised",
    "polkit or the bus would refuse at least one action of the plan, so none was sent. The message names the polkit actions; a rule in /etc/polkit-1/rules.d can allow them, or run the command as another user.",
  ),
  OPD2109: code(
    "input",
    "the order of the actions is a circle",
    "Actions of the plan each wait for another one of them, so none can be first. This comes from the `after` keys of a mapping: `op-dbus plugin check` shows them.",
  ),
  OPD2110: code(
    "input",
    "a target matches nothing",
    "An address given to --target or --exclude matches nothing in the document, so the plan would silently leave out what was meant. `op-dbus plan` without it shows the addresses.",
  ),
  OPD2111: code(
    "unavailable",
    "the items could not all be listed",
    "`exclusive` asks that nothing else exists, which can only be planned when the service lists all items. It did not this time.",
  ),
  OPD2112: code(
    "input",
    "the newest version cannot be asked for",
    '`ensure = "latest"` needs a mapping that can tell whether a newer version exists and move to it. This one cannot.',
  ),
  // apply
  OPD2120: code(
    "failed",
    "an action failed, everything was put back",
    "The service refused an action, or no outcome could be found. No other action was started; what was done before was undone in reverse order, and reading again showed the values from before.",
    3,
  ),
  OPD2121: code(
    "failed",
    "failed, and not everything is as before",
    "An apply failed, and putting things back failed too or could not be shown to have worked. The list shows each address that is not as before, with what is there now. Nothing else was changed. A person has to look: `op-dbus plan` shows the way to the wanted state.",
    4,
  ),
  OPD2122: code(
    "cancelled",
    "interrupted, everything was put back",
    "The apply was interrupted. The action under way was finished, no other was started, and everything was undone; reading again showed the values from before.",
    3,
  ),
  OPD2123: code(
    "cancelled",
    "interrupted before anything was changed",
    "The apply was interrupted before its first action. Nothing was sent that changes the machine.",
  ),
  // saved plans
  OPD2140: code(
    "stale",
    "the plan file cannot be used",
    "The file is not a saved plan of a format this version reads, or it was edited so that it no longer is one. Nothing in it was done. Make a new one with `op-dbus plan FILE --out plan.json`.",
  ),
  OPD2141: code(
    "stale",
    "the saved plan no longer fits",
    "Since the plan was saved something it was made from has moved: a value that was read, an interface of a service, the mapping, or the file itself. The message names the first of them. Nothing was sent. Make a new plan and look at it.",
  ),
  OPD2001: code(
    "input",
    "the document's version is missing or unknown",
    "A document says `version = 1` at its top. Other versions do not exist yet.",
  ),
  OPD2002: code(
    "input",
    "a document has the wrong shape",
    "A document is a table with `version` and `plugins`; below `plugins` stands a table for each plugin, in it the plugin's fields and its resources, in a resource a table for each item. What stands at the place shown is of another kind.",
  ),
  OPD2003: code(
    "input",
    "the document names a plugin that does not exist here",
    "No plugin of this name is installed, or its file has a fault. `op-dbus plugin list` shows what is there; `op-dbus plugin create NAME --from-dbus SERVICE` makes a read-only one for any service.",
  ),
  OPD2004: code(
    "input",
    "the document names a field or resource that does not exist",
    "The plugin has no such field or resource on this machine. Names are case-sensitive. `op-dbus query PLUGIN` prints all that it has.",
  ),
  OPD2005: code(
    "input",
    "a value is not one that the field accepts",
    "The value has the wrong type, is outside the range, or is none of the allowed names. The message says what the field accepts.",
  ),
  OPD2006: code(
    "input",
    "the same address has two values",
    "Two files, or two places of one, give the same address different values. Files have no order of precedence: keep one of the two places shown.",
  ),
  OPD2007: code(
    "input",
    "an ensure cannot be met",
    "`ensure` is installed (or present), removed (or absent), or latest; not every resource can create, remove or update its items, and a removed item has no fields.",
  ),
  OPD2008: code(
    "input",
    "there is no default to go back to",
    "null (in TOML { reset = true }) puts a field back to the service's default. This field has none that is known, or it cannot be written. Write the value that it shall have.",
  ),
  OPD2009: code(
    "input",
    "a secret is not written as a reference",
    'The value of a secret never stands in a document. Write { secret = "env:NAME" }, { secret = "file:PATH" } or { secret = "credential:NAME" }; only secret fields take such a reference.',
  ),
  OPD2010: code(
    "usage",
    "an address cannot be read",
    "An address is plugin:field or plugin:resource/key.field. A key with other characters than A-Z a-z 0-9 _ @ - stands in double quotes with JSON escapes. In patterns * matches inside one part and ** any number of parts.",
  ),
} as const satisfies Record<string, CodeEntry>;
