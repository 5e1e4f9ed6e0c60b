package org.rebind.codegen;

import java.util.List;
import java.util.stream.Collectors;

/** The text form of plans. */
final class PlanPrinter {
    private PlanPrinter() {
    }

    static String print(Plan plan) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < plan.buffers().size(); i++) {
            Plan.PlanBuffer b = plan.buffers().get(i);
            s.append(b.name()).append(": ").append(b.dtype()).append('[').append(b.elements()).append("] ")
                    .append(b.role().name().toLowerCase(java.util.Locale.ROOT));
            s.append(b.slot() >= 0 ? " in slot " + b.slot() : "").append('\n');
        }
        for (Step step : plan.steps()) {
            s.append(step(plan, step)).append('\n');
        }
        return s.append("results: ").append(names(plan, plan.results())).toString();
    }

    private static String step(Plan plan, Step step) {
        if (step instanceof Step.KernelStep k) {
            return k.kernel().name() + "(" + names(plan, k.buffers()) + ") x " + k.kernel().extent() + ": "
                    + k.kernel().note();
        }
        Step.MatmulStep m = (Step.MatmulStep) step;
        return "matmul(" + names(plan, List.of(m.a().buffer(), m.b().buffer(), m.out())) + ") " + m.note();
    }

    private static String names(Plan plan, List<Integer> buffers) {
        return buffers.stream().map(b -> plan.buffers().get(b).name()).collect(Collectors.joining(", "));
    }
}
