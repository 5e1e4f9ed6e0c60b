package org.rebind;

/**
 * A consistent snapshot of a function's counters.
 *
 * @param hits calls that ran an entry that was there
 * @param misses calls that traced and compiled
 * @param fallbacks calls that ran eagerly because of a side effect
 * @param totalCompileTimeMs time of tracing, simplifying and compiling, milliseconds
 * @param totalCachedExecTimeMs time of hits, milliseconds
 * @param cacheSize live entries
 */
public record CompilationStats(long hits, long misses, long fallbacks, double totalCompileTimeMs,
        double totalCachedExecTimeMs, int cacheSize) {
    /** {@code 100 * hits / (hits + misses + fallbacks)}, 0 when nothing ran. */
    public double hitRate() {
        long calls = hits + misses + fallbacks;
        return calls == 0 ? 0 : 100.0 * hits / calls;
    }
}
