package org.rebind;

import java.util.List;

/**
 * One live entry of a compiled function.
 *
 * @param signature readable
 * @param guards conditions on symbolic sizes
 * @param backend it runs on now
 * @param hits calls it has served, not counting the first
 * @param compileTimeMs milliseconds of its first compilation
 * @param execTimeMs milliseconds of its hits
 */
public record EntryStats(String signature, List<String> guards, String backend, long hits, double compileTimeMs,
        double execTimeMs) {
}
