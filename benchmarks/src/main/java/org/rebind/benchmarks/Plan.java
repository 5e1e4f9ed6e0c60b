package org.rebind.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rebind.benchmarks.workload.Workloads;

/** Every trial there is, suite by suite, each row's contenders next to each other so that they share the machine's mood. */
final class Plan {
    /** Contenders by hand and limits, by suite; a suite not named has the usual ones. */
    private static final Map<String, List<String>> BY_HAND = Map.of("dispatch", List.of("scalar"),
            "softmax", List.of("copy", "scalar", "parallel"), "layernorm", List.of("copy", "scalar", "parallel"),
            "reduce", List.of("copy", "parallel"), "transpose", List.of("copy", "scalar", "parallel"),
            "memory", List.of("parallel"));

    private final List<Trial> trials = new ArrayList<>();
    private final List<String> peers;

    private Plan(List<String> peers) {
        this.peers = peers;
    }

    /** In the report's order. */
    static List<Trial> all(List<String> peers) {
        Plan plan = new Plan(peers);
        Workloads.ids().forEach(plan::calls);
        for (String workload : List.of("dispatch/8", "chain/64k", "mlp/batch 64")) {
            plan.trials.add(new Trial(Trial.Kind.CALLERS, "threads", workload, workload, "rebind"));
        }
        for (String signatures : List.of("1 signature", "16 signatures")) {
            plan.trials.add(new Trial(Trial.Kind.CALLERS, "cache", signatures, "", "rebind"));
        }
        plan.trials.add(new Trial(Trial.Kind.COMPILE_TIME, "compile", "", "", "rebind"));
        plan.trials.add(new Trial(Trial.Kind.FRESH_KERNEL, "fresh", "64k", "", "rebind"));
        plan.trials.add(new Trial(Trial.Kind.SEVERAL_KERNELS, "several", "1M", "", "rebind"));
        plan.trials.add(new Trial(Trial.Kind.OBJECTS, "objects", "dispatch/8", "dispatch/8", "rebind"));
        for (String workload : List.of("chain/1k", "mlp/batch 64", "attention/8x128x64")) {
            for (String contender : plan.with(List.of("scalar", "eager", "rebind"))) {
                plan.trials.add(new Trial(Trial.Kind.FIRST_RESULT, "first", workload, workload, contender));
            }
        }
        return plan.trials;
    }

    private void calls(String workload) {
        String suite = workload.substring(0, workload.indexOf('/'));
        List<String> ours = new ArrayList<>(byHand(suite, workload));
        boolean smallProduct = workload.equals("matmul/8") || workload.equals("matmul/16");
        if (!smallProduct) {
            ours.add("eager");
        }
        ours.add("rebind");
        if (suite.equals("chain") && !workload.endsWith("16M")) {
            ours.add("rebind-plain");
        }
        for (String contender : with(ours)) {
            trials.add(Trial.call(workload, contender));
        }
    }

    private static List<String> byHand(String suite, String workload) {
        if (suite.equals("matmul")) {
            int n = Integer.parseInt(workload.substring(workload.indexOf('/') + 1));
            return n <= 16 ? List.of("scalar") : n <= 256 ? List.of("onednn", "scalar", "parallel") : List.of("onednn", "parallel");
        }
        if (workload.equals("chain/1k") || workload.equals("chain/64k")) {
            return List.of("scalar", "vector", "parallel");
        }
        return BY_HAND.getOrDefault(suite, List.of("scalar", "parallel"));
    }

    private List<String> with(List<String> ours) {
        List<String> all = new ArrayList<>(ours);
        all.addAll(peers);
        return all;
    }
}
