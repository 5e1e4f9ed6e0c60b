package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;

/** Runs {@link BackendContract} on a backend from a program. Any number of threads may run it at once. */
public final class Kit {
    /** A test that failed. */
    public record Failure(String test, Throwable error) {
    }

    /**
     * How it went.
     *
     * @param skipped number of skipped tests by reason
     */
    public record Report(int passed, List<Failure> failures, Map<String, Integer> skipped) {
        public Report {
            failures = List.copyOf(failures);
            skipped = Map.copyOf(skipped);
        }

        public int skippedCount() {
            return skipped.values().stream().mapToInt(Integer::intValue).sum();
        }

        /** For instance {@code 7053 passed, 0 failed, 1 skipped}. */
        @Override
        public String toString() {
            return passed + " passed, " + failures.size() + " failed, " + skippedCount() + " skipped";
        }
    }

    /** Hears of each finished test. */
    @FunctionalInterface
    public interface Progress {
        /** @param part the display name of the part of the contract @param error null unless it failed */
        void finished(String part, String test, boolean skipped, Throwable error);
    }

    /** The contract of the backend of the current run. */
    static final class SuppliedContract extends BackendContract {
        private static final ThreadLocal<SuppliedSubject> CURRENT = new ThreadLocal<>();
        private final SuppliedSubject subject = CURRENT.get();

        @Override
        public Backend backend() {
            return subject.subject.backend();
        }

        @Override
        public OptionalLong liveBuffers() {
            return subject.subject.liveBuffers();
        }

        @Override
        public Optional<Backend> limited(long bytes) {
            return subject.subject.limited(bytes);
        }

        @Override
        public Optional<Losable> losable() {
            return subject.subject.losable();
        }

        @Override
        public Optional<BackendProvider> provider() {
            return subject.subject.provider();
        }

        @Override
        public int fuzzCount() {
            return Integer.getInteger("rebind.fuzz.count", subject.fuzzCount);
        }
    }

    private record SuppliedSubject(Subject subject, int fuzzCount) {
    }

    private Kit() {
    }

    /**
     * Runs the contract in this thread (its concurrency tests start their own).
     *
     * @param parts interfaces of the parts to run, {@link MemoryContract} for instance; none for all
     */
    public static Report run(Subject subject, int fuzzCount, Progress progress, Class<?>... parts) {
        Collector collector = new Collector(progress);
        SuppliedContract.CURRENT.set(new SuppliedSubject(subject, fuzzCount));
        try {
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectors(parts))
                    .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                    .configurationParameter(LauncherConstants.CAPTURE_STDOUT_PROPERTY_NAME, "false").build(), collector);
        } finally {
            SuppliedContract.CURRENT.remove();
        }
        return new Report(collector.passed, collector.failures, collector.skipped);
    }

    private static List<DiscoverySelector> selectors(Class<?>... parts) {
        if (parts.length == 0) {
            return List.of(DiscoverySelectors.selectClass(SuppliedContract.class));
        }
        return Stream.of(parts).flatMap(p -> Stream.of(p.getDeclaredMethods()))
                .filter(m -> m.isAnnotationPresent(Test.class) || m.isAnnotationPresent(TestFactory.class))
                .<DiscoverySelector>map(m -> DiscoverySelectors.selectMethod(SuppliedContract.class, m)).toList();
    }

    private static final class Collector implements TestExecutionListener {
        private final Progress progress;
        private final List<Failure> failures = new ArrayList<>();
        private final Map<String, Integer> skipped = new TreeMap<>();
        private final List<String> path = new ArrayList<>();
        private int passed;

        Collector(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void executionStarted(TestIdentifier id) {
            path.add(id.getDisplayName());
        }

        @Override
        public void executionSkipped(TestIdentifier id, String reason) {
            skipped.merge(reason, 1, Integer::sum);
        }

        @Override
        public void executionFinished(TestIdentifier id, TestExecutionResult result) {
            String part = path.size() > 2 ? path.get(2) : id.getDisplayName();
            String test = String.join(", ", path.subList(Math.min(2, path.size() - 1), path.size()));
            path.remove(path.size() - 1);
            Throwable error = result.getThrowable().orElse(null);
            if (!id.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                return;
            }
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed++;
                case ABORTED -> skipped.merge(String.valueOf(error == null ? null : error.getMessage()), 1, Integer::sum);
                case FAILED -> failures.add(new Failure(test, error));
            }
            boolean aborted = result.getStatus() == TestExecutionResult.Status.ABORTED;
            progress.finished(part, test, aborted, aborted ? null : error);
        }
    }
}
