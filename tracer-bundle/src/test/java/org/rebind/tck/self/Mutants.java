package org.rebind.tck.self;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.backend.Support;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;
import org.rebind.graph.Op;
import org.rebind.graph.Reduce;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;
import org.rebind.tck.BufferContract;
import org.rebind.tck.ConcurrencyContract;
import org.rebind.tck.FaultContract;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphRewriter;
import org.rebind.tck.OperatorContract;
import org.rebind.tck.OptionsContract;
import org.rebind.tck.ReleaseContract;

/** Backends that are wrong in one way each, as real ones have been. */
final class Mutants {
    private Mutants() {
    }

    static Map<String, Mutant> all() {
        Map<String, Mutant> all = new LinkedHashMap<>();
        all.put("rounds halves up instead of to even",
                Mutant.of(OperatorContract.class, () -> rewriting(Mutants::roundHalfUp)));
        all.put("divides by multiplying with the reciprocal, in exact mode too",
                Mutant.of(OptionsContract.class, () -> rewriting(Mutants::reciprocal)));
        all.put("takes float32 exponentials with 1e-4 error",
                Mutant.of(OperatorContract.class, () -> rewriting(Mutants::roughExp)));
        all.put("remainder has the sign of the dividend",
                Mutant.of(OperatorContract.class, () -> rewriting(Mutants::truncatedRemainder)));
        all.put("maximum of a row ignores NaN", Mutant.of(OperatorContract.class, () -> rewriting(Mutants::maxWithoutNaN)));
        all.put("negative indices are clamped to 0",
                Mutant.of(OperatorContract.class, () -> rewriting(Mutants::clampedIndex)));
        all.put("computes float64 in float32", Mutant.of(OperatorContract.class, () -> rewriting(Mutants::narrow)));
        all.put("keeps the sizes of its first call", Mutant.of(OperatorContract.class, FrozenSizes::new));
        all.put("forgets the remainder of blocks of 8", Mutant.of(OperatorContract.class, LostRemainder::new));
        all.put("fails at size 0", Mutant.of(OperatorContract.class, FailsWhenEmpty::new));
        all.put("leaks one buffer a call", Mutant.of(BufferContract.class, LeaksBuffer::new));
        all.put("writes its result into an input", Mutant.of(BufferContract.class, MutatesInput::new));
        all.put("recycles the memory of a result at the next call", Mutant.of(BufferContract.class, RecyclesResults::new));
        all.put("leaves the end of recycled memory as it was", Mutant.of(ReleaseContract.class, ForgetsTheEnd::new));
        all.put("copies results that are parameters", Mutant.of(BufferContract.class, CopiesPassedThrough::new));
        all.put("shares scratch memory between threads", Mutant.of(ConcurrencyContract.class, SharedScratch::new));
        all.put("caches executables by the number of nodes", Mutant.of(ConcurrencyContract.class, CachesByNodeCount::new));
        all.put("says it supports what it cannot compile", Mutant.of(OperatorContract.class, SupportsTooMuch::new));
        all.put("compiles what it says it does not support", Mutant.of(OperatorContract.class, SupportsTooLittle::new));
        all.put("compiles ill-formed graphs", Mutant.of(FaultContract.class, TakesAnything::new));
        all.put("reads whole arrays where only a part is the buffer", Mutant.of(BufferContract.class, ReadsWholeArray::new));
        all.put("leaves a thread for each executable", Mutant.of(ConcurrencyContract.class, LeaksThreads::new));
        all.put("keeps closed executables", Mutant.of(ConcurrencyContract.class, KeepsExecutables::new));
        return all;
    }

    // ---- wrong meaning of an operation

    private static Wrapper rewriting(GraphRewriter.Replacement replacement) {
        return new Wrapper() {
            @Override
            public Executable compile(Graph graph, ExecutableOptions options) {
                return super.compile(GraphRewriter.rewrite(GraphChecker.check(graph), replacement), options);
            }
        };
    }

    private static GraphBuilder.Value roundHalfUp(GraphBuilder g, Op op, List<GraphBuilder.Value> in) {
        return op != Unary.ROUND ? g.op(op, in)
                : g.op(Unary.FLOOR, g.op(Binary.ADD, in.get(0), g.fill(0.5, in.get(0))));
    }

    private static GraphBuilder.Value reciprocal(GraphBuilder g, Op op, List<GraphBuilder.Value> in) {
        return op != Binary.DIVIDE ? g.op(op, in) : g.op(Binary.MULTIPLY, in.get(0),
                g.op(Binary.DIVIDE, g.fill(1, in.get(1)), in.get(1)));
    }

    private static GraphBuilder.Value roughExp(GraphBuilder g, Op op, List<GraphBuilder.Value> in) {
        GraphBuilder.Value r = g.op(op, in);
        return op != Unary.EXP || r.dtype() != DType.FLOAT32 ? r : g.op(Binary.MULTIPLY, r, g.fill(1.0001, r));
    }

    private static GraphBuilder.Value truncatedRemainder(GraphBuilder g, Op op,
            List<GraphBuilder.Value> in) {
        if (op != Binary.REMAINDER || !in.get(0).dtype().isFloating()) {
            return g.op(op, in);
        }
        GraphBuilder.Value q = g.op(Unary.TRUNC, g.op(Binary.DIVIDE, in.get(0), in.get(1)));
        return g.op(Binary.SUBTRACT, in.get(0), g.op(Binary.MULTIPLY, q, in.get(1)));
    }

    private static GraphBuilder.Value maxWithoutNaN(GraphBuilder g, Op op, List<GraphBuilder.Value> in) {
        if (!(op instanceof Reduce r && r.kind() == Reduce.Kind.MAX && in.get(0).dtype().isFloating())) {
            return g.op(op, in);
        }
        GraphBuilder.Value x = in.get(0);
        return g.op(op, g.op(new Where(), g.op(Unary.ISNAN, x), g.fill(Double.NEGATIVE_INFINITY, x), x));
    }

    private static GraphBuilder.Value clampedIndex(GraphBuilder g, Op op, List<GraphBuilder.Value> in) {
        return !(op instanceof Take) ? g.op(op, in)
                : g.op(op, in.get(0), g.op(Binary.MAXIMUM, in.get(1), g.fill(0, in.get(1))));
    }

    private static GraphBuilder.Value narrow(GraphBuilder g, Op op, List<GraphBuilder.Value> in) {
        boolean double64 = op instanceof Unary u && u != Unary.ISNAN && in.get(0).dtype() == DType.FLOAT64;
        return !double64 ? g.op(op, in) : g.cast(g.op(op, g.cast(in.get(0), DType.FLOAT32)), DType.FLOAT64);
    }

    // ---- wrong handling of sizes and memory

    /** A mutant that changes execute alone. */
    private abstract static class Executing extends Wrapper {
        abstract DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols);

        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            Wrapped inner = (Wrapped) super.compile(graph, options);
            return new Wrapped(graph, inner) {
                @Override
                public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
                    return Executing.this.execute(inner, inputs, symbols);
                }
            };
        }

        final Memory memory(DeviceBuffer b) {
            return (Memory) b;
        }
    }

    private static final class FrozenSizes extends Executing {
        private final Map<Wrapped, long[]> first = new ConcurrentHashMap<>();

        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            long[] frozen = first.computeIfAbsent(inner, k -> symbols.clone());
            return frozen.length > 0 && frozen[0] > symbols[0] ? inner.execute(inputs, symbols)
                    : inner.execute(inputs, frozen);
        }
    }

    private static final class LostRemainder extends Executing {
        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            DeviceBuffer[] results = inner.execute(inputs, symbols);
            for (int i = 0; i < results.length; i++) {
                int n = results[i].elementCount();
                if (n > 8 && !inner.graph.isParam(inner.graph.results().get(i))) {
                    Object array = memory(results[i]).contents().array();
                    for (int k = n / 8 * 8; k < n; k++) {
                        Array.set(array, k, Array.get(Array.newInstance(array.getClass().getComponentType(), 1), 0));
                    }
                }
            }
            return results;
        }
    }

    private static final class FailsWhenEmpty extends Executing {
        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            if (Arrays.stream(symbols).anyMatch(n -> n == 0)) {
                throw new BackendException(BackendException.Kind.EXECUTE, "invalid work size");
            }
            return inner.execute(inputs, symbols);
        }
    }

    private static final class LeaksBuffer extends Executing {
        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            new Memory(HostBuffer.allocate(DType.FLOAT32, 1));
            return inner.execute(inputs, symbols);
        }
    }

    private static final class MutatesInput extends Executing {
        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            DeviceBuffer[] results = inner.execute(inputs, symbols);
            if (results.length > 0 && inputs.length > 0 && results[0].dtype() == inputs[0].dtype()
                    && results[0].elementCount() == inputs[0].elementCount()) {
                System.arraycopy(memory(results[0]).contents().array(), 0, memory(inputs[0]).contents().array(), 0,
                        results[0].elementCount());
            }
            return results;
        }
    }

    private static final class RecyclesResults extends Executing {
        private final Map<Wrapped, DeviceBuffer> last = new ConcurrentHashMap<>();

        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            DeviceBuffer[] results = inner.execute(inputs, symbols);
            if (results.length > 0 && !inner.graph.isParam(inner.graph.results().get(0))) {
                DeviceBuffer before = last.put(inner, results[0]);
                if (before != null) {
                    before.close();
                }
            }
            return results;
        }
    }

    /** The memory of a result is that of the last one of its size, and its last element is not written. */
    private static final class ForgetsTheEnd extends Executing {
        private final Map<Integer, Object> ends = new ConcurrentHashMap<>();

        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            DeviceBuffer[] results = inner.execute(inputs, symbols);
            for (int i = 0; i < results.length; i++) {
                int n = results[i].elementCount();
                if (n > 100 && results[i].dtype() == DType.FLOAT32 && !inner.graph.isParam(inner.graph.results().get(i))) {
                    Object array = memory(results[i]).contents().array();
                    Object before = ends.putIfAbsent(n, Array.get(array, n - 1));
                    if (before != null) {
                        Array.set(array, n - 1, before);
                    }
                }
            }
            return results;
        }
    }

    private static final class CopiesPassedThrough extends Executing {
        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            DeviceBuffer[] results = inner.execute(inputs, symbols);
            for (int i = 0; i < results.length; i++) {
                if (inner.graph.isParam(inner.graph.results().get(i))) {
                    results[i] = new Memory(results[i].toHost());
                }
            }
            return results;
        }
    }

    private static final class SharedScratch extends Executing {
        private final Map<Wrapped, DeviceBuffer[]> scratch = new ConcurrentHashMap<>();

        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            scratch.put(inner, inner.execute(inputs, symbols));
            Thread.yield();
            return scratch.get(inner);
        }
    }

    // ---- wrong promises

    private static final class CachesByNodeCount extends Wrapper {
        private final Map<Integer, Executable> cache = new ConcurrentHashMap<>();

        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            Executable compiled = super.compile(graph, options);
            Executable cached = cache.computeIfAbsent(graph.nodes().size() * 100 + graph.params().size() * 10
                    + graph.results().size(), k -> compiled);
            return new Wrapped(graph, cached) {
                @Override
                public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
                    return cached.execute(inputs, symbols);
                }
            };
        }
    }

    private static final class SupportsTooMuch extends Wrapper {
        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            if (graph.nodes().stream().anyMatch(n -> n.type().dtype() == DType.FLOAT64)) {
                throw new BackendException(BackendException.Kind.COMPILE, "no float64 here");
            }
            return super.compile(graph, options);
        }
    }

    private static final class SupportsTooLittle extends Wrapper {
        @Override
        public Support supports(Graph graph) {
            return graph.nodes().stream().anyMatch(n -> n.type().dtype() == DType.FLOAT64)
                    ? Support.no("no float64 here") : Support.YES;
        }
    }

    private static final class TakesAnything extends Wrapper {
        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            try {
                GraphChecker.check(graph);
            } catch (RuntimeException e) {
                return new Wrapped(graph, super.compile(new Graph(List.of(), List.of(), List.of(), List.of()), options));
            }
            return super.compile(graph, options);
        }
    }

    private static final class ReadsWholeArray extends Executing {
        @Override
        DeviceBuffer[] execute(Wrapped inner, DeviceBuffer[] inputs, long[] symbols) {
            return inner.execute(inputs, symbols);
        }

        @Override
        public Device device() {
            var right = super.device();
            return new Device() {
                @Override
                public String name() {
                    return right.name();
                }

                @Override
                public DeviceKind kind() {
                    return right.kind();
                }

                @Override
                public long memoryBytes() {
                    return right.memoryBytes();
                }

                @Override
                public DeviceBuffer upload(HostBuffer host) {
                    int length = Array.getLength(host.array());
                    return right.upload(HostBuffer.wrap(host.dtype(), host.array(), length));
                }
            };
        }
    }

    private static final class LeaksThreads extends Wrapper {
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            Thread t = new Thread(() -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }, "mutant");
            t.setDaemon(true);
            t.start();
            return super.compile(graph, options);
        }

        @Override
        public void close() {
            never.countDown();
        }
    }

    private static final class KeepsExecutables extends Wrapper {
        private final Map<Executable, Boolean> all = new ConcurrentHashMap<>();

        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            Executable e = super.compile(graph, options);
            all.put(e, true);
            return e;
        }
    }
}
