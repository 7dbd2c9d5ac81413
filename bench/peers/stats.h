/* Timing and JSON output shared by the C peers. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The sizes of the works; works.ts and zbus/src/main.rs have the same. */
#define N_WARM 4000
#define N_SEQ 5000
#define N_PIPE 20000
#define DEPTH 64
#define N_1M 40
#define N_GMO 5
#define TEXT "hello from the bench"
#define TREE "/org/opdbus/bench/tree/10000"
static const char *peer_name, *peer_version;

static inline double now_us(void) {
  struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}
static inline double cpu_us(void) {
  struct rusage r; getrusage(RUSAGE_SELF, &r);
  return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 + r.ru_utime.tv_usec + r.ru_stime.tv_usec;
}
static inline double peak_rss_mb(void) { struct rusage r; getrusage(RUSAGE_SELF, &r); return r.ru_maxrss / 1024.0; }
static int cmp_(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return (x > y) - (x < y); }

/* One latency line. samples are in microseconds and get sorted. bytes > 0 adds round-trip payload throughput (both directions counted once). */
static void report(const char *work, double *s, int n, double wall, double cpu, double bytes) {
  qsort(s, n, sizeof *s, cmp_);
  printf("{\"peer\":\"%s\",\"version\":\"%s\",\"work\":\"%s\",\"n\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f,\"min_us\":%.1f,\"calls_s\":%.0f,\"cpu_us\":%.2f",
         peer_name, peer_version, work, n, s[n / 2], s[(int)(n * 0.99)], s[0], n / wall * 1e6, cpu / n);
  if (bytes > 0) printf(",\"mb_s\":%.0f", bytes * n / wall);
  printf("}\n");
  fflush(stdout);
}
static void report_rate(const char *work, int n, double wall, double cpu) {
  printf("{\"peer\":\"%s\",\"version\":\"%s\",\"work\":\"%s\",\"n\":%d,\"depth\":%d,\"calls_s\":%.0f,\"cpu_us\":%.2f}\n", peer_name,
         peer_version, work, n, DEPTH, n / wall * 1e6, cpu / n);
  fflush(stdout);
}
/* GetManagedObjects: wall of the whole call, time spent decoding after arrival, client CPU; milliseconds, best and median. */
static void report_gmo(double *wall, double *dec, double *cpu, int n, long objects, long values, double rss0) {
  qsort(wall, n, sizeof *wall, cmp_); qsort(dec, n, sizeof *dec, cmp_); qsort(cpu, n, sizeof *cpu, cmp_);
  printf("{\"peer\":\"%s\",\"version\":\"%s\",\"work\":\"gmo10k\",\"n\":%d,\"objects\":%ld,\"values\":%ld,\"wall_ms\":%.1f,\"wall_p50_ms\":%.1f,"
         "\"decode_ms\":%.1f,\"cpu_ms\":%.1f,\"cpu_p50_ms\":%.1f,\"rss_before_mb\":%.1f,\"rss_peak_mb\":%.1f}\n",
         peer_name, peer_version, n, objects, values, wall[0] / 1e3, wall[n / 2] / 1e3, dec[0] / 1e3, cpu[0] / 1e3, cpu[n / 2] / 1e3, rss0, peak_rss_mb());
  fflush(stdout);
}
