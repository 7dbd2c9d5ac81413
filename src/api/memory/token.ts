// Tokens of the memory's protocol: base64url(JSON claims) "." base64url(HMAC-SHA-256(key, first part)), without padding. They
// are made and checked with the same key; a token is never shown in an error or a log line. What a role may do is here too.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { RequestName } from "./request.ts";

export const ROLES = ["Admin", "Writer", "Reader", "Service"] as const;
export type Role = (typeof ROLES)[number];
export const PERMISSIONS = ["read", "write", "delete"] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface Claims {
  /** Subject. */
  readonly sub: string;
  /** Issued and expires, seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  readonly roles: readonly Role[];
  /** In place of what the roles allow. */
  readonly permissions?: readonly Permission[];
}

export function makeToken(claims: Claims, key: Uint8Array): string {
  const body = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${body}.${signature(body, key).toString("base64url")}`;
}

/** null: not made with this key, expired, or no token at all; nobody is told which. */
export function readToken(token: string, key: Uint8Array, nowS: number): Claims | null {
  const [, body, sum] = /^([\w-]+)\.([\w-]{43})$/.exec(token) ?? [];
  if (body === undefined || sum === undefined) return null;
  if (!timingSafeEqual(Buffer.from(sum, "base64url"), signature(body, key))) return null;
  const claims = parsed(Buffer.from(body, "base64url").toString("utf8"));
  return claims !== null && nowS <= claims.exp ? claims : null;
}

function signature(body: string, key: Uint8Array): Buffer {
  return createHmac("sha256", key).update(body).digest();
}

/** It was made by who has the key, but perhaps not by us. */
function parsed(text: string): Claims | null {
  let value: Partial<Record<keyof Claims, unknown>> | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { sub, iat, exp, roles, permissions } = value;
  if (typeof sub !== "string" || sub === "" || typeof iat !== "number" || typeof exp !== "number")
    return null;
  if (
    !Array.isArray(roles) ||
    (permissions !== undefined && permissions !== null && !Array.isArray(permissions))
  )
    return null;
  const known = {
    sub,
    iat,
    exp,
    roles: ROLES.filter((role) => roles.includes(role)),
  };
  return Array.isArray(permissions)
    ? { ...known, permissions: PERMISSIONS.filter((one) => permissions.includes(one)) }
    : known;
}

const BY_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  Admin: PERMISSIONS,
  Writer: ["read", "write"],
  Service: ["read", "write"],
  Reader: ["read"],
};

export function permissionsOf({ roles, permissions }: Claims): ReadonlySet<Permission> {
  return new Set(permissions ?? roles.flatMap((role) => BY_ROLE[role]));
}

/** What a request needs. Flushing writes everything: as in the first servers it is for administrators. */
export function permissionFor(name: RequestName): Permission {
  switch (name) {
    case "LearnConceptV2":
    case "LearnBatch":
    case "LearnConcept":
    case "LearnWithEmbedding":
    case "LearnAssociation":
      return "write";
    case "DeleteConcept":
    case "ClearCollection":
    case "Flush":
      return "delete";
    case "QueryConcept":
    case "GetNeighbors":
    case "GetAssociation":
    case "GetAllConceptIds":
    case "FindPath":
    case "FindPathSemantic":
    case "FindTemporalChain":
    case "FindCausalChain":
    case "FindContradictions":
    case "QueryBySemantic":
    case "VectorSearch":
    case "TextSearch":
    case "ListRecent":
    case "GetStats":
    case "HealthCheck":
      return "read";
  }
}
