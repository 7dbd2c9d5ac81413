// Where the tour plays: a bus with something to change on it, a document, and another client that changes it behind our
// back. Every stage is thrown away at the end; none touches the machine it runs on.

export interface Stage {
  readonly name: "lab" | "daemon" | "embedded";
  /** One sentence: what this stage is. */
  readonly what: string;
  /** Environment of the op-dbus commands: their bus, and plugins where the shipped ones do not do. */
  readonly env: Readonly<Record<string, string>>;
  /** The document of the tour, in TOML. */
  readonly document: string;
  /** Another one with one change, in TOML: applied for a while and not committed. */
  readonly risky: string;
  /** The address that it changes. */
  readonly field: string;
  /** The change by another client: the command as a person would type it, and what does it. Its output is returned. */
  readonly intruder: { readonly shown: string; run(): Promise<string> };
  /** A reading of the whole state the tour touches, by other means than op-dbus: compared before and after. */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

/** Why a stage cannot be had here, or how to open it. `scratch` is a private directory that the tour removes. */
export interface Offer {
  readonly name: Stage["name"];
  /** null: can be opened. Else the reason why not. */
  readonly missing: string | null;
  open(scratch: string): Promise<Stage>;
}
