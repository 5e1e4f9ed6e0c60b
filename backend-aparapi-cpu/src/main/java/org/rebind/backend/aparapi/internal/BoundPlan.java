package org.rebind.backend.aparapi.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import org.rebind.Dim;
import org.rebind.backend.BackendException;
import org.rebind.codegen.HostKernels;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Step;
import org.rebind.codegen.Strips;

/**
 * A plan at certain numbers of its symbols. Immutable.
 *
 * @param resultElements elements of each result of the graph
 * @param slotElements elements of each slot of scratch memory
 * @param padded operands that calls may have in another layout; their arrays follow those of the plan's buffers
 * @param isShort whether the calling thread does all steps itself, at once
 */
record BoundPlan(long[] symbols, BoundStep[] steps, int[] resultElements, long[] slotElements, long scratchBytes,
        PaddedOperand[] padded, boolean isShort) {
    /**
     * What binding needs besides the sizes; one an executable.
     *
     * @param places place in {@code kernels}, and in {@code costs}, of each step's kernel
     * @param strips of the plan
     * @param kept of each step's right operand
     */
    record Binder(Plan plan, HostKernels kernels, int[] places, List<Cost> costs, List<Gemm> gemms, List<Strips> strips,
            StripRule rule, List<AtomicReference<PaddedOperand.Kept>> kept) {
        BoundPlan bind(long[] symbols) {
            ToLongFunction<String> numbers = numbers(plan, symbols);
            List<BoundStep> steps = new ArrayList<>();
            List<PaddedOperand> padded = new ArrayList<>();
            for (int i = 0; i < plan.steps().size(); i++) {
                Step step = plan.steps().get(i);
                steps.add(step instanceof Step.KernelStep k ? kernel(k, places[i], numbers)
                        : matmul((Step.MatmulStep) step, i, numbers, padded));
            }
            for (int i = strips.size() - 1; i >= 0; i--) { // from the end, so that numbers of steps stay
                join(strips.get(i), steps, numbers);
            }
            int[] results = plan.results().stream()
                    .mapToInt(r -> count(plan.buffers().get(r).elements(), numbers)).toArray();
            long[] slots = plan.slots().stream().mapToLong(s -> s.elements(numbers)).toArray();
            return new BoundPlan(symbols.clone(), steps.toArray(BoundStep[]::new), results, slots,
                    plan.scratchBytes(numbers), padded.toArray(PaddedOperand[]::new), steps.stream().allMatch(BoundStep::isShort));
        }

        private void join(Strips s, List<BoundStep> steps, ToLongFunction<String> numbers) {
            List<BoundStep> some = steps.subList(s.first(), s.end());
            for (int i = s.first(); i < s.end(); i++) {
                if (plan.steps().get(i) instanceof Step.MatmulStep && !(steps.get(i) instanceof BoundStep.Matmul)) {
                    return; // nothing is known of what the generated kernel touches
                }
            }
            int count = count(s.count(), numbers);
            int chunk = rule.chunk(some, count);
            if (chunk > 0) {
                BoundStep together = new BoundStep.Together(some.toArray(BoundStep[]::new), count, chunk);
                some.clear();
                some.add(together);
            }
        }

        private BoundStep kernel(Step.KernelStep step, int number, ToLongFunction<String> numbers) {
            var k = step.kernel();
            int[] sizes = k.sizes().stream().mapToInt(s -> number(s.dim(), numbers)).toArray();
            int[] buffers = step.buffers().stream().mapToInt(Integer::intValue).toArray();
            boolean all = true;
            for (int i = 0; i < buffers.length; i++) {
                all &= buffers[i] == i;
            }
            return new BoundStep.Kernel(kernels, number, all ? null : buffers, sizes, count(k.extent(), numbers),
                    Math.max(1, k.workPerItem().evaluate(numbers)), Math.max(1, k.chunkMultiple()), costs.get(number));
        }

        private BoundStep matmul(Step.MatmulStep s, int at, ToLongFunction<String> numbers, List<PaddedOperand> padded) {
            int m = count(s.m(), numbers);
            int n = count(s.n(), numbers);
            int k = count(s.k(), numbers);
            int[] batch = s.batch().stream().mapToInt(d -> count(d, numbers)).toArray();
            Gemm library = library(gemms, s, m, n, k);
            if (library == null) {
                return kernel(s.generated(), places[at], numbers);
            }
            BoundStep.Operand b = operand(s.b(), batch, numbers);
            PaddedOperand better = padded(library, b, m, n, k, kept.get(at));
            BoundStep.Operand copy = null;
            if (better != null) {
                copy = new BoundStep.Operand(plan.buffers().size() + padded.size(), new int[b.offsets().length], better.layout().leading(),
                        false);
                padded.add(better);
            }
            return new BoundStep.Matmul(library, s.dtype(), operand(s.a(), batch, numbers), b, copy, s.out(), m, n, k,
                    s.batch().isEmpty(), library.product(m, n, k, rule.threads()), library.product(m, n, k, 1));
        }

        /** How b is copied, null if never: of inputs only, as weights are. */
        private PaddedOperand padded(Gemm library, BoundStep.Operand b, int m, int n, int k, AtomicReference<PaddedOperand.Kept> kept) {
            int[] offsets = b.offsets();
            int rows = offsets.length >= rule.threads() ? m : (m + rule.threads() - 1) / rule.threads();
            boolean isOne = offsets.length > 0 && Arrays.stream(offsets).allMatch(o -> o == offsets[0]);
            if (!isOne || b.transposed() || plan.buffers().get(b.buffer()).role() != Plan.Role.PARAM) {
                return null;
            }
            int leading = library.leading(rows, n, k, b.leading());
            return leading == b.leading() || (long) k * leading > Integer.MAX_VALUE - 8 ? null
                    : new PaddedOperand(new PaddedOperand.Layout(b.buffer(), offsets[0], b.leading(), k, n, leading),
                            PaddedOperand.pays(rows), kept);
        }

        private static BoundStep.Operand operand(Step.Operand o, int[] batch, ToLongFunction<String> numbers) {
            int[] strides = o.batchStrides().stream().mapToInt(d -> count(d, numbers)).toArray();
            int items = Arrays.stream(batch).reduce(1, (x, y) -> x * y);
            int[] offsets = new int[items];
            int first = count(o.offset(), numbers);
            for (int i = 0; i < items; i++) {
                int rest = i;
                int at = first;
                for (int axis = batch.length - 1; axis >= 0; axis--) {
                    at += rest % batch[axis] * strides[axis];
                    rest /= batch[axis];
                }
                offsets[i] = at;
            }
            return new BoundStep.Operand(o.buffer(), offsets, Math.max(1, count(o.leading(), numbers)), o.transposed());
        }
    }

    static boolean isFixed(Step.MatmulStep s) {
        return java.util.stream.Stream.of(s.m(), s.n(), s.k()).allMatch(d -> d.isFixed() && d.value() < Integer.MAX_VALUE - 8);
    }

    /** The first library that takes products of this size, null if none does. */
    static Gemm library(List<Gemm> gemms, Step.MatmulStep s, int m, int n, int k) {
        return m == 0 || n == 0 || k == 0 ? null
                : gemms.stream().filter(g -> g.takes(s.dtype(), m, n, k)).findFirst().orElse(null);
    }

    private static ToLongFunction<String> numbers(Plan plan, long[] symbols) {
        var map = plan.graph().symbolMap(symbols);
        return name -> {
            Long number = map.get(name);
            if (number == null) {
                throw new BackendException(BackendException.Kind.EXECUTE, "symbol " + name + " has no number");
            }
            return number;
        };
    }

    /** A size or offset a kernel computes with; offsets may be negative. */
    private static int number(Dim dim, ToLongFunction<String> numbers) {
        long n = dim.evaluate(numbers);
        if (n != (int) n) {
            throw new BackendException(BackendException.Kind.COMPILE, "size " + dim + " is " + n
                    + " here; kernels index with 32 bits");
        }
        return (int) n;
    }

    private static int count(Dim dim, ToLongFunction<String> numbers) {
        long n = dim.evaluate(numbers);
        if (n < 0 || n > Integer.MAX_VALUE - 8) {
            throw new BackendException(BackendException.Kind.COMPILE, "size " + dim + " is " + n
                    + " here; expected 0 to 2^31 - 9, what a Java array holds");
        }
        return (int) n;
    }

}
