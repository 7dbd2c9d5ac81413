// What an operation is on this side of the table: a function over the parts that calls faces in order.

import type { OperationName, ReplyOf, RequestOf, Talk } from "../api/api.ts";
import type { Parts } from "./parts.ts";

export type Bound<N extends OperationName> = (
  parts: Parts,
  request: RequestOf<N>,
  talk: Talk,
) => Promise<ReplyOf<N>>;
