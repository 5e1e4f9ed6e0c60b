package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rebind.DType;
import org.rebind.FunctionN;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.tck.GoldenCase;
import org.rebind.tck.GoldenPrograms;
import org.rebind.tck.GoldenTensor;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.eager.BackendEager;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.Creation;

/** The golden cases, eagerly, traced, and traced with the first dim of each input dynamic. */
class GoldenTest {
    @TestFactory
    Stream<DynamicTest> groups() {
        return GoldenCase.GROUPS.stream().map(group -> DynamicTest.dynamicTest(group, () -> {
            List<GoldenCase> cases = GoldenCase.load(group);
            assertTrue(!cases.isEmpty());
            cases.forEach(GoldenTest::check);
        }));
    }

    @Test
    void eagerOnBackends() {
        Eager before = Eager.current();
        try (Backends backends = new Backends(new InterpreterBackend());
                BackendEager eager = new BackendEager(() -> backends, 0)) {
            Eager.use(eager);
            for (String group : GoldenCase.GROUPS) {
                for (GoldenCase golden : GoldenCase.load(group)) {
                    Object[] inputs = golden.inputs().stream().map(GoldenTest::tensor).toArray();
                    compare(golden, "eager on a backend", GoldenPrograms.of(golden).apply(inputs));
                }
            }
        } finally {
            Eager.use(before);
        }
    }

    private static void check(GoldenCase golden) {
        FunctionN<List<Tensor>> program = GoldenPrograms.of(golden);
        Function<List<Tensor>, List<Tensor>> fn = args -> program.apply(args.toArray());
        Tensor[] inputs = golden.inputs().stream().map(GoldenTest::tensor).toArray(Tensor[]::new);
        compare(golden, "eager", fn.apply(List.of(inputs)));
        compare(golden, "traced", Traced.of(fn, inputs).run(inputs));
        List<List<String>> dynamic = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            dynamic.add(List.of("n" + i));
        }
        compare(golden, "dynamic", Traced.of(fn, dynamic, inputs).run(inputs));
    }

    private static Tensor tensor(GoldenTensor t) {
        return Creation.copyOf(t.dtype(), Shape.of(t.shape()), t.data());
    }

    private static void compare(GoldenCase golden, String mode, List<Tensor> actual) {
        assertEquals(golden.outputs().size(), actual.size(), golden + " " + mode);
        for (int i = 0; i < actual.size(); i++) {
            GoldenTensor expected = golden.outputs().get(i);
            Tensor got = actual.get(i);
            Supplier<String> where = () -> golden + " " + mode + ": " + got + "\nexpected " + tensor(expected);
            assertEquals(expected.dtype(), actual.get(i).dtype(), where);
            assertEquals(Shape.of(expected.shape()), actual.get(i).shape(), where);
            double[] a = doubles(actual.get(i));
            double[] e = doubles(tensor(expected));
            for (int j = 0; j < a.length; j++) {
                boolean close = Double.compare(a[j], e[j]) == 0 || Double.isNaN(a[j]) && Double.isNaN(e[j])
                        || Math.abs(a[j] - e[j]) <= golden.atol() + golden.rtol() * Math.abs(e[j]);
                assertTrue(close, where);
            }
        }
    }

    private static double[] doubles(Tensor t) {
        Tensor numeric = t.dtype() == DType.BOOL ? t.cast(DType.INT32) : t;
        return numeric.cast(DType.FLOAT64).toDoubleArray();
    }
}
