// Every error code: its kind (which decides the exit status), one title, and the explanation that
// `op-dbus explain CODE` prints. Numbers are grouped by room: 1 base, 2 state, 3 bus, 6 plugin, 9 command line.
// A code is never reused or renumbered.

/** What sort of thing went wrong; EXITS gives each its exit status. */
export type Kind =
  | "usage"
  | "input"
  | "unavailable"
  | "refused"
  | "protected"
  | "unconfirmed"
  | "locked"
  | "stale"
  | "failed"
  | "unknown"
  | "limit"
  | "corrupt"
  | "cancelled"
  | "bug";

/** Exit status per kind. `failed` is 1 as long as nothing was changed; codes say 3 or 4 themselves. */
export const EXITS: Readonly<Record<Kind, number>> = Object.freeze({
  usage: 64,
  input: 65,
  unavailable: 75,
  refused: 9,
  protected: 7,
  unconfirmed: 10,
  locked: 5,
  stale: 6,
  failed: 1,
  unknown: 4,
  limit: 65,
  corrupt: 8,
  cancelled: 130,
  bug: 70,
});

export interface CodeEntry {
  readonly kind: Kind;
  readonly title: string;
  readonly explain: string;
  /** Overrides the kind's exit status. */
  readonly exit?: number;
}

function code(kind: Kind, title: string, explain: string, exit?: number): CodeEntry {
  return Object.freeze(exit === undefined ? { kind, title, explain } : { kind, title, explain, exit });
}

export const CODES = {
  // ---- 1: base
  OPD1101: code(
    "input",
    "the text has a syntax error",
    "The file is not valid JSON (RFC 8259) or TOML 1.0 at the place shown. Reading goes on behind the fault, so that several faults of one file are shown together; a later one can be a consequence of an earlier one.",
  ),
  OPD1102: code(
    "input",
    "a key is written twice",
    "The same key, or the same TOML table, stands twice in one file. Readers disagree about which one counts, so neither does: keep one of the two places shown.",
  ),
  OPD1103: code(
    "limit",
    "the text is beyond a limit",
    "A document, mapping or configuration is at most 16 MiB, 64 levels deep and 1,000,000 values, with texts of at most 4 MiB. The file goes beyond one of these limits and was not read further.",
  ),
  OPD1104: code(
    "input",
    "the file is not UTF-8",
    "JSON and TOML are UTF-8 text. The byte at the place shown belongs to no UTF-8 character; the file may be Latin-1, UTF-16 or binary. Convert it, for example with iconv.",
  ),
  OPD1105: code(
    "input",
    "a date stands where a text is needed",
    "TOML dates and times have no counterpart in JSON or on D-Bus. Put the date in double quotes to write it as text.",
  ),
  OPD1201: code(
    "input",
    "a file cannot be read",
    "The file is missing, is no regular file, or its permissions exclude the caller. The message says which.",
  ),
  OPD1202: code(
    "protected",
    "a file is not safe to trust",
    "What tells op-dbus what to do must belong to the caller or root, must not be writable by anybody else and must not be reached through a symbolic link as its last part. Correct the owner or the mode of the file, then run the command again.",
  ),
  OPD1203: code(
    "limit",
    "a file is too big",
    "The size of the file is beyond its limit, so nothing of it was read.",
  ),
  OPD1204: code(
    "failed",
    "a file cannot be written",
    "The new content was written beside the file and then renamed over it, so the file has either its old or its new content, never a part. The message says which step failed.",
  ),
  OPD1301: code(
    "input",
    "a setting is not known",
    "The configuration file or an OP_DBUS_ variable names a setting that does not exist. `op-dbus config show` lists all settings with their values and origins.",
  ),
  OPD1302: code(
    "input",
    "a setting has a wrong value",
    "The value of a setting has the wrong type or is outside its range. The message says what is allowed; `op-dbus config show` lists all settings with their units.",
  ),
  OPD1050: code(
    "bug",
    "the metric slab is full",
    "More metric series were registered than the slab has slots. Series are registered at start-up only, so this is a mistake in op-dbus: a label with too many values, or a limit that was not raised with a new histogram.",
  ),
  OPD1900: code(
    "bug",
    "an invariant is broken",
    "op-dbus found itself in a state that its own rules exclude. Nothing more was done after the check. Please report it with the command and its output.",
  ),
  OPD1901: code(
    "bug",
    "an unexpected error",
    "A part of op-dbus failed in a way nobody foresaw. Please report it with the command and its output.",
  ),

  // ---- 2: state
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

  // ---- 3: bus
  OPD3001: code(
    "failed",
    "the peer answered with an error",
    "A D-Bus service answered the call with an error reply. Its own error name and text are shown; they come from the service, not from op-dbus.",
  ),
  OPD3002: code(
    "unavailable",
    "cannot connect to the bus",
    "No address of the bus could be connected to. Each address that was tried is listed with its reason. Check that the bus runs (systemctl status dbus) and that the address, if you gave one, is right (--bus, DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS).",
  ),
  OPD3003: code(
    "unavailable",
    "the connection to the bus was lost",
    "The bus, or this program, ended the connection while a call was under way or before it could be sent. A call that had been sent may have been carried out: look at the machine before you send it again.",
  ),
  OPD3004: code(
    "unknown",
    "no answer before the deadline",
    "The service did not answer in time. It may still carry out the call, so the outcome is unknown: op-dbus reads the state again and never sends the same call twice. A command that ends with this has only read: what becomes of a change is reported step by step. A larger deadline (call_deadline_ms, or `deadline` in the mapping) helps when a service is merely slow.",
    75,
  ),
  OPD3005: code(
    "protected",
    "the read-only connection refused to send",
    "This command runs on a connection that lets only reads through, and the message is not one. Nothing was sent. Only apply, commit, rollback and watch --mode enforce may change the machine.",
  ),
  OPD3006: code(
    "limit",
    "the reply cannot be used",
    "The reply was larger than the cap for this call, carried file descriptors (which Node.js cannot receive), or its body did not decode. The call itself was carried out by the service; only its answer is lost.",
    75,
  ),
  OPD3007: code(
    "cancelled",
    "the call was cancelled",
    "The caller gave up waiting. If the call had been sent, the service may still carry it out: the outcome is unknown until the state is read again.",
  ),
  OPD3008: code(
    "input",
    "not a usable D-Bus address",
    "A D-Bus address has the form transport:key=value,key=value with %-escapes, and several of them may be separated by ';'. Usable transports are unix (path, abstract, runtime), tcp (host, port, family) and, only where the command line or the configuration gives it, unixexec. A socket path may have at most 107 bytes.",
  ),
  OPD3009: code(
    "refused",
    "the bus refused the authentication",
    "The bus did not accept who we are (SASL EXTERNAL: the kernel tells the bus our uid). Common reasons: another user's session bus, or a container whose user namespace the bus does not know.",
  ),
  OPD3010: code(
    "input",
    "not a valid D-Bus value",
    "A value does not fit its D-Bus signature, or a signature, object path or name is not valid. The message says which argument, what was expected and what was given. Nothing was sent. `op-dbus introspect NAME PATH` shows the types that a service expects.",
  ),
  OPD3011: code(
    "unavailable",
    "the byte stream of the bus is broken",
    "What arrived is not a D-Bus message: its header contradicts itself or the specification. There is no way to find the next message after that, so the connection was closed. A real bus checks every message before passing it on; look at what listens at the address.",
  ),
  OPD3012: code(
    "unavailable",
    "a message cannot be decoded",
    "The header of a message was right but its body is not: bytes that do not fit its signature, text that is not UTF-8, a file descriptor that did not come, too many or too deeply nested values. Only this message is lost; the connection goes on. The peer that sent it has a defect, or means harm.",
  ),
  OPD3013: code(
    "unavailable",
    "introspection data cannot be read",
    "The XML in which an object describes itself is not well formed or exceeds the limits for it: no DTD subset and no entities of its own, 16 levels, 4 MiB. op-dbus treats such an object as undescribed. The peer that sent it has a defect, or means harm.",
  ),
  OPD3014: code(
    "unavailable",
    "the authentication dialogue is broken",
    "What arrived while the connection was opened is not the authentication dialogue of D-Bus. Perhaps something else than a bus listens at this address.",
  ),
  OPD3015: code(
    "usage",
    "an object cannot be exported as described",
    "A program that uses op-dbus/dbus described an exported object wrongly: a declared member without a handler, a handler that is not declared, an invalid path, or a path that is already exported.",
  ),
  OPD3016: code(
    "refused",
    "the directory is not private",
    "The embedded bus only listens in a directory that belongs to the caller and that nobody else can enter (mode 0700): Node.js cannot ask a peer who it is, so the directory is the check.",
  ),
  OPD3021: code(
    "refused",
    "access denied on the bus",
    "The service, polkit or the policy of the bus refused the call for this user. The error name and text are the peer's own. Run as root, or let polkit authorise you; plan --check-auth shows beforehand what would be refused.",
  ),
  OPD3022: code(
    "unavailable",
    "the service is not available",
    "Nobody owns the bus name and it could not be started: it is not installed, not activatable, masked, or it failed while it started. systemctl status of its unit says why.",
  ),
  OPD3023: code(
    "limit",
    "too much at once on one connection",
    "More calls are waiting, or more bytes are queued to be written, than one connection may hold. The bus or a service is not reading; nothing of the refused message was sent.",
    75,
  ),

  // ---- 6: plugin
  OPD6100: code(
    "input",
    "the mapping is not valid",
    "A mapping is one TOML file of a closed format (docs/design/mapping.md). Something in it is unknown, missing, of the wrong type, or refers to what does not exist. Every fault is shown with its place; until all are corrected the mapping is not used at all, so nothing of its service can be changed by mistake.",
  ),
  OPD6101: code(
    "input",
    "the mapping does not fit the service",
    "The mapping names an interface, member, argument, type, property access or polkit action that the service on this machine does not have, or has otherwise. The part of the mapping concerned is read-only here. Another version of the service is the usual cause: compare with `op-dbus introspect NAME PATH`.",
  ),
  OPD6102: code(
    "input",
    "the old mapping cannot be imported",
    "A semantic-mapping.toml of the first generation leaves open what this format must know, or says what no service could do. What could be taken over was; what is named here has to be written by hand.",
  ),
  OPD6050: code(
    "unavailable",
    "the service lacks what its mapping uses",
    "A mapping names a method, property or interface that the object on the bus does not have. The service has another version than the mapping was written for, or the object is of another kind. Nothing was sent. `op-dbus plugin check NAME` compares the whole mapping with the machine.",
  ),
  OPD6051: code(
    "failed",
    "a reference of the mapping has no value here",
    "A mapping builds its calls from values that it reads first: an object path, a row of a listing, a value of the document. One of them does not exist at this moment, so the call was not made.",
  ),
  OPD6052: code(
    "input",
    "a value does not fit the service's type",
    "A value of the document or of the mapping cannot be said in the D-Bus type that the service declares for this argument: a number out of range, a text where a number is needed, an empty list whose type nobody gives. Nothing was sent.",
  ),
  OPD6053: code(
    "limit",
    "the service sent more than it may",
    "A listing or a transaction gave more rows than op-dbus keeps for one reading. The reading was given up.",
  ),
  OPD6054: code(
    "input",
    "the value is not allowed",
    "The mapping, or the service itself, says which values this field can have, and the document's is not one of them. Nothing was sent.",
  ),
  OPD6055: code(
    "input",
    "the present value cannot be changed",
    "The field has a value that the mapping has no name for (a systemd unit that is static is neither enabled nor disabled), so a change could not be undone and might not mean what the document says. The change is refused before anything is sent.",
  ),
  OPD6056: code(
    "input",
    "no such item is offered",
    "The document asks for an item that does not exist and that the service does not offer: the name is wrong, its lists are out of date, or the version that was asked for is not available. What was looked for, and names like it, are shown. Where the service has lists of its own, apply --refresh reads them anew.",
  ),
  OPD6057: code(
    "input",
    "more than one item fits",
    "What the document names is ambiguous: several things that the service offers fit it. They are listed; name one of them exactly.",
  ),
  OPD6058: code(
    "input",
    "it would change what the document does not name",
    "The service was asked what the change would do, and it would also change or remove something that the document says nothing about, or wants otherwise. Nothing was changed. Name these items in the document, too, if that is what you want.",
  ),
  OPD6059: code(
    "input",
    "this cannot be changed",
    "The field is read-only, can only be given when its item is created, or cannot be created or deleted through this service at all.",
  ),
  OPD6060: code(
    "failed",
    "the service refused the rehearsal",
    "The service can say beforehand what a change would do. It was asked, and it answered that it cannot be done; its own text is shown. Nothing was changed.",
  ),
  OPD6061: code(
    "input",
    "no default to go back to",
    "The document resets a field (null, or { reset = true }), but neither the mapping nor the service says what its default is. Write the value itself.",
  ),
  OPD6062: code(
    "cancelled",
    "interrupted while reading",
    "The command was interrupted while it read the state of the machine. Nothing was changed.",
  ),
  OPD6063: code(
    "failed",
    "the service could not be read",
    "A listing or a transaction that only reads ended with an error of the service; its own text is shown. Nothing was changed.",
  ),
  OPD6064: code(
    "unavailable",
    "the service cannot be read",
    "The service did not answer a read in time, or left the bus while it was read. Nothing was changed. Look at its unit (systemctl status), and try again.",
  ),
  OPD6065: code(
    "failed",
    "the service gave no checkpoint",
    "The service has transactions of its own, and refused to begin one. Nothing was changed. Its own text is shown.",
  ),
  OPD6066: code(
    "refused",
    "the service does not let this user read",
    "The service, or polkit, refused a read to the user that runs op-dbus. Its own text is shown. Nothing was changed. Run as root, or as a user whom the service lets read.",
  ),
  OPD6067: code(
    "input",
    "the service says that it cannot be done",
    "The service can say beforehand what a change would do. It was asked, and it answered that what the document asks for is not possible: a dependency that nobody offers, a conflict, something it protects. Its own text is shown. Nothing was changed. Change the document, or the service's own sources.",
  ),
  OPD6300: code(
    "input",
    "the plugin folder is not valid",
    "A plugin is a folder with plugin.toml and beside it mapping.toml, introspection.xml or both. plugin.toml says name, version and service, and may say bus, description, license, source and dependencies. Keys of the first generation are read with a warning; others are faults.",
  ),
  OPD6301: code(
    "input",
    "two plugins have the same name",
    "Plugins are looked for in the shipped mappings, /etc/op-dbus/plugins, the user's configuration directory and every --plugin-dir. A name that stands in two of them would make the meaning of a document depend on the order, so neither is used. Remove one of the folders, or give it another name.",
  ),
  OPD6302: code(
    "protected",
    "the plugin folder may not be trusted",
    "A mapping decides what is called on the bus. Root uses only plugin folders and files that belong to root and that nobody else can write; a user also those of their own. The folder was left out.",
  ),
  OPD6305: code(
    "protected",
    "a read was not approved",
    "A mapping that did not come with op-dbus makes a call to read whose name does not promise a read (get, list, find, resolve, search, enumerate, query, describe, load). Such a call may change something, so it is not made until somebody looked at the mapping and approved it: `op-dbus plugin check NAME --approve`. An approval holds for the mapping's content, byte for byte.",
  ),
  OPD6303: code(
    "input",
    "a plugin cannot be made from this service",
    "`plugin create` writes down what a service says of itself. This one has no object with an interface of its own, or did not answer.",
  ),

  // ---- 9: command line
  OPD9001: code(
    "usage",
    "the command line was not understood",
    "A command, flag or argument is unknown, missing or has a wrong value. `op-dbus help COMMAND` shows what a command takes. Nothing was done.",
  ),
  OPD9003: code(
    "unconfirmed",
    "a yes is needed and nobody can be asked",
    "The plan contains changes that a person must approve, and there is no terminal. Look at the plan, then allow its class with --auto-approve=CLASS, or save it with `op-dbus plan --out FILE` and apply that file: saving it was the approval. Nothing was done.",
    10,
  ),
  OPD9004: code(
    "failed",
    "the answer was no",
    "The plan was shown and not approved. Only a clear yes is one. Nothing was done.",
  ),
  OPD9006: code(
    "cancelled",
    "interrupted a second time",
    "A second Ctrl-C left at once, without waiting for what was under way and without putting anything back. Run `op-dbus verify` with the same documents to see where the machine stands.",
    4,
  ),
  OPD9010: code(
    "locked",
    "another op-dbus changes this bus",
    "One process at a time changes a bus. The holder is named with its process id, user and command. Wait for it with --lock-timeout SECONDS. The lock ends with its process, however that ends: it never has to be removed by hand.",
  ),
  OPD9011: code(
    "unavailable",
    "the lock cannot be taken",
    "The lock that keeps two processes from changing one bus needs a private runtime directory (/run/op-dbus for root, $XDG_RUNTIME_DIR for others) and the program flock of util-linux. `op-dbus doctor` says what is missing. Nothing was done.",
  ),
  OPD9013: code(
    "input",
    "a secret cannot be read",
    "A document refers to a secret as env:NAME, file:PATH or credential:NAME, and there is nothing there, it is empty, or strangers can read or write the file. The secret itself is never shown. Nothing was done.",
  ),
  OPD9015: code(
    "protected",
    "the plan is weaker than was asked for",
    "--require-undo or --require-fidelity asks for a way back or a certainty that at least one action cannot give. The actions are named. Nothing was done.",
  ),
  OPD9018: code(
    "input",
    "no plugin manages this",
    "The name is not that of a plugin here, and no bus name could be turned into one. `op-dbus plugin list` shows the plugins, `op-dbus discover` the names on the bus.",
  ),
  OPD9019: code(
    "usage",
    "the request is not what the operation takes",
    "A program called an operation with fields that are missing, unknown or of the wrong type. The path of each is named.",
  ),
  OPD9020: code(
    "input",
    "an address names nothing here",
    "An address without a star that was asked for is no field, resource or item of its plugin on this machine. `op-dbus query PLUGIN` shows what there is; keys with other characters than A-Z a-z 0-9 _ @ - stand in double quotes.",
  ),
  OPD9021: code(
    "corrupt",
    "the host key is damaged",
    "The key that digests secrets in plans has not the length it was made with. Remove the file that is named: a new key is made with the next use, and plans that were saved with the old one no longer fit.",
  ),
  OPD9022: code(
    "corrupt",
    "the list of approvals cannot be used",
    "`@state/approvals.json` in the state directory says which mappings a person approved. The file is there, but it is not of the form that this version reads, so nothing in it is believed. Move it away and approve the mappings again with `op-dbus plugin check NAME --approve`.",
  ),
  OPD9023: code(
    "input",
    "the file is no saved discovery",
    "`op-dbus discover --known FILE` takes a file that `op-dbus discover --out FILE` wrote. This one is not of that form, or of another version.",
  ),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;
