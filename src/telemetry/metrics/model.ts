// What metrics are to those who record and to those who read: plain types, no code.

export interface Counter {
  /** Adds `by` (default 1). What is not a positive finite number adds nothing: a counter never goes down. */
  add(by?: number): void;
}
export interface Gauge {
  set(value: number): void;
}
export interface Histogram {
  /** Records one value in the metric's unit. Non-finite values are counted apart and change nothing else. */
  record(value: number): void;
}

export type Labels = Readonly<Record<string, string>>;
export type MetricKind = "counter" | "gauge" | "histogram";
export interface Series {
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
}

/** The numbers of one histogram that belong together. */
export interface HistogramNumbers {
  readonly count: number;
  readonly sum: number;
  /** Infinity and -Infinity while nothing was recorded. */
  readonly min: number;
  readonly max: number;
  readonly notFinite: number;
  /** BUCKETS counts, then the count above the last edge. Not cumulative. */
  readonly buckets: Float64Array;
}
export interface HistogramReading extends HistogramNumbers {
  /** Value at quantile `q` (0..1), interpolated within its bucket and kept between min and max; NaN when empty. */
  quantile(q: number): number;
  /** Inclusive upper edge of bucket `i`; Infinity for the last. */
  edge(i: number): number;
}
export type MetricReading =
  | (Series & { readonly kind: "counter" | "gauge"; readonly value: number })
  | (Series & { readonly kind: "histogram"; readonly value: HistogramReading });

export interface Metrics {
  /** Registers a series, or finds it: names as in Prometheus, and one kind and one set of label names for each name. */
  counter(name: string, help: string, labels?: Labels): Counter;
  gauge(name: string, help: string, labels?: Labels): Gauge;
  histogram(name: string, help: string, labels?: Labels): Histogram;
  /** Every series with its value now, in order of registration. Only for the thread that records; see `readAll`. */
  read(): readonly MetricReading[];
  /** Where the numbers are, for readers in other threads; null = nothing is recorded. */
  readonly slab: SharedArrayBuffer | null;
}
