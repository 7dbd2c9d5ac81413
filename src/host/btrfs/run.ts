// The `btrfs` program: argument vectors, C locale, a deadline. Its texts are for people; only its exit status decides.

import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";

/** What it prints. Throws OPD5301 (it failed, or did not end in time: look what came of it), OPD5302 (it is missing). */
export function runBtrfs(
  args: readonly string[],
  deadlineMs: number = LIMITS.btrfsDeadlineMs,
): Promise<string> {
  // Loaded here: it costs every start of the program 2 ms, and most machines have no BTRFS.
  const { execFile } = process.getBuiltinModule("node:child_process");
  return new Promise((resolve, reject) => {
    const options = {
      env: btrfsEnv(),
      timeout: deadlineMs,
      killSignal: "SIGKILL",
      maxBuffer: LIMITS.btrfsOutputBytesMax,
    } as const;
    execFile("btrfs", args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (errnoOf(error) === "ENOENT") reject(missingBtrfs());
      else reject(failed(args, error.killed === true ? `no end within ${deadlineMs} ms` : said(stderr)));
    });
  });
}

export function btrfsEnv(): { readonly PATH: string; readonly LC_ALL: "C" } {
  // The program lies in /usr/sbin on some systems, which is not in everybody's PATH.
  return { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, LC_ALL: "C" };
}

export function missingBtrfs(): OpError {
  return new OpError("OPD5302", "the program btrfs is not here", { hint: "install btrfs-progs" });
}

/** What the program says of a failure: without its mark, on one line, not without end. */
export function said(stderr: string): string {
  const text = stderr
    .replaceAll(/^ERROR: /gm, "")
    .trim()
    .replaceAll("\n", "; ");
  return text === "" ? "it does not say why" : visible(text.slice(0, 400));
}

function failed(args: readonly string[], why: string): OpError {
  return new OpError("OPD5301", `btrfs ${visible(args.join(" "))}: ${why}`);
}
