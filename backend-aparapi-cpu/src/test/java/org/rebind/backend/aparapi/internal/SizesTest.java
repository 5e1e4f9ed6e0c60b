package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Sizes that no Java array has. */
class SizesTest {
    @Test
    void sizesBeyondTheBackendAreNoFaultOfTheDevice() {
        GraphBuilder g = new GraphBuilder();
        Dim n = Dim.symbol("n");
        Value x = g.param("x", DType.FLOAT32, n);
        Value rows = g.broadcast(x, Shape.of(Dim.of(1 << 20), n));
        Graph graph = g.results(rows).build();
        try (Dispatcher dispatcher = new Dispatcher(1)) {
            CpuBackend backend = new CpuBackend(VectorCode.detect(), dispatcher, new ArrayPool(1 << 20, 1, true),
                    new SourceCompiler(SizesTest.class.getClassLoader()), List.of(), new StripRule(1, StripRule.USUAL));
            Executable executable = backend.compile(graph, ExecutableOptions.DEFAULT);
            DeviceBuffer[] in = {HostBuffer.allocate(DType.FLOAT32, 4096)};
            BackendException e = assertThrows(BackendException.class, () -> executable.execute(in, new long[] {4096}));
            assertEquals(BackendException.Kind.COMPILE, e.kind(), "EXECUTE would keep the backend away from all functions");
            assertTrue(e.getMessage().contains("4294967296"), e.getMessage());
        }
    }
}
