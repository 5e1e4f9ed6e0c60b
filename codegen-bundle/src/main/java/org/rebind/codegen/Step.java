package org.rebind.codegen;

import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;

/** One thing an executable does: a kernel launch or a library call. */
public sealed interface Step {
    /** What the scheduler decided. */
    KernelNote note();

    /** A launch. @param buffers plan buffer of each of the kernel's buffers, in order; all different */
    record KernelStep(Kernel kernel, List<Integer> buffers) implements Step {
        public KernelStep {
            buffers = List.copyOf(buffers);
        }

        @Override
        public KernelNote note() {
            return kernel.note();
        }
    }

    /**
     * A batch of matrix products by a library: out[b] = a[b] x b[b], out dense and row-major, [batch..., m, n]. Its
     * elementwise tail, where there is one, is the next step of the plan, a kernel that works in place on {@code out}
     * where it can. Where any of the sizes is 0 the backend must still write zeros to {@code out} (k is 0) or skip the
     * call (out is empty).
     *
     * @param batch sizes of the leading axes, those that could be joined joined into one
     * @param generated a kernel that computes the same, for shapes or dtypes the library cannot do
     */
    record MatmulStep(Operand a, Operand b, int out, DType dtype, List<Dim> batch, Dim m, Dim n, Dim k,
            KernelStep generated, KernelNote note) implements Step {
        public MatmulStep {
            batch = List.copyOf(batch);
        }
    }

    /**
     * A batch of matrices in a buffer. Element (row, column) of batch item (i, j, ...) is at {@code offset + i *
     * batchStrides[0] + j * batchStrides[1] + ... + row * leading + column}, or, when transposed, {@code ... + column *
     * leading + row}.
     *
     * @param batchStrides 0 where the operand repeats along a batch axis
     */
    record Operand(int buffer, Dim offset, boolean transposed, Dim leading, List<Dim> batchStrides) {
        public Operand {
            batchStrides = List.copyOf(batchStrides);
        }
    }
}
