package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Unary;

/** Who owns a buffer, what it holds and how long. */
public interface BufferContract extends Subject {
    @Test
    @DisplayName("an upload reads back unchanged, for every dtype and awkward size")
    default void uploadReadsBack() {
        for (DType d : OperatorCases.DTYPES) {
            for (long n : OperatorCase.AWKWARD) {
                HostBuffer host = TestData.values(d, (int) n, TestData.Kind.EDGES, new Random(seed()));
                DeviceBuffer device = backend().device().upload(host);
                assertEquals(d, device.dtype());
                assertEquals((int) n, device.elementCount());
                assertNull(Execution.firstDifference(host, device.toHost()), d + " x " + n);
                assertNull(Execution.firstDifference(host, device.toHost()), "second reading of " + d + " x " + n);
                device.close();
            }
        }
    }

    @Test
    @DisplayName("arrays may be longer than the element count")
    default void longerArrays() {
        Graph graph = SmallGraphs.sum();
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            float[] pooled = new float[64];
            Arrays.fill(pooled, Float.NaN);
            Arrays.fill(pooled, 0, 13, 2f);
            HostBuffer x = HostBuffer.wrap(DType.FLOAT32, pooled, 13);
            HostBuffer got = Execution.run(backend(), graph, e, List.of(x, x), new long[] {13}).get(0);
            for (int i = 0; i < 13; i++) {
                assertEquals(4f, got.floats()[i], "element " + i);
            }
        }
    }

    @Test
    @DisplayName("results stay readable and unchanged after further calls, closed inputs and a closed executable")
    default void resultsOutliveCalls() {
        Graph graph = SmallGraphs.sum();
        Executable e = compile(graph, ExecutableOptions.DEFAULT);
        DeviceBuffer[] first = null;
        for (int call = 0; call < 20; call++) {
            DeviceBuffer[] inputs = Execution.upload(backend(), List.of(SmallGraphs.constant(call, 4099), SmallGraphs.constant(1, 4099)));
            DeviceBuffer[] results = e.execute(inputs, new long[] {4099});
            Execution.close(inputs);
            if (first == null) {
                first = results;
            } else {
                results[0].close();
            }
        }
        e.close();
        assertNotNull(first);
        assertNull(Execution.firstDifference(SmallGraphs.constant(1, 4099), first[0].toHost()), "the first call's result");
        Execution.close(first);
    }

    @Test
    @DisplayName("inputs are only lent: execute changes neither them nor the host array")
    default void inputsUnchanged() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
        GraphBuilder.Value y = g.param("y", DType.FLOAT32, Dim.symbol("n"));
        GraphBuilder.Value z = g.op(Binary.ADD, x, y);
        Graph graph = g.results(z, g.op(Unary.NEGATIVE, x), g.op(Binary.MULTIPLY, z, y)).build();
        HostBuffer a = TestData.values(DType.FLOAT32, 4099, TestData.Kind.ORDINARY, new Random(seed()));
        HostBuffer b = TestData.values(DType.FLOAT32, 4099, TestData.Kind.ORDINARY, new Random(seed() + 1));
        HostBuffer copyOfA = Execution.copy(a);
        HostBuffer copyOfB = Execution.copy(b);
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] inputs = Execution.upload(backend(), List.of(a, b));
            DeviceBuffer[] results = e.execute(inputs, new long[] {4099});
            Execution.read(graph, results, new long[] {4099});
            assertNull(Execution.firstDifference(copyOfA, inputs[0].toHost()), "device buffer of x");
            assertNull(Execution.firstDifference(copyOfB, inputs[1].toHost()), "device buffer of y");
            assertNull(Execution.firstDifference(copyOfA, a), "host array of x");
            assertNull(Execution.firstDifference(copyOfB, b), "host array of y");
            Execution.close(inputs, results);
        }
    }

    @Test
    @DisplayName("a result that is a parameter is that very buffer; equal results may be one buffer")
    default void passedThrough() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.INT32, Dim.symbol("n"));
        GraphBuilder.Value y = g.op(Unary.NEGATIVE, x);
        Graph graph = g.results(x, y, y, x).build();
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            HostBuffer data = TestData.values(DType.INT32, 13, TestData.Kind.WHOLE, new Random(seed()));
            DeviceBuffer[] inputs = Execution.upload(backend(), List.of(data));
            DeviceBuffer[] results = e.execute(inputs, new long[] {13});
            assertSame(inputs[0], results[0], "result 0 is parameter 0");
            assertSame(inputs[0], results[3], "result 3 is parameter 0");
            assertNull(Execution.firstDifference(data, results[0].toHost()));
            assertNull(Execution.firstDifference(results[1].toHost(), results[2].toHost()), "the same value twice");
            assertEquals(-data.ints()[5], results[2].toHost().ints()[5]);
            Execution.close(inputs, results);
        }
    }

    @Test
    @DisplayName("results serve as inputs of another executable, and one buffer as several inputs")
    default void resultsAsInputs() {
        Graph graph = SmallGraphs.sum();
        try (Executable first = compile(graph, ExecutableOptions.DEFAULT);
                Executable second = compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] inputs = Execution.upload(backend(), List.of(SmallGraphs.constant(3, 13)));
            DeviceBuffer[] six = first.execute(new DeviceBuffer[] {inputs[0], inputs[0]}, new long[] {13});
            DeviceBuffer[] nine = second.execute(new DeviceBuffer[] {six[0], inputs[0]}, new long[] {13});
            assertNull(Execution.firstDifference(SmallGraphs.constant(9, 13), nine[0].toHost()));
            assertNull(Execution.firstDifference(SmallGraphs.constant(6, 13), six[0].toHost()), "lent as an input, and still there");
            Execution.close(inputs, six, nine);
        }
    }

    @Test
    @DisplayName("a result closed early does not disturb the other results")
    default void resultsCloseAlone() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
        Graph graph = g.results(g.op(Unary.NEGATIVE, x), g.op(Binary.ADD, x, x)).build();
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] inputs = Execution.upload(backend(), List.of(SmallGraphs.constant(2, 4099)));
            DeviceBuffer[] results = e.execute(inputs, new long[] {4099});
            results[0].close();
            DeviceBuffer[] more = e.execute(inputs, new long[] {4099}); // may take the memory of the closed one
            assertNull(Execution.firstDifference(SmallGraphs.constant(4, 4099), results[1].toHost()));
            assertNull(Execution.firstDifference(SmallGraphs.constant(-2, 4099), more[0].toHost()));
            Execution.close(inputs, new DeviceBuffer[] {results[1]}, more);
        }
    }

    @Test
    @DisplayName("close is idempotent, of buffers and of executables")
    default void closeTwice() {
        Graph graph = SmallGraphs.sum();
        Executable e = compile(graph, ExecutableOptions.DEFAULT);
        DeviceBuffer[] inputs = Execution.upload(backend(), List.of(SmallGraphs.constant(1, 13), SmallGraphs.constant(2, 13)));
        DeviceBuffer[] results = e.execute(inputs, new long[] {13});
        HostBuffer before = Execution.copy(results[0].toHost());
        inputs[0].close();
        inputs[0].close();
        DeviceBuffer[] others = Execution.upload(backend(), List.of(SmallGraphs.constant(7, 13), SmallGraphs.constant(8, 13)));
        inputs[0].close(); // must not free what others hold by now
        assertNull(Execution.firstDifference(SmallGraphs.constant(7, 13), others[0].toHost()));
        assertNull(Execution.firstDifference(before, results[0].toHost()));
        e.close();
        e.close();
        Execution.close(inputs, results, others);
    }

    @Test
    @DisplayName("no buffer is left when all are closed")
    default void noLeak() {
        OptionalLong before = liveBuffers();
        Assumptions.assumeTrue(before.isPresent(), "this backend does not count its buffers");
        Graph graph = SmallGraphs.sum();
        for (int round = 0; round < 3; round++) {
            try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
                for (int call = 0; call < 10; call++) {
                    Execution.run(backend(), graph, e, List.of(SmallGraphs.constant(1, 4099), SmallGraphs.constant(2, 4099)), new long[] {4099});
                }
            }
        }
        for (OperatorCase c : CompositeCases.all()) {
            if (backend().supports(c.graph()).supported()) {
                long[] sizes = c.sizes().get(0);
                Execution.run(backend(), c.graph(), ExecutableOptions.DEFAULT,
                        TestData.inputs(c.graph(), sizes, c.data(), seed()), sizes);
            }
        }
        assertEquals(before.getAsLong(), liveBuffers().orElseThrow(), "live buffers after closing every one");
    }
}
