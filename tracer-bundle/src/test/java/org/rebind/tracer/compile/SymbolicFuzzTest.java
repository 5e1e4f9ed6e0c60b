package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.SideEffectException;
import org.rebind.Tensor;

/**
 * Random programs whose dims are made symbolic at random, called with many sizes, against the same program run op by op on
 * fixed shapes: equal to the bit, or a clear error. {@code -Drebind.fuzz.count=10000} for more programs,
 * {@code -Drebind.fuzz.seed=...} to repeat a run; a failure prints the seed of its program.
 */
class SymbolicFuzzTest {
    private static final int COUNT = Integer.getInteger("rebind.fuzz.count", Boolean.getBoolean("rebind.test.long") ? 2000 : 1000);
    private static final long SEED = Long.getLong("rebind.fuzz.seed", Long.getLong("rebind.test.seed", System.nanoTime()));

    private int compared;
    private int bothFailed;
    private int onlySymbolicFailed;
    private int entries;

    @Test
    void symbolicProgramsAgreeWithFixedShapes() {
        System.getLogger("fuzz").log(System.Logger.Level.INFO, "seed {0}, {1} programs", Long.toString(SEED),
                Integer.toString(COUNT));
        for (int i = 0; i < COUNT; i++) {
            one(SEED + i);
        }
        String summary = compared + " results equal, " + bothFailed + " calls fail on fixed shapes too, " + onlySymbolicFailed
                + " refused with an error, " + entries + " entries for " + COUNT + " programs";
        System.getLogger("fuzz").log(System.Logger.Level.INFO, summary);
        assertTrue(compared > COUNT, summary);
        assertTrue(onlySymbolicFailed * 100 <= compared, summary);
    }

    /** Their first two calls settle a question about sizes by different guards. */
    @ParameterizedTest
    @ValueSource(longs = {101002660, 202007528, 303000771})
    void programsThatOnceFailed(long seed) {
        one(seed);
    }

    private void one(long seed) {
        Random random = new Random(seed);
        RandomProgram program = RandomProgram.of(random);
        CompileOptions options = program.dynamic(random, CompileOptions.builder().fullgraph(true));
        CompiledFunction<List<Tensor>> symbolic = Rebind.compiler().compileVarargs(program::run, options);
        List<String> history = new ArrayList<>();
        for (int call = 0; call < 5; call++) {
            Object[] inputs = program.inputs(random, call);
            history.add(shapes(inputs));
            List<Tensor> expected = null;
            try {
                expected = program.run(inputs);
            } catch (RebindException e) {
                bothFailed++;
            }
            List<Tensor> actual;
            try {
                actual = symbolic.call(inputs);
            } catch (SideEffectException e) {
                throw new AssertionError(repro(seed, program, options, history), e);
            } catch (RebindException e) {
                onlySymbolicFailed += expected != null ? 1 : 0;
                continue;
            } catch (RuntimeException | Error e) {
                throw new AssertionError(repro(seed, program, options, history), e);
            }
            if (expected == null || !same(expected, actual)) {
                fail(repro(seed, program, options, history) + "\nexpected " + expected + "\nbut was " + actual + "\n"
                        + symbolic.explain(inputs));
            }
            compared++;
        }
        entries += symbolic.stats().cacheSize();
    }

    private static boolean same(List<Tensor> a, List<Tensor> b) {
        for (int i = 0; i < a.size(); i++) {
            Tensor x = a.get(i);
            Tensor y = b.get(i);
            if (!x.type().equals(y.type()) || !x.equals(y) && !zerosAside(x, y)) {
                return false;
            }
        }
        return a.size() == b.size();
    }

    /** Equal but for the sign of zeros. */
    private static boolean zerosAside(Tensor x, Tensor y) {
        if (x.dtype() != DType.FLOAT32) {
            return false;
        }
        float[] p = x.toFloatArray();
        float[] q = y.toFloatArray();
        for (int i = 0; i < p.length; i++) {
            if (Float.compare(p[i], q[i]) != 0 && !(p[i] == 0 && q[i] == 0)) {
                return false;
            }
        }
        return true;
    }

    private static String shapes(Object[] inputs) {
        List<Shape> shapes = new ArrayList<>();
        for (Object o : inputs) {
            shapes.add(((Tensor) o).shape());
        }
        return shapes.toString();
    }

    private static String repro(long seed, RandomProgram program, CompileOptions options, List<String> history) {
        return "-Drebind.fuzz.count=1 -Drebind.fuzz.seed=" + seed + "\n" + program + "\n" + options.dynamicDims()
                + "\ncalled with " + history;
    }
}
