// Pages of `op-dbus help` that belong to no single command. Plain text within 78 columns; the contract in short.

export interface Topic {
  readonly about: string;
  readonly title: string;
  readonly text: string;
}

export const TOPICS: ReadonlyMap<string, Topic> = new Map([
  [
    "documents",
    {
      about: "what should be: TOML or JSON",
      title: "Documents",
      text: `A document says what should be. A key that is absent is not touched.

  version = 1
  [plugins.hostname1]
  StaticHostname = "web-1"
  [plugins.packagekit.packages]
  hello = { ensure = "installed" }
  [plugins.systemd1.units."nginx.service"]
  active = "active"
  enabled = true

JSON and TOML are equal; the ending of the file decides, - is standard input
(JSON unless --format toml). Several files are merged; two values for one
address are a fault that shows both places.

  ensure              installed (present), removed (absent), latest
  null, {reset=true}  back to the service's default
  exclusive = true    beside the keys of a set: nothing else shall exist;
                      max_removals caps how much may go
  {secret = "env:NAME"}  also file:PATH and credential:NAME; never shown
  probes = [...]      beside plugins: what has to be answered well afterwards,
                      { tcp = "127.0.0.1:22" }, dns, unit, value, command

op-dbus init, op-dbus query and op-dbus plan --revert write documents, and @12
stands for those of an earlier apply (op-dbus help generations). A file that
another user owns, or that everybody may write, is read and never applied.`,
    },
  ],
  [
    "addresses",
    {
      about: "how a value is named in flags, plans, errors",
      title: "Addresses",
      text: `plugin:field                     hostname1:StaticHostname
plugin:resource/key.field        systemd1:units/"ssh.service".enabled

A key with other than letters, digits, _ @ - stands in double quotes with JSON
escapes. * matches inside one segment, ** across segments. A pattern that
names an item matches its fields. In a shell, quote the whole address:

  op-dbus plan web.toml --target 'systemd1:units/"ssh.service"'`,
    },
  ],
  [
    "exit-codes",
    {
      about: "what an exit status says",
      title: "Exit status, the same for every command",
      text: `  0  done; with --detailed-exitcode: nothing to change
  1  failed before anything was changed, or the answer was no
  2  there are changes (--detailed-exitcode; verify without it)
  3  failed, everything was put back and read again
  4  failed and not, or not verifiably, put back: a person is needed
  5  another op-dbus changes this bus, or an apply waits for its commit
  6  what is meant is no more: the saved plan no longer fits, nothing waits
     for a commit
  7  denied by a rule of op-dbus
  8  a record, checksum or signature is not as it was written
  9  polkit or the bus refuses
 10  a yes is needed and nobody can be asked
 64  the command line was not understood
 65  a document, mapping or configuration is wrong
 70  a fault of op-dbus itself
 75  a service, or something it needs, is not available now
130  interrupted before any change

From the first call that is not a read, the end is 0, 3 or 4. An op-dbus that
was killed has no status: the next one settles what it left, and says so.`,
    },
  ],
  [
    "undo",
    {
      about: "risk, undo and fidelity of an action",
      title: "What the words in a plan mean",
      text: `risk      reversible     the old value can be written back
          needs-confirm  more is lost than a value, or less is certain
          irreversible   there is no way back
undo      native         the service itself goes back (a checkpoint)
          inverse        the old value through the same call
          compensate     the opposite call; not exactly the same as before
          none           no way back
fidelity  simulated      the service rehearsed it
          computed       the new value is what will be read back
          opaque         only doing it will tell

A failure, a verification that does not hold, or Ctrl-C puts back everything
done before it, in reverse order, and reads it again.
--require-undo and --require-fidelity refuse plans that are weaker.`,
    },
  ],
  [
    "generations",
    {
      about: "what was applied, and the machine at an earlier time: @12",
      title: "Generations: @12",
      text: `Every apply that came to an end is a generation, whatever its end was. They
are counted from 1, in the order of the audit log; @0 is before the first.

  op-dbus history                    the generations
  op-dbus history show 12            one of them, change by change
  op-dbus blame hostname1            who set each value, when, from what
  op-dbus query hostname1 --at @12   what it was then: a document
  op-dbus diff @12 @15               what became different
  op-dbus plan @12                   what its documents would change now
  op-dbus rollback --to 12           back to the machine after @12

@12 stands wherever a FILE does, for the documents of that apply as they were.
rollback --to is another thing: every address written since gets the value
that it had, whoever asked for it. It is planned, confirmed and verified like
any apply, and is itself a generation.

TIME, for --at and --since:  @12, 2h, "3 days ago", 2026-05-01,
"2026-05-01 10:00" (in the zone of this machine), 2026-05-01T08:00:00Z

op-dbus knows what it wrote and what it found when it was about to write. What
others changed in between it does not know, and says where it shows.`,
    },
  ],
  [
    "records",
    {
      about: "what is kept, where, what to copy, how it is proven",
      title: "Records",
      text: `STATE_DIR (op-dbus config show; /var/lib/op-dbus for root) holds

  @timing      the audit log: every apply, failure and way back, signed
  @state       the journal: what was begun and has not ended; the pin: how far
               the log went; approvals
  @snapshots   copies of these, where the file system is BTRFS

and keys/ of the configuration folder, never among the records, what signs.

  op-dbus audit verify               is everything as it was written? (0 or 8)
  op-dbus audit checkpoint -o FILE   a signed head: keep it elsewhere, and
                                     audit verify --against FILE notices a
                                     log that was replaced or cut
  op-dbus audit prove @12 -o FILE    one file that proves it to anybody
  op-dbus recover --list             what a crash interrupted; what talks to
                                     the bus settles it first
  op-dbus snapshots --explain        which copies stay, and why

Copy @timing and @state together, and keys/ to another place. Nothing of it
ever has to be deleted: locks end with their process.`,
    },
  ],
  [
    "json",
    {
      about: "output for programs",
      title: "Output for programs",
      text: `stdout is data, stderr is talk.

Most commands print one object. A failure is one object {"type":"error", ...}
on stderr.

apply, verify, commit, rollback and recover print one object a line. The first
is of type version, then diagnostic, planned_action, checkpoint_armed (by a
service or by the guard), apply_start, apply_progress, apply_complete,
apply_failed, verify_attempt, rollback_start, rollback_complete, audit_appended
(what the audit log has of it), and last summary or error.

Members are only added within a format version. 64-bit integers are exact;
durations end in _ms; errors carry code, kind, exit, message, where, now, hint
and faults. Compare code, never message.`,
    },
  ],
  [
    "environment",
    {
      about: "variables and files that are read",
      title: "Environment and files",
      text: `OP_DBUS_BUS, OP_DBUS_COLOR, OP_DBUS_NO_INPUT, ...  any setting of
                            op-dbus config show, in capitals
OP_DBUS_NODE                the Node.js to run on
DBUS_SYSTEM_BUS_ADDRESS     address of the system bus
DBUS_SESSION_BUS_ADDRESS    address of the session bus
NO_COLOR, FORCE_COLOR       colour, where --color does not say
CONFIGURATION_DIRECTORY     configuration, plugins, keys: not in /etc/op-dbus
STATE_DIRECTORY             records: not in /var/lib/op-dbus
RUNTIME_DIRECTORY           locks and sockets: not in /run/op-dbus
/etc/op-dbus/op-dbus.toml   configuration (root); else below $XDG_CONFIG_HOME
/etc/op-dbus/op-dbus.d/     *.toml, which win over it; the last name wins
/etc/op-dbus/plugins        plugins, beside the shipped ones
/etc/op-dbus/keys           what signs the audit log and digests secrets

Flags win over variables, variables over files. Addresses that start a program
(unixexec:) are taken from --bus or a configuration file only.`,
    },
  ],
]);
