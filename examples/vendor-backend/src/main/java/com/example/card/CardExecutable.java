package com.example.card;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.rebind.KernelSource;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.HostKernels;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Step;

/** A plan with its compiled kernels. Holds nothing between calls, so any number of threads may execute. */
record CardExecutable(Plan plan, List<Kernel> loops, HostKernels code, Card card) implements Executable {
    @Override
    public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
        Map<String, Long> numbers = plan.graph().symbolMap(symbols);
        ToLongFunction<String> sizes = numbers::get;
        List<Card.Buffer> mine = new ArrayList<>(); // ours to close, unless they become results
        try {
            Card.Buffer[] slots = new Card.Buffer[plan.slots().size()];
            for (int i = 0; i < slots.length; i++) {
                Plan.Slot slot = plan.slots().get(i);
                slots[i] = card.allocate(slot.dtype(), Math.toIntExact(slot.elements(sizes)));
                mine.add(slots[i]);
            }
            DeviceBuffer[] buffers = new DeviceBuffer[plan.buffers().size()];
            for (int i = 0; i < buffers.length; i++) {
                Plan.PlanBuffer b = plan.buffers().get(i);
                if (b.role() == Plan.Role.RESULT) {
                    mine.add(card.allocate(b.dtype(), Math.toIntExact(b.elements().evaluate(sizes))));
                }
                buffers[i] = switch (b.role()) {
                    case PARAM -> inputs[i];
                    case RESULT -> mine.get(mine.size() - 1);
                    case TEMPORARY -> slots[b.slot()];
                };
            }
            for (int k = 0; k < plan.steps().size(); k++) {
                launch(k, (Step.KernelStep) plan.steps().get(k), buffers, sizes);
            }
            DeviceBuffer[] results = plan.results().stream().map(i -> buffers[i]).toArray(DeviceBuffer[]::new);
            mine.removeAll(new HashSet<>(List.of(results)));
            return results;
        } catch (ArithmeticException e) {
            throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, "card: a tensor is too large", e);
        } finally {
            mine.forEach(Card.Buffer::close);
        }
    }

    private void launch(int k, Step.KernelStep step, DeviceBuffer[] buffers, ToLongFunction<String> sizes) {
        Kernel kernel = step.kernel();
        int extent = Math.toIntExact(kernel.extent().evaluate(sizes));
        if (extent > 0) {
            code.run(k, step.buffers().stream().map(i -> ((Card.Buffer) buffers[i]).cells()).toArray(),
                    kernel.sizes().stream().mapToInt(s -> Math.toIntExact(s.dim().evaluate(sizes))).toArray(), 0, extent);
        }
    }

    @Override
    public List<KernelSource> kernels() {
        return loops.stream().map(k -> new KernelSource(k.name(), "java", Renderer.function(k, Dialects.JAVA),
                k.note().toString())).toList();
    }

    @Override
    public void close() {
        // the garbage collector takes the generated class with this object
    }
}
