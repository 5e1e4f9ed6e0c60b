package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.BinaryCache;
import org.rebind.codegen.KernelNote;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Step;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;

/** Both matrix product kernels, of CPU and of GPU, on whatever device there is, against the sum written out. */
@Tag("oclgrind")
@ExtendWith(OclgrindLog.class)
class MatmulTest {
    private static final Map<String, Program> PROGRAMS = new HashMap<>();
    private static OpenClDevice device;

    @BeforeAll
    static void open() {
        device = TestDevices.open(TestDevices.settings(null));
    }

    @AfterAll
    static void close() {
        if (device != null) {
            PROGRAMS.values().forEach(Program::close);
            PROGRAMS.clear();
            device.close();
        }
    }

    /** @param outer sizes of the batch axes; strides 0 of b where {@code shared} */
    private record Product(DType dtype, int[] outer, int m, int n, int k, boolean transA, boolean transB,
            boolean shared) {
        int batch() {
            int b = 1;
            for (int o : outer) {
                b *= o;
            }
            return b;
        }

        Plan plan() {
            List<Dim> batch = new ArrayList<>();
            List<Dim> aStrides = new ArrayList<>();
            List<Dim> bStrides = new ArrayList<>();
            int inner = 1;
            for (int axis = outer.length - 1; axis >= 0; axis--) {
                batch.add(0, Dim.of(outer[axis]));
                aStrides.add(0, Dim.of((long) inner * m * k));
                bStrides.add(0, Dim.of(shared ? 0 : (long) inner * k * n));
                inner *= outer[axis];
            }
            Step.Operand a = new Step.Operand(0, Dim.of(0), transA, Dim.of(transA ? m : k), aStrides);
            Step.Operand b = new Step.Operand(1, Dim.of(0), transB, Dim.of(transB ? k : n), bStrides);
            Step step = new Step.MatmulStep(a, b, 2, dtype, batch, Dim.of(m), Dim.of(n), Dim.of(k), null,
                    new KernelNote(List.of("matmul"), "", Dim.of(0)));
            Graph graph = new Graph(List.of(param("a"), param("b")), List.of(), List.of(0), List.of());
            return new Plan(graph, Target.gpu(), List.of(buffer("a", Plan.Role.PARAM, inner * m * k),
                    buffer("b", Plan.Role.PARAM, (shared ? 1 : inner) * k * n),
                    buffer("c", Plan.Role.RESULT, inner * m * n)), List.of(step), List.of(2), List.of());
        }

        private Graph.Param param(String name) {
            return new Graph.Param(name, new TensorType(dtype, Shape.of(1)));
        }

        private Plan.PlanBuffer buffer(String name, Plan.Role role, int elements) {
            return new Plan.PlanBuffer(name, role, dtype, Dim.of(elements), -1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oddSizesTransposedAndNot(boolean cpu) {
        int[] sizes = TestDevices.oclgrind() ? new int[] {0, 1, 13} : new int[] {0, 1, 6, 13, 64, 131};
        for (DType dtype : types()) {
            for (int m : sizes) {
                for (int n : sizes) {
                    for (int k : sizes) {
                        int flags = (m + n + k) % 4;
                        check(new Product(dtype, new int[0], m, n, k, flags % 2 == 1, flags / 2 == 1, false), cpu);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void batchesOfSeveralAxesAndSharedOperands(boolean cpu) {
        for (DType dtype : types()) {
            for (boolean shared : new boolean[] {false, true}) {
                check(new Product(dtype, new int[] {3}, 9, 17, 5, false, true, shared), cpu);
                check(new Product(dtype, new int[] {2, 3}, 8, 70, 20, true, false, shared), cpu);
                check(new Product(dtype, new int[] {2, 1, 2}, 8, 10, 20, true, true, shared), cpu);
                check(new Product(dtype, new int[] {0}, 8, 10, 20, true, true, shared), cpu);
            }
        }
    }

    @Test
    void longThinProducts() {
        TestDevices.skipUnless(!TestDevices.oclgrind(), "4099 is too much work for Oclgrind");
        check(new Product(DType.FLOAT32, new int[0], 4099, 13, 13, false, false, false), true);
        check(new Product(DType.FLOAT32, new int[0], 13, 4099, 13, false, true, false), true);
        check(new Product(DType.FLOAT32, new int[0], 13, 13, 4099, true, false, false), true);
    }

    private static List<DType> types() {
        return device.facts().fp64() ? List.of(DType.FLOAT32, DType.FLOAT64) : List.of(DType.FLOAT32);
    }

    private static void check(Product p, boolean cpu) {
        for (int bits : cpu ? new int[] {128, 256, 512} : new int[] {0}) {
            if (bits == 512 || p.m * p.n * p.k < 10_000) {
                check(p, new MatmulSource(cpu, bits, 1));
            }
        }
    }

    private static void check(Product p, MatmulSource matmul) {
        Set<String> names = new LinkedHashSet<>(List.of(MatmulSource.name(p.dtype)));
        if (matmul.packs()) {
            names.add(MatmulSource.packName(p.dtype));
        }
        String pragma = "#pragma OPENCL FP_CONTRACT OFF\n";
        Program program = PROGRAMS.computeIfAbsent(pragma + matmul.source(p.dtype),
                source -> Program.build(device, source, new BinaryCache(null))).share();
        double[] a = random(p.batch() * p.m * p.k, 1);
        double[] b = random((p.shared ? 1 : p.batch()) * p.k * p.n, 2);
        try (OpenClExecutable x = new OpenClExecutable(device, p.plan(), matmul, program, List.of(), List.copyOf(names));
                DeviceBuffer da = device.upload(host(p.dtype, a));
                DeviceBuffer db = device.upload(host(p.dtype, b));
                DeviceBuffer c = x.execute(new DeviceBuffer[] {da, db}, new long[0])[0]) {
            compare(p, a, b, c.toHost(), matmul);
        }
    }

    private static void compare(Product p, double[] a, double[] b, HostBuffer c, MatmulSource matmul) {
        double tolerance = (p.k + 1) * (p.dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52);
        for (int z = 0; z < p.batch(); z++) {
            for (int i = 0; i < p.m; i++) {
                for (int j = 0; j < p.n; j++) {
                    double sum = 0;
                    for (int l = 0; l < p.k; l++) {
                        double x = a[z * p.m * p.k + (p.transA ? l * p.m + i : i * p.k + l)];
                        double y = b[(p.shared ? 0 : z * p.k * p.n) + (p.transB ? j * p.k + l : l * p.n + j)];
                        sum += x * y;
                    }
                    int at = (z * p.m + i) * p.n + j;
                    double got = p.dtype == DType.FLOAT32 ? c.floats()[at] : c.doubles()[at];
                    int batch = z;
                    int row = i;
                    int column = j;
                    assertEquals(sum, got, tolerance, () -> p + " with " + matmul + " at " + batch + ", " + row + ", "
                            + column);
                }
            }
        }
    }

    /** Multiples of 1/256 up to 1, exact in both dtypes. */
    private static double[] random(int n, long seed) {
        Random r = new Random(seed + n);
        return r.ints(n, -256, 257).mapToDouble(i -> i / 256.0).toArray();
    }

    private static HostBuffer host(DType dtype, double[] values) {
        HostBuffer h = HostBuffer.allocate(dtype, values.length);
        for (int i = 0; i < values.length; i++) {
            if (dtype == DType.FLOAT32) {
                h.floats()[i] = (float) values[i];
            } else {
                h.doubles()[i] = values[i];
            }
        }
        return h;
    }
}
