package org.rebind.backend.aparapi.internal;

import java.util.Arrays;
import java.util.List;
import org.rebind.DType;
import org.rebind.KernelSource;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.Plan;

/** A plan with its compiled kernels. Intermediates and large results come from the backend's pool of arrays. */
final class CpuExecutable implements Executable {
    private static final System.Logger LOG = System.getLogger("org.rebind.backend.aparapi");
    private static final int MOST_OPERANDS = 16;
    /** Room for the operands of short plans: nobody but the calling thread sees it, and it is empty between calls. */
    private static final ThreadLocal<Object[]> OPERANDS = ThreadLocal.withInitial(() -> new Object[MOST_OPERANDS + ArrayPool.APART]);

    private final BoundPlan.Binder binder;
    private final Plan plan;
    private final Dispatcher dispatcher;
    private final ArrayPool pool;
    private final List<KernelSource> sources;
    /** Of each result: its buffer, the first result of that buffer, its dtype. */
    private final int[] resultBuffers;
    private final int[] firstResults;
    private final DType[] resultTypes;
    /** Of each buffer its slot, less than 0 if it has none. */
    private final int[] slots;
    private final DType[] slotTypes;
    private volatile BoundPlan last;

    CpuExecutable(BoundPlan.Binder binder, Dispatcher dispatcher, ArrayPool pool, List<KernelSource> sources) {
        this.binder = binder;
        this.plan = binder.plan();
        this.dispatcher = dispatcher;
        this.pool = pool;
        this.sources = List.copyOf(sources);
        List<Integer> results = plan.results();
        resultBuffers = results.stream().mapToInt(Integer::intValue).toArray();
        firstResults = results.stream().mapToInt(results::indexOf).toArray();
        resultTypes = results.stream().map(r -> plan.buffers().get(r).dtype()).toArray(DType[]::new);
        slots = plan.buffers().stream().mapToInt(Plan.PlanBuffer::slot).toArray();
        slotTypes = plan.slots().stream().map(Plan.Slot::dtype).toArray(DType[]::new);
        if (plan.graph().symbols().isEmpty()) {
            last = binder.bind(new long[0]);
        }
    }

    @Override
    public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
        BoundPlan bound = last;
        if (bound == null || !Arrays.equals(bound.symbols(), symbols)) {
            bound = binder.bind(symbols);
            last = bound;
        }
        int count = slots.length + bound.padded().length;
        boolean reuse = bound.isShort() && count <= MOST_OPERANDS;
        Object[] arrays = reuse ? OPERANDS.get() : new Object[count];
        try {
            return run(bound, inputs, arrays);
        } catch (OutOfMemoryError e) {
            pool.clear();
            throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, "the Java heap has no room for the results or "
                    + bound.scratchBytes() + " bytes of intermediates; give Java more with -Xmx", e);
        } finally {
            if (reuse) {
                Arrays.fill(arrays, 0, count, null);
            }
        }
    }

    /** @param arrays one a buffer of the plan and a padded operand, or more, all null */
    private DeviceBuffer[] run(BoundPlan bound, DeviceBuffer[] inputs, Object[] arrays) {
        for (int i = 0; i < inputs.length; i++) {
            arrays[i] = inputs[i].toHost().array();
        }
        Object[] scratch = slotTypes.length == 0 ? null : takeSlots(bound);
        try {
            DeviceBuffer[] results = results(bound, inputs, arrays);
            if (scratch != null) {
                place(arrays, scratch);
            }
            Object[] copies = bound.padded().length == 0 ? null : pad(bound.padded(), inputs, arrays);
            for (BoundStep step : bound.steps()) {
                step.run(arrays, dispatcher);
            }
            giveCopies(bound.padded(), copies);
            return results;
        } finally {
            if (scratch != null) {
                giveSlots(scratch);
            }
        }
    }

    private DeviceBuffer[] results(BoundPlan bound, DeviceBuffer[] inputs, Object[] arrays) {
        DeviceBuffer[] results = new DeviceBuffer[resultBuffers.length];
        for (int i = 0; i < results.length; i++) {
            int buffer = resultBuffers[i];
            if (buffer < inputs.length) {
                results[i] = inputs[buffer];
            } else if (firstResults[i] < i) {
                results[i] = results[firstResults[i]];
            } else {
                HostBuffer made = pool.result(resultTypes[i], bound.resultElements()[i]);
                arrays[buffer] = made.array();
                results[i] = made;
            }
        }
        return results;
    }

    private Object[] takeSlots(BoundPlan bound) {
        Object[] scratch = new Object[slotTypes.length];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = pool.take(slotTypes[i], bound.slotElements()[i]);
        }
        return scratch;
    }

    private void place(Object[] arrays, Object[] scratch) {
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] >= 0) {
                arrays[i] = scratch[slots[i]];
            }
        }
    }

    /** Sets the arrays of padded operands. @return those that serve this call only, null if there are none */
    private Object[] pad(PaddedOperand[] padded, DeviceBuffer[] inputs, Object[] arrays) {
        Object[] copies = null;
        for (int i = 0; i < padded.length; i++) {
            PaddedOperand p = padded[i];
            HostBuffer buffer = inputs[p.layout().input()].toHost();
            Object copy = null;
            try {
                copy = p.kept(buffer, dispatcher);
                if (copy == null && p.pays()) {
                    Object lent = pool.take(buffer.dtype(), p.layout().elements());
                    p.fill(buffer, lent, dispatcher);
                    copies = copies == null ? new Object[padded.length] : copies;
                    copies[i] = lent;
                    copy = lent;
                }
            } catch (OutOfMemoryError e) {
                LOG.log(System.Logger.Level.DEBUG, "no memory for a copy of an operand, which is taken as it is"); // slower, but right
            }
            arrays[slots.length + i] = copy;
        }
        return copies;
    }

    private void giveCopies(PaddedOperand[] padded, Object[] copies) {
        for (int i = 0; copies != null && i < copies.length; i++) {
            if (copies[i] != null) {
                pool.give(plan.buffers().get(padded[i].layout().input()).dtype(), copies[i]);
            }
        }
    }

    private void giveSlots(Object[] scratch) {
        for (int i = 0; i < scratch.length; i++) {
            pool.give(slotTypes[i], scratch[i]);
        }
    }

    @Override
    public List<KernelSource> kernels() {
        return sources;
    }

    @Override
    public long scratchBytes() {
        BoundPlan bound = last;
        return bound == null ? 0 : bound.scratchBytes();
    }

    @Override
    public long byteSize() {
        return sources.stream().mapToLong(s -> 4L * s.source().length()).sum();
    }

    @Override
    public void close() {
        last = null; // the classes go with this object
    }
}
