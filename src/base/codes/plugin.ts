// Error codes 6xxx: plugins, mappings and what services say.

import { code, type CodeEntry } from "./entry.ts";

export const PLUGIN_CODES = {
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
} as const satisfies Record<string, CodeEntry>;
