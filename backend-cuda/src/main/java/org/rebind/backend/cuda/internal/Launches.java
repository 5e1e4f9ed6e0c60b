package org.rebind.backend.cuda.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.rebind.DType;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.PlanSizes;
import org.rebind.codegen.Step;

/** A plan at known sizes: kernels and library products in order, over numbered buffers. Immutable. */
final class Launches {
    /** Blocks a multiprocessor gets of a large extent; the kernels stride over the rest. */
    private static final long BLOCKS_PER_MULTIPROCESSOR = 32;

    /** One thing submitted to the stream. */
    sealed interface Work {
    }

    /** A kernel. @param buffers plan buffers, @param numbers int parameters behind them */
    record Launch(String kernel, int[] buffers, int[] numbers, int blocks) implements Work {
    }

    /** A strided batch of products; offsets and strides in elements. */
    record Product(DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, int a, long offsetA, int lda,
            long strideA, int b, long offsetB, int ldb, long strideB, int c, long offsetC, int batch) implements Work {
    }

    /** Bytes set to zero: a product over nothing. */
    record Zero(int buffer) implements Work {
    }

    private final CudaFacts device;
    private final boolean library;
    private final PlanSizes sizes;
    private final List<Work> work = new ArrayList<>();

    /** @param library whether floating products go to cuBLAS */
    Launches(Plan plan, CudaFacts device, boolean library, ToLongFunction<String> symbols) {
        this.device = device;
        this.library = library;
        this.sizes = new PlanSizes(plan, symbols);
        for (Step step : plan.steps()) {
            if (step instanceof Step.KernelStep k) {
                add(k);
            } else if (step instanceof Step.MatmulStep m) {
                add(m);
            }
        }
    }

    List<Work> work() {
        return work;
    }

    PlanSizes sizes() {
        return sizes;
    }

    private void add(Step.KernelStep step) {
        Kernel kernel = step.kernel();
        if (sizes.extent(kernel) == 0) {
            return;
        }
        work.add(new Launch(kernel.name(), step.buffers().stream().mapToInt(Integer::intValue).toArray(),
                sizes.numbers(kernel, 0),
                sizes.groups(kernel, BLOCKS_PER_MULTIPROCESSOR * Math.max(1, device.multiprocessors()))));
    }

    private void add(Step.MatmulStep step) {
        PlanSizes.Product p = sizes.product(step);
        if (p.isEmpty()) {
            return;
        }
        int m = p.m();
        int n = p.n();
        int k = p.k();
        if (k == 0) {
            work.add(new Zero(step.out()));
            return;
        }
        int lda = leading(step.a(), m, k);
        int ldb = leading(step.b(), k, n);
        if (!library || lda < 0 || ldb < 0) {
            add(step.generated());
            return;
        }
        for (long outer = 0; outer < p.outer(); outer++) {
            work.add(new Product(step.dtype(), step.a().transposed(), step.b().transposed(), m, n, k, step.a().buffer(),
                    sizes.offset(step.a(), p, outer), lda, sizes.innerStride(step.a()), step.b().buffer(),
                    sizes.offset(step.b(), p, outer), ldb, sizes.innerStride(step.b()), step.out(),
                    outer * p.inner() * m * n, p.inner()));
        }
    }

    /** Elements from one stored row to the next as cuBLAS wants it, -1 where it cannot take the operand. */
    private int leading(Step.Operand operand, int rows, int columns) {
        int storedRows = operand.transposed() ? columns : rows;
        int width = operand.transposed() ? rows : columns;
        int leading = sizes.leading(operand);
        return storedRows == 1 ? Math.max(leading, width) : leading >= width ? leading : -1;
    }
}
