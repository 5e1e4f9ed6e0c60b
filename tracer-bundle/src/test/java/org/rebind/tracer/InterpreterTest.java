package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.interpret.Halves;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** Corner cases of what ops mean, beyond the golden cases. */
class InterpreterTest {
    private static void equal(Tensor expected, Tensor actual) {
        assertEquals(expected, actual);
    }

    private static double f64(double x, java.util.function.UnaryOperator<Tensor> fn) {
        return fn.apply(Tensor.of(new double[] {x})).itemDouble();
    }

    private static double ulp(double x) {
        return Double.isFinite(x) ? Math.ulp(x) : 0.1;
    }

    @Test
    void functionsJavaLacks() {
        double[][] erf = {{0.1, 0.1124629160182849}, {0.5, 0.5204998778130465}, {0.84, 0.7651427114549946},
            {0.85, 0.7706680576083526}, {1.2, 0.9103139782296353}, {1.3, 0.9340079449406524},
            {2.0, 0.9953222650189527}, {2.9, 0.9999589021219005}, {3.5, 0.9999992569016276},
            {5.5, 0.9999999999999927}, {-0.7, -0.6778011938374184}, {-2.2, -0.9981371537020182},
            {1e-10, 1.1283791670955126e-10}, {7, 1}, {Double.NEGATIVE_INFINITY, -1}, {-0.0, -0.0}};
        for (double[] e : erf) {
            assertEquals(e[1], f64(e[0], Tensor::erf), ulp(e[1]), "erf " + e[0]);
        }
        double[][] atanh = {{0.1, 0.10033534773107558}, {0.5, 0.5493061443340548}, {0.84, 1.2211735176846021},
            {-0.7, -0.8673005276940531}, {1e-10, 1e-10}, {1, Double.POSITIVE_INFINITY}, {2, Double.NaN}};
        for (double[] e : atanh) {
            assertEquals(e[1], f64(e[0], Tensor::atanh), ulp(e[1]), "atanh " + e[0]);
        }
    }

    @Test
    void integers() {
        Tensor min = Tensor.of(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 7, -7});
        equal(Tensor.of(new int[] {Integer.MIN_VALUE, -Integer.MAX_VALUE, -7, 7}), min.floorDiv(-1));
        equal(Tensor.of(new int[4]), min.floorDiv(0));
        equal(Tensor.of(new int[4]), min.remainder(0));
        equal(Tensor.of(new int[] {1, 1, 1, 2}), min.remainder(3));
        equal(Tensor.of(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 7, 7}), min.abs());
        equal(Tensor.of(new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 1, 6, -8}), min.sub(1));
        equal(Tensor.scalar(-1), min.sum());
        equal(Tensor.of(new long[] {Long.MIN_VALUE}), Tensor.of(new long[] {Long.MIN_VALUE}).floorDiv(-1));
    }

    @Test
    void casts() {
        Tensor x = Tensor.of(new float[] {1.9f, -1.9f, 3e9f, -1e20f, Float.NaN, Float.POSITIVE_INFINITY, -0f});
        equal(Tensor.of(new int[] {1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, Integer.MAX_VALUE, 0}),
                x.cast(DType.INT32));
        equal(Tensor.of(new long[] {1, -1, 3_000_000_000L, Long.MIN_VALUE, 0, Long.MAX_VALUE, 0}), x.cast(DType.INT64));
        equal(Tensor.of(new boolean[] {true, true, true, true, true, true, false}), x.cast(DType.BOOL));
        equal(Tensor.of(new int[] {-1, 1}), Tensor.of(new long[] {(1L << 40) - 1, 1L << 40 | 1}).cast(DType.INT32));
        long[] wide = {(1L << 60) + (1L << 36), (1L << 60) + (1L << 36) + 1, -(1L << 60) - (1L << 36) - 1, Long.MIN_VALUE};
        float[] rounded = {(float) wide[0], (float) wide[1], (float) wide[2], (float) wide[3]};
        equal(Tensor.of(rounded), Tensor.of(wide).cast(DType.FLOAT32));
    }

    @Test
    void emptyAndSingle() {
        Tensor none = Tensor.of(new float[0], 0, 3);
        equal(Tensor.of(new float[3]), none.sum(0));
        equal(Tensor.of(new float[] {1, 1, 1}), none.prod(0));
        equal(Tensor.scalar(false), none.gt(0).any());
        equal(Tensor.scalar(true), none.gt(0).all());
        assertTrue(Double.isNaN(none.mean().itemDouble()));
        equal(Tensor.zeros(DType.FLOAT32, 2, 2), Tensor.zeros(DType.FLOAT32, 2, 0).matmul(Tensor.zeros(DType.FLOAT32, 0, 2)));
        equal(none, none.softmax(0));
        equal(none, none.flip().flip(0));
        equal(none, none.cumsum(0));
        equal(none.transpose().transpose(), Tensor.concatenate(0, none, none));
        equal(Tensor.zeros(DType.FLOAT32, 1, 3), none.pad(new long[][] {{1, 0}, {0, 0}}, 0));
        equal(Tensor.of(new float[0]), Tensor.hannWindow(0, true));
        equal(Tensor.of(new float[] {1}), Tensor.hannWindow(1, false));
        equal(Tensor.scalar(2f), Tensor.scalar(2f).transpose().flip().sum());
    }

    @Test
    void indices() {
        Tensor x = Tensor.of(new int[] {10, 20, 30});
        equal(Tensor.of(new int[] {30, 10, 30, 10}), x.take(Tensor.of(new int[] {-1, 0, 9, -9}), 0));
        equal(Tensor.of(new int[] {11, 20, 38}), x.scatterAdd(Tensor.of(new int[] {0, -1, 3, 2, -4}),
                Tensor.of(new int[] {1, 3, 100, 5, 100}), 0));
        equal(Tensor.scalar(1L), Tensor.of(new float[] {1, Float.NaN, 3, Float.NaN}).argmax());
        equal(Tensor.scalar(1L), Tensor.of(new float[] {1, Float.NaN, 3, Float.NaN}).argmin());
    }

    @Test
    void halvesRoundToNearestEven() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short s = (short) bits;
            if (!Double.isNaN(Halves.fromFloat16(s))) {
                assertEquals(s, Halves.toFloat16(Halves.fromFloat16(s)));
            }
            if (!Double.isNaN(Halves.fromBFloat16(s))) {
                assertEquals(s, Halves.toBFloat16(Halves.fromBFloat16(s)));
            }
        }
        for (int bits = 0; bits < 0x7bff; bits++) { // between neighbours; ties go to the even one
            double low = Halves.fromFloat16((short) bits);
            double high = Halves.fromFloat16((short) (bits + 1));
            double middle = (low + high) / 2;
            assertEquals((bits & 1) == 0 ? bits : bits + 1, Halves.toFloat16(middle));
            assertEquals(bits, Halves.toFloat16(Math.nextDown(middle)));
            assertEquals(bits + 1, Halves.toFloat16(Math.nextUp(middle)));
        }
        assertEquals(0x7c00, Halves.toFloat16(65520));
        assertEquals(0x7bff, Halves.toFloat16(Math.nextDown(65520.0)));
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            float f = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(f)) {
                int raw = Float.floatToRawIntBits(f);
                int expected = raw + 0x7fff + (raw >>> 16 & 1) >>> 16;
                assertEquals((short) expected, Halves.toBFloat16(f));
            }
        }
        assertTrue(Double.isNaN(Halves.fromFloat16(Halves.toFloat16(Double.NaN))));
    }

    @Test
    void halfTensors() {
        Tensor x = Tensor.of(new float[] {1, 2, 60000}).cast(DType.FLOAT16);
        equal(Tensor.of(new float[] {2, 4, Float.POSITIVE_INFINITY}), x.add(x).cast(DType.FLOAT32));
        assertEquals(DType.FLOAT16, x.mean().dtype());
        assertEquals(20000, x.mean().cast(DType.FLOAT32).itemDouble(), 10);
        assertEquals(DType.FLOAT32, x.add(Tensor.of(new float[] {1, 2, 3}).cast(DType.BFLOAT16)).dtype());
        Tensor many = Tensor.ones(DType.FLOAT16, 70_000);
        assertEquals(1, many.mean().cast(DType.FLOAT32).itemDouble());
    }

    @Test
    void squaresAndPowers() {
        Tensor x = Tensor.of(new double[] {1.1, -3, Double.NaN, 0});
        equal(x.mul(x), x.pow(2));
        equal(Tensor.of(new double[] {1, 1, 1, 1}), x.pow(0));
        equal(Tensor.of(new double[] {1}), Tensor.of(new double[] {1}).pow(Double.NaN));
        equal(Tensor.of(new double[] {1}), Tensor.of(new double[] {-1}).pow(Double.POSITIVE_INFINITY));
    }

    @Test
    void asBackend() {
        InterpreterBackend backend = new InterpreterBackend();
        Dim n = Dim.symbol("n");
        Graph g = Traced.of(a -> List.of(a.get(0), a.get(0).neg()), List.of(List.of("n")), Tensor.of(new float[3])).graph();
        Executable e = backend.compile(g, ExecutableOptions.DEFAULT);
        HostBuffer in = HostBuffer.wrap(DType.FLOAT32, new float[] {1, 2, 9}, 2);
        DeviceBuffer[] out = e.execute(new DeviceBuffer[] {in}, new long[] {2});
        assertTrue(out[0] == in);
        assertEquals(2, out[1].elementCount());
        assertThrows(BackendException.class, () -> e.execute(new DeviceBuffer[] {in}, new long[] {3}));
        assertThrows(BackendException.class, () -> e.execute(new DeviceBuffer[0], new long[] {2}));
        e.close();
        assertThrows(BackendException.class, () -> e.execute(new DeviceBuffer[] {in}, new long[] {2}));
        assertEquals(new TensorType(DType.FLOAT32, org.rebind.Shape.of(n)), g.params().get(0).type());
    }
}
