package org.rebind;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a call of a compiled function runs, as data.
 *
 * @param function its name
 * @param signature readable
 * @param miss why it was compiled
 * @param graph text form of the simplified graph; empty when the call runs eagerly
 * @param guards conditions on symbolic sizes
 * @param fallback why the call runs eagerly; empty if it is compiled
 * @param backend that runs it
 * @param choice why that one, and why not each of the others
 * @param kernels in launch order, with source
 * @param scratchBytes memory of intermediates
 * @param times milliseconds by stage: trace, simplify, compile
 */
public record Explanation(String function, String signature, MissReason miss, String graph, List<String> guards,
        String fallback, String backend, List<String> choice, List<KernelSource> kernels, long scratchBytes,
        List<StageTime> times) {
    /** Time of one stage, milliseconds. */
    public record StageTime(String stage, double ms) {
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("function   ").append(function).append("\nsignature  ").append(signature)
                .append("\ncompiled   ").append(miss);
        if (!fallback.isEmpty()) {
            return s.append("\nruns eagerly: ").append(fallback).append('\n').toString();
        }
        s.append("\nbackend    ").append(backend);
        choice.forEach(c -> s.append("\n           ").append(c));
        if (!guards.isEmpty()) {
            s.append("\nguards     ").append(String.join("\n           ", guards));
        }
        s.append("\ntimes      ").append(times.stream().map(t -> String.format(Locale.ROOT, "%s %.2f ms", t.stage, t.ms))
                .collect(Collectors.joining(", ")));
        s.append("\nscratch    ").append(scratchBytes).append(" bytes\n\n").append(graph).append("\n\n");
        kernels.forEach(k -> s.append(k).append("\n\n"));
        return s.toString();
    }
}
