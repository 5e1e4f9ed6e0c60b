package org.rebind.tck;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.rebind.backend.Backend;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;

/**
 * Runs random programs until one fails, and then says so with the smallest one that does. System properties:
 * {@code rebind.fuzz.count} and {@code rebind.fuzz.seed}, to repeat one program with a count of 1.
 */
public final class Fuzzer {
    private static final System.Logger LOG = System.getLogger(Fuzzer.class.getName());

    /** What is tested: a text that says what is wrong with a program, or null. */
    @FunctionalInterface
    public interface Check {
        String run(RandomProgram program, Comparison comparison);
    }

    private static final int TOGETHER = 50;

    private Fuzzer() {
    }

    /** Number of programs: the property, else a hundred times the usual in long runs, else the usual. */
    public static int count(int usual) {
        return Integer.getInteger("rebind.fuzz.count", Boolean.getBoolean("rebind.test.long") ? usual * 100 : usual);
    }

    /** The property, else the seed of the whole test run, else a new one. */
    public static long baseSeed() {
        return Long.getLong("rebind.fuzz.seed", Long.getLong("rebind.test.seed", System.nanoTime() & 0x7fffffff));
    }

    /**
     * Runs programs of consecutive seeds.
     *
     * @return how much was compared
     * @throws AssertionError with a repro: the shrunk graph, seeds, Java source
     */
    public static Comparison run(String what, int count, Check check) {
        return run(what, count, null, null, check);
    }

    /** Like the other {@code run}, the programs being {@linkplain Backend#prepare prepared} on a backend beforehand. */
    static Comparison run(String what, int count, Backend backend, ExecutableOptions options, Check check) {
        long base = baseSeed();
        LOG.log(System.Logger.Level.INFO, "fuzz of {0}: {1} programs, seed {2}", what, Integer.toString(count),
                Long.toString(base));
        Comparison comparison = new Comparison();
        for (int i = 0; i < count; i++) {
            if (backend != null && i % TOGETHER == 0) {
                backend.prepare(LongStream.range(base + i, base + Math.min(count, i + TOGETHER))
                        .mapToObj(seed -> RandomGraphs.generate(seed).graph()).toList(), options);
            }
            RandomProgram program = RandomGraphs.generate(base + i);
            String wrong = check.run(program, comparison);
            if (wrong != null) {
                RandomProgram small = Shrinker.shrink(program, p -> check.run(p, new Comparison()) != null);
                throw new AssertionError(what + " fails on a random program; repeat with -Drebind.fuzz.seed=" + (base + i)
                        + " -Drebind.fuzz.count=1\n" + check.run(small, new Comparison()) + "\n\n"
                        + Repro.text(small) + "\n\n(shrunk from " + program.graph().nodes().size() + " nodes)");
            }
        }
        LOG.log(System.Logger.Level.INFO, "fuzz of {0}: {1} elements compared, {2} undecided", what,
                Long.toString(comparison.compared()), Long.toString(comparison.undecided()));
        return comparison;
    }

    /** The check that a backend agrees with the interpreter; a program it says it does not support passes. */
    public static Check against(Backend backend, Backend interpreter, ExecutableOptions options) {
        return (program, comparison) -> {
            try {
                return backend.supports(program.graph()).supported()
                        ? compare(program, backend, interpreter, options, comparison) : null;
            } catch (RuntimeException | Error e) {
                return "throws " + e + Arrays.stream(e.getStackTrace()).filter(f -> !f.getClassName().startsWith("java."))
                        .limit(4).map(f -> "\n    at " + f).collect(Collectors.joining());
            }
        };
    }

    private static String compare(RandomProgram program, Backend backend, Backend interpreter, ExecutableOptions options,
            Comparison comparison) {
        try (Executable e = backend.compile(program.graph(), options)) {
            for (long[] symbols : program.sizes()) {
                List<HostBuffer> inputs = program.inputs(symbols);
                String wrong = comparison.firstMismatch(ErrorBounds.of(interpreter, program.graph(), inputs, symbols,
                        options.exact(), false), Execution.run(backend, program.graph(), e, inputs, symbols));
                if (wrong != null) {
                    return "at sizes " + program.graph().symbolMap(symbols) + ": " + wrong;
                }
            }
            return null;
        }
    }
}
