package org.rebind.tck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.rebind.BackendStatus;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.Compiler;
import org.rebind.EntryStats;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.Tensor;

/**
 * The golden cases through the public API: compiled (for the interpreter: interpreted), eager, and compiled with dim 0 of
 * every input dynamic. The compiled ways name the backend; all are skipped if the runtime does not have it.
 */
public interface GoldenContract extends Subject {
    System.Logger LOG = System.getLogger(GoldenContract.class.getName());
    /** So many golden cases are compiled at once. */
    int COMPILING_THREADS = 16;

    /** How a case is run. */
    enum Way { INTERPRETED, EAGER, COMPILED, DYNAMIC }

    @TestFactory
    @DisplayName("golden cases")
    default Stream<DynamicContainer> golden() {
        List<String> there = runtime().backends().stream().map(b -> b.name()).toList();
        Assumptions.assumeTrue(there.contains(backend().name()), () -> "the golden cases run through the public API, whose"
                + " runtime has no backend " + backend().name() + ", only " + there);
        boolean interpreter = backend().name().equals(interpreter().name());
        Way named = interpreter ? Way.INTERPRETED : Way.COMPILED; // the interpreter's own run need not be repeated
        return Stream.of(named, Way.EAGER, Way.DYNAMIC).map(way -> DynamicContainer.dynamicContainer(name(way),
                GoldenCase.GROUPS.stream().map(group -> DynamicContainer.dynamicContainer(group, tests(way, group)))));
    }

    /**
     * Which cases are tried: one in so many, others with each {@link Subject#seed() seed}. 1 for all, which a backend whose
     * compiler takes long may not want for each way each time. Property {@code rebind.golden.share} is for all ways but the plain one.
     */
    default int goldenShare(Way way) {
        return way == Way.EAGER || way == Way.DYNAMIC ? Integer.getInteger("rebind.golden.share", 1) : 1;
    }

    private Stream<DynamicTest> tests(Way way, String group) {
        List<GoldenCase> cases = GoldenCase.load(group).stream().filter(c -> applies(way, c))
                .filter(c -> Math.floorMod(c.toString().hashCode() + seed(), goldenShare(way)) == 0).toList();
        Map<GoldenCase, CompiledFunction<List<Tensor>>> functions = new IdentityHashMap<>();
        if (way != Way.EAGER) {
            cases.forEach(c -> functions.put(c, Rebind.compiler().compileVarargs(GoldenPrograms.of(c),
                    options(way, c, backendName(way)))));
            compileTogether(functions);
        }
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.toString(), () -> run(way, c, functions)));
    }

    /** From several threads, so that a backend can serve several at once; what fails is found by its own test. */
    private static void compileTogether(Map<GoldenCase, CompiledFunction<List<Tensor>>> functions) {
        ExecutorService threads = Executors.newFixedThreadPool(COMPILING_THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            functions.forEach((c, f) -> all.add(threads.submit(() -> f.explain(inputs(c)))));
            for (Future<?> one : all) {
                awaitQuietly(one);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static void awaitQuietly(Future<?> compiling) {
        try {
            compiling.get();
        } catch (ExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "a golden case does not compile", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String backendName(Way way) {
        return way == Way.INTERPRETED ? "interpreter" : backend().name();
    }

    private static Object[] inputs(GoldenCase c) {
        return c.inputs().stream().map(GoldenTensor::tensor).toArray();
    }

    private static String name(Way way) {
        return way.toString().toLowerCase(Locale.ROOT);
    }

    private static boolean applies(Way way, GoldenCase c) {
        return way != Way.DYNAMIC || c.inputs().stream().anyMatch(t -> t.rank() > 0);
    }

    private void run(Way way, GoldenCase c, Map<GoldenCase, CompiledFunction<List<Tensor>>> functions) {
        String name = backendName(way);
        Object[] inputs = inputs(c);
        List<Tensor> got = way == Way.EAGER ? GoldenPrograms.of(c).apply(inputs)
                : compiled(c, name, inputs, functions.get(c));
        if (got.size() != c.outputs().size()) {
            throw new AssertionError(c + ": expected " + c.outputs().size() + " results, got " + got.size());
        }
        for (int i = 0; i < got.size(); i++) {
            String wrong = firstMismatch(c.outputs().get(i), got.get(i), c.rtol(), c.atol());
            if (wrong != null) {
                throw new AssertionError(c + " " + name(way) + " on " + name + ", result " + i + ": "
                        + wrong);
            }
        }
    }

    private static Compiler runtime() {
        try {
            return Rebind.compiler();
        } catch (RebindException e) {
            return Assumptions.abort(e.getMessage());
        }
    }

    private static List<Tensor> compiled(GoldenCase c, String name, Object[] inputs, CompiledFunction<List<Tensor>> f) {
        List<Tensor> got = f.call(inputs);
        List<String> ran = f.entries().stream().map(EntryStats::backend).toList();
        if (!ran.equals(List.of(name))) {
            String health = Rebind.compiler().backends().stream().filter(b -> b.name().equals(name))
                    .map(BackendStatus::health).findFirst().orElse("gone");
            if (!health.equals("ok")) {
                throw new AssertionError(c + " ran on " + ran + ", since " + name + " failed: " + health);
            }
            Assumptions.abort("ran on " + ran + ": " + f.explain(inputs).choice());
        }
        return got;
    }

    /** Every second case gives equal sizes one name; the others leave it to guards to find out that they are equal. */
    private static CompileOptions options(Way way, GoldenCase c, String backend) {
        CompileOptions.Builder options = CompileOptions.builder().fullgraph(true).backend(backend);
        if (way == Way.DYNAMIC) {
            Map<Long, String> names = new LinkedHashMap<>();
            for (int i = 0; i < c.inputs().size(); i++) {
                GoldenTensor t = c.inputs().get(i);
                if (t.rank() > 0) {
                    String own = "d" + i;
                    options.dynamicDim(i, 0, c.index() % 2 == 0 ? own : names.computeIfAbsent(t.shape()[0], s -> own));
                }
            }
        }
        return options.build();
    }

    private static String firstMismatch(GoldenTensor expected, Tensor got, double rtol, double atol) {
        if (got.dtype() != expected.dtype() || !got.shape().hasSizes(expected.shape())) {
            return "expected " + expected.dtype() + Arrays.toString(expected.shape()) + ", got " + got.type();
        }
        List<Object> e = elements(expected.tensor());
        List<Object> g = elements(got);
        for (int i = 0; i < e.size(); i++) {
            if (!e.get(i).equals(g.get(i)) && !(e.get(i) instanceof Double d
                    && Math.abs(d - (Double) g.get(i)) <= atol + rtol * Math.abs(d))) {
                return "element " + i + ": expected " + e.get(i) + ", got " + g.get(i) + " (rtol " + rtol + ", atol "
                        + atol + ")";
            }
        }
        return null;
    }

    /** Doubles, Longs or Booleans. */
    private static List<Object> elements(Tensor t) {
        List<Object> list = new ArrayList<>();
        switch (t.dtype()) {
            case FLOAT32 -> {
                for (float v : t.toFloatArray()) {
                    list.add((double) v);
                }
            }
            case FLOAT64 -> {
                for (double v : t.toDoubleArray()) {
                    list.add(v);
                }
            }
            case INT32 -> {
                for (int v : t.toIntArray()) {
                    list.add((long) v);
                }
            }
            case INT64 -> {
                for (long v : t.toLongArray()) {
                    list.add(v);
                }
            }
            default -> {
                for (boolean v : t.toBooleanArray()) {
                    list.add(v);
                }
            }
        }
        return list;
    }
}
