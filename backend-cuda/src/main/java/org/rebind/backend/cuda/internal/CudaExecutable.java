package org.rebind.backend.cuda.internal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.KernelSource;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;

/**
 * A plan and its module. Calls submit their launches to the device's one compute stream and return; results are read
 * when they are there. Any number of threads may call; submitting is one at a time and waits for nothing.
 */
final class CudaExecutable implements Executable {
    private final CudaContext context;
    private final CudaFacts facts;
    private final Plan plan;
    private final Products products;
    private final long module; // 0 if there is nothing to launch
    private final Map<String, Long> functions = new HashMap<>();
    private final List<KernelSource> sources;
    private final int codeBytes;
    private final Replays replays;
    private boolean closed; // inside submit
    private volatile Sized last; // launches of the last call's sizes

    private record Sized(long[] symbols, Launches launches) {
    }

    /** @param cubin of all kernels, null if there are none; @param products null without cuBLAS */
    CudaExecutable(CudaDevice device, Plan plan, Products products, byte[] cubin, List<KernelSource> sources,
            List<String> kernels) {
        this.context = device.context();
        this.facts = device.facts();
        this.plan = plan;
        this.products = products;
        this.sources = sources;
        this.codeBytes = cubin == null ? 0 : cubin.length;
        this.replays = new Replays(context);
        this.module = cubin == null ? 0 : context.loadModule(cubin);
        boolean done = cubin == null;
        try {
            if (!done) {
                context.submit(() -> {
                    kernels.forEach(k -> functions.put(k, context.driver().function(module, k)));
                    return null;
                });
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    @Override
    public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
        Launches sized = launches(symbols);
        long[] addresses = new long[plan.buffers().size()];
        for (int i = 0; i < inputs.length; i++) {
            if (!(inputs[i] instanceof CudaBuffer b)) {
                throw new BackendException(BackendException.Kind.EXECUTE, "input " + i + " is " + inputs[i]
                        + ", expected a buffer on " + facts.name() + "; upload it to that device first");
            }
            addresses[i] = b.address(context);
        }
        context.submit(() -> {
            if (closed) {
                throw new BackendException(BackendException.Kind.EXECUTE,
                        "the executable has been closed; compile the graph again");
            }
            submit(sized, addresses, symbols);
            return null;
        });
        return results(sized, inputs, addresses);
    }

    private Launches launches(long[] symbols) {
        Sized s = last;
        if (s == null || !Arrays.equals(s.symbols, symbols)) {
            Map<String, Long> numbers = plan.graph().symbolMap(symbols);
            s = new Sized(symbols.clone(), new Launches(plan, facts, products != null, numbers::get));
            last = s;
        }
        return s.launches;
    }

    private void submit(Launches sized, long[] addresses, long[] symbols) {
        long[] slots = new long[sized.sizes().slots()];
        boolean done = false;
        try {
            allocate(sized, addresses, slots);
            if (sized.work().size() >= Replays.WORTHWHILE) {
                replays.run(symbols, addresses, () -> run(sized, addresses));
            } else {
                run(sized, addresses);
            }
            done = true;
        } finally {
            for (int i = 0; i < slots.length; i++) {
                if (slots[i] != 0) {
                    context.free(slots[i]);
                }
            }
            if (!done) {
                giveResults(addresses);
            }
        }
    }

    private void allocate(Launches sized, long[] addresses, long[] slots) {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = context.allocate(sized.sizes().slotBytes(i));
        }
        for (int i = 0; i < addresses.length; i++) {
            Plan.PlanBuffer b = plan.buffers().get(i);
            switch (b.role()) {
                case PARAM -> { }
                case TEMPORARY -> addresses[i] = slots[b.slot()];
                case RESULT -> addresses[i] = context.allocate((long) sized.sizes().elements(i) * b.dtype().byteSize());
            }
        }
    }

    private void giveResults(long[] addresses) {
        for (int i = 0; i < addresses.length; i++) {
            Plan.PlanBuffer b = plan.buffers().get(i);
            if (b.role() == Plan.Role.RESULT && addresses[i] != 0) {
                context.free(addresses[i]);
            }
        }
    }

    private void run(Launches sized, long[] addresses) {
        for (Launches.Work work : sized.work()) {
            if (work instanceof Launches.Launch l) {
                launch(l, addresses);
            } else if (work instanceof Launches.Product p) {
                products.run(p, addresses);
            } else if (work instanceof Launches.Zero z) {
                context.driver().zero(addresses[z.buffer()], (long) sized.sizes().elements(z.buffer())
                        * plan.buffers().get(z.buffer()).dtype().byteSize(), context.stream());
            }
        }
    }

    private void launch(Launches.Launch l, long[] addresses) {
        Object[] arguments = new Object[l.buffers().length + l.numbers().length];
        for (int i = 0; i < l.buffers().length; i++) {
            arguments[i] = addresses[l.buffers()[i]];
        }
        for (int i = 0; i < l.numbers().length; i++) {
            arguments[l.buffers().length + i] = l.numbers()[i];
        }
        context.driver().launch(functions.get(l.kernel()), l.blocks(), Kernel.GROUP_SIZE, context.stream(), arguments);
    }

    private DeviceBuffer[] results(Launches sized, DeviceBuffer[] inputs, long[] addresses) {
        DeviceBuffer[] byBuffer = new DeviceBuffer[plan.buffers().size()];
        DeviceBuffer[] results = new DeviceBuffer[plan.results().size()];
        for (int r = 0; r < results.length; r++) {
            int i = plan.results().get(r);
            if (byBuffer[i] == null) {
                byBuffer[i] = i < inputs.length ? inputs[i]
                        : new CudaBuffer(context, plan.buffers().get(i).dtype(), sized.sizes().elements(i), addresses[i]);
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
        return s == null ? 0 : s.launches.sizes().slotBytes();
    }

    @Override
    public long byteSize() {
        return codeBytes;
    }

    @Override
    public void close() {
        context.release(() -> {
            if (!closed) {
                closed = true;
                replays.close();
                if (module != 0) {
                    context.unloadModule(module);
                }
            }
        });
    }
}
