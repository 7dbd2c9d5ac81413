// The interfaces of the test service, as literals. `shape` is what an upgrade changes: with "extra" there is one more
// property, with "other" the setter of the title takes another argument, so a mapping for the first shape is wrong.

import { describeInterface, type InterfaceInfo } from "../../src/host/dbus/dbus.ts";

export const NAME = "org.opdbus.Test1";
export const PATH = "/org/opdbus/Test1";
export const CONTROL = "org.opdbus.Test1.Control";

export const SHAPES = ["plain", "extra", "other"] as const;
export type Shape = (typeof SHAPES)[number];

export function mainInterface(shape: Shape): InterfaceInfo {
  const text = { in: [["value", "s"]] } as const;
  return describeInterface({
    name: NAME,
    methods: {
      SetTitle:
        shape === "other"
          ? {
              in: [
                ["value", "s"],
                ["force", "b"],
              ],
            }
          : text,
      SetNote: text,
      SetLevel: { in: [["value", "u"]] },
      SetQuiet: text,
      SetFolded: text,
      SetToken: text,
      SetPassword: text,
      ListBoxes: { out: [["boxes", "a(ss)"]] },
      AddBox: {
        in: [
          ["name", "s"],
          ["colour", "s"],
        ],
      },
      RemoveBox: { in: [["name", "s"]] },
      SetBoxColour: {
        in: [
          ["name", "s"],
          ["colour", "s"],
        ],
      },
      ListParts: { out: [["parts", "a(ss)"]] },
      FindOffers: { in: [["name", "s"]], out: [["offers", "a(ss)"]] },
      Fit: { in: [["id", "s"]] },
      Unfit: { in: [["id", "s"]] },
      CheckpointCreate: { in: [["timeout_s", "u"]], out: [["handle", "s"]] },
      CheckpointCommit: { in: [["handle", "s"]] },
      CheckpointRollback: { in: [["handle", "s"]] },
    },
    signals: { BoxesChanged: [] },
    properties: {
      Title: { type: "s", access: "read" },
      Note: { type: "s", access: "read" },
      Level: { type: "u", access: "read" },
      // Changes without a word: only reading again finds out.
      Quiet: { type: "s", access: "read", emits: "false" },
      Folded: { type: "s", access: "read" },
      Token: { type: "s", access: "read" },
      Motto: { type: "s", access: "read", emits: "const" },
      ...(shape === "extra" ? { Extra: { type: "s", access: "read" } } : {}),
    },
  });
}

/** How a test in another process arms faults, changes things behind everybody's back, and asks for the truth. */
export const controlInterface = describeInterface({
  name: CONTROL,
  methods: {
    Arm: {
      in: [
        ["member", "s"],
        ["fault", "s"],
        ["skip", "u"],
        ["times", "u"],
      ],
    },
    Disarm: {},
    Say: {
      in: [
        ["field", "s"],
        ["value", "s"],
      ],
    },
    Morph: { in: [["shape", "s"]] },
    State: { out: [["state", "s"]] },
    Calls: { out: [["calls", "as"]] },
  },
});
