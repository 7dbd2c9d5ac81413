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
  OPD2124: code(
    "failed",
    "a record could not be kept, everything was put back",
    "An apply is recorded while it runs, so that a crash at any instant can be understood. A record could not be written (the disk is full or failing), so nothing more was called and everything that was done was undone; reading again showed the values from before. Make room below the state directory and apply again.",
    3,
  ),
  OPD2125: code(
    "failed",
    "a probe did not pass, everything was put back",
    "The document lists probes that must pass for an apply to count as good. One of them failed for its whole time (`within_s`), so everything that the apply had done was undone, and reading again showed the values from before. The message names the probe and what it found.",
    3,
  ),
  OPD2126: code(
    "failed",
    "the time for its commit ran out, everything was put back",
    "An apply with --no-commit has a deadline from its beginning on, and it was still at work when that passed: its calls or its verification took longer than --timeout. It stopped there and undid everything; reading again showed the values from before. Give it more time, or apply less at once.",
    3,
  ),
  // timed commit
  OPD2130: code(
    "input",
    "a probe cannot be used",
    "`probes` is a list of tables. Each has exactly one of value (with `is`), unit, tcp, dns or command, and may have within_s, the seconds in which it must pass. A command is an absolute path with its arguments; the program and the folders above it belong to root and nobody else may write them. Nothing was sent.",
  ),
  OPD2131: code(
    "stale",
    "its time for a commit is over",
    "An apply with --no-commit goes back by itself when nobody commits it in time. This one was committed too late: it has been put back, or is being put back now. `op-dbus checkpoint list` shows what is still open, `op-dbus history` what became of it.",
  ),
  OPD2132: code(
    "stale",
    "there is nothing that waits for a commit",
    "commit, rollback and checkpoint show are about an apply that was made with --no-commit and is still open on this bus. There is none, or none of this name. A commit that comes too late ends so too, with a status other than 0, so that no script takes it for done. `op-dbus checkpoint list` shows what is open; what was committed is taken back with `op-dbus rollback --to N`.",
  ),
  OPD2133: code(
    "locked",
    "an apply on this bus waits for its commit",
    "While an apply with --no-commit is open nobody else changes this bus: otherwise what it goes back to would not be what was there. The message names who made it and when it goes back. Commit it or roll it back, then run the command again.",
  ),
  OPD2134: code(
    "unavailable",
    "the guard could not be started",
    "A timed commit is kept by a process of its own, which puts everything back when nobody commits in time. It did not get ready, so nothing was changed. Where systemd runs it is a transient unit: `journalctl -u UNIT` says what it had to say.",
  ),
  OPD2135: code(
    "stale",
    "no apply of this ID was interrupted",
    "`op-dbus recover --abandon ID` ends an apply whose process is gone and which was not resolved yet. There is none of this ID on this bus: it may have been resolved meanwhile, by any command that talks to the bus, or it still works or waits for its commit. `op-dbus recover --list` shows what is interrupted, `op-dbus history` how others ended.",
  ),
  OPD2136: code(
    "protected",
    "this is a copy of an apply that was begun elsewhere",
    "The journal says of every apply where it was begun: on which machine and in which folder. This one is open in a state directory that was copied, restored from a backup, or brought from another machine. What became of the apply is known where it was begun, and it may have been committed there long ago, so nothing here puts it back. `op-dbus recover --abandon ID` closes it in this state directory without touching the machine and lists what is not as it was before; `op-dbus recover --list` shows what is open. Was the folder moved, and its apply is truly open? Move it back to the path that the message names.",
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
  // history
  OPD2150: code(
    "input",
    "there is no such generation",
    "A generation is the N-th apply that came to an end, written @N; @0 is the machine before the first. The message says which there are, `op-dbus history` lists them. A file that is really called @12 is written ./@12.",
  ),
  OPD2151: code(
    "input",
    "not a time",
    "A time is a generation (@12), an RFC 3339 time (2026-05-01T10:00:00Z), a date or a date with a time of this machine's zone (2026-05-01, 2026-05-01 10:00), or how long ago it was (90s, 10min, 2h, 3 days ago).",
  ),
  OPD2152: code(
    "input",
    "a generation has no documents",
    "@0 is the machine before the first apply: no document led there. It can stand where a state is asked for (`query --at @0`, `diff @0 @5`, `rollback --to 0`), not where a document is.",
  ),
} as const satisfies Record<string, CodeEntry>;
