package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Tensor;

/** Text of tensors, checked against what NumPy 2.4 prints. */
class PrintingTest {
    private static void prints(String expected, Tensor t) {
        assertEquals(expected, t.toString());
    }

    @Test
    void floats() {
        prints("tensor([ 1. ,  2.5, -3. ], dtype=float32)", Tensor.of(new float[] {1, 2.5f, -3}));
        prints("tensor([0.1 , 0.25,  nan,  inf], dtype=float32)",
                Tensor.of(new float[] {0.1f, 0.25f, Float.NaN, Float.POSITIVE_INFINITY}));
        prints("tensor([0.33333333, 0.66666667], dtype=float64)", Tensor.of(new double[] {1 / 3.0, 2 / 3.0}));
        prints("tensor([1.e+10, 2.e+00], dtype=float32)", Tensor.of(new float[] {1e10f, 2}));
        prints("tensor([1.234567e+05, 5.000000e-01], dtype=float64)", Tensor.of(new double[] {123456.7, 0.5}));
        prints("tensor([[1.e-10, 1.e+00],\n        [1.e+05, 3.e+00]], dtype=float64)",
                Tensor.of(new double[] {1e-10, 1, 1e5, 3}, 2, 2));
        prints("tensor(2.5, dtype=float64)", Tensor.scalar(2.5));
        prints("tensor([-0.,  0.], dtype=float32)", Tensor.of(new float[] {-0f, 0f}));
        prints("tensor([1.  , 0.25], dtype=float16)", Tensor.of(new float[] {1, 0.25f}).cast(DType.FLOAT16));
    }

    @Test
    void otherDtypesAndShapes() {
        prints("tensor(3, dtype=int32)", Tensor.scalar(3));
        prints("tensor([ True, False], dtype=bool)", Tensor.of(new boolean[] {true, false}));
        prints("tensor([], shape=[2, 0], dtype=float64)", Tensor.of(new double[0], 2, 0));
        prints("tensor([], dtype=int64)", Tensor.of(new long[0]));
        prints("tensor([[[ 1, -2],\n         [ 3,  4]],\n\n        [[ 5,  6],\n         [ 7,  8]]], dtype=int64)",
                Tensor.of(new long[] {1, -2, 3, 4, 5, 6, 7, 8}, 2, 2, 2));
    }

    @Test
    void largeTensorsAreAbridged() {
        prints("tensor([   0,    1,    2, ..., 1197, 1198, 1199], dtype=int64)",
                Tensor.arange(Dim.of(1200), DType.INT64));
        String square = Tensor.zeros(DType.FLOAT32, 100, 100).toString();
        assertEquals(7, square.lines().count(), square);
        assertTrue(square.contains("[0., 0., 0., ..., 0., 0., 0.],\n        ...,\n"), square);
        String wide = Tensor.arange(Dim.of(300), DType.INT32).toString();
        assertTrue(wide.lines().allMatch(l -> l.length() <= 100) && wide.contains("299]"), wide);
    }
}
