package org.rebind.codegen;

import java.util.List;
import java.util.function.ToLongFunction;
import org.rebind.Dim;
import org.rebind.backend.BackendException;

/**
 * What a plan's dims come to at given sizes: what a backend with 32-bit indices needs to launch its steps. Immutable.
 *
 * <p>Every method that evaluates a dim throws a {@link BackendException} of kind COMPILE, which names the dim's purpose,
 * if the number does not fit an int.
 */
public final class PlanSizes {
    private final ToLongFunction<String> symbols;
    private final int[] elements;
    private final long[] slotBytes;

    /** @param symbols number of each of the graph's symbols */
    public PlanSizes(Plan plan, ToLongFunction<String> symbols) {
        this.symbols = symbols;
        this.elements = plan.buffers().stream().mapToInt(b -> number(b.elements(), "elements of " + b.name())).toArray();
        this.slotBytes = plan.slots().stream().mapToLong(s -> s.elements(symbols) * s.dtype().byteSize()).toArray();
    }

    /** Number of elements of a plan's buffer. */
    public int elements(int buffer) {
        return elements[buffer];
    }

    /** Number of the plan's slots. */
    public int slots() {
        return slotBytes.length;
    }

    /** Bytes of one of the plan's slots. */
    public long slotBytes(int slot) {
        return slotBytes[slot];
    }

    /** Bytes of all slots. */
    public long slotBytes() {
        long sum = 0;
        for (long b : slotBytes) {
            sum += b;
        }
        return sum;
    }

    /** A dim as an int. @param what it is for, as a message names it */
    public int number(Dim dim, String what) {
        long n = dim.evaluate(symbols);
        if (n != (int) n) {
            throw new BackendException(BackendException.Kind.COMPILE, what + " is " + n
                    + ", and this backend computes with at most " + Integer.MAX_VALUE + "; split the tensor");
        }
        return (int) n;
    }

    /** Parallel items of a kernel; the launch is skipped where it is 0. */
    public int extent(Kernel kernel) {
        return number(kernel.extent(), "extent of " + kernel.name());
    }

    /**
     * Groups of {@link Kernel#GROUP_SIZE} threads for a GPU's launch of a kernel.
     *
     * @param most what the device has use for; the kernel strides over the rest
     * @throws BackendException of kind COMPILE if striding would leave the range of int
     */
    public int groups(Kernel kernel, long most) {
        int extent = extent(kernel);
        long items = kernel.launch() == Kernel.Launch.GROUPS ? 1 : (long) Kernel.GROUP_SIZE * kernel.chunkMultiple();
        long fit = (Integer.MAX_VALUE - extent) / items; // indices run over the end by one stride
        if (fit == 0) {
            throw new BackendException(BackendException.Kind.COMPILE, "extent of " + kernel.name() + " is " + extent
                    + ", and this backend computes with at most " + (Integer.MAX_VALUE - items) + "; split the tensor");
        }
        return (int) Math.min((extent + items - 1) / items, Math.min(most, fit));
    }

    /** Inner operations of one item of a kernel, at least 1. */
    public long workPerItem(Kernel kernel) {
        return Math.max(1, kernel.workPerItem().evaluate(symbols));
    }

    /** A kernel's int arguments: its sizes, its extent, then {@code more} places for the caller's own. */
    public int[] numbers(Kernel kernel, int more) {
        List<Kernel.SizeParam> sizes = kernel.sizes();
        int[] numbers = new int[sizes.size() + 1 + more];
        for (int i = 0; i < sizes.size(); i++) {
            numbers[i] = number(sizes.get(i).dim(), sizes.get(i).name() + " of " + kernel.name());
        }
        numbers[sizes.size()] = extent(kernel);
        return numbers;
    }

    /** The numbers of a batch of matrix products. */
    public Product product(Step.MatmulStep step) {
        List<Integer> batch = step.batch().stream().map(d -> number(d, "batch of a matrix product")).toList();
        long items = 1;
        for (int b : batch) {
            items *= b;
        }
        int inner = batch.isEmpty() ? 1 : batch.get(batch.size() - 1);
        return new Product(number(step.m(), "rows of a matrix product"), number(step.n(), "columns of a matrix product"),
                number(step.k(), "inner size of a matrix product"), batch, inner, inner == 0 ? 0 : items / inner);
    }

    /** Elements from one stored row of an operand to the next. */
    public int leading(Step.Operand operand) {
        return number(operand.leading(), "leading stride of a matrix");
    }

    /** Elements from one item of the last batch axis to the next, 0 if there is no batch. */
    public int innerStride(Step.Operand operand) {
        List<Dim> strides = operand.batchStrides();
        return strides.isEmpty() ? 0 : number(strides.get(strides.size() - 1), "batch stride of a matrix");
    }

    /** Where an operand starts for the given item of all batch axes but the last. @param outer below the product's */
    public int offset(Step.Operand operand, Product product, long outer) {
        Dim offset = operand.offset();
        for (int axis = product.batch.size() - 2; axis >= 0; axis--) {
            offset = offset.plus(operand.batchStrides().get(axis).times(outer % product.batch.get(axis)));
            outer /= product.batch.get(axis);
        }
        return number(offset, "offset of an operand of a matrix product");
    }

    /**
     * A matrix product at known sizes: {@code outer} times {@code inner} products of [m, k] by [k, n].
     *
     * @param batch all batch axes
     * @param inner items of the last batch axis, 1 if there is none
     * @param outer items of the other batch axes
     */
    public record Product(int m, int n, int k, List<Integer> batch, int inner, long outer) {
        /** Whether the result has no elements. */
        public boolean isEmpty() {
            return m == 0 || n == 0 || inner == 0 || outer == 0;
        }
    }
}
