// The bytes of what the analyzer said of a concept, at the end of its body. Nothing said is one zero byte. All little-endian,
// times as f64 (NaN = open), kinds as their place in the lists of model.ts.
//
// | 1 | type u8 | domain u8 | confidence f64 | bounds u8: 0, or 1 + relation [ start f64 | end f64 ]
// | negation u8: 0, or 1 + type [ confidence f64 ] | causal u8: how many, each [ type u8 | confidence f64 | strength f64 ]

import { CAUSAL_TYPES, DOMAINS, NEGATION_TYPES, SEMANTIC_TYPES, TEMPORAL_RELATIONS } from "../model.ts";
import type { Semantic } from "../model.ts";

export const CAUSAL_MAX = 255;

export function semanticBytes(semantic: Semantic | null): number {
  if (semantic === null) return 1;
  const { bounds, negation, causal } = semantic;
  return 14 + (bounds === null ? 0 : 16) + (negation === null ? 0 : 8) + causal.length * 17;
}

export function encodeSemantic(semantic: Semantic | null, bytes: Buffer, at: number): void {
  if (semantic === null) return void (bytes[at] = 0);
  const { type, domain, confidence, bounds, negation, causal } = semantic;
  bytes[at] = 1;
  bytes[at + 1] = SEMANTIC_TYPES.indexOf(type);
  bytes[at + 2] = DOMAINS.indexOf(domain);
  let end = bytes.writeDoubleLE(confidence, at + 3);
  bytes[end++] = bounds === null ? 0 : 1 + TEMPORAL_RELATIONS.indexOf(bounds.relation);
  if (bounds !== null) {
    end = bytes.writeDoubleLE(bounds.startS ?? NaN, end);
    end = bytes.writeDoubleLE(bounds.endS ?? NaN, end);
  }
  bytes[end++] = negation === null ? 0 : 1 + NEGATION_TYPES.indexOf(negation.type);
  if (negation !== null) end = bytes.writeDoubleLE(negation.confidence, end);
  bytes[end++] = causal.length;
  for (const one of causal) {
    bytes[end] = CAUSAL_TYPES.indexOf(one.type);
    end = bytes.writeDoubleLE(one.confidence, end + 1);
    end = bytes.writeDoubleLE(one.strength, end);
  }
}

/** Of bytes that begin with it; it is there. */
export function decodeSemantic(bytes: Buffer): Semantic {
  let end = 11;
  const time = (): number | null => {
    const seconds = bytes.readDoubleLE(end);
    end += 8;
    return Number.isNaN(seconds) ? null : seconds;
  };
  const relation = TEMPORAL_RELATIONS[bytes[end++]! - 1];
  const bounds = relation === undefined ? null : { startS: time(), endS: time(), relation };
  const negates = NEGATION_TYPES[bytes[end++]! - 1];
  const negation = negates === undefined ? null : { type: negates, confidence: time() ?? 0 };
  const causal = Array.from({ length: bytes[end++]! }, () => {
    const type = CAUSAL_TYPES[bytes[end++]!]!;
    return { type, confidence: time() ?? 0, strength: time() ?? 0 };
  });
  return {
    type: SEMANTIC_TYPES[bytes[1]!]!,
    domain: DOMAINS[bytes[2]!]!,
    confidence: bytes.readDoubleLE(3),
    bounds,
    causal,
    negation,
  };
}
