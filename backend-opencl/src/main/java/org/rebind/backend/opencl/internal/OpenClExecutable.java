package org.rebind.backend.opencl.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rebind.KernelSource;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.codegen.Plan;

/**
 * A plan and its program. Calls queue their launches and return; results are read when they are there. Any number of
 * threads may call: each takes kernel instances of its own from a lock-free stack, and only the queueing itself, which
 * does not wait for the device, is one at a time.
 */
final class OpenClExecutable implements Executable {
    private final OpenClDevice device;
    private final Plan plan;
    private final MatmulSource matmul;
    private final Program program; // null if there is nothing to launch
    private final List<KernelSource> sources;
    private final List<String> kernelNames;
    private final String name; // for the message of a failure
    private final ConcurrentLinkedDeque<KernelSet> idle = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Sized last; // launches of the last call's sizes

    private record Sized(long[] symbols, Launches launches) {
    }

    OpenClExecutable(OpenClDevice device, Plan plan, MatmulSource matmul, Program program, List<KernelSource> sources,
            List<String> kernelNames) {
        this.device = device;
        this.plan = plan;
        this.matmul = matmul;
        this.program = program;
        this.sources = sources;
        this.kernelNames = kernelNames;
        this.name = (kernelNames.size() == 1 ? "kernel " : "kernels ") + String.join(", ", kernelNames);
    }

    @Override
    public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
        Launches sized = launches(symbols);
        Block[] memory = new Block[plan.buffers().size() + 1];
        List<Submission> pending = bindInputs(inputs, memory);
        device.gate().enter();
        try {
            device.compute().throttle();
            return run(sized, inputs, memory, pending);
        } finally {
            device.gate().exit();
        }
    }

    private Launches launches(long[] symbols) {
        Sized s = last;
        if (s == null || !Arrays.equals(s.symbols, symbols)) {
            Map<String, Long> numbers = plan.graph().symbolMap(symbols);
            s = new Sized(symbols.clone(), new Launches(plan, device.facts(), matmul, numbers::get));
            last = s;
        }
        return s.launches;
    }

    /** @return what makes the inputs and is still under way */
    private List<Submission> bindInputs(DeviceBuffer[] inputs, Block[] memory) {
        List<Submission> pending = null;
        for (int i = 0; i < inputs.length; i++) {
            if (!(inputs[i] instanceof OpenClBuffer b) || b.device() != device) {
                throw new BackendException(BackendException.Kind.EXECUTE, "input " + i + " is " + inputs[i]
                        + ", expected a buffer on " + device.name() + "; upload it to that device first");
            }
            memory[i] = b.block();
            Submission ready = b.ready();
            if (ready != null && (pending == null || !pending.contains(ready))) {
                pending = pending == null ? new ArrayList<>() : pending;
                pending.add(ready);
            }
        }
        return pending == null ? List.of() : pending;
    }

    private DeviceBuffer[] run(Launches sized, DeviceBuffer[] inputs, Block[] memory, List<Submission> pending) {
        List<Block> temporary = new ArrayList<>();
        boolean done = false;
        Submission work = null;
        try {
            allocate(sized, memory, temporary);
            work = sized.launches().isEmpty() ? null : submit(sized.launches(), memory, pending);
            done = true;
        } finally {
            if (!done) {
                device.compute().finish(); // launches queued before the failure may use what is given back now
                giveResults(memory);
            }
            for (Block b : temporary) {
                device.pool().give(b, device.compute().last());
            }
        }
        return results(sized, inputs, memory, work);
    }

    private void giveResults(Block[] memory) {
        for (int i = 0; i < plan.buffers().size(); i++) {
            if (plan.buffers().get(i).role() == Plan.Role.RESULT && memory[i] != null) {
                device.pool().give(memory[i], null);
            }
        }
    }

    private void allocate(Launches sized, Block[] memory, List<Block> temporary) {
        Block[] slots = new Block[plan.slots().size()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = device.pool().take(sized.sizes().slotBytes(i));
            temporary.add(slots[i]);
        }
        if (sized.scratchBytes() > 0) {
            memory[memory.length - 1] = device.pool().take(sized.scratchBytes());
            temporary.add(memory[memory.length - 1]);
        }
        for (int i = 0; i < plan.buffers().size(); i++) {
            Plan.PlanBuffer b = plan.buffers().get(i);
            switch (b.role()) {
                case PARAM -> { }
                case TEMPORARY -> memory[i] = slots[b.slot()];
                case RESULT -> memory[i] = device.pool().take((long) sized.sizes().elements(i) * b.dtype().byteSize());
            }
        }
    }

    private Submission submit(List<Launch> launches, Block[] memory, List<Submission> pending) {
        KernelSet kernels = idle.pollFirst();
        if (kernels == null) {
            kernels = new KernelSet(program, kernelNames);
        }
        CommandQueue queue = device.compute();
        queue.lock.lock();
        try {
            queue.waitForTransfers(pending);
            for (int i = 0; i < launches.size(); i++) {
                kernels.enqueue(queue.handle(), launches.get(i), memory, i == launches.size() - 1);
            }
            Submission work = Submission.ofKernels(name, kernels.takeEvent(), pending);
            queue.submitted(work);
            return work;
        } finally {
            queue.lock.unlock();
            giveBack(kernels);
        }
    }

    private void giveBack(KernelSet kernels) {
        idle.offerFirst(kernels);
        if (closed.get()) {
            closeIdle(); // it came back too late for close
        }
    }

    private void closeIdle() {
        for (KernelSet k = idle.pollFirst(); k != null; k = idle.pollFirst()) {
            k.close();
        }
    }

    private DeviceBuffer[] results(Launches sized, DeviceBuffer[] inputs, Block[] memory, Submission work) {
        DeviceBuffer[] byBuffer = new DeviceBuffer[plan.buffers().size()];
        DeviceBuffer[] results = new DeviceBuffer[plan.results().size()];
        for (int r = 0; r < results.length; r++) {
            int i = plan.results().get(r);
            if (byBuffer[i] == null) {
                byBuffer[i] = i < inputs.length ? inputs[i] : new OpenClBuffer(device, plan.buffers().get(i).dtype(),
                        sized.sizes().elements(i), memory[i], work);
            }
            results[r] = byBuffer[i];
        }
        return results;
    }

    @Override
    public List<KernelSource> kernels() {
        return sources;
    }

    @Override
    public long scratchBytes() {
        Sized s = last;
        return s == null ? 0 : s.launches.sizes().slotBytes() + s.launches.scratchBytes();
    }

    @Override
    public long byteSize() {
        return program == null ? 0 : program.byteSize();
    }

    /** Idempotent; what is queued still runs. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        closeIdle();
        if (program != null) {
            program.close();
        }
    }
}
