// Operations about the product itself: error codes, version, settings.

import { CODES, EXITS, type Code } from "../../base/codes.ts";
import { fileName, showSetting } from "../../base/config.ts";
import { OpError } from "../../base/error.ts";
import { packageVersion } from "../../base/package.ts";
import { nearest } from "../../base/nearest.ts";
import { SETTINGS } from "../../base/settings.ts";
import type { Bound } from "../bound.ts";

export const explain: Bound<"explain"> = (_parts, { code }) => {
  const name = code.toUpperCase();
  if (!Object.hasOwn(CODES, name)) {
    const near = nearest(name, Object.keys(CODES));
    const hint = near === null ? "codes look like OPD9010" : `did you mean  op-dbus explain ${near}`;
    throw new OpError("OPD9001", `there is no error code ${code}`, { hint });
  }
  const entry = CODES[name as Code];
  const exit = "exit" in entry && entry.exit !== undefined ? entry.exit : EXITS[entry.kind];
  return Promise.resolve({
    code: name as Code,
    kind: entry.kind,
    title: entry.title,
    explain: entry.explain,
    exit,
  });
};

export const version: Bound<"version"> = () =>
  Promise.resolve({
    version: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  });

export const configShow: Bound<"config.show"> = (parts) => {
  const { config, origins } = parts.configured;
  const settings = [...origins].map(([name, origin]) => ({
    name: fileName(name),
    value: showSetting(config, name),
    origin,
    about: SETTINGS[name].about,
  }));
  return Promise.resolve({ settings });
};
