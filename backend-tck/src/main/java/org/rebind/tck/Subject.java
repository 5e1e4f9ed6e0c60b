package org.rebind.tck;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;

/** What the contract is tested on. Every part of {@link BackendContract} extend this. */
public interface Subject {
    /** The backend under test; the same one at every call. The kit never closes it. */
    Backend backend();

    /** The oracle: the backend named {@code interpreter}, of the tracer bundle on the class path. */
    default Backend interpreter() {
        return KnownBackends.interpreter();
    }

    /**
     * Number of device buffers that are not closed yet, if the backend counts them: with it the kit finds leaks of
     * device memory. Intermediates kept in a pool do not count.
     */
    default OptionalLong liveBuffers() {
        return OptionalLong.empty();
    }

    /**
     * A backend like this one, on a device with about so many bytes of memory, new at each call; the kit closes it. With
     * it the kit tests that the declared memory is honoured and what happens when it runs out ({@link MemoryContract}).
     */
    default Optional<Backend> limited(long bytes) {
        return Optional.empty();
    }

    /**
     * A backend whose device can be lost on purpose.
     *
     * @param lose has the device fail from now on, as if it were unplugged
     */
    record Losable(Backend backend, Runnable lose) {
    }

    /** A backend like this one whose device can be lost, new at each call, for {@link LossContract}; the kit closes it. */
    default Optional<Losable> losable() {
        return Optional.empty();
    }

    /** The provider that finds backends like this one; the one of the service loader, if there is one. */
    default Optional<BackendProvider> provider() {
        return KnownBackends.provider(backend().name());
    }

    /**
     * Sizes of symbols above this are left out of the operator tests: for simulators and memory checkers, which run
     * thousands of times slower than a device.
     */
    default long largestSize() {
        return Long.MAX_VALUE;
    }

    /**
     * One operator test in so many is run, other ones with another seed; 1 for all. For devices on which compiling alone
     * takes minutes, in tests that other tests already cover.
     */
    default int operatorStride() {
        return 1;
    }

    /** Seed of all data; system property {@code rebind.test.seed}. */
    default long seed() {
        return Long.getLong("rebind.test.seed", 20261122L);
    }

    /**
     * Compiles, or skips the test with the backend's own reason. A backend that says no to a graph must also refuse to
     * compile it.
     */
    default Executable compile(Graph graph, ExecutableOptions options) {
        Support support = backend().supports(graph);
        if (!support.supported()) {
            if (support.reason() == null || support.reason().isBlank()) {
                throw new AssertionError("supports() says no without a reason, for\n" + graph);
            }
            Executable compiled;
            try {
                compiled = backend().compile(graph, options);
            } catch (BackendException e) {
                Assumptions.abort("not supported by " + backend().name() + ": " + support.reason());
                return null;
            }
            compiled.close();
            throw new AssertionError("supports() says no (" + support.reason() + "), yet compile() takes\n" + graph);
        }
        return backend().compile(graph, options);
    }

    /**
     * Runs a compiled graph once and compares with the interpreter.
     *
     * @throws AssertionError with the graph, the sizes and the seed of a result that is off
     */
    default Comparison check(Executable executable, Graph graph, OperatorCase data, long[] symbols, boolean exact) {
        long seed = seed() + data.name().hashCode();
        var inputs = Halves.narrow(interpreter(), graph, TestData.inputs(graph, symbols, data.data(), seed));
        var expected = ErrorBounds.of(interpreter(), graph, inputs, symbols, exact, data.exactSums()).stream()
                .map(e -> new ErrorBounds.Expected(Halves.widen(interpreter(), e.value()), e.bound(), e.signedZero())).toList();
        var got = Execution.run(backend(), graph, executable, inputs, symbols).stream()
                .map(b -> Halves.widen(interpreter(), b)).toList();
        Comparison comparison = new Comparison();
        String wrong = comparison.firstMismatch(expected, got);
        if (wrong != null) {
            throw new AssertionError(data.name() + " at sizes " + graph.symbolMap(symbols) + " (seed " + seed + "): "
                    + wrong + "\n" + graph + kernels(executable));
        }
        return comparison;
    }

    private static String kernels(Executable executable) {
        List<?> kernels = executable.kernels();
        return kernels == null || kernels.isEmpty() ? "" : "\n\n" + kernels.get(0)
                + (kernels.size() > 1 ? "\n... and " + (kernels.size() - 1) + " more kernels" : "");
    }
}
