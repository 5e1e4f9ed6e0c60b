package org.rebind.tck;

import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;
import org.rebind.backend.Backend;

/**
 * The kit without a build tool: {@code java -cp ... org.rebind.tck.TckMain NAME [PART...]}. Exit code 0 if all passed, 1 if any
 * failed, 2 if there is no such backend here.
 */
public final class TckMain {
    private static final int MOST_FAILURES_SHOWN = 20;

    private TckMain() {
    }

    /** @param args name of the backend, and names of parts of the contract, {@code MemoryContract} for instance; none for all */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /** What {@link #main} does, without ending the JVM. @return the exit code */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        List<Class<?>> parts = Stream.of(args).skip(1).flatMap(TckMain::part).toList();
        if (args.length == 0 || args[0].startsWith("-") || parts.size() != args.length - 1) {
            err.println("usage: TckMain NAME [PART...]    the backend contract tests against the backend NAME: all, or of "
                    + Stream.of(BackendContract.class.getInterfaces()).map(Class::getSimpleName).toList());
            list(err);
            return 2;
        }
        Backend backend;
        try {
            backend = KnownBackends.named(args[0]);
        } catch (IllegalArgumentException e) {
            err.println("no backend named '" + args[0] + "' here");
            list(err);
            return 2;
        }
        out.println("backend " + backend.name() + " " + backend.version() + " on " + backend.device().name());
        long start = System.nanoTime();
        PartProgress progress = new PartProgress(out);
        Kit.Report report = Kit.run(() -> backend, Fuzzer.count(500), progress, parts.toArray(Class<?>[]::new));
        progress.end();
        out.println();
        report.skipped().forEach((reason, count) -> out.println("skipped " + count + ": " + reason));
        report.failures().stream().limit(MOST_FAILURES_SHOWN).forEach(f -> out.println("FAILED " + f.test() + "\n    "
                + String.valueOf(f.error()).replace("\n", "\n    ")));
        if (report.failures().size() > MOST_FAILURES_SHOWN) {
            out.println("... and " + (report.failures().size() - MOST_FAILURES_SHOWN) + " more failures");
        }
        out.println(report + " in " + (System.nanoTime() - start) / 1_000_000_000 + " s");
        return report.failures().isEmpty() ? 0 : 1;
    }

    private static Stream<Class<?>> part(String name) {
        return Stream.of(BackendContract.class.getInterfaces()).filter(c -> c.getSimpleName().equals(name));
    }

    private static void list(PrintStream err) {
        KnownBackends.usable().forEach(b -> err.println("  " + b.name() + "    " + b.device().name()));
        KnownBackends.declined().forEach(d -> err.println("  " + d));
    }

    /** One line a part, with its counts as soon as the next part begins. */
    private static final class PartProgress implements Kit.Progress {
        private final PrintStream out;
        private String part;
        private int passed;
        private int failed;
        private int skipped;

        PartProgress(PrintStream out) {
            this.out = out;
        }

        @Override
        public void finished(String nextPart, String test, boolean wasSkipped, Throwable error) {
            if (!nextPart.equals(part)) {
                end();
                part = nextPart;
            }
            if (error != null) {
                failed++;
            } else if (wasSkipped) {
                skipped++;
            } else {
                passed++;
            }
        }

        void end() {
            if (part != null) {
                out.printf("  %-100s %5d passed%s%s%n", part, passed, failed > 0 ? ", " + failed + " FAILED" : "",
                        skipped > 0 ? ", " + skipped + " skipped" : "");
            }
            passed = 0;
            failed = 0;
            skipped = 0;
        }
    }
}
